/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_go_plugins.c - ADD by the Go plugin, DEL by us, and the reverse
 *
 * Runs the bridge plugin found in $CNI_REF_PATH, else Debian's in /usr/lib/cni.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/masquerade.h"
#include "cni/nft.h"
#include "cni/owner.h"
#include "cni/spoofcheck.h"
#include "node.h"

#define CHAIN "CNI-c2d892b58e87e28a12fe6479"

static struct cni_nft nft;
static const char *plugins;

static const struct cni_owner owner = { "net1", "c1", "eth0" };

static int setup(void **state)
{
	struct cni_error err = { 0 };

	(void)state;
	node_enter();
	sh("ip netns add pod && ip -n pod link set lo up");
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	(void)state;
	cni_nft_close(&nft);
	return 0;
}

static void go(const char *verb, const char *keys)
{
	sh("echo '{\"cniVersion\":\"1.0.0\",\"name\":\"net1\",\"type\":"
	   "\"bridge\",\"bridge\":\"br0\",\"isGateway\":true,%s\"ipam\":"
	   "{\"type\":\"host-local\",\"dataDir\":\"/run/netns/leases\","
	   "\"ranges\":[[{\"subnet\":\"10.1.0.0/24\"}],[{\"subnet\":"
	   "\"fd00:1::/64\"}]]}}' | CNI_COMMAND=%s CNI_CONTAINERID=c1 "
	   "CNI_IFNAME=eth0 CNI_NETNS=/run/netns/pod CNI_PATH=%s %s/bridge",
	   keys, verb, plugins, plugins);
}

