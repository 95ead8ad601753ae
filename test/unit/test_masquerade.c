/* SPDX-License-Identifier: Apache-2.0 */
/* test_masquerade.c - masquerade policies; rules of iptables and their owners
 */
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "../../lib/netfilter/masquerade_iptables.h"

#define CHAIN	"CNI-c2d892b58e87e28a12fe6479"
#define COMMENT "-m comment --comment \"name: \\\"net1\\\" id: \\\"c1\\\"\""

static const struct cni_owner c1_eth0 = { "net1", "c1", "eth0" };
static const struct cni_owner c1_eth1 = { "net1", "c1", "eth1" };

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix value;

	assert_int_equal(cni_prefix_parse(text, &value), 0);
	return value;
}

static void assert_left_alone(const struct masq_policy *policy, size_t index,
			      const char *want)
{
	char text[CNI_PREFIX_STRLEN];

	assert_in_range(index, 0, policy->count - 1);
	assert_string_equal(cni_prefix_format(&policy->left_alone[index], text),
			    want);
}

static void own_subnets_exclusions_and_multicast_are_left_alone(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("fd00::2/64"),
						prefix("10.1.1.2/24"),
						prefix("10.1.0.3/24") };
	const struct cni_prefix excludes[] = { prefix("10.1.0.128/25"),
					       prefix("192.168.1.1/16"),
					       prefix("192.168.0.0/24") };
	const struct cni_masquerade_spec spec = {
		.addresses = addresses,
		.address_count = 4,
		.excludes = excludes,
		.exclude_count = 3,
		.ipv4 = true,
		.ipv6 = true,
	};
	CNI_CLEANUP(masq_policy) struct masq_policy ipv4 = { 0 };
	CNI_CLEANUP(masq_policy) struct masq_policy ipv6 = { 0 };

	(void)state;
	assert_int_equal(masq_policy_build("net1", &spec, AF_INET, &ipv4), 0);
	assert_int_equal(ipv4.count, 4);
	assert_left_alone(&ipv4, 0, "10.1.0.0/24");
	assert_left_alone(&ipv4, 1, "10.1.1.0/24");
	assert_left_alone(&ipv4, 2, "192.168.0.0/16");
	assert_left_alone(&ipv4, 3, "224.0.0.0/4");
	assert_int_equal(masq_policy_build("net1", &spec, AF_INET6, &ipv6), 0);
	assert_int_equal(ipv6.count, 2);
	assert_left_alone(&ipv6, 0, "fd00::/64");
	assert_left_alone(&ipv6, 1, "ff00::/8");
}

static void an_exclusion_of_everything_swallows_the_rest(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24") };
	const struct cni_prefix excludes[] = { prefix("0.0.0.0/0") };
	const struct cni_masquerade_spec spec = {
		.addresses = addresses,
		.address_count = 1,
		.excludes = excludes,
		.exclude_count = 1,
		.ipv4 = true,
	};
	CNI_CLEANUP(masq_policy) struct masq_policy policy = { 0 };

	(void)state;
	assert_int_equal(masq_policy_build("net1", &spec, AF_INET, &policy), 0);
	assert_int_equal(policy.count, 1);
	assert_left_alone(&policy, 0, "0.0.0.0/0");
}

static void equal_policies_of_a_network_have_one_name(void **state)
{
	const struct cni_prefix first[] = { prefix("10.1.0.2/24") };
	const struct cni_prefix second[] = { prefix("10.1.0.77/24") };
	struct cni_masquerade_spec spec = {
		.addresses = first,
		.address_count = 1,
		.ipv4 = true,
	};
	CNI_CLEANUP(masq_policy) struct masq_policy a = { 0 };
	CNI_CLEANUP(masq_policy) struct masq_policy b = { 0 };
	CNI_CLEANUP(masq_policy) struct masq_policy c = { 0 };
	CNI_CLEANUP(masq_policy) struct masq_policy d = { 0 };
	uint8_t id[MASQ_POLICY_ID];
	int family;

	(void)state;
	assert_int_equal(masq_policy_build("net1", &spec, AF_INET, &a), 0);
	spec.addresses = second;
	assert_int_equal(masq_policy_build("net1", &spec, AF_INET, &b), 0);
	assert_string_equal(a.names.masq_chain, b.names.masq_chain);
	assert_int_equal(masq_policy_build("net2", &spec, AF_INET, &c), 0);
	assert_string_not_equal(a.names.masq_chain, c.names.masq_chain);
	spec.random = true;
	assert_int_equal(masq_policy_build("net1", &spec, AF_INET, &d), 0);
	assert_string_not_equal(a.names.masq_chain, d.names.masq_chain);
	/* SHA-512("net1") starts so, see the vectors of the owner's comment. */
	assert_memory_equal(a.names.masq_chain, "masq4-8e48f37d5de60467-", 23);
	assert_memory_equal(a.names.drop_chain, "drop4-8e48f37d5de60467-", 23);
	assert_memory_equal(a.names.pods, "pods4-8e48f37d5de60467-", 23);
	assert_true(masq_policy_of_chain(a.names.masq_chain, &family, id));
	assert_int_equal(family, AF_INET);
	assert_memory_equal(id, a.id, sizeof(id));
	assert_false(masq_policy_of_chain(a.names.drop_chain, &family, id));
	assert_false(masq_policy_of_chain("masq4-", &family, id));
	assert_false(masq_policy_of_chain("postrouting", &family, id));
}

