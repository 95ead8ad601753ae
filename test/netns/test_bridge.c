/* SPDX-License-Identifier: Apache-2.0 */
/* test_bridge.c - bridges, their ports and VLANs, seen by iproute2 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/bridge.h"
#include "cni/link.h"
#include "netns_env.h"
#include "table.h"

static const struct cni_bridge_spec plain = {
	.name = "br0",
	.mac = { { 2, 0, 0, 0, 0, 9 } },
	.mtu = 1400,
};

static void a_new_bridge_comes_up_complete(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(json) json_object *seen = NULL;
	struct cni_link bridge;
	bool created = false;

	assert_int_equal(cni_bridge_ensure(&env->nl, &plain, &bridge, &created,
					   NULL),
			 0);
	assert_true(created);
	assert_string_equal(bridge.kind, "bridge");
	assert_true(cni_mac_equal(&bridge.mac, &plain.mac));
	assert_false(bridge.bridge.vlan_filtering);
	seen = netns_json(env->host, "ip -j -d link show dev br0");
	assert_int_equal(json_number(seen, "/0/ifindex"), bridge.index);
	assert_string_equal(json_text(seen, "/0/address"), "02:00:00:00:00:09");
	assert_int_equal(json_number(seen, "/0/mtu"), 1400);
	assert_non_null(strstr(json_text(seen, "/0/flags"), "\"UP\""));
}

static void its_address_does_not_follow_its_ports(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge;
	struct cni_link again;

	assert_int_equal(
		cni_bridge_ensure(&env->nl, &plain, &bridge, NULL, NULL), 0);
	netns_sh(env->host,
		 "ip link add v0 address 00:00:00:00:00:01 type veth peer v1 &&"
		 "ip link set v0 master br0 up && ip link del v0");
	assert_int_equal(cni_link_get(&env->nl, "br0", &again, NULL), 0);
	assert_true(cni_mac_equal(&again.mac, &plain.mac));
}

static void an_existing_bridge_is_found_and_set_up(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge;
	struct cni_link seen;
	bool created = true;

	netns_sh(env->host, "ip link add br0 mtu 1300 type bridge");
	assert_int_equal(cni_bridge_ensure(&env->nl, &plain, &bridge, &created,
					   NULL),
			 0);
	assert_false(created);
	assert_int_equal(cni_link_get(&env->nl, "br0", &seen, NULL), 0);
	assert_true(seen.flags & IFF_UP);
	assert_int_equal(seen.mtu, 1300);
	assert_int_equal(seen.index, bridge.index);
}

static void another_kind_of_that_name_is_refused(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge;
	struct cni_error err;

	netns_sh(env->host, "ip link add br0 type veth peer name x");
	assert_int_equal(cni_bridge_ensure(&env->nl, &plain, &bridge, NULL,
					   &err),
			 -EEXIST);
	assert_error(&err, CNI_CODE_NOT_A_BRIDGE,
		     "\"br0\" already exists but is not a bridge");
}

static void the_kernels_own_words_are_in_the_details(void **state)
{
	struct netns_env *env = *state;
	struct cni_bridge_spec spec = { .name = "br0", .mtu = 65 };
	struct cni_link bridge;
	struct cni_error err = { 0 };

	assert_int_equal(cni_bridge_ensure(&env->nl, &spec, &bridge, NULL,
					   &err),
			 -EINVAL);
	assert_error(&err, CNI_CODE_INTERNAL,
		     "could not add \"br0\": Invalid argument");
	assert_non_null(strstr(err.details, "mtu less than device minimum"));
}

static void flags_master_mtu_and_alias_can_be_changed(void **state)
{
	struct netns_env *env = *state;
	static const struct cni_mac mac = { { 2, 9, 9, 9, 9, 9 } };
	struct cni_link bridge;
	struct cni_link port;

	assert_int_equal(
		cni_bridge_ensure(&env->nl, &plain, &bridge, NULL, NULL), 0);
	netns_sh(env->host, "ip link add v0 type veth peer name v1");
	assert_int_equal(cni_link_get(&env->nl, "v0", &port, NULL), 0);
	assert_int_equal(cni_link_set_master(&env->nl, port.index, bridge.index,
					     NULL),
			 0);
	assert_int_equal(cni_link_set_mac(&env->nl, port.index, &mac, NULL), 0);
	assert_int_equal(cni_link_set_mtu(&env->nl, port.index, 1280, NULL), 0);
	assert_int_equal(
		cni_link_set_alias(&env->nl, port.index, "some text", NULL), 0);
	assert_int_equal(cni_link_set_flags(&env->nl, port.index,
					    IFF_UP | IFF_PROMISC,
					    IFF_UP | IFF_PROMISC, NULL),
			 0);
	assert_int_equal(
		cni_link_set_port(&env->nl, port.index, true, true, NULL), 0);
	assert_int_equal(cni_link_get(&env->nl, "v0", &port, NULL), 0);
	assert_int_equal(port.master, bridge.index);
	assert_true(cni_mac_equal(&port.mac, &mac));
	assert_int_equal(port.mtu, 1280);
	assert_string_equal(port.alias, "some text");
	assert_int_equal(port.flags & (IFF_UP | IFF_PROMISC),
			 IFF_UP | IFF_PROMISC);
	assert_true(port.port.hairpin && port.port.isolated);

	assert_int_equal(cni_link_set_flags(&env->nl, port.index, IFF_PROMISC,
					    0, NULL),
			 0);
	assert_int_equal(
		cni_link_set_port(&env->nl, port.index, false, false, NULL), 0);
	assert_int_equal(cni_link_set_alias(&env->nl, port.index, "", NULL), 0);
	assert_int_equal(cni_link_get(&env->nl, "v0", &port, NULL), 0);
	assert_int_equal(port.flags & (IFF_UP | IFF_PROMISC), IFF_UP);
	assert_false(port.port.hairpin || port.port.isolated);
	assert_string_equal(port.alias, "");
	assert_int_equal(cni_link_set_master(&env->nl, port.index, 0, NULL), 0);
	assert_int_equal(cni_link_get(&env->nl, "v0", &port, NULL), 0);
	assert_int_equal(port.master, 0);
	assert_false(port.is_port);
}

static void port_flags_of_what_is_no_port_are_refused(void **state)
{
	struct netns_env *env = *state;
	struct cni_link link;
	struct cni_error err;

	netns_sh(env->host, "ip link add v0 type veth peer name v1");
	assert_int_equal(cni_link_get(&env->nl, "v0", &link, NULL), 0);
	assert_true(cni_link_set_port(&env->nl, link.index, true, false, &err) <
		    0);
	assert_non_null(strstr(err.msg, "set port flags"));
}

static void ports_are_counted_per_bridge(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge;
	size_t count = 99;

	assert_int_equal(
		cni_bridge_ensure(&env->nl, &plain, &bridge, NULL, NULL), 0);
	assert_int_equal(cni_bridge_ports(&env->nl, bridge.index, &count, NULL),
			 0);
	assert_int_equal(count, 0);
	netns_sh(env->host,
		 "ip link add br1 type bridge;"
		 "for i in 1 2 3; do ip link add a$i type veth peer name b$i;"
		 "ip link set a$i master br0; ip link set b$i master br1; done;"
		 "ip link set b3 nomaster");
	assert_int_equal(cni_bridge_ports(&env->nl, bridge.index, &count, NULL),
			 0);
	assert_int_equal(count, 3);
}

static int stop_at_first(const struct nlmsghdr *message, void *data)
{
	int *calls = data;

	if (!message)
		return 0;
	(*calls)++;
	return 1;
}

static int fail_at_first(const struct nlmsghdr *message, void *data)
{
	(void)data;
	return message ? -ECANCELED : 0;
}

static void a_dump_can_be_left_early_and_the_socket_stays_usable(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge;
	struct cni_error err;
	size_t count = 0;
	int calls = 0;

	assert_int_equal(
		cni_bridge_ensure(&env->nl, &plain, &bridge, NULL, NULL), 0);
	/* More than one datagram: an interface takes about 1 KiB of 32. */
	netns_sh(env->host, "for i in $(seq 50); do "
			    "echo link add a$i type veth peer name b$i;"
			    "echo link set a$i master br0;"
			    "echo link set b$i master br0; done | ip -batch -");
	assert_int_equal(cni_bridge_each_port(&env->nl, bridge.index,
					      stop_at_first, &calls, NULL),
			 0);
	assert_int_equal(calls, 1);
	assert_int_equal(cni_bridge_each_port(&env->nl, bridge.index,
					      fail_at_first, NULL, &err),
			 -ECANCELED);
	assert_int_equal(cni_bridge_ports(&env->nl, bridge.index, &count, NULL),
			 0);
	assert_int_equal(count, 100);
}

