/* SPDX-License-Identifier: Apache-2.0 */
/* test_masquerade_iptables.c - masquerading by iptables, both variants */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/masquerade.h"
#include "cni/nft.h"
#include "cni/owner.h"
#include "masq_world.h"
#include "node.h"

#define CHAIN	"CNI-c2d892b58e87e28a12fe6479"
#define COMMENT "-m comment --comment \"name: \\\"net1\\\" id: \\\"c1\\\"\""

static struct cni_nft nft;
static bool legacy;

static const struct cni_owner eth0 = { "net1", "c1", "eth0" };
static const struct cni_owner eth1 = { "net1", "c1", "eth1" };

/* A host on which the names without suffix are the legacy ones. */
static int setup_legacy(void **state)
{
	struct cni_error err = { 0 };

	if (world_setup(state) != 0)
		return -1;
	legacy = true;
	sh("mkdir -p /run/netns/bin; for f in iptables ip6tables; do "
	   "for v in '' -save -restore; do ln -sf "
	   "/usr/sbin/xtables-legacy-multi /run/netns/bin/$f$v; done; done");
	setenv("PATH", "/run/netns/bin", 1);
	return cni_nft_open(&nft, &err);
}

static int setup_nft(void **state)
{
	struct cni_error err = { 0 };

	if (world_setup(state) != 0)
		return -1;
	legacy = false;
	setenv("PATH", "/nonexistent", 1);
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	unsetenv("PATH");
	cni_nft_close(&nft);
	return world_teardown(state);
}

static bool unavailable(void)
{
	if (!legacy || sh_status("iptables-legacy -t nat -L -n") == 0)
		return false;
	print_message("skipped: no iptables-legacy on this machine\n");
	return true;
}

static const char *save(int family)
{
	if (legacy)
		return family == 4 ? "iptables-legacy-save -t nat"
				   : "ip6tables-legacy-save -t nat";
	return family == 4 ? "iptables-nft-save -t nat"
			   : "ip6tables-nft-save -t nat";
}

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix value;

	assert_int_equal(cni_prefix_parse(text, &value), 0);
	return value;
}

static struct cni_masquerade_spec spec_of(const struct cni_prefix *addresses,
					  size_t count)
{
	return (struct cni_masquerade_spec) {
		.backend = CNI_MASQUERADE_IPTABLES,
		.addresses = addresses,
		.address_count = count,
		.ipv4 = true,
		.ipv6 = true,
		.random = true,
	};
}

