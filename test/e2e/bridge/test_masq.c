/* SPDX-License-Identifier: Apache-2.0 */
/* test_masq.c - ipMasq with real packets; what DEL leaves of it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

#define SUBNETS "10.1.0.0/24 fd00:1::/64"

/* Pod 3 is the world outside; it has no way back to pod addresses. */
static int setup_world(void **state)
{
	int ret = e2e_setup(state);

	sh("ip link add up0 type veth peer name out0 netns p3 && "
	   "sysctl -qw net.ipv6.conf.up0.accept_dad=0 && "
	   "ip netns exec p3 sysctl -qw net.ipv6.conf.out0.accept_dad=0 && "
	   "ip addr add 192.0.2.2/24 dev up0 && ip link set up0 up && "
	   "ip addr add 2001:db8::2/64 dev up0 nodad && "
	   "ip -n p3 addr add 192.0.2.1/24 dev out0 && "
	   "ip -n p3 addr add 198.51.100.1/32 dev out0 && "
	   "ip -n p3 addr add 2001:db8::1/64 dev out0 nodad && "
	   "ip -n p3 link set out0 up && "
	   "ip route add default via 192.0.2.1");
	/* The kernel takes its time with the links' carrier. */
	sh("for i in $(seq 30); do ping -n -q -c1 -W1 -i0.2 2001:db8::1 "
	   ">/dev/null && exit 0; done; exit 1");
	return ret;
}

static json_object *attach(struct e2e *e2e, char conf[E2E_CONF_MAX],
			   const char *keys)
{
	char all[512];

	(void)snprintf(all, sizeof(all), ",\"isDefaultGateway\":true%s", keys);
	(void)e2e_conf(e2e, conf, "1.1.0", all, SUBNETS);
	return e2e_add(e2e, "c1", 0, conf);
}

static void assert_reaches(struct e2e *e2e, int ipv4, int ipv6)
{
	assert_int_equal(e2e_ping(e2e->pods[0], "192.0.2.1"), ipv4);
	assert_int_equal(e2e_ping(e2e->pods[0], "2001:db8::1"), ipv6);
}

/* Whatever a plugin puts into the kernel names the network or its hash. */
static void assert_no_rules(void)
{
	assert_no_output("nft list ruleset 2>/dev/null; "
			 "iptables-save; ip6tables-save",
			 "10.1.0.2", "fd00:1::2", "CNI-", "net: net", NULL);
}

static void addresses_of_pods_stay_inside(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf, ",\"ipMasq\":true"));
	assert_reaches(e2e, 1, 1);
	e2e_del(e2e, "c1", 0, conf);
	assert_no_rules();
}

static void without_it_the_world_cannot_answer(void **state)
{
	char conf[E2E_CONF_MAX];

	json_object_put(attach(*state, conf, ""));
	assert_reaches(*state, 0, 0);
}

static void one_family_can_be_left_alone(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf, ",\"ipMasq\":\"v4\""));
	assert_reaches(e2e, 1, 0);
	e2e_del(e2e, "c1", 0, conf);
	sh("rm -r %s/leases", e2e->dir);
	json_object_put(attach(e2e, conf, ",\"ipMasq\":\"v6\""));
	assert_reaches(e2e, 0, 1);
}

static void excluded_destinations_see_the_pod(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf,
			       ",\"ipMasq\":true,"
			       "\"ipMasqExclude\":[\"198.51.100.0/24\"]"));
	assert_true(e2e_ping(e2e->pods[0], "192.0.2.1"));
	assert_false(e2e_ping(e2e->pods[0], "198.51.100.1"));
	sh("ip -n p3 route add 10.1.0.0/24 via 192.0.2.2");
	assert_true(e2e_ping(e2e->pods[0], "198.51.100.1"));
}

static void siblings_see_the_pod(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf, ",\"ipMasq\":true"));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	sh("ip netns exec p1 nft 'add table ip t; add chain ip t i { type "
	   "filter hook input priority 0; policy drop; }; "
	   "add rule ip t i ip saddr 10.1.0.2 accept'");
	assert_true(e2e_ping(e2e->pods[0], "10.1.0.3"));
}

static void a_failed_add_leaves_no_rules(void **state)
{
	struct e2e *e2e = *state;

	e2e_script_ipam(e2e,
			"{\"ips\":[{\"address\":\"10.1.0.2/24\"}],\"routes\":"
			"[{\"dst\":\"10.9.0.0/16\",\"gw\":\"192.0.2.1\"}]}");
	e2e_fail(e2e, "ADD", "c1", e2e->pod_paths[0],
		 "{\"cniVersion\":\"1.0.0\",\"name\":\"net\","
		 "\"type\":\"bridge\",\"isGateway\":true,\"ipMasq\":true,"
		 "\"ipam\":{\"type\":\"scripted\"}}",
		 999, "failed to add route");
	assert_no_rules();
}

static void del(struct e2e *e2e, const char *netns, const char *conf)
{
	struct e2e_answer answer;

	e2e_call(e2e, "bridge", "DEL", "c1", netns, conf, &answer);
	if (answer.status != 0)
		fail_msg("DEL: %s", json_object_to_json_string(answer.json));
	e2e_answer_done(&answer);
}

