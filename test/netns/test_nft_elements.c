/* SPDX-License-Identifier: Apache-2.0 */
/* test_nft_elements.c - many elements at once, elements that vanish, CHECK */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include <linux/netfilter.h>

#include "cni/nft_elements.h"
#include "cni/nft_expr.h"
#include "cni/nft_verify.h"
#include "netns_env.h"
#include "table.h"

static const struct cni_nft_table table = { NFPROTO_INET, "t" };

static const struct cni_nft_set ports = {
	.table = &table,
	.name = "ports",
	.key_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_INET_PROTO,
				   CNI_NFT_TYPE_INET_SERVICE),
	.key_len = 8,
	.data_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_IPV4_ADDR,
				    CNI_NFT_TYPE_INET_SERVICE),
	.data_len = 8,
	.expiring = true,
};

static const struct cni_nft_set seen = {
	.table = &table,
	.name = "seen",
	.key_type = CNI_NFT_TYPE_IPV4_ADDR,
	.key_len = 4,
	.expiring = true,
	.dynamic = true,
	.lifetime_ms = 60000,
	.size = 100,
};

static struct cni_nft_element port(uint16_t number)
{
	return (struct cni_nft_element) {
		.key = { 6, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number },
		.data = { 10, 1, 0, 2 },
	};
}

/* The ruleset of restore_by_nft() below. */
static void put_ruleset(struct cni_nft_batch *batch)
{
	static const struct cni_nft_chain pre = {
		.name = "pre",
		.type = "nat",
		.hook = NF_INET_PRE_ROUTING,
		.priority = -90,
		.policy = NF_ACCEPT,
	};
	static const struct cni_nft_chain pods = { .name = "pods" };

	cni_nft_add_table(batch, &table, "of a test");
	cni_nft_add_set(batch, &ports);
	cni_nft_add_set(batch, &seen);
	cni_nft_add_chain(batch, &table, &pre);
	cni_nft_add_chain(batch, &table, &pods);
	cni_nft_rule_begin(batch, &table, "pre", false);
	cni_nft_fib_daddr_type(batch, NFT_REG32_00);
	cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_EQ, 2 /* RTN_LOCAL */);
	cni_nft_verdict(batch, NFT_GOTO, "pods");
	cni_nft_rule_end(batch, NULL);
	cni_nft_rule_begin(batch, &table, "pods", false);
	cni_nft_family(batch, AF_INET);
	cni_nft_daddr(batch, AF_INET, NFT_REG32_00);
	cni_nft_update(batch, "seen", NFT_REG32_00);
	cni_nft_rule_end(batch, NULL);
	cni_nft_rule_begin(batch, &table, "pods", false);
	cni_nft_meta(batch, NFT_META_L4PROTO, NFT_REG32_00);
	cni_nft_payload(batch, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2,
			NFT_REG32_01);
	cni_nft_map(batch, "ports", NFT_REG32_00, NFT_REG32_00);
	cni_nft_dnat(batch, AF_INET, NFT_REG32_00, NFT_REG32_01);
	cni_nft_rule_end(batch, NULL);
}

static void send_ruleset(struct cni_nft *nft)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_error err = { 0 };

	assert_int_equal(cni_nft_open(nft, &err), 0);
	cni_nft_batch_init(&batch, 0);
	put_ruleset(&batch);
	for (uint16_t i = 0; i < 200; i += 2) {
		struct cni_nft_element element = port(i);

		cni_nft_add_element(&batch, &ports, &element, true);
	}
	if (cni_nft_batch_send(nft, &batch, &err))
		fail_msg("%s: %s", err.msg, err.details);
}

static int collect(const struct cni_nft_element *element, void *data)
{
	uint32_t *sum = data;

	if (element)
		*sum += element->key[5] + 1000U;
	return 0;
}

static void only_what_is_there_is_found(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	uint8_t keys[300][8];
	uint32_t sum = 0;

	(void)state;
	send_ruleset(&nft);
	for (uint16_t i = 0; i < 300; i++)
		memcpy(keys[i], port(i).key, 8);
	assert_int_equal(cni_nft_get_elements(&nft, &ports, keys[0], 300,
					      collect, &sum, NULL),
			 0);
	/* 100 even numbers from 0 to 198 */
	assert_int_equal(sum, 100 * 1000 + 9900);
}

static void a_missing_table_has_no_elements(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	uint8_t keys[3][8] = { { 0 } };
	uint32_t sum = 0;

	(void)state;
	assert_int_equal(cni_nft_open(&nft, NULL), 0);
	assert_int_equal(cni_nft_get_elements(&nft, &ports, keys[0], 3, collect,
					      &sum, NULL),
			 0);
	assert_int_equal(cni_nft_find_element(&ports, collect, &sum, NULL), 0);
	assert_int_equal(sum, 0);
}

static int is_port_100(const struct cni_nft_element *element, void *data)
{
	uint32_t *looked_at = data;

	if (!element)
		return 0;
	++*looked_at;
	return element->key[5] == 100;
}

static int is_port_101(const struct cni_nft_element *element, void *data)
{
	return is_port_100(element, data) && element->key[5] == 101;
}

static void a_search_ends_at_the_first_match(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	uint32_t looked_at = 0;

	(void)state;
	send_ruleset(&nft);
	assert_int_equal(
		cni_nft_find_element(&ports, is_port_100, &looked_at, NULL), 1);
	assert_int_equal(
		cni_nft_find_element(&ports, is_port_101, &looked_at, NULL), 0);
}