/* Skips, with the reason printed, where the kernel has no VLAN filtering. */
static struct cni_link vlan_bridge_or_skip(struct netns_env *env)
{
	struct cni_bridge_spec spec = plain;
	struct cni_link bridge = { 0 };
	struct cni_error err;

	spec.vlan_filtering = true;
	if (cni_bridge_ensure(&env->nl, &spec, &bridge, NULL, &err) < 0) {
		assert_int_equal(err.code, CNI_CODE_KERNEL_FEATURE);
		assert_int_equal(err.sys_errno, EOPNOTSUPP);
		print_message("SKIP: this kernel has no bridge VLAN filtering: "
			      "%s\n",
			      err.msg);
		skip();
	}
	return bridge;
}

static void vlan_filtering_is_on_from_birth_or_switched_on(void **state)
{
	struct netns_env *env = *state;
	struct cni_link bridge = vlan_bridge_or_skip(env);
	struct cni_link seen;

	assert_true(bridge.bridge.vlan_filtering);
	assert_int_equal(bridge.bridge.default_pvid, 1);
	assert_int_equal(cni_bridge_set_vlan_filtering(&env->nl, bridge.index,
						       false, NULL),
			 0);
	assert_int_equal(cni_link_get(&env->nl, "br0", &seen, NULL), 0);
	assert_false(seen.bridge.vlan_filtering);
	(void)vlan_bridge_or_skip(env);
	assert_int_equal(cni_link_get(&env->nl, "br0", &seen, NULL), 0);
	assert_true(seen.bridge.vlan_filtering);
}

