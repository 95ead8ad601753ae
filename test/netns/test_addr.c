/* SPDX-License-Identifier: Apache-2.0 */
/* test_addr.c - addresses and neighbours, seen by iproute2 */
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "cni/addr.h"
#include "cni/link.h"
#include "cni/neigh.h"
#include "netns_env.h"
#include "table.h"

static void set_up(struct netns_env *env, uint32_t index)
{
	assert_int_equal(cni_link_set_flags(&env->pod_nl, index, IFF_UP, IFF_UP,
					    NULL),
			 0);
}

static void an_ipv4_address_has_its_broadcast_address(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(json) json_object *seen = NULL;
	uint32_t index = netns_wire(env);
	struct cni_prefix a = test_prefix("10.1.0.2/24");
	struct cni_prefix b = test_prefix("10.2.0.2/31");

	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a, 0, NULL), 0);
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &b, 0, NULL), 0);
	seen = netns_json(env->pod, "ip -j -4 addr show dev eth0");
	assert_string_equal(json_text(seen, "/0/addr_info/0/local"),
			    "10.1.0.2");
	assert_int_equal(json_number(seen, "/0/addr_info/0/prefixlen"), 24);
	assert_string_equal(json_text(seen, "/0/addr_info/0/broadcast"),
			    "10.1.0.255");
	assert_string_equal(json_text(seen, "/0/addr_info/1/local"),
			    "10.2.0.2");
	assert_false(json_has(seen, "/0/addr_info/1/broadcast"));
}

static void an_equal_address_is_an_error_unless_tolerated(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	struct cni_prefix a = test_prefix("fd00::2/64");
	struct cni_error err;

	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a, 0, NULL), 0);
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a, 0, &err),
			 -EEXIST);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "add address fd00::2/64: File exists");
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a,
					CNI_IFADDR_MAY_EXIST, NULL),
			 0);
	assert_int_equal(cni_ifaddr_del(&env->pod_nl, index, &a, NULL), 0);
	assert_int_equal(cni_ifaddr_del(&env->pod_nl, index, &a, NULL),
			 -EADDRNOTAVAIL);
}

static void only_one_interfaces_addresses_are_listed(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list both = { 0 };
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list v6 = { 0 };
	uint32_t index = netns_wire(env);
	char text[CNI_PREFIX_STRLEN];

	netns_sh(env->pod, "ip link set lo up; ip link add x type bridge;"
			   "ip addr add 10.9.0.1/24 dev x;"
			   "ip addr add 10.1.0.2/24 dev eth0;"
			   "ip addr add 10.1.0.3/24 dev eth0;"
			   "ip addr add fd00::2/64 dev eth0 nodad");
	assert_int_equal(
		cni_ifaddr_get(&env->pod_nl, index, AF_UNSPEC, &both, NULL), 0);
	assert_int_equal(both.count, 3);
	assert_string_equal(cni_prefix_format(&both.items[0].prefix, text),
			    "10.1.0.2/24");
	assert_string_equal(cni_prefix_format(&both.items[1].prefix, text),
			    "10.1.0.3/24");
	assert_string_equal(cni_prefix_format(&both.items[2].prefix, text),
			    "fd00::2/64");
	assert_true(both.items[0].flags & IFA_F_PERMANENT);
	assert_true(both.items[2].flags & IFA_F_NODAD);
	assert_int_equal(
		cni_ifaddr_get(&env->pod_nl, index, AF_INET6, &v6, NULL), 0);
	assert_int_equal(v6.count, 1);
	assert_int_equal(cni_ifaddr_get(&env->pod_nl, 999, AF_INET, &v6, NULL),
			 -ENODEV);
}

static void nodad_addresses_are_usable_at_once(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list list = { 0 };
	uint32_t index = netns_wire(env);
	struct cni_prefix a = test_prefix("fd00::2/64");

	set_up(env, index);
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a,
					CNI_IFADDR_NODAD, NULL),
			 0);
	assert_int_equal(
		cni_ifaddr_get(&env->pod_nl, index, AF_INET6, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++)
		if (cni_prefix_equal(&list.items[i].prefix, &a))
			assert_false(list.items[i].flags & IFA_F_TENTATIVE);
}

