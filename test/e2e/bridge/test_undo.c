/* SPDX-License-Identifier: Apache-2.0 */
/* test_undo.c - ADD refuses before it changes anything, or undoes everything */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

#define SCRIPTED                                                          \
	"{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"type\":\"bridge\"," \
	"\"isGateway\":true,\"ipam\":{\"type\":\"scripted\"}}"

static int count(int netns, const char *command)
{
	json_object *list = netns_json(netns, "%s", command);
	int entries = (int)json_object_array_length(list);

	json_object_put(list);
	return entries;
}

static void assert_nothing_left(struct e2e *e2e)
{
	assert_int_equal(e2e_veths(e2e), 0);
	assert_int_equal(count(e2e->pods[0], "ip -j link"), 1);
	assert_int_equal(e2e_leases(e2e, "net"), 0);
}

static void assert_log(struct e2e *e2e, const char *expected)
{
	char *log = e2e_ipam_log(e2e);

	assert_string_equal(log, expected);
	free(log);
}

static void a_failing_ipam_plugin_leaves_nothing(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"code\":11,\"msg\":\"later\"}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 11, "later");
	assert_nothing_left(e2e);
	assert_log(e2e, "ADD\nDEL\n");
}

static void an_ipam_answer_without_addresses_is_refused(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[]}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 999,
		 "IPAM plugin returned missing IP config");
	assert_nothing_left(e2e);
	assert_log(e2e, "ADD\nDEL\n");
}

static void a_live_lease_is_not_taken_away(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"code\":102,\"msg\":\"has an address\"}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 102,
		 "has an address");
	assert_log(e2e, "ADD\n");
}

static void a_route_that_cannot_be_added_undoes_the_veth(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e,
			"{\"ips\":[{\"address\":\"10.1.0.5/24\"}],\"routes\":"
			"[{\"dst\":\"10.9.0.0/16\",\"gw\":\"192.0.2.1\"}]}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 999,
		 "failed to add route '10.9.0.0/16 via 192.0.2.1");
	assert_nothing_left(e2e);
	assert_int_equal(count(e2e->host, "ip -j -4 addr show dev cni0"), 0);
	assert_log(e2e, "ADD\nDEL\n");
}

static void a_retry_in_the_same_namespace_succeeds(void **state)
{
	struct e2e *e2e = *state;

	a_route_that_cannot_be_added_undoes_the_veth(state);
	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	json_object_put(e2e_add(e2e, "c1", 0, SCRIPTED));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
}

static void a_taken_name_is_refused_before_ipam(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	netns_sh(e2e->pods[0], "ip link add eth0 type veth peer other");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 111,
		 "container veth name (\"eth0\") peer provided (\"veth");
	assert_log(e2e, "");
	assert_int_equal(netns_sh_status(e2e->host, "ip link show cni0 "
						    "2>/dev/null"),
			 1);
}

static void own_leftovers_are_replaced(void **state)
{
	struct e2e *e2e = *state;
	json_object *first;
	json_object *second;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	first = e2e_add(e2e, "c1", 0, SCRIPTED);
	second = e2e_add(e2e, "c1", 0, SCRIPTED);
	assert_string_equal(json_text(first, "/interfaces/1/name"),
			    json_text(second, "/interfaces/1/name"));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	assert_int_equal(e2e_veths(e2e), 1);
	json_object_put(first);
	json_object_put(second);
}

static void a_leftover_without_alias_is_recognised(void **state)
{
	struct e2e *e2e = *state;
	json_object *result;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	result = e2e_add(e2e, "c1", 0, SCRIPTED);
	/* As if killed between the two messages that make the veth. */
	sh("ip link set %s alias ''", json_text(result, "/interfaces/1/name"));
	json_object_put(result);
	json_object_put(e2e_add(e2e, "c1", 0, SCRIPTED));
	assert_int_equal(e2e_veths(e2e), 1);
}

static void a_taken_host_name_is_avoided_and_found_again(void **state)
{
	struct e2e *e2e = *state;
	json_object *result;
	char taken[IFNAMSIZ];

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	result = e2e_add(e2e, "c1", 0, SCRIPTED);
	(void)snprintf(taken, sizeof(taken), "%s",
		       json_text(result, "/interfaces/1/name"));
	json_object_put(result);
	e2e_del(e2e, "c1", 0, SCRIPTED);
	sh("ip link add %s type veth peer foreign", taken);
	result = e2e_add(e2e, "c1", 0, SCRIPTED);
	assert_string_not_equal(json_text(result, "/interfaces/1/name"), taken);
	json_object_put(result);
	e2e_del(e2e, "c1", 0, SCRIPTED);
	sh("ip link show foreign");
	assert_int_equal(e2e_veths(e2e), 2);
}

static void a_name_of_another_kind_is_refused(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	sh("ip link add cni0 type veth peer other");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 113,
		 "\"cni0\" already exists but is not a bridge");
	assert_log(e2e, "");
}