static void script(const struct cni_owner *owner,
		   const struct cni_masquerade_spec *spec, int family,
		   const struct cni_iptables_view *existing,
		   struct cni_buf *text)
{
	cni_buf_done(text);
	assert_int_equal(
		masq_iptables_script(owner, spec, family, existing, text), 0);
}

static void a_first_add_writes_what_the_go_plugin_writes(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("fd00:1::2/64") };
	const struct cni_masquerade_spec spec = {
		.addresses = addresses,
		.address_count = 2,
		.ipv4 = true,
		.ipv6 = true,
	};
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };

	(void)state;
	script(&c1_eth0, &spec, AF_INET, NULL, &text);
	assert_string_equal(
		cni_buf_text(&text),
		"*nat\n"
		":" CHAIN " - [0:0]\n"
		"-A " CHAIN " -d 10.1.0.0/24 " COMMENT " -j ACCEPT\n"
		"-A " CHAIN " ! -d 224.0.0.0/4 " COMMENT " -j MASQUERADE\n"
		"-A " CHAIN " -s 10.1.0.2/32 -m comment --comment "
		"\"if: \\\"eth0\\\"\"\n"
		"-A POSTROUTING -s 10.1.0.2/32 " COMMENT " -j " CHAIN "\n"
		"COMMIT\n");
	script(&c1_eth0, &spec, AF_INET6, NULL, &text);
	assert_string_equal(
		cni_buf_text(&text),
		"*nat\n"
		":" CHAIN " - [0:0]\n"
		"-A " CHAIN " -d fd00:1::/64 " COMMENT " -j ACCEPT\n"
		"-A " CHAIN " ! -d ff00::/8 " COMMENT " -j MASQUERADE\n"
		"-A " CHAIN " -s fd00:1::2/128 -m comment --comment "
		"\"if: \\\"eth0\\\"\"\n"
		"-A POSTROUTING -s fd00:1::2/128 " COMMENT " -j " CHAIN "\n"
		"COMMIT\n");
}

static void all_subnets_are_accepted_before_anything_is_masqueraded(void **s)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("10.2.0.2/24"),
						prefix("10.1.0.3/24") };
	const struct cni_prefix excludes[] = { prefix("10.9.8.7/8") };
	const struct cni_masquerade_spec spec = {
		.addresses = addresses,
		.address_count = 3,
		.excludes = excludes,
		.exclude_count = 1,
		.ipv4 = true,
		.random = true,
	};
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };

	(void)s;
	script(&c1_eth0, &spec, AF_INET, NULL, &text);
	assert_non_null(
		strstr(cni_buf_text(&text),
		       "[0:0]\n"
		       "-A " CHAIN " -d 10.1.0.0/24 " COMMENT " -j ACCEPT\n"
		       "-A " CHAIN " -d 10.2.0.0/24 " COMMENT " -j ACCEPT\n"
		       "-A " CHAIN " -d 10.0.0.0/8 " COMMENT " -j ACCEPT\n"
		       "-A " CHAIN " ! -d 224.0.0.0/4 " COMMENT
		       " -j MASQUERADE --random-fully\n"));
}

/* Turns the text of iptables-save into a view, as the kernel tests get it. */
static void view_of(char *text, struct cni_iptables_rule *rules, size_t room,
		    struct cni_iptables_view *ret_view)
{
	*ret_view = (struct cni_iptables_view) { .rules = rules };
	while (ret_view->count < room &&
	       cni_iptables_next_rule(&text, AF_INET, &rules[ret_view->count]))
		ret_view->count++;
}

#define ETH0_AND_ETH1                                               \
	"-A POSTROUTING -s 10.1.0.2/32 " COMMENT " -j " CHAIN "\n"  \
	"-A POSTROUTING -s 10.1.0.3/32 " COMMENT " -j " CHAIN "\n"  \
	"-A " CHAIN " -d 10.1.0.0/24 " COMMENT " -j ACCEPT\n"       \
	"-A " CHAIN " ! -d 224.0.0.0/4 " COMMENT " -j MASQUERADE\n" \
	"-A " CHAIN " -s 10.1.0.2/32 -m comment --comment "         \
	"\"if: \\\"eth0\\\"\"\n"                                    \
	"-A " CHAIN " -s 10.1.0.3/32 -m comment --comment "         \
	"\"if: \\\"eth1\\\"\"\n"

