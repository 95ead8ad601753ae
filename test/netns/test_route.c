/* SPDX-License-Identifier: Apache-2.0 */
/* test_route.c - routes and whole interface set-ups, seen by iproute2 */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/ifsetup.h"
#include "cni/link.h"
#include "cni/route.h"
#include "netns_env.h"
#include "table.h"

static void set_up(struct netns_env *env, uint32_t index)
{
	assert_int_equal(cni_link_set_flags(&env->pod_nl, index, IFF_UP, IFF_UP,
					    NULL),
			 0);
}

static void every_field_of_a_route_is_applied(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(json) json_object *seen = NULL;
	uint32_t index = netns_wire(env);
	struct cni_rt rt = {
		.dst = test_prefix("10.50.0.0/16"),
		.gw = test_addr("10.1.0.1"),
		.index = index,
		.table = 1000,
		.priority = 7,
		.mtu = 1300,
		.advmss = 1200,
		.src = test_addr("10.1.0.2"),
	};
	bool exists = false;

	netns_sh(env->pod, "ip addr add 10.1.0.2/24 dev eth0; "
			   "ip link set eth0 up");
	assert_int_equal(cni_rt_add(&env->pod_nl, &rt, NULL), 0);
	seen = netns_json(env->pod, "ip -j -d route show table 1000");
	assert_string_equal(json_text(seen, "/0/dst"), "10.50.0.0/16");
	assert_string_equal(json_text(seen, "/0/gateway"), "10.1.0.1");
	assert_string_equal(json_text(seen, "/0/dev"), "eth0");
	assert_string_equal(json_text(seen, "/0/protocol"), "boot");
	assert_string_equal(json_text(seen, "/0/scope"), "global");
	assert_string_equal(json_text(seen, "/0/prefsrc"), "10.1.0.2");
	assert_int_equal(json_number(seen, "/0/metric"), 7);
	assert_int_equal(json_number(seen, "/0/metrics/0/mtu"), 1300);
	assert_int_equal(json_number(seen, "/0/metrics/0/advmss"), 1200);

	assert_int_equal(cni_rt_exists(&env->pod_nl, &rt, &exists, NULL), 0);
	assert_true(exists);
	assert_int_equal(cni_rt_del(&env->pod_nl, &rt, NULL), 0);
	assert_int_equal(cni_rt_del(&env->pod_nl, &rt, NULL), -ESRCH);
	assert_int_equal(cni_rt_exists(&env->pod_nl, &rt, &exists, NULL), 0);
	assert_false(exists);
}

static void a_route_is_found_only_if_all_given_fields_agree(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	const struct cni_rt right = {
		.dst = test_prefix("fd10::/64"),
		.gw = test_addr("fd00::1"),
		.index = index,
		.priority = 5,
		.mtu = 1300,
	};
	struct cni_rt wrong[6];
	bool exists = false;

	netns_sh(env->pod, "ip addr add fd00::2/64 dev eth0 nodad; "
			   "ip link set eth0 up");
	assert_int_equal(cni_rt_add(&env->pod_nl, &right, NULL), 0);
	assert_int_equal(cni_rt_exists(&env->pod_nl, &right, &exists, NULL), 0);
	assert_true(exists);
	for (size_t i = 0; i < 6; i++)
		wrong[i] = right;
	wrong[0].dst = test_prefix("fd10::/63");
	wrong[1].gw = test_addr("fd00::3");
	wrong[2].index = 1;
	wrong[3].priority = 6;
	wrong[4].mtu = 1301;
	wrong[5].table = 4242;
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(cni_rt_exists(&env->pod_nl, &wrong[i], &exists,
					       NULL),
				 0);
		assert_false(exists);
	}
}

static void next_hops_of_multipath_routes_count_as_routes(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	struct cni_rt rt = {
		.dst = test_prefix("10.50.0.0/16"),
		.gw = test_addr("10.1.0.5"),
		.index = index,
	};
	bool exists = false;

	netns_sh(env->pod,
		 "ip addr add 10.1.0.2/24 dev eth0; ip link set eth0 up;"
		 "ip route add 10.50.0.0/16 nexthop via 10.1.0.4 dev eth0"
		 " nexthop via 10.1.0.5 dev eth0");
	assert_int_equal(cni_rt_exists(&env->pod_nl, &rt, &exists, NULL), 0);
	assert_true(exists);
	rt.gw = test_addr("10.1.0.6");
	assert_int_equal(cni_rt_exists(&env->pod_nl, &rt, &exists, NULL), 0);
	assert_false(exists);
}

