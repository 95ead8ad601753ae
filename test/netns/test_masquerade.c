/* SPDX-License-Identifier: Apache-2.0 */
/* test_masquerade.c - masquerading by nf_tables: packets, elements, owners */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "cni/masquerade.h"
#include "cni/nft.h"
#include "cni/owner.h"
#include "masq_world.h"
#include "node.h"

#define RULES "nft list table inet cni_masquerade"

static struct cni_nft nft;

static const struct cni_owner pod1 = { "net1", "c1", "eth0" };
static const struct cni_owner pod2 = { "net1", "c2", "eth0" };

static int setup(void **state)
{
	struct cni_error err = { 0 };

	if (world_setup(state) != 0)
		return -1;
	return cni_nft_open(&nft, &err);
}

static int teardown(void **state)
{
	cni_nft_close(&nft);
	return world_teardown(state);
}

/* What a test does not set is the plugin's default. */
static struct cni_masquerade_spec spec_of(const struct cni_prefix *addresses,
					  size_t count)
{
	return (struct cni_masquerade_spec) {
		.backend = CNI_MASQUERADE_NFTABLES,
		.addresses = addresses,
		.address_count = count,
		.ipv4 = true,
		.ipv6 = true,
		.random = true,
		.drop_invalid = true,
	};
}

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix value;

	assert_int_equal(cni_prefix_parse(text, &value), 0);
	return value;
}

static void add(const struct cni_owner *owner,
		const struct cni_masquerade_spec *spec)
{
	struct cni_error err = { 0 };

	if (cni_masquerade_add(&nft, owner, spec, &err) != 0)
		fail_msg("%s (%s)", err.msg, err.details);
	if (cni_masquerade_check(&nft, owner, spec, &err) != 0)
		fail_msg("CHECK after ADD: %s (%s)", err.msg, err.details);
}

static void add_addresses(const struct cni_owner *owner, const char *ipv4,
			  const char *ipv6)
{
	const struct cni_prefix addresses[] = { prefix(ipv4), prefix(ipv6) };
	const struct cni_masquerade_spec spec = spec_of(addresses, 2);

	add(owner, &spec);
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
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	assert_seen("pod1", "2001:db8::2", "2001:db8::1");
	assert_seen("pod1", "10.1.0.3", "10.1.0.2");
	assert_seen("pod1", "fd00:1::3", "fd00:1::2");
	assert_seen("pod1", "10.2.0.2", "10.2.0.1");
	assert_seen("pod2", "192.0.2.2", "10.1.0.3");
	del(&pod1);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	assert_no_output("nft list ruleset", "10.1.0", "fd00:1::", "net1",
			 NULL);
}

static void excluded_destinations_see_the_pods_address(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("fd00:1::2/64") };
	const struct cni_prefix excludes[] = { prefix("10.2.3.4/16"),
					       prefix("2001:db8::/32") };
	struct cni_masquerade_spec spec = spec_of(addresses, 2);

	(void)state;
	spec.excludes = excludes;
	spec.exclude_count = 2;
	add(&pod1, &spec);
	assert_seen("pod1", "10.2.0.2", "10.1.0.2");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	assert_seen("pod1", "fd00:2::2", "fd00:2::1");
	del(&pod1);
}

static void one_family_alone_can_be_masqueraded(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("fd00:1::2/64") };
	struct cni_masquerade_spec spec = spec_of(addresses, 2);

	(void)state;
	spec.ipv6 = false;
	add(&pod1, &spec);
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
	spec.ipv6 = true;
	spec.ipv4 = false;
	add(&pod1, &spec);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_seen("pod1", "2001:db8::2", "2001:db8::1");
	spec.ipv6 = false;
	add(&pod1, &spec);
	assert_seen("pod1", "2001:db8::2", "fd00:1::2");
}

static void source_ports_are_random_unless_told_not_to_be(void **state)
{
	const struct cni_prefix address = prefix("10.1.0.2/24");
	struct cni_masquerade_spec spec = spec_of(&address, 1);

	(void)state;
	add(&pod1, &spec);
	assert_output(RULES, "masquerade fully-random", NULL);
	spec.random = false;
	add(&pod1, &spec);
	assert_output(RULES, "masquerade\n", NULL);
	assert_no_output(RULES, "fully-random", NULL);
}

static void two_subnets_of_one_attachment_are_both_left_alone(void **state)
{
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("10.2.0.77/24") };
	struct cni_masquerade_spec spec = spec_of(addresses, 2);

	(void)state;
	add(&pod1, &spec);
	assert_seen("pod1", "10.2.0.2", "10.1.0.2");
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	assert_output(RULES, "10.1.0.2 ", "10.2.0.77 ", NULL);
	del(&pod1);
	assert_no_output("nft list ruleset", "10.2.0.77", NULL);
}