static void a_repeated_add_adds_nothing(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24") };
	const struct cni_masquerade_spec spec = {
		.addresses = addresses,
		.address_count = 1,
		.ipv4 = true,
		.random = true,
	};
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_iptables_rule rules[8];
	struct cni_iptables_view view;
	char save[] = ETH0_AND_ETH1;

	(void)state;
	view_of(save, rules, 8, &view);
	assert_int_equal(view.count, 6);
	script(&c1_eth0, &spec, AF_INET, &view, &text);
	assert_string_equal(cni_buf_text(&text), "*nat\nCOMMIT\n");
	cni_buf_done(&text);
	assert_int_equal(masq_iptables_missing(&c1_eth0, &spec, AF_INET, &view,
					       &text),
			 0);
	assert_string_equal(cni_buf_text(&text), "");
}

static void a_new_address_replaces_the_old_one_of_that_interface(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.7.0.9/24") };
	const struct cni_masquerade_spec spec = {
		.addresses = addresses,
		.address_count = 1,
		.ipv4 = true,
	};
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_iptables_rule rules[8];
	struct cni_iptables_view view;
	char save[] = ETH0_AND_ETH1;

	(void)state;
	view_of(save, rules, 8, &view);
	script(&c1_eth1, &spec, AF_INET, &view, &text);
	assert_string_equal(
		cni_buf_text(&text),
		"*nat\n"
		"-D POSTROUTING -s 10.1.0.3/32 " COMMENT " -j " CHAIN "\n"
		"-D " CHAIN " -s 10.1.0.3/32 -m comment --comment "
		"\"if: \\\"eth1\\\"\"\n"
		"-I " CHAIN " 1 -d 10.7.0.0/24 " COMMENT " -j ACCEPT\n"
		"-A " CHAIN " -s 10.7.0.9/32 -m comment --comment "
		"\"if: \\\"eth1\\\"\"\n"
		"-A POSTROUTING -s 10.7.0.9/32 " COMMENT " -j " CHAIN "\n"
		"COMMIT\n");
	cni_buf_done(&text);
	assert_int_equal(masq_iptables_missing(&c1_eth1, &spec, AF_INET, &view,
					       &text),
			 0);
	assert_string_equal(cni_buf_text(&text),
			    "-I " CHAIN " 1 -d 10.7.0.0/24 " COMMENT
			    " -j ACCEPT");
}

static void deleting_one_interface_leaves_the_other_alone(void **state)
{
	struct cni_iptables_rule rules[8];
	struct cni_iptables_view view;
	char save[] = ETH0_AND_ETH1;

	(void)state;
	view_of(save, rules, 8, &view);
	assert_false(masq_iptables_mark_del(&view, CHAIN, "eth0"));
	assert_true(rules[0].remove);
	assert_false(rules[1].remove);
	assert_false(rules[2].remove);
	assert_false(rules[3].remove);
	assert_true(rules[4].remove);
	assert_false(rules[5].remove);
}

static void the_last_interface_takes_the_chain_along(void **state)
{
	char save[] = "-A POSTROUTING -s 10.1.0.3/32 -j " CHAIN "\n"
		      "-A POSTROUTING -s 10.1.0.4/32 -j CNI-other\n"
		      "-A " CHAIN " -d 10.1.0.0/24 -j ACCEPT\n"
		      "-A " CHAIN " -s 10.1.0.3/32 -m comment --comment "
		      "\"if: \\\"eth1\\\"\"\n";
	struct cni_iptables_rule rules[8];
	struct cni_iptables_view view;

	(void)state;
	view_of(save, rules, 8, &view);
	assert_true(masq_iptables_mark_del(&view, CHAIN, "eth1"));
	assert_true(rules[0].remove);
	assert_false(rules[1].remove);
}

static void rules_without_markers_go_with_any_interface(void **state)
{
	char save[] = "-A POSTROUTING -s 10.1.0.2/32 " COMMENT " -j " CHAIN "\n"
		      "-A POSTROUTING -s 10.1.0.3/32 " COMMENT " -j " CHAIN "\n"
		      "-A " CHAIN " -d 10.1.0.0/24 " COMMENT " -j ACCEPT\n";
	struct cni_iptables_rule rules[8];
	struct cni_iptables_view view;

	(void)state;
	view_of(save, rules, 8, &view);
	assert_true(masq_iptables_mark_del(&view, CHAIN, "eth0"));
	assert_true(rules[0].remove);
	assert_true(rules[1].remove);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			own_subnets_exclusions_and_multicast_are_left_alone),
		cmocka_unit_test(an_exclusion_of_everything_swallows_the_rest),
		cmocka_unit_test(equal_policies_of_a_network_have_one_name),
		cmocka_unit_test(a_first_add_writes_what_the_go_plugin_writes),
		cmocka_unit_test(
			all_subnets_are_accepted_before_anything_is_masqueraded),
		cmocka_unit_test(a_repeated_add_adds_nothing),
		cmocka_unit_test(
			a_new_address_replaces_the_old_one_of_that_interface),
		cmocka_unit_test(deleting_one_interface_leaves_the_other_alone),
		cmocka_unit_test(the_last_interface_takes_the_chain_along),
		cmocka_unit_test(rules_without_markers_go_with_any_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