static void an_element_vanishes_or_is_known_to_stay(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_nft_element element = port(100);
	struct cni_nft_element found;
	int ret;

	(void)state;
	send_ruleset(&nft);
	assert_int_equal(cni_nft_vanish(&nft, &ports, element.key, NULL),
			 -EOPNOTSUPP);
	element.lifetime_ms = cni_nft_shortest_ms();
	assert_in_range(element.lifetime_ms, 1, 10);
	cni_nft_batch_init(&batch, 0);
	cni_nft_add_element(&batch, &ports, &element, false);
	assert_int_equal(cni_nft_batch_send(&nft, &batch, NULL), 0);
	ret = cni_nft_vanish(&nft, &ports, element.key, NULL);
	if (ret == -EOPNOTSUPP)
		print_message("this kernel cannot shorten lifetimes\n");
	else
		assert_int_equal(ret, 0);
	assert_int_equal(cni_nft_get_element(&nft, &ports, element.key, &found,
					     NULL),
			 ret < 0);
}

static int verify(struct cni_nft *nft, struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;

	cni_nft_batch_init(&batch, 0);
	put_ruleset(&batch);
	return cni_nft_verify(nft, &batch, reterr);
}

static void what_was_made_is_as_expected(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	struct cni_error err = { 0 };

	(void)state;
	send_ruleset(&nft);
	if (verify(&nft, &err))
		fail_msg("%s", err.msg);
}

static void a_rule_may_be_among_others(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_error err = { 0 };

	send_ruleset(&nft);
	cni_nft_batch_init(&batch, 0);
	cni_nft_rule_begin(&batch, &table, "pods", false);
	cni_nft_family(&batch, AF_INET);
	cni_nft_daddr(&batch, AF_INET, NFT_REG32_00);
	cni_nft_update(&batch, "seen", NFT_REG32_00);
	cni_nft_rule_end(&batch, NULL);
	assert_int_equal(cni_nft_verify(&nft, &batch, &err), 0);
	netns_sh(((struct netns_env *)*state)->host,
		 "nft flush chain inet t pods; nft add rule inet t pods update "
		 "@seen { ip saddr }");
	assert_int_equal(cni_nft_verify(&nft, &batch, &err), -ENOENT);
	assert_string_equal(err.msg, "a rule of nf_tables chain \"pods\" of "
				     "table \"t\" is missing");
}

/* nft's own messages are the oracle for each of the expressions. */
static void what_nft_makes_is_the_same(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	struct cni_error err = { 0 };

	netns_sh(env->host, "nft -f - <<'END'\n"
			    "table inet t {\n"
			    " map ports { type inet_proto . inet_service : "
			    "ipv4_addr . inet_service\n"
			    "  flags timeout; }\n"
			    " set seen { type ipv4_addr; size 100\n"
			    "  flags dynamic,timeout; timeout 1m; }\n"
			    " chain pods {\n"
			    "  update @seen { ip daddr }\n"
			    "  dnat ip to meta l4proto . th dport map @ports\n"
			    " }\n"
			    " chain pre {\n"
			    "  type nat hook prerouting priority -90\n"
			    "  fib daddr type local goto pods\n"
			    " }\n"
			    "}\nEND");
	assert_int_equal(cni_nft_open(&nft, &err), 0);
	if (verify(&nft, &err)) {
		netns_sh(env->host, "nft --debug=netlink list ruleset >&2");
		fail_msg("%s", err.msg);
	}
}

static void every_change_is_noticed(void **state)
{
	static const struct {
		const char *change;
		const char *text;
	} rows[] = {
		{ "flush chain inet t pods", "chain \"pods\"" },
		{ "add rule inet t pods accept", "chain \"pods\"" },
		{ "insert rule inet t pre drop", "chain \"pre\"" },
		{ "flush chain inet t pre;"
		  "add rule inet t pre fib saddr type local goto pods",
		  "chain \"pre\"" },
		{ "flush chain inet t pre;"
		  "add rule inet t pre fib daddr type local jump pods",
		  "chain \"pre\"" },
		{ "flush chain inet t pre;"
		  "add rule inet t pre fib daddr type != local goto pods",
		  "chain \"pre\"" },
		{ "add chain inet t pre { policy drop; }", "chain \"pre\"" },
		{ "delete table inet t", "table \"t\" of table" },
		{ "delete table inet t; add table inet t",
		  "set \"ports\" of table \"t\" is missing" },
		{ "delete table inet t; add table inet t;"
		  "add set inet t ports { type inet_service; }",
		  "set \"ports\" of table \"t\" is not as it was made" },
	};
	struct netns_env *env = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
		struct cni_error err = { 0 };

		netns_sh(env->host, "nft flush ruleset");
		send_ruleset(&nft);
		netns_sh(env->host, "nft '%s'", rows[i].change);
		assert_int_equal(verify(&nft, &err), -ENOENT);
		assert_int_equal(err.code, CNI_CODE_CHECK_FAILED);
		if (!strstr(err.msg, rows[i].text))
			fail_msg("%s: %s", rows[i].change, err.msg);
	}
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(only_what_is_there_is_found),
		T(a_missing_table_has_no_elements),
		T(a_search_ends_at_the_first_match),
		T(an_element_vanishes_or_is_known_to_stay),
		T(what_was_made_is_as_expected),
		T(a_rule_may_be_among_others),
		T(what_nft_makes_is_the_same),
		T(every_change_is_noticed),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
