/* SPDX-License-Identifier: Apache-2.0 */
/* test_names.c - names, aliases and MAC addresses of an attachment */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "mac.h"
#include "names.h"
#include "table.h"

static void alias_of(const char *network, const char *id, const char *ifname,
		     char ret_alias[static BRIDGE_ALIAS_SIZE])
{
	const struct cni_owner owner = { network, id, ifname };

	bridge_alias(&owner, ret_alias);
}

static void alias_begins_with_the_hashes_of_the_rule_comments(void **state)
{
	char alias[BRIDGE_ALIAS_SIZE];

	(void)state;
	/* The hashes are those the Go plugin writes for this attachment. */
	alias_of("unit-test", "one", "eth0", alias);
	assert_string_equal(alias, "cni:6fd94d501e58f0aa-287fc69eff0574a2, "
				   "net: unit-test, if: eth0, id: one");
}

static void long_names_are_cut_and_stay_distinct(void **state)
{
	char id[400];
	char one[BRIDGE_ALIAS_SIZE];
	char two[BRIDGE_ALIAS_SIZE];

	(void)state;
	memset(id, 'a', sizeof(id));
	id[sizeof(id) - 1] = '\0';
	alias_of("net", id, "eth0", one);
	id[sizeof(id) - 2] = 'b';
	alias_of("net", id, "eth0", two);
	assert_int_equal(strlen(one), BRIDGE_ALIAS_SIZE - 1);
	assert_false(bridge_alias_same(one, two));
	assert_true(bridge_alias_in_network(one, two));
}

static void aliases_tell_attachments_and_networks_apart(void **state)
{
	char key[BRIDGE_ALIAS_SIZE];
	char other[BRIDGE_ALIAS_SIZE];

	(void)state;
	alias_of("net", "id", "eth0", key);
	assert_true(bridge_alias_same(key, key));
	assert_false(bridge_alias_same(NULL, key));
	assert_false(bridge_alias_same("", key));
	assert_false(bridge_alias_in_network(NULL, key));
	alias_of("net", "id", "eth1", other);
	assert_false(bridge_alias_same(other, key));
	assert_true(bridge_alias_in_network(other, key));
	alias_of("net2", "id", "eth0", other);
	assert_false(bridge_alias_in_network(other, key));
}

static void host_name_is_stable_and_depends_on_the_attempt(void **state)
{
	char key[BRIDGE_ALIAS_SIZE];
	char one[IFNAMSIZ];
	char two[IFNAMSIZ];

	(void)state;
	alias_of("net", "id", "eth0", key);
	bridge_host_name(key, 0, one);
	bridge_host_name(key, 0, two);
	assert_string_equal(one, two);
	assert_int_equal(strlen(one), 12);
	assert_memory_equal(one, "veth", 4);
	bridge_host_name(key, 1, two);
	assert_string_not_equal(one, two);
	alias_of("net", "id", "eth1", key);
	bridge_host_name(key, 0, two);
	assert_string_not_equal(one, two);
}

static void refuses_what_no_veth_can_have(void **state)
{
	static const struct {
		const char *text;
		const char *msg;
	} bad[] = {
		{ "zz", "address zz: invalid MAC address" },
		{ "c2:b0:57:49:47:f1:00:01",
		  "address c2:b0:57:49:47:f1:00:01: a MAC address of 6 bytes "
		  "is needed" },
		{ "01:00:5e:00:00:01",
		  "address 01:00:5e:00:00:01: not a unicast MAC address" },
		{ "00:00:00:00:00:00",
		  "address 00:00:00:00:00:00: not a unicast MAC address" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cni_mac mac;
		struct cni_error err;

		assert_int_equal(bridge_mac_parse(bad[i].text, &mac, &err),
				 -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, bad[i].msg);
	}
}

static void assert_local_unicast(struct cni_mac mac)
{
	assert_int_equal(mac.bytes[0] & 0x03, 0x02);
}

static void assert_distinct(struct cni_mac a, struct cni_mac b)
{
	assert_false(cni_mac_equal(&a, &b));
}

static void a_reused_address_keeps_its_mac(void **state)
{
	struct cni_addr addr;
	struct cni_addr other;
	struct cni_mac mac;
	struct cni_mac again;

	(void)state;
	assert_int_equal(cni_addr_parse("10.1.0.2", &addr), 0);
	assert_int_equal(cni_addr_parse("10.1.0.3", &other), 0);
	mac = bridge_mac_for_address("net", &addr, 0);
	again = bridge_mac_for_address("net", &addr, 0);
	assert_local_unicast(mac);
	assert_true(cni_mac_equal(&mac, &again));
	assert_distinct(mac, bridge_mac_for_address("net", &other, 0));
	assert_distinct(mac, bridge_mac_for_address("net2", &addr, 0));
	assert_distinct(mac, bridge_mac_for_address("net", &addr, 1));
}

static void a_host_ends_mac_is_never_the_lowest(void **state)
{
	struct cni_mac port = bridge_mac_for_port("key");
	struct cni_mac bridge = bridge_mac_for_bridge("node", "cni0");
	struct cni_mac none = { { 0 } };

	(void)state;
	assert_local_unicast(port);
	assert_int_equal(port.bytes[0], 0xfe);
	assert_true(bridge_mac_is_borrowed(&port));
	assert_true(bridge_mac_is_borrowed(&none));
	assert_local_unicast(bridge);
	assert_false(bridge_mac_is_borrowed(&bridge));
	assert_distinct(bridge, bridge_mac_for_bridge("node2", "cni0"));
	assert_local_unicast(bridge_mac_for_pod("key", 0));
	assert_distinct(bridge_mac_for_pod("key", 0),
			bridge_mac_for_pod("key", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			alias_begins_with_the_hashes_of_the_rule_comments),
		cmocka_unit_test(long_names_are_cut_and_stay_distinct),
		cmocka_unit_test(aliases_tell_attachments_and_networks_apart),
		cmocka_unit_test(
			host_name_is_stable_and_depends_on_the_attempt),
		cmocka_unit_test(refuses_what_no_veth_can_have),
		cmocka_unit_test(a_reused_address_keeps_its_mac),
		cmocka_unit_test(a_host_ends_mac_is_never_the_lowest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
