/* SPDX-License-Identifier: Apache-2.0 */
/* test_links.c - MAC addresses, MTU, announcements, and what stays on the host
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "e2e.h"

/*
 * 3 is NET_ADDR_SET; udev leaves such an address alone.  /sys/class/net follows
 * its mount, not the process.
 */
static void assert_assigned(int netns, const char *name)
{
	netns_sh(netns,
		 "unshare -m sh -c 'mount -t sysfs none /sys && "
		 "test \"$(cat /sys/class/net/%s/addr_assign_type)\" = 3'",
		 name);
}

static void save(char *copy, size_t size, json_object *json,
		 const char *pointer)
{
	(void)snprintf(copy, size, "%s", json_text(json, pointer));
	assert_true(copy[0] != '\0');
}

static void every_link_has_an_assigned_mac(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	(void)e2e_conf(e2e, conf, "1.0.0", "", "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	assert_assigned(e2e->host, "cni0");
	assert_assigned(e2e->host, json_text(result, "/interfaces/1/name"));
	assert_assigned(e2e->pods[0], "eth0");
	json_object_put(result);
}

static void the_bridge_keeps_its_mac(struct e2e *e2e, const char *keys,
				     const char *subnets)
{
	char conf[E2E_CONF_MAX];
	json_object *result;
	char mac[18];
	char now[18];

	(void)e2e_conf(e2e, conf, "1.0.0", keys, subnets);
	result = e2e_add(e2e, "first", 0, conf);
	save(mac, sizeof(mac), result, "/interfaces/0/mac");
	json_object_put(result);
	for (int i = 0; i < 20; i++) {
		result = e2e_add(e2e, "c1", 1, conf);
		save(now, sizeof(now), result, "/interfaces/0/mac");
		assert_string_equal(now, mac);
		json_object_put(result);
		if (i == 10)
			e2e_del(e2e, "first", 0, conf);
		e2e_del(e2e, "c1", 1, conf);
	}
	result = netns_json(e2e->host, "ip -j link show cni0");
	assert_string_equal(json_text(result, "/0/address"), mac);
	json_object_put(result);
}

static void a_gateway_bridge_keeps_its_mac(void **state)
{
	the_bridge_keeps_its_mac(*state, ",\"isGateway\":true", "10.1.0.0/24");
}

static void a_plain_bridge_keeps_its_mac(void **state)
{
	the_bridge_keeps_its_mac(*state, "", NULL);
}

static void a_bridge_of_somebody_else_keeps_its_mac(void **state)
{
	sh("ip link add cni0 type bridge");
	the_bridge_keeps_its_mac(*state, "", NULL);
}

/* It would cost the bridge what it knows of its neighbours. */
static void the_mac_of_our_bridge_is_not_set_again(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	/* One in 64 nodes has such a one. */
	sh("ip link set cni0 address fe:00:00:00:00:01 && "
	   "ip neigh add 10.1.0.99 lladdr 02:00:00:00:00:99 dev cni0");
	json_object_put(e2e_add(e2e, "c2", 1, conf));
	assert_output("ip neigh show dev cni0", "02:00:00:00:00:99", NULL);
}

static void a_bridge_without_mac_gets_one(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	/* What the kernel does to a bridge whose last port has left. */
	sh("ip link add cni0 type bridge && ip link add x master cni0 type "
	   "veth peer y && ip link del x && ip link show cni0 | "
	   "grep -q 00:00:00:00:00:00");
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_no_output("ip link show cni0", "00:00:00:00:00:00", NULL);
	assert_assigned(e2e->host, "cni0");
}

static void a_reused_address_has_the_same_mac(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;
	char first[18];
	char second[18];

	(void)e2e_conf(e2e, conf, "1.0.0", "", "10.1.0.0/30");
	result = e2e_add(e2e, "c1", 0, conf);
	save(first, sizeof(first), result, "/interfaces/2/mac");
	json_object_put(result);
	e2e_del(e2e, "c1", 0, conf);
	result = e2e_add(e2e, "other", 1, conf);
	save(second, sizeof(second), result, "/interfaces/2/mac");
	assert_string_equal(first, second);
	json_object_put(result);
}

static void a_mac_that_is_taken_on_the_bridge_is_not_used(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;
	char first[18];
	char second[18];

	(void)e2e_conf(e2e, conf, "1.0.0", "", "10.1.0.0/30");
	result = e2e_add(e2e, "c1", 0, conf);
	save(first, sizeof(first), result, "/interfaces/2/mac");
	json_object_put(result);
	e2e_del(e2e, "c1", 0, conf);
	sh("ip link add x master cni0 type veth peer y && "
	   "bridge fdb add %s dev x master static",
	   first);
	result = e2e_add(e2e, "other", 1, conf);
	save(second, sizeof(second), result, "/interfaces/2/mac");
	assert_string_not_equal(first, second);
	json_object_put(result);
}

static void assert_mtu(int netns, const char *name, int mtu)
{
	json_object *link = netns_json(netns, "ip -j link show dev %s", name);

	assert_int_equal(json_number(link, "/0/mtu"), mtu);
	json_object_put(link);
}

static void mtu_follows_the_uplink(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];
	json_object *result;

	sh("ip link add up0 mtu 1400 type veth peer name gw netns p3 && "
	   "ip addr add 192.0.2.2/24 dev up0 && ip link set up0 up && "
	   "ip -n p3 link set gw up && "
	   "ip route add default via 192.0.2.1");
	(void)e2e_conf(e2e, conf, "1.1.0", "", "10.1.0.0/24");
	result = e2e_add(e2e, "c1", 0, conf);
	for (int i = 0; i < 3; i++) {
		char pointer[32];

		(void)snprintf(pointer, sizeof(pointer), "/interfaces/%d/mtu",
			       i);
		assert_int_equal(json_number(result, pointer), 1400);
	}
	assert_mtu(e2e->host, "cni0", 1400);
	assert_mtu(e2e->host, json_text(result, "/interfaces/1/name"), 1400);
	assert_mtu(e2e->pods[0], "eth0", 1400);
	json_object_put(result);
}