static void a_refused_route_is_described(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	struct cni_rt rt = {
		.dst = test_prefix("10.0.0.0/8"),
		.gw = test_addr("192.168.1.1"),
		.index = index,
		.priority = 5,
		.table = 100,
	};
	struct cni_error err = { 0 };

	set_up(env, index);
	assert_int_equal(cni_rt_add(&env->pod_nl, &rt, &err), -ENETUNREACH);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "add route 10.0.0.0/8 via 192.168.1.1 metric 5 table 100: "
		     "Network is unreachable");
	assert_string_equal(err.details, "Nexthop has invalid gateway");
}

static void a_lookup_finds_the_way(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	struct cni_addr there = test_addr("10.50.1.1");
	struct cni_addr nowhere = test_addr("fd99::1");
	struct cni_error err;
	struct cni_rt rt;

	netns_sh(env->pod,
		 "ip addr add 10.1.0.2/24 dev eth0; ip link set eth0 up;"
		 "ip route add default via 10.1.0.1;"
		 "ip route add 10.50.0.0/16 via 10.1.0.7 mtu 1234");
	assert_int_equal(cni_rt_lookup(&env->pod_nl, &there, &rt, NULL), 0);
	assert_int_equal(rt.index, index);
	assert_int_equal(rt.dst.len, 16);
	assert_int_equal(rt.mtu, 1234);
	there = test_addr("10.1.0.7");
	assert_true(cni_addr_equal(&rt.gw, &there));
	assert_int_equal(cni_rt_lookup(&env->pod_nl, &nowhere, &rt, &err),
			 -ENETUNREACH);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "look up route to fd99::1: Network is unreachable");
}

static uint32_t uplink_mtu(struct netns_env *env)
{
	uint32_t mtu = 77;

	assert_int_equal(cni_rt_uplink_mtu(&env->nl, &mtu, NULL), 0);
	return mtu;
}

static void the_uplinks_mtu_is_the_smallest_way_out(void **state)
{
	struct netns_env *env = *state;

	assert_int_equal(uplink_mtu(env), 0);
	netns_sh(env->host, "for i in 1 2 3; do "
			    "ip link add u$i mtu 13${i}0 type veth peer p$i;"
			    "ip link set u$i up; ip link set p$i up;"
			    "ip addr add 10.$i.0.2/24 dev u$i;"
			    "ip addr add fd00:$i::2/64 dev u$i nodad; done");
	netns_sh(env->host, "ip route add default via 10.3.0.1");
	assert_int_equal(uplink_mtu(env), 1330);
	/* IPv6 leaves by another interface. */
	netns_sh(env->host, "ip -6 route add default via fd00:2::1");
	assert_int_equal(uplink_mtu(env), 1320);
	/* Several next hops. */
	netns_sh(env->host, "ip -6 route del default; ip route del default;"
			    "ip route add default nexthop via 10.3.0.1"
			    " nexthop via 10.1.0.1");
	assert_int_equal(uplink_mtu(env), 1310);
	/* The two halves of a VPN client's default route. */
	netns_sh(env->host, "ip route flush root 0/0 exact 0/0 table main;"
			    "ip route add default via 10.3.0.1;"
			    "ip route add 0.0.0.0/1 via 10.1.0.1;"
			    "ip route add 128.0.0.0/1 via 10.1.0.1");
	assert_int_equal(uplink_mtu(env), 1310);
	/* A route's own MTU. */
	netns_sh(env->host, "ip route replace 128.0.0.0/1 via 10.3.0.1 "
			    "mtu lock 1000");
	assert_int_equal(uplink_mtu(env), 1000);
}

static void a_prohibited_way_out_is_none(void **state)
{
	struct netns_env *env = *state;

	netns_sh(env->host, "ip link set lo up;"
			    "ip route add unreachable default;"
			    "ip -6 route add unreachable default dev lo");
	assert_int_equal(uplink_mtu(env), 0);
}