static void a_repeated_add_replaces_the_first(void **state)
{
	(void)state;
	add_addresses(&pod1, "10.1.0.9/24", "fd00:1::9/64");
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	assert_no_output(RULES, "10.1.0.9", "fd00:1::9", NULL);
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	del(&pod1);
	assert_no_output("nft list ruleset", "10.1.0", "fd00:1::", NULL);
}

static void del_succeeds_whatever_is_left(void **state)
{
	struct cni_error err = { 0 };

	(void)state;
	del(&pod1);
	assert_no_output("nft list ruleset", "table", NULL);
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	del(&pod1);
	del(&pod1);
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	sh("nft flush ruleset");
	del(&pod1);
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	sh("nft flush map inet cni_masquerade pods4");
	del(&pod1);
	assert_no_output("nft list ruleset", "fd00:1::2", NULL);
	assert_int_equal(cni_masquerade_del(NULL, &pod1, &err), 0);
	setenv("PATH", "/nonexistent", 1);
	del(&pod1);
	unsetenv("PATH");
}

static void a_ruleset_saved_and_loaded_as_text_still_belongs_to_us(void **state)
{
	(void)state;
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	add_addresses(&pod2, "10.1.0.3/24", "fd00:1::3/64");
	sh("nft list ruleset > /run/netns/saved && nft flush ruleset && "
	   "nft -f /run/netns/saved");
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	del(&pod1);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
	assert_seen("pod2", "192.0.2.2", "192.0.2.1");
	assert_no_output("nft list ruleset", "10.1.0.2 ", NULL);
}

static void attachments_share_chains_and_the_last_takes_them_along(void **state)
{
	(void)state;
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	add_addresses(&pod2, "10.1.0.3/24", "fd00:1::3/64");
	assert_output("nft list chains | grep -c 'chain masq[46]-'", "2\n",
		      NULL);
	del(&pod1);
	assert_output("nft list chains | grep -c 'chain masq[46]-'", "2\n",
		      NULL);
	assert_seen("pod2", "192.0.2.2", "192.0.2.1");
	del(&pod2);
	assert_no_output("nft list table inet cni_masquerade", "masq4-",
			 "drop4-", "pods4-", "masq6-", "pods6-", NULL);
}

static void an_address_belongs_to_who_added_it_last(void **state)
{
	(void)state;
	add_addresses(&pod2, "10.1.0.2/24", "fd00:1::2/64");
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	del(&pod2);
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	del(&pod1);
	assert_no_output("nft list ruleset", "10.1.0.2", NULL);
}

static void gc_removes_what_belongs_to_nobody(void **state)
{
	const struct cni_owner other = { "net2", "c1", "eth0" };
	const struct cni_owner second = { "net1", "c1", "eth1" };
	const struct cni_owner valid[] = { pod2 };
	struct cni_error err = { 0 };

	(void)state;
	add_addresses(&pod1, "10.1.0.2/24", "fd00:1::2/64");
	add_addresses(&second, "10.1.0.4/25", "fd00:1::4/64");
	add_addresses(&pod2, "10.1.0.3/24", "fd00:1::3/64");
	add_addresses(&other, "10.2.0.2/24", "fd00:2::2/64");
	assert_int_equal(cni_masquerade_gc(&nft, "net1", valid, 1, &err), 0);
	assert_output(RULES, "10.1.0.3 ", "fd00:1::3 ", "10.2.0.2 ",
		      "fd00:2::2 ", NULL);
	assert_no_output(RULES, "10.1.0.2 ", "10.1.0.4 ", "10.1.0.0/25",
			 "fd00:1::2 ", "fd00:1::4 ", NULL);
	assert_int_equal(cni_masquerade_gc(&nft, "net1", NULL, 0, &err), 0);
	assert_int_equal(cni_masquerade_gc(&nft, "net2", NULL, 0, &err), 0);
	assert_no_output("nft list ruleset", "10.1.0", "10.2.0", "masq-", NULL);
}

