/* SPDX-License-Identifier: Apache-2.0 */
/* test_forward.c - bridges let through chains whose policy is drop */
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

static struct cni_nft nft;

static const struct cni_owner pod1 = { "net1", "c1", "eth0" };
static const struct cni_owner pod2 = { "net1", "c2", "eth0" };

static int setup(void **state)
{
	struct cni_error err = { 0 };

	if (world_setup(state) != 0)
		return -1;
	/* A published port, for what comes from outside. */
	sh("nft 'add table ip n; add chain ip n pre { type nat hook prerouting "
	   "priority -100; }; add rule ip n pre tcp dport 8080 dnat to "
	   "10.1.0.3:9000'");
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	cni_nft_close(&nft);
	return world_teardown(state);
}

static void add(const struct cni_owner *owner, const char *bridge)
{
	struct cni_error err = { 0 };

	if (cni_forward_accept_add(&nft, owner, bridge, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void del(const struct cni_owner *owner)
{
	struct cni_error err = { 0 };

	if (cni_forward_accept_del(&nft, owner, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void assert_drops(const char *bridge, bool thorough, int count,
			 const char *text)
{
	char found[CNI_FORWARD_TEXT_MAX];
	struct cni_error err = { 0 };

	assert_int_equal(cni_forward_find_drop(&nft, bridge, thorough, found,
					       &err),
			 count);
	assert_string_equal(found, text);
}

static void assert_published(bool reachable)
{
	assert_int_equal(sh_status("ip netns exec lan socat -u TCP:192.0.2.1:"
				   "8080,connect-timeout=1 - </dev/null | "
				   "grep -q 192.0.2.2"),
			 reachable ? 0 : 1);
}

/* What holds wherever the policy is. */
static void check_traffic(void)
{
	assert_seen("pod1", "192.0.2.2", "");
	add(&pod1, "br0");
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_seen("pod1", "10.2.0.2", "10.1.0.2");
	assert_published(true);
	/* Nobody asked for these. */
	assert_seen("lan", "10.1.0.3", "");
	assert_seen("podx", "192.0.2.2", "");
	add(&pod1, "br0");
	add(&pod2, "br0");
	del(&pod1);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	del(&pod2);
	assert_seen("pod1", "192.0.2.2", "");
	assert_published(false);
	del(&pod2);
}

static void nothing_is_done_where_nothing_drops(void **state)
{
	(void)state;
	assert_drops(NULL, true, 0, "");
	assert_drops(NULL, false, 0, "");
	add(&pod1, "br0");
	assert_no_output("nft list ruleset", "cni", NULL);
	del(&pod1);
}

static void chains_of_nftables_let_the_bridge_through(void **state)
{
	(void)state;
	sh("nft 'add table inet filter; add chain inet filter forward { type "
	   "filter hook forward priority 0; policy drop; }; "
	   "add table inet mine; add chain inet mine c { type filter hook "
	   "forward priority 10; policy drop; }; "
	   "add chain inet mine in { type filter hook input priority 0; policy "
	   "accept; }; add table bridge b; add chain bridge b forward { type "
	   "filter hook forward priority 0; policy accept; }'");
	assert_drops(NULL, true, 2,
		     "chain \"forward\" of table \"inet filter\", "
		     "chain \"c\" of table \"inet mine\"");
	assert_drops(NULL, false, 1,
		     "chain \"forward\" of table \"inet filter\"");
	check_traffic();
	add(&pod1, "br0");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	assert_drops("br0", true, 0, "");
	assert_drops("br1", false, 1,
		     "chain \"forward\" of table \"inet filter\"");
	assert_output("nft list chain inet mine c",
		      "iifname \"br0\" accept comment \"cni-forward: br0\"\n"
		      "\t\toifname \"br0\" ct state established,related accept "
		      "comment \"cni-forward: br0\"\n"
		      "\t\toifname \"br0\" ct status dnat accept comment "
		      "\"cni-forward: br0\"\n",
		      NULL);
	del(&pod1);
	assert_no_output("nft list ruleset", "cni-forward:", NULL);
}

static void iptables_nft_lets_the_bridge_through_and_stays_readable(void **s)
{
	(void)s;
	sh("iptables -P FORWARD DROP; iptables -A FORWARD -s 203.0.113.1 -j "
	   "DROP; ip6tables -P FORWARD DROP");
	assert_drops(NULL, false, 2,
		     "chain \"FORWARD\" of table \"ip filter\", "
		     "chain \"FORWARD\" of table \"ip6 filter\"");
	check_traffic();
	add(&pod1, "br0");
	assert_drops("br0", true, 0, "");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	assert_output("iptables -S FORWARD",
		      "-P FORWARD DROP\n"
		      "-A FORWARD -i br0 -m comment --comment \"cni-forward: "
		      "br0\" -j ACCEPT\n"
		      "-A FORWARD -o br0 -m conntrack --ctstate "
		      "RELATED,ESTABLISHED -m comment --comment "
		      "\"cni-forward: br0\" -j ACCEPT\n"
		      "-A FORWARD -o br0 -m conntrack --ctstate DNAT -m "
		      "comment --comment \"cni-forward: br0\" -j ACCEPT\n"
		      "-A FORWARD -s 203.0.113.1/32 -j DROP\n",
		      NULL);
	del(&pod1);
	assert_output("iptables -S FORWARD",
		      "-P FORWARD DROP\n-A FORWARD -s 203.0.113.1/32 -j DROP\n",
		      NULL);
	assert_no_output("ip6tables -S FORWARD", "cni", NULL);
}

static void legacy_tables_let_the_bridge_through(void **state)
{
	(void)state;
	if (sh_status("iptables-legacy -P FORWARD DROP && ip6tables-legacy -P "
		      "FORWARD DROP") != 0) {
		print_message("skipped: no iptables-legacy on this machine\n");
		skip();
	}
	assert_drops(NULL, false, 2,
		     "chain \"FORWARD\" of iptables-legacy, "
		     "chain \"FORWARD\" of ip6tables-legacy");
	/* A name that contains the other's. */
	add(&(struct cni_owner) { "net2", "cx", "eth0" }, "br01");
	check_traffic();
	add(&pod1, "br0");
	assert_drops("br0", true, 0, "");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	del(&pod1);
	assert_no_output("iptables-legacy-save", "-i br0 ", NULL);
	assert_output("iptables-legacy-save", "-i br01 ", NULL);
}

static void a_repeated_add_for_another_bridge_moves(void **state)
{
	(void)state;
	sh("iptables -P FORWARD DROP");
	add(&pod1, "br1");
	add(&pod1, "br0");
	assert_no_output("iptables -S FORWARD", "br1", NULL);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	del(&pod1);
	assert_no_output("iptables -S FORWARD", "br0", NULL);
}

static void gc_gives_up_for_the_dead(void **state)
{
	const struct cni_owner other = { "net2", "cx", "eth0" };
	struct cni_error err = { 0 };

	(void)state;
	sh("iptables -P FORWARD DROP");
	add(&pod1, "br0");
	add(&pod2, "br0");
	add(&other, "br1");
	assert_int_equal(cni_forward_accept_gc(&nft, "net1", &pod2, 1, &err),
			 0);
	assert_output("iptables -S FORWARD", "-i br0 ", "-i br1 ", NULL);
	assert_int_equal(cni_forward_accept_gc(&nft, "net1", NULL, 0, &err), 0);
	assert_no_output("iptables -S FORWARD", "br0", NULL);
	assert_output("iptables -S FORWARD", "-i br1 ", NULL);
}

static void names_that_iptables_takes_for_patterns_are_refused(void **state)
{
	struct cni_error err = { 0 };

	(void)state;
	sh("iptables -P FORWARD DROP");
	assert_int_equal(cni_forward_accept_add(&nft, &pod1, "br+", &err),
			 -EINVAL);
	assert_int_equal(err.code, CNI_CODE_INVALID_CONFIG);
	assert_no_output("nft list ruleset", "br+", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_done_where_nothing_drops),
		TEST(chains_of_nftables_let_the_bridge_through),
		TEST(iptables_nft_lets_the_bridge_through_and_stays_readable),
		TEST(legacy_tables_let_the_bridge_through),
		TEST(a_repeated_add_for_another_bridge_moves),
		TEST(gc_gives_up_for_the_dead),
		TEST(names_that_iptables_takes_for_patterns_are_refused),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