static void one_request_makes_a_pod_ready(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(json) json_object *addrs = NULL;
	CNI_CLEANUP(json) json_object *v4 = NULL;
	CNI_CLEANUP(json) json_object *v6 = NULL;
	const struct cni_prefix ips[] = { test_prefix("10.1.0.2/24"),
					  test_prefix("fd00::2/64") };
	const struct cni_rt routes[] = {
		{ .dst = test_prefix("0.0.0.0/0"),
		  .gw = test_addr("10.1.0.1") },
		{ .dst = test_prefix("::/0"), .gw = test_addr("fd00::1") },
	};
	struct cni_ifsetup setup = {
		.index = netns_wire(env),
		.name = "eth0",
		.addrs = ips,
		.addr_count = 2,
		.addr_flags = CNI_IFADDR_NODAD,
		.up = true,
		.arp_notify = true,
		.routes = routes,
		.route_count = 2,
	};
	struct cni_error err;

	if (cni_ifsetup_apply(&env->pod_nl, &setup, &err) < 0)
		fail_msg("%s (%s)", err.msg, err.details);
	addrs = netns_json(env->pod, "ip -j addr show dev eth0");
	assert_string_equal(json_text(addrs, "/0/addr_info/0/local"),
			    "10.1.0.2");
	assert_string_equal(json_text(addrs, "/0/addr_info/1/local"),
			    "fd00::2");
	assert_false(json_has(addrs, "/0/addr_info/1/tentative"));
	assert_non_null(strstr(json_text(addrs, "/0/flags"), "\"UP\""));
	v4 = netns_json(env->pod, "ip -j route show default");
	assert_string_equal(json_text(v4, "/0/gateway"), "10.1.0.1");
	v6 = netns_json(env->pod, "ip -j -6 route show default");
	assert_string_equal(json_text(v6, "/0/gateway"), "fd00::1");
	netns_sh(env->pod,
		 "grep -qx 1 /proc/sys/net/ipv4/conf/eth0/arp_notify");
}

static void the_refused_part_of_a_setup_is_named(void **state)
{
	struct netns_env *env = *state;
	const struct cni_prefix ips[] = { test_prefix("10.1.0.2/24"),
					  test_prefix("10.1.0.2/24") };
	const struct cni_rt routes[] = {
		{ .dst = test_prefix("10.9.0.0/16"),
		  .gw = test_addr("10.1.0.1") },
		{ .dst = test_prefix("10.9.0.1/16"),
		  .gw = test_addr("10.1.0.1") },
	};
	struct cni_ifsetup setup = {
		.index = netns_wire(env),
		.name = "eth0",
		.addrs = ips,
		.addr_count = 1,
		.up = true,
		.routes = routes,
		.route_count = 2,
	};
	struct cni_error err;

	assert_int_equal(cni_ifsetup_apply(&env->pod_nl, &setup, &err),
			 -EINVAL);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "failed to add route '10.9.0.1/16 via 10.1.0.1': "
		     "Invalid argument");
	netns_sh(env->pod, "ip addr flush dev eth0");
	setup.addr_count = 2;
	assert_int_equal(cni_ifsetup_apply(&env->pod_nl, &setup, &err),
			 -EEXIST);
	assert_non_null(strstr(
		err.msg, "failed to add IP addr 10.1.0.2/24 to \"eth0\": "));
	setup.index = 99;
	setup.addr_count = 0;
	setup.route_count = 0;
	assert_int_equal(cni_ifsetup_apply(&env->pod_nl, &setup, &err),
			 -ENODEV);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "failed to set \"eth0\" UP: No such device");
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(every_field_of_a_route_is_applied),
		T(a_route_is_found_only_if_all_given_fields_agree),
		T(next_hops_of_multipath_routes_count_as_routes),
		T(a_refused_route_is_described),
		T(a_lookup_finds_the_way),
		T(the_uplinks_mtu_is_the_smallest_way_out),
		T(a_prohibited_way_out_is_none),
		T(one_request_makes_a_pod_ready),
		T(the_refused_part_of_a_setup_is_named),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