static void check_names_what_is_missing(void **state)
{
	static const struct {
		const char *damage;
		const char *error;
	} rows[] = {
		{ "delete table inet cni_masquerade", "\"10.1.0.2\"" },
		{ "flush map inet cni_masquerade pods4", "\"10.1.0.2\"" },
		{ "flush map inet cni_masquerade pods6", "\"fd00:1::2\"" },
		{ "flush chain inet cni_masquerade postrouting",
		  "\"postrouting\"" },
		{ "flush chain inet cni_masquerade forward", "\"forward\"" },
	};
	/* The second one has the right number of rules. */
	static const char *const chain_damages[] = {
		"nft flush chain inet cni_masquerade $c",
		"nft flush chain inet cni_masquerade $c; "
		"nft add rule inet cni_masquerade $c ip daddr 10.1.0.0/24 "
		"return; "
		"nft add rule inet cni_masquerade $c ip daddr 224.0.0.0/4 "
		"return; nft add rule inet cni_masquerade $c masquerade",
		"nft flush set inet cni_masquerade $(echo $c | sed "
		"s/masq/pods/)",
	};
	static const char *const chain_errors[] = { "4-8e48f37d5de60467-",
						    "4-8e48f37d5de60467-",
						    "\"10.1.0.2\"" };
	const struct cni_prefix addresses[] = { prefix("10.1.0.2/24"),
						prefix("fd00:1::2/64") };
	const struct cni_masquerade_spec spec = spec_of(addresses, 2);
	struct cni_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		add(&pod1, &spec);
		sh("nft '%s'", rows[i].damage);
		assert_int_equal(cni_masquerade_check(&nft, &pod1, &spec, &err),
				 -ENOENT);
		assert_int_equal(err.code, CNI_CODE_CHECK_FAILED);
		if (!strstr(err.msg, rows[i].error))
			fail_msg("%s: %s", rows[i].damage, err.msg);
		del(&pod1);
	}
	add(&pod1, &spec);
	for (size_t i = 0; i < 3; i++) {
		add(&pod1, &spec);
		sh("c=$(nft list chains | grep -o 'masq4-[0-9a-f-]*'); %s",
		   chain_damages[i]);
		assert_int_equal(cni_masquerade_check(&nft, &pod1, &spec, &err),
				 -ENOENT);
		if (!strstr(err.msg, chain_errors[i]))
			fail_msg("%s", err.msg);
		if (i == 1)
			del(&pod1);
	}
	/* ADD repairs what it finds damaged. */
	add(&pod1, &spec);
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	assert_seen("pod1", "2001:db8::2", "2001:db8::1");
}

static void count_in_lan(void)
{
	sh("ip netns exec lan nft 'add table ip t; add chain ip t in { type "
	   "filter hook prerouting priority -400; }; add rule ip t in ip saddr "
	   "10.1.0.2 counter'");
}

static void invalid_packets_do_not_leave_with_the_pods_address(void **state)
{
	const struct cni_prefix address = prefix("10.1.0.2/24");
	struct cni_masquerade_spec spec = spec_of(&address, 1);

	(void)state;
	count_in_lan();
	spec.drop_invalid = false;
	add(&pod1, &spec);
	send_invalid("pod1", "10.1.0.2", "192.0.2.2");
	assert_output("ip netns exec lan nft list table ip t", "packets 1 ",
		      NULL);
	spec.drop_invalid = true;
	add(&pod1, &spec);
	send_invalid("pod1", "10.1.0.2", "192.0.2.2");
	assert_output("ip netns exec lan nft list table ip t", "packets 1 ",
		      NULL);
	/* Where nothing is masqueraded nothing is dropped either. */
	sh("ip netns exec podx nft 'add table ip t; add chain ip t in { type "
	   "filter hook prerouting priority -400; }; add rule ip t in ip saddr "
	   "10.1.0.2 counter'");
	del(&pod1);
	send_invalid("pod1", "10.1.0.2", "10.2.0.2");
	assert_output("ip netns exec podx nft list table ip t", "packets 1 ",
		      NULL);
}

static void long_and_odd_identities_work(void **state)
{
	struct cni_owner owner = { "net1", NULL, "eth0" };
	char id[600];

	(void)state;
	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	owner.container_id = id;
	add_addresses(&owner, "10.1.0.2/24", "fd00:1::2/64");
	id[sizeof(id) - 2] = 'y';
	del(&owner);
	assert_seen("pod1", "192.0.2.2", "192.0.2.1");
	id[sizeof(id) - 2] = 'x';
	del(&owner);
	assert_seen("pod1", "192.0.2.2", "10.1.0.2");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(pods_leave_with_the_nodes_address),
		TEST(excluded_destinations_see_the_pods_address),
		TEST(one_family_alone_can_be_masqueraded),
		TEST(source_ports_are_random_unless_told_not_to_be),
		TEST(two_subnets_of_one_attachment_are_both_left_alone),
		TEST(a_repeated_add_replaces_the_first),
		TEST(del_succeeds_whatever_is_left),
		TEST(a_ruleset_saved_and_loaded_as_text_still_belongs_to_us),
		TEST(attachments_share_chains_and_the_last_takes_them_along),
		TEST(an_address_belongs_to_who_added_it_last),
		TEST(gc_removes_what_belongs_to_nobody),
		TEST(check_names_what_is_missing),
		TEST(invalid_packets_do_not_leave_with_the_pods_address),
		TEST(long_and_odd_identities_work),
	};

	node_require();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