static void an_overlapping_address_is_refused_with_the_remedy(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	sh("ip link add cni0 type bridge && ip addr add 10.1.0.77/16 dev cni0 "
	   "&& ip link add x master cni0 type veth peer y");
	e2e_call(e2e, "bridge", "ADD", "c1", e2e->pod_paths[0], SCRIPTED,
		 &answer);
	assert_int_equal(json_number(answer.json, "/code"), 110);
	assert_non_null(strstr(json_text(answer.json, "/msg"),
			       "\"cni0\" already has an IP address different "
			       "from 10.1.0.1/24"));
	assert_non_null(
		strstr(json_text(answer.json, "/details"), "10.1.0.77/16"));
	assert_non_null(
		strstr(json_text(answer.json, "/details"), "forceAddress"));
	e2e_answer_done(&answer);
	assert_int_equal(count(e2e->pods[0], "ip -j link"), 1);
	assert_log(e2e, "ADD\nDEL\n");
	sh("ip addr show dev cni0 | grep -q 10.1.0.77/16");
}

static void force_address_replaces_what_overlaps(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	sh("ip link add cni0 type bridge && ip addr add 10.1.0.77/16 dev cni0 "
	   "&& ip addr add 10.5.0.1/24 dev cni0 "
	   "&& ip link add x master cni0 type veth peer y");
	json_object_put(e2e_add(e2e, "c1", 0,
				"{\"cniVersion\":\"1.0.0\",\"name\":\"net\","
				"\"type\":\"bridge\",\"isGateway\":true,"
				"\"forceAddress\":true,"
				"\"ipam\":{\"type\":\"scripted\"}}"));
	assert_output("ip -4 addr show dev cni0", "10.1.0.1/24", "10.5.0.1/24",
		      NULL);
	assert_no_output("ip -4 addr show dev cni0", "10.1.0.77", NULL);
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
}

static void an_unused_bridge_changes_its_address(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	sh("ip link add cni0 type bridge && ip addr add 10.1.0.77/16 dev cni0");
	json_object_put(e2e_add(e2e, "c1", 0, SCRIPTED));
	assert_no_output("ip -4 addr show dev cni0", "10.1.0.77", NULL);
}

static void subnets_that_do_not_overlap_share_a_bridge(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"},"
			     "{\"address\":\"10.2.0.5/24\"}]}");
	json_object_put(e2e_add(e2e, "c1", 0, SCRIPTED));
	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.3.0.5/24\"},"
			     "{\"address\":\"fd00:3::5/64\"}]}");
	json_object_put(e2e_add(e2e, "c2", 1, SCRIPTED));
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.1"));
	assert_true(e2e_ping(e2e->pods[0], "10.2.0.1"));
	assert_true(e2e_ping(e2e->pods[1], "10.3.0.1"));
	assert_true(e2e_ping(e2e->pods[1], "fd00:3::1"));
}

static void a_full_bridge_is_refused_before_ipam(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	sh("sysctl -qw net.ipv6.conf.default.disable_ipv6=1; "
	   "ip link add cni0 type bridge; for i in $(seq 1023); do "
	   "echo link add v$i master cni0 type veth peer w$i; done | "
	   "ip -batch -");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0], SCRIPTED, 112,
		 "bridge \"cni0\" has 1023 ports, the kernel allows 1023");
	assert_log(e2e, "");
	e2e_fail(e2e, "STATUS", "", "",
		 "{\"cniVersion\":\"1.1.0\",\"name\":\"net\","
		 "\"type\":\"bridge\"}",
		 50, "1023 ports");
}

static void bad_namespaces_are_refused(void **state)
{
	static const struct {
		const char *path;
		int code;
		const char *text;
	} rows[] = {
		{ "/run/netns/nothing", 3, "no such file or directory" },
		{ "/etc/passwd", 8, "unknown FS magic" },
		{ "/proc/self/ns/mnt", 8, "failed to open netns" },
		{ "/proc/self/ns/net", 8, "should not be the same" },
	};
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e, "{\"ips\":[{\"address\":\"10.1.0.5/24\"}]}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		e2e_fail(e2e, "ADD", "c1", rows[i].path, SCRIPTED, rows[i].code,
			 rows[i].text);
	assert_log(e2e, "");
	assert_int_equal(netns_sh_status(e2e->host, "ip link show cni0 "
						    "2>/dev/null"),
			 1);
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(a_failing_ipam_plugin_leaves_nothing),
		E2E_TEST(an_ipam_answer_without_addresses_is_refused),
		E2E_TEST(a_live_lease_is_not_taken_away),
		E2E_TEST(a_route_that_cannot_be_added_undoes_the_veth),
		E2E_TEST(a_retry_in_the_same_namespace_succeeds),
		E2E_TEST(a_taken_name_is_refused_before_ipam),
		E2E_TEST(own_leftovers_are_replaced),
		E2E_TEST(a_leftover_without_alias_is_recognised),
		E2E_TEST(a_taken_host_name_is_avoided_and_found_again),
		E2E_TEST(a_name_of_another_kind_is_refused),
		E2E_TEST(an_overlapping_address_is_refused_with_the_remedy),
		E2E_TEST(force_address_replaces_what_overlaps),
		E2E_TEST(an_unused_bridge_changes_its_address),
		E2E_TEST(subnets_that_do_not_overlap_share_a_bridge),
		E2E_TEST(a_full_bridge_is_refused_before_ipam),
		E2E_TEST(bad_namespaces_are_refused),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
