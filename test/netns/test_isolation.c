/* SPDX-License-Identifier: Apache-2.0 */
/* test_isolation.c - who reaches the pods */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/isolation.h"
#include "cni/nft.h"
#include "cni/owner.h"
#include "masq_world.h"
#include "node.h"

#define RULES "nft list table inet cni_isolation"

static struct cni_nft nft;

static const struct cni_owner pod2 = { "net1", "c2", "eth0" };
static const struct cni_owner podx = { "net2", "cx", "eth0" };

static int setup(void **state)
{
	struct cni_error err = { 0 };

	if (world_setup(state) != 0)
		return -1;
	sh("ip link set br0 group %u && ip link set br1 group %u",
	   CNI_ISOLATION_LINK_GROUP, CNI_ISOLATION_LINK_GROUP);
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	cni_nft_close(&nft);
	return world_teardown(state);
}

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix value;

	assert_int_equal(cni_prefix_parse(text, &value), 0);
	return value;
}

/* Both addresses of a pod: 10.<net>.0.<host> and fd00:<net>::<host>. */
static void isolate(const struct cni_owner *owner, const char *bridge, int net,
		    int host, enum cni_isolation_level level)
{
	struct cni_prefix addresses[2];
	struct cni_isolation_spec spec = {
		.level = level,
		.bridge = bridge,
		.addresses = addresses,
		.address_count = 2,
	};
	struct cni_error err = { 0 };
	char text[CNI_PREFIX_STRLEN];

	(void)snprintf(text, sizeof(text), "10.%d.0.%d/24", net, host);
	addresses[0] = prefix(text);
	(void)snprintf(text, sizeof(text), "fd00:%d::%d/64", net, host);
	addresses[1] = prefix(text);
	if (cni_isolation_add(&nft, owner, &spec, &err) != 0 ||
	    cni_isolation_check(&nft, owner, &spec, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void del(const struct cni_owner *owner)
{
	struct cni_error err = { 0 };

	if (cni_isolation_del(&nft, owner, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

/* From the host itself, whose packets are not forwarded. */
static void assert_host_reaches(const char *destination)
{
	sh("socat -u TCP:%s:9000,connect-timeout=2 - </dev/null >/dev/null",
	   destination);
}

static void other_bridges_do_not_reach_an_isolated_pod(void **state)
{
	(void)state;
	assert_seen("podx", "10.1.0.3", "10.2.0.2");
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_BRIDGE);
	assert_seen("podx", "10.1.0.3", "");
	assert_seen("podx", "fd00:1::3", "");
	assert_seen("lan", "10.1.0.3", "192.0.2.2");
	assert_seen("lan", "fd00:1::3", "2001:db8::2");
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
	assert_seen("pod2", "10.2.0.2", "10.1.0.3");
	assert_seen("pod2", "fd00:2::2", "fd00:1::3");
	assert_seen("pod2", "192.0.2.2", "10.1.0.3");
	assert_host_reaches("10.1.0.3");
	/* A bridge that is not ours may be the uplink. */
	sh("ip link set br1 group 0");
	assert_seen("podx", "10.1.0.3", "10.2.0.2");
	sh("ip link set br1 group %u", CNI_ISOLATION_LINK_GROUP);
	del(&pod2);
	assert_seen("podx", "10.1.0.3", "10.2.0.2");
	assert_no_output("nft list ruleset", "10.1.0.3", "fd00:1::3", NULL);
}

static void strict_pods_are_reached_through_published_ports_only(void **state)
{
	(void)state;
	sh("nft 'add table ip n; add chain ip n pre { type nat hook prerouting "
	   "priority -100; }; add rule ip n pre tcp dport 8080 dnat to "
	   "10.1.0.3:9000; add chain ip n post { type nat hook postrouting "
	   "priority 100; }'");
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
	assert_seen("lan", "10.1.0.3", "");
	assert_seen("lan", "fd00:1::3", "");
	assert_seen("podx", "10.1.0.3", "");
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
	assert_seen("pod2", "192.0.2.2", "10.1.0.3");
	assert_seen("pod2", "2001:db8::2", "fd00:1::3");
	assert_host_reaches("10.1.0.3");
	sh("ip netns exec lan socat -u TCP:192.0.2.1:8080,connect-timeout=2 - "
	   "</dev/null | grep -q 192.0.2.2");
	sh("ip netns exec podx socat -u TCP:192.0.2.1:8080,connect-timeout=2 - "
	   "</dev/null | grep -q 10.2.0.2");
}

static void a_pod_reaches_another_subnet_of_its_own_bridge(void **state)
{
	(void)state;
	sh("ip addr add 10.3.0.1/24 dev br0 && "
	   "ip -n pod1 addr flush dev eth0 && "
	   "ip -n pod1 addr add 10.3.0.2/24 dev eth0 && "
	   "ip -n pod1 route add default via 10.3.0.1");
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
	assert_seen("pod1", "10.1.0.3", "10.3.0.2");
	assert_seen("podx", "10.1.0.3", "");
}

static void a_repeated_add_changes_level_bridge_and_addresses(void **state)
{
	(void)state;
	isolate(&pod2, "br9", 1, 77, CNI_ISOLATION_STRICT);
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_BRIDGE);
	assert_no_output(RULES, "10.1.0.77", "br9", NULL);
	assert_seen("lan", "10.1.0.3", "192.0.2.2");
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_NONE);
	assert_no_output(RULES, "10.1.0.3", "br0", NULL);
	assert_seen("podx", "10.1.0.3", "10.2.0.2");
	del(&pod2);
	sh("nft flush ruleset");
	del(&pod2);
}

static void an_address_is_isolated_as_its_last_owner_wants(void **state)
{
	(void)state;
	isolate(&podx, "br1", 1, 3, CNI_ISOLATION_STRICT);
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_BRIDGE);
	del(&podx);
	assert_seen("podx", "10.1.0.3", "");
	assert_seen("lan", "10.1.0.3", "192.0.2.2");
	del(&pod2);
	assert_no_output("nft list ruleset", "10.1.0.3", NULL);
}

static void gc_removes_what_belongs_to_nobody(void **state)
{
	const struct cni_owner third = { "net1", "c3", "eth0" };
	struct cni_error err = { 0 };

	(void)state;
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
	isolate(&third, "br0", 1, 4, CNI_ISOLATION_STRICT);
	isolate(&podx, "br1", 2, 2, CNI_ISOLATION_STRICT);
	assert_int_equal(cni_isolation_gc(&nft, "net1", &pod2, 1, &err), 0);
	assert_output(RULES, "10.1.0.3 ", "10.2.0.2 ", "fd00:2::2 ", NULL);
	assert_no_output(RULES, "10.1.0.4", "fd00:1::4", NULL);
	assert_int_equal(cni_isolation_gc(&nft, "net1", NULL, 0, &err), 0);
	assert_no_output(RULES, "10.1.0.3", "br0", NULL);
	assert_output(RULES, "10.2.0.2 ", "br1", NULL);
}

static void check_names_what_is_missing(void **state)
{
	static const struct {
		const char *damage;
		const char *error;
	} rows[] = {
		{ "flush set inet cni_isolation strict4", "\"10.1.0.3\"" },
		{ "flush set inet cni_isolation strict6", "\"fd00:1::3\"" },
		{ "flush set inet cni_isolation home6", "\"fd00:1::3\"" },
		{ "flush chain inet cni_isolation forward", "\"forward\"" },
		{ "insert rule inet cni_isolation forward accept",
		  "\"forward\"" },
	};
	const struct cni_prefix addresses[] = { prefix("10.1.0.3/24"),
						prefix("fd00:1::3/64") };
	const struct cni_isolation_spec spec = {
		.level = CNI_ISOLATION_STRICT,
		.bridge = "br0",
		.addresses = addresses,
		.address_count = 2,
	};
	struct cni_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
		sh("nft '%s'", rows[i].damage);
		assert_int_equal(cni_isolation_check(&nft, &pod2, &spec, &err),
				 -ENOENT);
		assert_int_equal(err.code, CNI_CODE_CHECK_FAILED);
		if (!strstr(err.msg, rows[i].error))
			fail_msg("%s: %s", rows[i].damage, err.msg);
	}
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
	assert_seen("lan", "10.1.0.3", "");
}

static void a_ruleset_saved_and_loaded_as_text_still_belongs_to_us(void **state)
{
	(void)state;
	isolate(&pod2, "br0", 1, 3, CNI_ISOLATION_STRICT);
	sh("nft list ruleset > /run/netns/saved && nft flush ruleset && "
	   "nft -f /run/netns/saved");
	assert_seen("lan", "10.1.0.3", "");
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
	del(&pod2);
	assert_no_output(RULES, "10.1.0.3", "br0", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(other_bridges_do_not_reach_an_isolated_pod),
		TEST(strict_pods_are_reached_through_published_ports_only),
		TEST(a_pod_reaches_another_subnet_of_its_own_bridge),
		TEST(a_repeated_add_changes_level_bridge_and_addresses),
		TEST(an_address_is_isolated_as_its_last_owner_wants),
		TEST(gc_removes_what_belongs_to_nobody),
		TEST(check_names_what_is_missing),
		TEST(a_ruleset_saved_and_loaded_as_text_still_belongs_to_us),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