static void add(const struct cni_owner *owner, const char *ipv4,
		const char *ipv6)
{
	const struct cni_prefix addresses[] = { prefix(ipv4), prefix(ipv6) };
	const struct cni_masquerade_spec spec = spec_of(addresses, 2);
	struct cni_error err = { 0 };

	if (cni_masquerade_add(&nft, owner, &spec, &err) != 0 ||
	    cni_masquerade_check(&nft, owner, &spec, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void del(const struct cni_owner *owner)
{
	struct cni_error err = { 0 };

	if (cni_masquerade_del(&nft, owner, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void pods_leave_with_the_nodes_address(void **state)
{
	(void)state;
	if (unavailable())
		skip();
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	assert_seen("pod1", "2001:db8::2", "2001:db8::1");
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
	assert_seen("pod1", "fd00:1::3", "fd00:1::2");
	assert_seen("pod2", "192.0.2.2", "10.1.0.3");
	assert_output(save(4),
		      "-A POSTROUTING -s 10.1.0.2/32 " COMMENT " -j " CHAIN,
		      "-A " CHAIN " -d 10.1.0.0/24 " COMMENT " -j ACCEPT\n"
		      "-A " CHAIN " ! -d 224.0.0.0/4 " COMMENT
		      " -j MASQUERADE --random-fully\n",
		      NULL);
	assert_output(save(6),
		      "-A CNI-c2d892b58e87e28a12fe6479 -d "
		      "fd00:1::/64 " COMMENT " -j ACCEPT\n",
		      NULL);
	del(&eth0);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	assert_no_output(save(4), CHAIN, NULL);
	assert_no_output(save(6), CHAIN, NULL);
	del(&eth0);
}

static void a_repeated_add_changes_only_what_differs(void **state)
{
	char *before;
	char *after;

	(void)state;
	if (unavailable())
		skip();
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	before = sh_output("%s | grep -v '^#'", save(4));
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	after = sh_output("%s | grep -v '^#'", save(4));
	assert_string_equal(after, before);
	free(before);
	free(after);
	add(&eth0, "10.1.0.9/24", "fd00:1::2/64");
	assert_no_output(save(4), "10.1.0.2", NULL);
	assert_output(save(4), "-s 10.1.0.9/32", NULL);
	del(&eth0);
	assert_no_output(save(4), CHAIN, NULL);
}

static void two_interfaces_of_a_container_do_not_hurt_each_other(void **state)
{
	(void)state;
	if (unavailable())
		skip();
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	add(&eth1, "10.1.0.3/24", "fd00:1::3/64");
	del(&eth0);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_seen("pod2", "192.0.2.2", "192.0.2.1");
	assert_seen("pod2", "2001:db8::2", "2001:db8::1");
	del(&eth1);
	assert_no_output(save(4), CHAIN, NULL);
	assert_no_output(save(6), CHAIN, NULL);
}

static void del_needs_no_program_unless_the_tables_are_legacy(void **state)
{
	(void)state;
	if (legacy)
		return;
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	sh("mount --bind /bin/false $(readlink -f /usr/sbin/iptables)");
	del(&eth0);
	sh("umount $(readlink -f /usr/sbin/iptables)");
	assert_no_output(save(4), CHAIN, NULL);
	assert_no_output(save(6), CHAIN, NULL);
}

static void check_names_the_missing_rule(void **state)
{
	const struct cni_prefix address = prefix("10.1.0.2/24");
	const struct cni_masquerade_spec spec = spec_of(&address, 1);
	const char *iptables = legacy ? "iptables-legacy" : "iptables-nft";
	struct cni_error err = { 0 };

	(void)state;
	if (unavailable())
		skip();
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	sh("%s -t nat -D POSTROUTING 1", iptables);
	assert_int_equal(cni_masquerade_check(&nft, &eth0, &spec, &err),
			 -ENOENT);
	assert_int_equal(err.code, CNI_CODE_CHECK_FAILED);
	assert_string_equal(err.msg,
			    "masquerade: iptables rule missing in table "
			    "\"nat\": -A POSTROUTING -s 10.1.0.2/32 " COMMENT
			    " -j " CHAIN);
	sh("%s -t nat -F " CHAIN, iptables);
	assert_int_equal(cni_masquerade_check(&nft, &eth0, &spec, &err),
			 -ENOENT);
	del(&eth0);
	assert_no_output(save(4), CHAIN, NULL);
	assert_int_equal(cni_masquerade_check(&nft, &eth0, &spec, &err),
			 -ENOENT);
}

static void gc_removes_chains_of_the_network_that_nobody_needs(void **state)
{
	const struct cni_owner other = { "net2", "c1", "eth0" };
	const struct cni_owner second = { "net1", "c2", "eth0" };
	struct cni_error err = { 0 };

	(void)state;
	if (unavailable())
		skip();
	add(&eth0, "10.1.0.2/24", "fd00:1::2/64");
	add(&eth1, "10.1.0.3/24", "fd00:1::3/64");
	add(&second, "10.1.0.4/24", "fd00:1::4/64");
	add(&other, "10.2.0.2/24", "fd00:2::2/64");
	assert_int_equal(cni_masquerade_gc(&nft, "net1", &eth1, 1, &err), 0);
	assert_no_output(save(4), "10.1.0.2/", "10.1.0.4/", NULL);
	assert_no_output(save(6), "fd00:1::2/", "fd00:1::4/", NULL);
	assert_output(save(4), "-s 10.1.0.3/32 ", "-s 10.2.0.2/32 ", CHAIN,
		      NULL);
	assert_int_equal(cni_masquerade_gc(&nft, "net1", NULL, 0, &err), 0);
	assert_no_output(save(4), "10.1.0.", CHAIN, NULL);
	assert_no_output(save(6), "fd00:1::", CHAIN, NULL);
	assert_output(save(6), "-s fd00:2::2/128 ", NULL);
	del(&other);
	assert_no_output(save(4), "CNI-", NULL);
}

static void rules_of_the_go_plugin_are_removed(void **state)
{
	(void)state;
	if (unavailable())
		skip();
	/* The Go plugin's rules, without markers and in its own order. */
	sh("for f in '%s 10.1.0.2 10.1.0.0/24 224.0.0.0/4' "
	   "'%s fd00:1::2 fd00:1::/64 ff00::/8'; do set -- $f; "
	   "c=%s; m='name: \"net1\" id: \"c1\"'; "
	   "$1 -t nat -N $c; $1 -t nat -A $c -d $3 -j ACCEPT -m comment "
	   "--comment \"$m\"; $1 -t nat -A $c ! -d $4 -j MASQUERADE -m comment "
	   "--comment \"$m\"; $1 -t nat -A POSTROUTING -s $2 -j $c -m comment "
	   "--comment \"$m\"; done",
	   legacy ? "iptables-legacy" : "iptables-nft",
	   legacy ? "ip6tables-legacy" : "ip6tables-nft", CHAIN);
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	del(&eth0);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_no_output(save(4), CHAIN, NULL);
	assert_no_output(save(6), CHAIN, NULL);
}

int main(void)
{
#define TEST(name)                                                  \
	cmocka_unit_test_setup_teardown(name, setup_nft, teardown), \
		cmocka_unit_test_setup_teardown(name, setup_legacy, teardown)
	const struct CMUnitTest tests[] = {
		TEST(pods_leave_with_the_nodes_address),
		TEST(a_repeated_add_changes_only_what_differs),
		TEST(two_interfaces_of_a_container_do_not_hurt_each_other),
		TEST(del_needs_no_program_unless_the_tables_are_legacy),
		TEST(check_names_the_missing_rule),
		TEST(gc_removes_chains_of_the_network_that_nobody_needs),
		TEST(rules_of_the_go_plugin_are_removed),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
