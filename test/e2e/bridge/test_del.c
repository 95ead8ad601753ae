/* SPDX-License-Identifier: Apache-2.0 */
/* test_del.c - DEL needs nothing but the attachment's identity */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

#define SUBNETS "10.1.0.0/24 fd00:1::/64"

static void attach(struct e2e *e2e, char conf[E2E_CONF_MAX])
{
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isDefaultGateway\":true",
		       SUBNETS);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
}

static void assert_gone(struct e2e *e2e)
{
	assert_int_equal(e2e_veths(e2e), 0);
	assert_int_equal(e2e_leases(e2e, "net"), 0);
}

/* DEL must succeed and say nothing on stdout. */
static void del(struct e2e *e2e, const char *netns, const char *conf)
{
	struct e2e_answer answer;

	e2e_call(e2e, "bridge", "DEL", "c1", netns, conf, &answer);
	if (answer.status != 0)
		fail_msg("DEL with CNI_NETNS \"%s\": %s", netns,
			 json_object_to_json_string(answer.json));
	assert_null(answer.json);
	e2e_answer_done(&answer);
}

static void repeats_without_error(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	for (int i = 0; i < 3; i++) {
		del(e2e, e2e->pod_paths[0], conf);
		assert_gone(e2e);
	}
}

static void works_for_what_was_never_added(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", SUBNETS);
	del(e2e, e2e->pod_paths[0], conf);
}

static void works_without_a_usable_namespace(void **state)
{
	static const char *const paths[] = { "",
					     "/run/netns/nothing",
					     "/etc/passwd",
					     "/proc/self/ns/mnt",
					     "/dev/null",
					     "/" };
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		attach(e2e, conf);
		del(e2e, paths[i], conf);
		assert_gone(e2e);
	}
}

static void works_with_the_interface_gone(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	netns_sh(e2e->pods[0], "ip link del eth0");
	del(e2e, e2e->pod_paths[0], conf);
	assert_gone(e2e);
}

static void works_with_the_interface_renamed(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	netns_sh(e2e->pods[0],
		 "ip link set eth0 down; ip link set eth0 name other");
	del(e2e, e2e->pod_paths[0], conf);
	assert_gone(e2e);
}

static void works_with_the_addresses_flushed(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	netns_sh(e2e->pods[0], "ip addr flush dev eth0");
	del(e2e, e2e->pod_paths[0], conf);
	assert_gone(e2e);
}

static void works_with_the_bridge_gone(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	sh("ip link del cni0");
	del(e2e, "", conf);
	assert_gone(e2e);
}

static void works_with_a_config_that_became_invalid(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"vlan\":9999,\"mtu\":\"x\",\"vlanTrunk\":[null],"
		       "\"ipMasq\":7,\"prevResult\":\"?\",\"args\":[],"
		       "\"runtimeConfig\":{\"mac\":1}",
		       SUBNETS);
	del(e2e, "", conf);
	assert_gone(e2e);
}

static void works_with_a_broken_previous_result(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	(void)e2e_conf(e2e, conf, "1.0.0",
		       ",\"prevResult\":{\"cniVersion\":\"0.2.0\","
		       "\"interfaces\":[null],\"ips\":[null]}",
		       SUBNETS);
	del(e2e, "", conf);
	assert_gone(e2e);
}

static void removes_what_the_go_plugin_has_left(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", "", NULL);
	/* No alias, a random name: as the Go plugin makes them. */
	sh("ip link add cni0 type bridge && ip link add veth12345678 master "
	   "cni0 type veth peer name eth0 netns p0");
	del(e2e, e2e->pod_paths[0], conf);
	assert_gone(e2e);
}

static void leaves_other_attachments_alone(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	json_object_put(e2e_add(e2e, "c1/net1", 0, conf));
	del(e2e, "", conf);
	assert_int_equal(e2e_veths(e2e), 2);
	assert_int_equal(e2e_leases(e2e, "net"), 4);
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.1"));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.3"));
}

static void
releases_the_address_even_if_the_link_cannot_be_deleted(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];
	char *log;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	(void)snprintf(conf, sizeof(conf),
		       "{\"cniVersion\":\"1.0.0\",\"name\":\"net\","
		       "\"type\":\"bridge\",\"ipam\":{\"type\":\"scripted\"}}");
	/* Somebody made lo the pod's interface: the kernel refuses. */
	e2e_call(e2e, "bridge", "DEL", "c1/lo", e2e->pod_paths[0], conf,
		 &answer);
	assert_int_equal(answer.status, 1);
	e2e_answer_done(&answer);
	log = e2e_ipam_log(e2e);
	assert_string_equal(log, "DEL\n");
	free(log);
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(repeats_without_error),
		E2E_TEST(works_for_what_was_never_added),
		E2E_TEST(works_without_a_usable_namespace),
		E2E_TEST(works_with_the_interface_gone),
		E2E_TEST(works_with_the_interface_renamed),
		E2E_TEST(works_with_the_addresses_flushed),
		E2E_TEST(works_with_the_bridge_gone),
		E2E_TEST(works_with_a_config_that_became_invalid),
		E2E_TEST(works_with_a_broken_previous_result),
		E2E_TEST(removes_what_the_go_plugin_has_left),
		E2E_TEST(leaves_other_attachments_alone),
		E2E_TEST(
			releases_the_address_even_if_the_link_cannot_be_deleted),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
