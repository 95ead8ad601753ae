/* SPDX-License-Identifier: Apache-2.0 */
/* test_isolation.c - who reaches pods with isolation, with real packets */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

/* Pod 3 is a neighbour of the host with routes to the pods' networks. */
static int setup_neighbour(void **state)
{
	int ret = e2e_setup(state);

	sh("ip link add up0 type veth peer name out0 netns p3 && "
	   "ip addr add 192.0.2.2/24 dev up0 && ip link set up0 up && "
	   "ip -n p3 addr add 192.0.2.1/24 dev out0 && "
	   "ip -n p3 link set out0 up && "
	   "ip -n p3 route add 10.0.0.0/8 via 192.0.2.2");
	return ret;
}

/* A pod at 10.@net.0.2 on bridge "br@net". */
static void attach(struct e2e *e2e, const char *id, int pod, int net,
		   const char *isolation)
{
	char conf[E2E_CONF_MAX];

	(void)snprintf(conf, sizeof(conf),
		       "{\"cniVersion\":\"1.1.0\",\"name\":\"net%d\","
		       "\"type\":\"bridge\",\"bridge\":\"br%d\","
		       "\"isDefaultGateway\":true,\"isolation\":\"%s\","
		       "\"ipam\":{\"type\":\"host-local\","
		       "\"dataDir\":\"%s/leases\","
		       "\"ranges\":[[{\"subnet\":\"10.%d.0.0/24\"}]]}}",
		       net, net, isolation, e2e->dir, net);
	json_object_put(e2e_add(e2e, id, pod, conf));
}

/* From the host, a sibling, another bridge of ours, and the neighbour. */
static void assert_reachable(struct e2e *e2e, const char *isolation,
			     int other_bridge, int neighbour)
{
	attach(e2e, "c1", 0, 1, isolation);
	attach(e2e, "c2", 1, 1, isolation);
	attach(e2e, "c3", 2, 2, "none");
	assert_true(e2e_ping(e2e->host, "10.1.0.2"));
	assert_true(e2e_ping(e2e->pods[1], "10.1.0.2"));
	assert_int_equal(e2e_ping(e2e->pods[2], "10.1.0.2"), other_bridge);
	assert_int_equal(e2e_ping(e2e->pods[3], "10.1.0.2"), neighbour);
	/* Pods themselves may go everywhere. */
	assert_true(e2e_ping(e2e->pods[0], "192.0.2.1"));
	assert_true(e2e_ping(e2e->pods[0], "10.2.0.2"));
}

static void without_isolation_everybody_reaches_a_pod(void **state)
{
	assert_reachable(*state, "none", 1, 1);
}

static void bridge_keeps_other_bridges_out(void **state)
{
	assert_reachable(*state, "bridge", 0, 1);
}

static void strict_keeps_everybody_else_out(void **state)
{
	assert_reachable(*state, "strict", 0, 0);
}

static void check_misses_the_table(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(e2e_add_for_check(
		e2e, ",\"isGateway\":true,\"isolation\":\"bridge\"",
		"10.1.0.0/24", conf));
	sh("nft delete table inet cni_isolation");
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140, "");
}

static void published_ports_keep_working(void **state)
{
	struct e2e *e2e = *state;

	attach(e2e, "c1", 0, 1, "strict");
	sh("nft 'add table ip pub; add chain ip pub pre { type nat hook "
	   "prerouting priority dstnat; }; add rule ip pub pre ip daddr "
	   "192.0.2.2 icmp type echo-request dnat to 10.1.0.2'");
	assert_false(e2e_ping(e2e->pods[3], "10.1.0.2"));
	assert_true(e2e_ping(e2e->pods[3], "192.0.2.2"));
}

static void del_and_gc_open_the_door_again(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;

	attach(e2e, "c1", 0, 1, "strict");
	attach(e2e, "c2", 1, 1, "strict");
	e2e_call(e2e, "bridge", "DEL", "c1", "",
		 "{\"cniVersion\":\"1.1.0\",\"name\":\"net1\","
		 "\"type\":\"bridge\"}",
		 &answer);
	assert_int_equal(answer.status, 0);
	e2e_answer_done(&answer);
	assert_no_output("nft list ruleset", "10.1.0.2", NULL);
	assert_output("nft list ruleset", "10.1.0.3", NULL);
	e2e_call(e2e, "bridge", "GC", "", "",
		 "{\"cniVersion\":\"1.1.0\",\"name\":\"net1\","
		 "\"type\":\"bridge\",\"cni.dev/valid-attachments\":[]}",
		 &answer);
	assert_int_equal(answer.status, 0);
	e2e_answer_done(&answer);
	assert_no_output("nft list ruleset", "10.1.0.", NULL);
}

int main(void)
{
#define NEIGHBOUR_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_neighbour, e2e_teardown)
	const struct CMUnitTest tests[] = {
		NEIGHBOUR_TEST(without_isolation_everybody_reaches_a_pod),
		NEIGHBOUR_TEST(bridge_keeps_other_bridges_out),
		NEIGHBOUR_TEST(strict_keeps_everybody_else_out),
		NEIGHBOUR_TEST(check_misses_the_table),
		NEIGHBOUR_TEST(published_ports_keep_working),
		NEIGHBOUR_TEST(del_and_gc_open_the_door_again),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