static void an_existing_bridge_is_never_raised(void **state)
{
	struct e2e *e2e = *state;
	char conf[E2E_CONF_MAX];

	sh("ip link add cni0 mtu 1300 type bridge && "
	   "ip link add up0 type veth peer name gw netns p3 && "
	   "ip addr add 192.0.2.2/24 dev up0 && ip link set up0 up && "
	   "ip -n p3 link set gw up && ip route add default via 192.0.2.1");
	(void)e2e_conf(e2e, conf, "1.1.0", "", "10.1.0.0/24");
	json_object_put(e2e_add(e2e, "c1", 0, conf));
	assert_mtu(e2e->host, "cni0", 1300);
	assert_mtu(e2e->pods[0], "eth0", 1300);
}

/* Its ports listen and learn for half a minute. */
static void spanning_tree_is_not_waited_for(void **state)
{
	struct e2e *e2e = *state;
	struct e2e_answer answer;
	char conf[E2E_CONF_MAX];

	sh("ip link add cni0 type bridge stp_state 1");
	(void)e2e_conf(e2e, conf, "1.1.0", ",\"isGateway\":true",
		       "10.1.0.0/24");
	e2e_call(e2e, "bridge", "ADD", "c1", e2e->pod_paths[0], conf, &answer);
	assert_int_equal(answer.status, 0);
	assert_non_null(strstr(answer.err, "spanning tree"));
	e2e_answer_done(&answer);
	assert_output("ip -d link show master cni0", "state listening", NULL);
	e2e_del(e2e, "c1", 0, conf);
}

/*
 * A keeper and the host know an address' owner; another pod gets it.  Both must
 * reach it at once, although their entry is fresh.
 */
static void a_reused_address_answers_at_once(struct e2e *e2e,
					     const char *subnet,
					     const char *address)
{
	char conf[E2E_CONF_MAX];
	char keys[256];

	/* Different MACs, as if the derived ones did not help. */
	(void)e2e_conf(e2e, conf, "1.0.0", ",\"isGateway\":true", subnet);
	json_object_put(e2e_add(e2e, "keeper", 0, conf));
	json_object_put(e2e_add(e2e, "c1", 1, conf));
	assert_true(e2e_ping(e2e->host, address));
	assert_true(e2e_ping(e2e->pods[0], address));
	e2e_del(e2e, "c1", 1, conf);
	sh("rm -f %s/leases/net/last_reserved_ip.0", e2e->dir);
	(void)snprintf(keys, sizeof(keys),
		       ",\"isGateway\":true,"
		       "\"runtimeConfig\":{\"mac\":\"02:00:00:00:00:99\"}");
	(void)e2e_conf(e2e, conf, "1.0.0", keys, subnet);
	json_object_put(e2e_add(e2e, "c2", 2, conf));
	assert_true(e2e_ping_at_once(e2e->host, address));
	assert_true(e2e_ping_at_once(e2e->pods[0], address));
}

static void a_reused_ipv4_address_answers_at_once(void **state)
{
	a_reused_address_answers_at_once(*state, "10.1.0.0/24", "10.1.0.3");
}

static void a_reused_ipv6_address_answers_at_once(void **state)
{
	a_reused_address_answers_at_once(*state, "fd00:1::/64", "fd00:1::3");
}

int main(void)
{
#define E2E_TEST(name) \
	cmocka_unit_test_setup_teardown(name, e2e_setup, e2e_teardown)
	const struct CMUnitTest tests[] = {
		E2E_TEST(every_link_has_an_assigned_mac),
		E2E_TEST(a_gateway_bridge_keeps_its_mac),
		E2E_TEST(a_plain_bridge_keeps_its_mac),
		E2E_TEST(a_bridge_of_somebody_else_keeps_its_mac),
		E2E_TEST(the_mac_of_our_bridge_is_not_set_again),
		E2E_TEST(a_bridge_without_mac_gets_one),
		E2E_TEST(a_reused_address_has_the_same_mac),
		E2E_TEST(a_mac_that_is_taken_on_the_bridge_is_not_used),
		E2E_TEST(mtu_follows_the_uplink),
		E2E_TEST(an_existing_bridge_is_never_raised),
		E2E_TEST(spanning_tree_is_not_waited_for),
		E2E_TEST(a_reused_ipv4_address_answers_at_once),
		E2E_TEST(a_reused_ipv6_address_answers_at_once),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
