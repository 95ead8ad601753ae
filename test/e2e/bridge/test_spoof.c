/* SPDX-License-Identifier: Apache-2.0 */
/* test_spoof.c - macspoofchk with real frames */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

#define KEYS ",\"isGateway\":true,\"macspoofchk\":true"

static void attach(struct e2e *e2e, char conf[E2E_CONF_MAX])
{
	(void)e2e_conf(e2e, conf, "1.1.0", KEYS, "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
}

static void assert_no_rules(void)
{
	assert_no_output("nft list ruleset", "macspoofchk", "cni-br-iface",
			 NULL);
}

static void only_the_pods_mac_gets_in(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	netns_sh(e2e->pods[0], "ip link set eth0 address 02:00:00:00:00:77");
	assert_false(e2e_ping(e2e->pods[0], "10.1.0.1"));
	e2e_del(e2e, "c1", 0, conf);
	assert_no_rules();
}

static void del_works_from_the_identity(void **state)
{
	static const char *const rows[] = { "", "/run/netns/nothing" };
	struct e2e *e2e = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct e2e_answer answer;
		char conf[E2E_CONF_MAX];

		attach(e2e, conf);
		e2e_call(e2e, "bridge", "DEL", "c1", rows[i], conf, &answer);
		assert_int_equal(answer.status, 0);
		e2e_answer_done(&answer);
		assert_no_rules();
	}
}

static void gc_removes_what_has_no_port(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];

	attach(e2e, conf);
	(void)e2e_conf(e2e, conf, "1.1.0",
		       KEYS ",\"cni.dev/valid-attachments\":[]", "10.1.0.0/24");
	e2e_call(e2e, "bridge", "GC", "", "", conf, &answer);
	assert_int_equal(answer.status, 0);
	e2e_answer_done(&answer);
	assert_no_rules();
}

static void check_misses_the_rules(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(e2e_add_for_check(e2e, KEYS, "10.1.0.0/24", conf));
	sh("nft flush chain bridge nat PREROUTING");
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140, "");
}

static void a_failed_add_leaves_no_rules(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e,
			"{\"ips\":[{\"address\":\"10.1.0.2/24\"}],\"routes\":"
			"[{\"dst\":\"10.9.0.0/16\",\"gw\":\"192.0.2.1\"}]}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0],
		 "{\"cniVersion\":\"1.0.0\",\"name\":\"net\","
		 "\"type\":\"bridge\",\"macspoofchk\":true,"
		 "\"ipam\":{\"type\":\"scripted\"}}",
		 999, "failed to add route");
	assert_no_rules();
}

static void layer_2_pods_are_checked_too(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", ",\"macspoofchk\":true", NULL);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	sh("ip addr add 10.9.0.1/24 dev cni0");
	netns_sh(e2e->pods[0], "ip addr add 10.9.0.2/24 dev eth0");
	assert_true(e2e_ping(e2e->pods[0], "10.9.0.1"));
	netns_sh(e2e->pods[0], "ip link set eth0 address 02:00:00:00:00:77");
	assert_false(e2e_ping(e2e->pods[0], "10.9.0.1"));
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(only_the_pods_mac_gets_in),
		E2E_TEST(del_works_from_the_identity),
		E2E_TEST(gc_removes_what_has_no_port),
		E2E_TEST(check_misses_the_rules),
		E2E_TEST(a_failed_add_leaves_no_rules),
		E2E_TEST(layer_2_pods_are_checked_too),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