static void waiting_for_dad_ends_when_it_is_done(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list list = { 0 };
	uint32_t index = netns_wire(env);
	struct cni_prefix a = test_prefix("fd00::2/64");
	int64_t start;

	/* The detection itself then takes a tenth of a second, not 1 to 2. */
	netns_sh(env->pod, "cd /proc/sys/net/ipv6; echo 0 > "
			   "conf/eth0/router_solicitation_delay;"
			   "echo 100 > neigh/eth0/retrans_time_ms");
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a, 0, NULL), 0);
	set_up(env, index);
	start = cni_nl_now_ms();
	assert_int_equal(cni_ifaddr_wait_dad(&env->pod_nl, index, start + 5000,
					     NULL),
			 0);
	assert_true(cni_nl_now_ms() - start < 4000);
	assert_int_equal(
		cni_ifaddr_get(&env->pod_nl, index, AF_INET6, &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_false((list.items[0].flags | list.items[1].flags) &
		     IFA_F_TENTATIVE);
}

static void a_duplicate_address_is_named(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	struct cni_prefix a = test_prefix("fd00::2/64");
	struct cni_error err;

	netns_sh(env->host, "ip addr add fd00::2/64 dev veth0 nodad");
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a, 0, NULL), 0);
	set_up(env, index);
	assert_int_equal(cni_ifaddr_wait_dad(&env->pod_nl, index,
					     cni_nl_now_ms() + 8000, &err),
			 -EADDRINUSE);
	assert_error(&err, CNI_CODE_ADDRESS_CONFLICT,
		     "address fd00::2/64 is in use by another host");
}

static void waiting_for_dad_has_a_deadline(void **state)
{
	struct netns_env *env = *state;
	uint32_t index = netns_wire(env);
	struct cni_prefix a = test_prefix("fd00::2/64");
	struct cni_error err;

	/* Down: detection does not even start. */
	assert_int_equal(cni_ifaddr_add(&env->pod_nl, index, &a, 0, NULL), 0);
	assert_int_equal(cni_ifaddr_wait_dad(&env->pod_nl, index,
					     cni_nl_now_ms() + 30, &err),
			 -ETIMEDOUT);
	assert_int_equal(err.code, CNI_CODE_LINK_NOT_UP);
}

static void neighbours_are_forgotten(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(json) json_object *seen = NULL;
	const struct cni_addr v4 = test_addr("10.1.0.9");
	const struct cni_addr v6 = test_addr("fd00::9");
	uint32_t index = netns_wire(env);

	netns_sh(env->pod,
		 "ip link set eth0 up;"
		 "ip neigh add 10.1.0.9 lladdr 02:00:00:00:00:01 dev eth0"
		 " nud reachable;"
		 "ip neigh add fd00::9 lladdr 02:00:00:00:00:01 dev eth0"
		 " nud permanent;"
		 "ip neigh add 10.1.0.8 lladdr 02:00:00:00:00:01 dev eth0");
	assert_int_equal(cni_neigh_del(&env->pod_nl, index, &v4, NULL), 0);
	assert_int_equal(cni_neigh_del(&env->pod_nl, index, &v6, NULL), 0);
	assert_int_equal(cni_neigh_del(&env->pod_nl, index, &v4, NULL), 0);
	assert_true(cni_neigh_del(&env->pod_nl, 99, &v4, NULL) < 0);
	seen = netns_json(env->pod, "ip -j neigh show dev eth0");
	assert_string_equal(json_text(seen, "/0/dst"), "10.1.0.8");
	assert_false(json_has(seen, "/1"));
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(an_ipv4_address_has_its_broadcast_address),
		T(an_equal_address_is_an_error_unless_tolerated),
		T(only_one_interfaces_addresses_are_listed),
		T(nodad_addresses_are_usable_at_once),
		T(waiting_for_dad_ends_when_it_is_done),
		T(a_duplicate_address_is_named),
		T(waiting_for_dad_has_a_deadline),
		T(neighbours_are_forgotten),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