/* Each way an attachment can have lost something before its DEL. */
static void every_del_removes_the_rules(struct e2e *e2e, const char *keys)
{
	static const struct {
		const char *command;
		const char *netns;
	} rows[] = {
		{ "true", "" },
		{ "true", "/run/netns/nothing" },
		{ "ip -n p0 link del eth0", "/run/netns/p0" },
		{ "ip -n p0 addr flush dev eth0", "/run/netns/p0" },
		{ "nft flush ruleset", "/run/netns/p0" },
		{ "ip link del cni0", "/run/netns/p0" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char conf[E2E_CONF_MAX];

		json_object_put(attach(e2e, conf, keys));
		sh("%s", rows[i].command);
		for (int again = 0; again < 3; again++) {
			del(e2e, rows[i].netns, conf);
			assert_no_rules();
		}
		sh("rm -r %s/leases", e2e->dir);
	}
}

static void every_del_removes_the_rules_of_nftables(void **state)
{
	every_del_removes_the_rules(
		*state, ",\"ipMasq\":true,\"ipMasqBackend\":\"nftables\"");
}

static void every_del_removes_the_rules_of_iptables(void **state)
{
	every_del_removes_the_rules(
		*state, ",\"ipMasq\":true,\"ipMasqBackend\":\"iptables\"");
}

static void gc_removes_rules_of_the_dead_only(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf, ",\"ipMasq\":true"));
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	(void)e2e_conf(e2e, conf, "1.1.0",
		       ",\"cni.dev/valid-attachments\":[{\"containerID\":"
		       "\"c2\",\"ifname\":\"eth0\"}]",
		       SUBNETS);
	e2e_call(e2e, "bridge", "GC", "", "", conf, &answer);
	assert_int_equal(answer.status, 0);
	e2e_answer_done(&answer);
	assert_no_output("nft list ruleset", "10.1.0.2", "fd00:1::2", NULL);
	assert_true(e2e_ping(e2e->pods[1], "192.0.2.1"));
	assert_true(e2e_ping(e2e->pods[1], "2001:db8::1"));
}

/* A pod of another network on the bridge cni0. */
static void attach_other(struct e2e *e2e, char conf[E2E_CONF_MAX], int pod,
			 const char *keys)
{
	(void)snprintf(conf, E2E_CONF_MAX,
		       "{\"cniVersion\":\"1.1.0\",\"name\":\"other\","
		       "\"type\":\"bridge\",\"isDefaultGateway\":true%s,"
		       "\"ipam\":{\"type\":\"host-local\",\"dataDir\":"
		       "\"%s/leases\",\"ranges\":[[{\"subnet\":"
		       "\"10.2.0.0/24\"}]]}}",
		       keys, e2e->dir);
	json_object_put(e2e_add(e2e, "c2", pod, conf));
}

static void networks_that_share_a_bridge_decide_for_themselves(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	char other[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf, ",\"ipMasq\":true"));
	attach_other(e2e, other, 1, "");
	assert_true(e2e_ping(e2e->pods[0], "192.0.2.1"));
	assert_false(e2e_ping(e2e->pods[1], "192.0.2.1"));
	e2e_del(e2e, "c2", 1, other);
	assert_true(e2e_ping(e2e->pods[0], "192.0.2.1"));
	attach_other(e2e, other, 1, ",\"ipMasq\":true");
	e2e_del(e2e, "c1", 0, conf);
	assert_no_rules();
	assert_true(e2e_ping(e2e->pods[1], "192.0.2.1"));
}

static void layer_2_has_nothing_to_masquerade(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.1.0", ",\"ipMasq\":true", NULL);
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_no_rules();
	assert_no_output("nft list ruleset", "table", NULL);
	e2e_del(e2e, "c1", 0, conf);
}

static void check_misses_the_rules(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(e2e_add_for_check(
		e2e, ",\"isGateway\":true,\"ipMasq\":true", SUBNETS, conf));
	sh("nft flush ruleset");
	e2e_fail(e2e, "CHECK", "c1", e2e->pod_paths[0], conf, 140, "");
}

static void source_ports_are_random(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	json_object_put(attach(e2e, conf, ",\"ipMasq\":true"));
	assert_output("nft list ruleset", "masquerade fully-random", NULL);
	e2e_del(e2e, "c1", 0, conf);
	json_object_put(
		attach(e2e, conf, ",\"ipMasq\":true,\"ipMasqRandom\":false"));
	assert_no_output("nft list ruleset", "random", NULL);
	assert_output("nft list ruleset", "masquerade", NULL);
}

int main(void)
{
#define WORLD_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_world, e2e_teardown)
	const struct CMUnitTest tests[] = {
		WORLD_TEST(addresses_of_pods_stay_inside),
		WORLD_TEST(without_it_the_world_cannot_answer),
		WORLD_TEST(one_family_can_be_left_alone),
		WORLD_TEST(excluded_destinations_see_the_pod),
		WORLD_TEST(siblings_see_the_pod),
		WORLD_TEST(a_failed_add_leaves_no_rules),
		WORLD_TEST(every_del_removes_the_rules_of_nftables),
		WORLD_TEST(every_del_removes_the_rules_of_iptables),
		WORLD_TEST(gc_removes_rules_of_the_dead_only),
		WORLD_TEST(networks_that_share_a_bridge_decide_for_themselves),
		WORLD_TEST(layer_2_has_nothing_to_masquerade),
		WORLD_TEST(check_misses_the_rules),
		WORLD_TEST(source_ports_are_random),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