static void vlans_go_on_and_off_a_port_as_ranges(void **state)
{
	static const struct cni_vlan_range all = { 1, 4094, false, false };
	static const struct cni_vlan_range wanted[] = {
		{ .first = 7, .last = 7, .pvid = true, .untagged = true },
		{ .first = 100, .last = 199 },
		{ .first = 300, .last = 300 },
	};
	struct netns_env *env = *state;
	struct cni_link bridge = vlan_bridge_or_skip(env);
	CNI_CLEANUP(vlan_list) struct cni_vlan_list list = { 0 };
	CNI_CLEANUP(vlan_list) struct cni_vlan_list fresh = { 0 };
	CNI_CLEANUP(json) json_object *seen = NULL;
	struct cni_link port;

	(void)bridge;
	netns_sh(env->host, "ip link add v0 type veth peer name v1 &&"
			    "ip link set v0 master br0");
	assert_int_equal(cni_link_get(&env->nl, "v0", &port, NULL), 0);
	assert_int_equal(
		cni_bridge_vlan_list(&env->nl, port.index, &fresh, NULL), 0);
	assert_int_equal(fresh.count, 1);
	assert_int_equal(fresh.items[0].first, 1);
	assert_true(fresh.items[0].pvid && fresh.items[0].untagged);

	assert_int_equal(
		cni_bridge_vlan_del(&env->nl, port.index, &all, 1, NULL), 0);
	assert_int_equal(
		cni_bridge_vlan_add(&env->nl, port.index, wanted, 3, NULL), 0);
	assert_int_equal(
		cni_bridge_vlan_list(&env->nl, port.index, &list, NULL), 0);
	assert_int_equal(list.count, 3);
	assert_memory_equal(list.items, wanted, sizeof(wanted));
	seen = netns_json(env->host,
			  "bridge -j -compressvlans vlan show dev v0");
	assert_int_equal(json_number(seen, "/0/vlans/0/vlan"), 7);
	assert_string_equal(json_text(seen, "/0/vlans/0/flags/0"), "PVID");
	assert_int_equal(json_number(seen, "/0/vlans/1/vlan"), 100);
	assert_int_equal(json_number(seen, "/0/vlans/1/vlanEnd"), 199);
	assert_int_equal(json_number(seen, "/0/vlans/2/vlan"), 300);
	assert_false(json_has(seen, "/0/vlans/3"));
}

static void a_bridge_without_vlans_lists_none(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(vlan_list) struct cni_vlan_list list = { 0 };
	struct cni_link bridge;
	struct cni_link port;
	struct cni_error err = { 0 };

	assert_int_equal(
		cni_bridge_ensure(&env->nl, &plain, &bridge, NULL, NULL), 0);
	netns_sh(env->host, "ip link add v0 type veth peer name v1 &&"
			    "ip link set v0 master br0");
	assert_int_equal(cni_link_get(&env->nl, "v0", &port, NULL), 0);
	if (cni_bridge_vlan_list(&env->nl, port.index, &list, &err) < 0)
		fail_msg("%s (%s)", err.msg, err.details);
	/* A kernel with VLAN filtering keeps the default VLAN in reserve. */
	assert_true(list.count <= 1);
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(a_new_bridge_comes_up_complete),
		T(its_address_does_not_follow_its_ports),
		T(an_existing_bridge_is_found_and_set_up),
		T(another_kind_of_that_name_is_refused),
		T(the_kernels_own_words_are_in_the_details),
		T(flags_master_mtu_and_alias_can_be_changed),
		T(port_flags_of_what_is_no_port_are_refused),
		T(ports_are_counted_per_bridge),
		T(a_dump_can_be_left_early_and_the_socket_stays_usable),
		T(vlan_filtering_is_on_from_birth_or_switched_on),
		T(vlans_go_on_and_off_a_port_as_ranges),
		T(a_bridge_without_vlans_lists_none),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