static void del(void)
{
	struct cni_error err = { 0 };

	if (cni_masquerade_del(&nft, &owner, &err) != 0 ||
	    cni_spoofcheck_del(&nft, &owner, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
}

static void its_iptables_masquerading_is_removed(void **state)
{
	(void)state;
	go("ADD", "\"ipMasq\":true,");
	assert_output("iptables-save", CHAIN, NULL);
	assert_output("ip6tables-save", CHAIN, NULL);
	/* Not the interface, not the namespace: the identity is enough. */
	sh("ip netns del pod");
	del();
	assert_no_output("iptables-save", CHAIN, NULL);
	assert_no_output("ip6tables-save", CHAIN, NULL);
	assert_no_output("nft list ruleset", CHAIN, NULL);
}

static void its_nftables_masquerading_is_removed(void **state)
{
	(void)state;
	go("ADD", "\"ipMasq\":true,\"ipMasqBackend\":\"nftables\",");
	if (sh_status("nft list table inet cni_plugins_masquerade") != 0) {
		print_message("skipped: this Go plugin has no nftables "
			      "backend\n");
		skip();
	}
	assert_output("nft list ruleset", "10.1.0.2", "fd00:1::2", NULL);
	sh("nft add rule inet cni_plugins_masquerade masq_checks ip saddr "
	   "10.1.0.3 masquerade comment "
	   "'\"8e48f37d5de60467-0000000000000000, net: net1\"'");
	del();
	assert_no_output("nft list ruleset", "10.1.0.2", "fd00:1::2", NULL);
	assert_output("nft list ruleset", "10.1.0.3", NULL);
	assert_int_equal(cni_masquerade_gc(&nft, "net2", NULL, 0, NULL), 0);
	assert_output("nft list ruleset", "10.1.0.3", NULL);
	assert_int_equal(cni_masquerade_gc(&nft, "net1", NULL, 0, NULL), 0);
	assert_no_output("nft list ruleset", "10.1.0.3", NULL);
}

static void its_nftables_masquerading_is_found_by_check(void **state)
{
	struct cni_prefix addresses[2];
	struct cni_masquerade_spec spec = {
		.backend = CNI_MASQUERADE_NFTABLES,
		.addresses = addresses,
		.address_count = 2,
		.ipv4 = true,
		.ipv6 = true,
	};
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(cni_prefix_parse("10.1.0.2/24", &addresses[0]), 0);
	assert_int_equal(cni_prefix_parse("fd00:1::2/64", &addresses[1]), 0);
	/* As it writes them (1.9.1), which may not be the one we have. */
	sh("nft 'add table inet cni_plugins_masquerade; "
	   "add chain inet cni_plugins_masquerade masq_checks; "
	   "add rule inet cni_plugins_masquerade masq_checks ip saddr 10.1.0.2 "
	   "ip daddr != 10.1.0.0/24 masquerade comment "
	   "\"8e48f37d5de60467-f4d01f2ef4b92245, net: net1, if: eth0, id: "
	   "c1\"'");
	assert_int_equal(cni_masquerade_check(&nft, &owner, &spec, &err),
			 -ENOENT);
	sh("nft 'add rule inet cni_plugins_masquerade masq_checks ip6 saddr "
	   "fd00:1::2 ip6 daddr != fd00:1::/64 masquerade comment "
	   "\"8e48f37d5de60467-f4d01f2ef4b92245, net: net1, if: eth0, id: "
	   "c1\"'");
	assert_int_equal(cni_masquerade_check(&nft, &owner, &spec, &err), 0);
	spec.backend = CNI_MASQUERADE_AUTO;
	assert_int_equal(cni_masquerade_check(&nft, &owner, &spec, &err), 0);
	sh("nft flush chain inet cni_plugins_masquerade masq_checks");
	assert_int_equal(cni_masquerade_check(&nft, &owner, &spec, &err),
			 -ENOENT);
}

static void its_del_removes_our_iptables_masquerading(void **state)
{
	struct cni_prefix addresses[2];
	struct cni_masquerade_spec spec = {
		.backend = CNI_MASQUERADE_IPTABLES,
		.addresses = addresses,
		.address_count = 2,
		.ipv4 = true,
		.ipv6 = true,
		.random = true,
	};
	struct cni_error err = { 0 };

	(void)state;
	assert_int_equal(cni_prefix_parse("10.1.0.2/24", &addresses[0]), 0);
	assert_int_equal(cni_prefix_parse("fd00:1::2/64", &addresses[1]), 0);
	go("ADD", "");
	assert_int_equal(cni_masquerade_add(&nft, &owner, &spec, &err), 0);
	assert_output("iptables-save", CHAIN, "10.1.0.2/32", NULL);
	assert_output("ip6tables-save", CHAIN, "fd00:1::2/128", NULL);
	go("DEL", "\"ipMasq\":true,");
	assert_no_output("iptables-save", CHAIN, NULL);
	assert_no_output("ip6tables-save", CHAIN, NULL);
}

static void its_spoof_check_is_removed(void **state)
{
	(void)state;
	go("ADD", "\"macspoofchk\":true,");
	assert_output("nft list table bridge nat", "cni-br-iface-c1-eth0-mac",
		      NULL);
	del();
	assert_no_output("nft list table bridge nat", "c1-eth0", NULL);
}

static void its_del_removes_our_spoof_check(void **state)
{
	static const unsigned char mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct cni_error err = { 0 };

	(void)state;
	go("ADD", "");
	assert_int_equal(cni_spoofcheck_add(&nft, &owner, "veth1", mac, &err),
			 0);
	go("DEL", "\"macspoofchk\":true,");
	assert_no_output("nft list table bridge nat", "c1-eth0", NULL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(its_iptables_masquerading_is_removed),
		TEST(its_nftables_masquerading_is_removed),
		TEST(its_nftables_masquerading_is_found_by_check),
		TEST(its_del_removes_our_iptables_masquerading),
		TEST(its_spoof_check_is_removed),
		TEST(its_del_removes_our_spoof_check),
	};
	char path[256];

	plugins = getenv("CNI_REF_PATH");
	if (!plugins)
		plugins = "/usr/lib/cni";
	(void)snprintf(path, sizeof(path), "%s/bridge", plugins);
	if (access(path, X_OK) != 0) {
		print_message("skipped: no %s (package "
			      "containernetworking-plugins)\n",
			      path);
		return 77;
	}
	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
