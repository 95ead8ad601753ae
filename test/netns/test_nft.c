/* SPDX-License-Identifier: Apache-2.0 */
/* test_nft.c - nf_tables transactions and queries, seen by nft */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>

#include "cni/nft_expr.h"
#include "cni/nft_set.h"
#include "netns_env.h"
#include "table.h"

static const struct cni_nft_table table = { NFPROTO_IPV4, "t" };

static const struct cni_nft_chain base = {
	.name = "pre",
	.type = "nat",
	.hook = NF_INET_PRE_ROUTING,
	.priority = -100,
	.policy = NF_ACCEPT,
};

static const struct cni_nft_chain pods = { .name = "pods" };

static const struct cni_nft_set ports = {
	.table = &table,
	.name = "ports",
	.key_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_INET_PROTO,
				   CNI_NFT_TYPE_INET_SERVICE),
	.key_len = 8,
	.data_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_IPV4_ADDR,
				    CNI_NFT_TYPE_INET_SERVICE),
	.data_len = 8,
};

static const struct cni_nft_set sources = {
	.table = &table,
	.name = "sources",
	.key_type = CNI_NFT_TYPE_IPV4_ADDR,
	.key_len = 4,
	.data_type = CNI_NFT_TYPE_VERDICT,
};

static const struct cni_nft_set owners = {
	.table = &table,
	.name = "owners",
	.key_type = CNI_NFT_TYPE_INTEGER,
	.key_len = 16,
	.comment = "who",
};

static struct cni_nft_element port(uint16_t number)
{
	struct cni_nft_element element = {
		.key = { 6, 0, 0, 0, (uint8_t)(number >> 8), (uint8_t)number },
		.data = { 10, 1, 0, 2, 0, 80 },
		.comment = "whose",
		.private_data = { 1, 2, 3 },
		.private_len = 3,
	};

	return element;
}

/* tcp dport 8080 -> 10.1.0.2:80; saddr vmap; everything in one batch. */
static void put_ruleset(struct cni_nft_batch *batch)
{
	const struct cni_nft_element source = {
		.key = { 10, 1, 0, 2 },
		.verdict = NFT_GOTO,
		.chain = "pods",
	};
	const struct cni_nft_element owner = { .key = { 0xab } };
	const struct cni_nft_element element = port(8080);

	cni_nft_add_table(batch, &table, "of a test");
	cni_nft_add_chain(batch, &table, &base);
	cni_nft_add_chain(batch, &table, &pods);
	cni_nft_add_set(batch, &ports);
	cni_nft_add_set(batch, &sources);
	cni_nft_add_set(batch, &owners);
	cni_nft_add_element(batch, &ports, &element, true);
	cni_nft_add_element(batch, &sources, &source, true);
	cni_nft_add_element(batch, &owners, &owner, true);
}

/* fib daddr type local dnat to meta l4proto . th dport map @ports */
static void put_dnat_rule(struct cni_nft_batch *batch)
{
	cni_nft_rule_begin(batch, &table, "pre", false);
	cni_nft_fib_daddr_type(batch, NFT_REG32_00);
	cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_EQ, 2 /* RTN_LOCAL */);
	cni_nft_meta(batch, NFT_META_L4PROTO, NFT_REG32_00);
	cni_nft_payload(batch, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2,
			NFT_REG32_01);
	cni_nft_map(batch, "ports", NFT_REG32_00, NFT_REG32_00);
	cni_nft_dnat(batch, AF_INET, NFT_REG32_00, NFT_REG32_01);
	cni_nft_rule_end(batch, "to the pods");
}

static void send_ruleset(struct cni_nft *nft)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_error err = { 0 };

	assert_int_equal(cni_nft_open(nft, &err), 0);
	cni_nft_batch_init(&batch, 0);
	put_ruleset(&batch);
	put_dnat_rule(&batch);
	if (cni_nft_batch_send(nft, &batch, &err))
		fail_msg("%s: %s", err.msg, err.details);
}

static void assert_in_ruleset(struct netns_env *env, const char *text)
{
	if (netns_sh_status(env->host, "nft list ruleset | grep -qF '%s'",
			    text) == 0)
		return;
	netns_sh(env->host, "nft list ruleset >&2");
	fail_msg("\"%s\" is not in the ruleset", text);
}

static void a_transaction_makes_all_of_it(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };

	send_ruleset(&nft);
	assert_in_ruleset(env, "comment \"of a test\"");
	assert_in_ruleset(env, "type inet_proto . inet_service : "
			       "ipv4_addr . inet_service");
	assert_in_ruleset(env, "tcp . 8080 comment \"whose\" : 10.1.0.2 . 80");
	assert_in_ruleset(env, "10.1.0.2 : goto pods");
	assert_in_ruleset(env, "fib daddr type local dnat");
	assert_in_ruleset(env, "comment \"to the pods\"");
	assert_in_ruleset(env, "comment \"who\"");
}

static void what_is_there_can_be_looked_up(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_nft_table other = { NFPROTO_IPV4, "other" };
	struct cni_nft_chain_info chain;
	struct cni_nft_element element;
	struct cni_nft_element wanted = port(8080);

	(void)state;
	send_ruleset(&nft);
	assert_int_equal(cni_nft_has_table(&nft, &table, NULL), 1);
	assert_int_equal(cni_nft_has_table(&nft, &other, NULL), 0);
	assert_int_equal(cni_nft_has_set(&nft, &ports, NULL), 1);
	assert_int_equal(cni_nft_get_chain(&nft, &table, "pods", &chain, NULL),
			 1);
	assert_int_equal(chain.use, 1);
	assert_int_equal(cni_nft_get_chain(&nft, &table, "pre", &chain, NULL),
			 1);
	assert_string_equal(chain.type, "nat");
	assert_int_equal(chain.priority, -100);
	assert_int_equal(cni_nft_get_element(&nft, &ports, wanted.key, &element,
					     NULL),
			 1);
	assert_memory_equal(element.data, wanted.data, 8);
	assert_string_equal(element.comment, "whose");
	assert_int_equal(element.private_len, 3);
	assert_memory_equal(element.private_data, "\1\2\3", 3);
	wanted = port(8081);
	assert_int_equal(cni_nft_get_element(&nft, &ports, wanted.key, &element,
					     NULL),
			 0);
}

static void a_second_owner_is_refused(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_nft_element element = port(8080);

	(void)state;
	send_ruleset(&nft);
	cni_nft_batch_init(&batch, 0);
	cni_nft_add_element(&batch, &ports, &element, true);
	assert_int_equal(cni_nft_batch_send(&nft, &batch, NULL), -EEXIST);
}

static void a_stale_generation_is_refused(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch stale;
	CNI_CLEANUP(nft_batch) struct cni_nft_batch fresh;
	struct cni_nft_element element = port(8080);
	struct cni_error err;
	uint32_t generation;

	send_ruleset(&nft);
	assert_int_equal(cni_nft_generation(&nft, &generation, NULL), 0);
	netns_sh(env->host, "nft add table ip foreign");
	cni_nft_batch_init(&stale, generation);
	cni_nft_del_element(&stale, &ports, &element);
	assert_int_equal(cni_nft_batch_send(&nft, &stale, &err), -ERESTART);
	assert_int_equal(err.code, CNI_CODE_TRY_AGAIN);
	assert_int_equal(cni_nft_generation(&nft, &generation, NULL), 0);
	cni_nft_batch_init(&fresh, generation);
	cni_nft_del_element(&fresh, &ports, &element);
	assert_int_equal(cni_nft_batch_send(&nft, &fresh, NULL), 0);
	assert_int_equal(cni_nft_get_element(&nft, &ports, element.key,
					     &element, NULL),
			 0);
}

static int count(const struct cni_nft_element *element, void *data)
{
	int *seen = data;

	*seen = element ? *seen + 1 : 0;
	return 0;
}

static void a_thousand_elements_are_listed(void **state)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	int seen = 0;

	(void)state;
	send_ruleset(&nft);
	cni_nft_batch_init(&batch, 0);
	for (uint16_t i = 0; i < 1000; i++) {
		struct cni_nft_element element = port((uint16_t)(20000 + i));

		cni_nft_add_element(&batch, &ports, &element, true);
	}
	assert_int_equal(cni_nft_batch_send(&nft, &batch, NULL), 0);
	assert_int_equal(
		cni_nft_list_elements(&nft, &ports, count, &seen, NULL), 0);
	assert_int_equal(seen, 1001);
}

static void an_empty_batch_asks_nothing(void **state)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_nft closed = { 0 };

	(void)state;
	cni_nft_batch_init(&batch, 0);
	assert_int_equal(cni_nft_batch_send(&closed, &batch, NULL), 0);
}

/* masquerade and its conditions, as nft understands them */
static void rules_read_as_they_were_meant(void **state)
{
	struct netns_env *env = *state;
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	const struct cni_nft_chain post = {
		.name = "post",
		.type = "nat",
		.hook = NF_INET_POST_ROUTING,
		.priority = 100,
		.policy = NF_ACCEPT,
	};
	struct cni_prefix subnet;

	send_ruleset(&nft);
	assert_int_equal(cni_prefix_parse("10.1.0.0/16", &subnet), 0);
	cni_nft_batch_init(&batch, 0);
	cni_nft_add_chain(&batch, &table, &post);
	cni_nft_rule_begin(&batch, &table, "post", false);
	cni_nft_ct_status(&batch, IPS_DST_NAT, true);
	cni_nft_saddr(&batch, AF_INET, NFT_REG32_00);
	cni_nft_prefix(&batch, NFT_REG32_00, &subnet, true);
	cni_nft_ifname(&batch, NFT_META_OIFNAME, "cni0");
	cni_nft_masquerade(&batch, NF_NAT_RANGE_PROTO_RANDOM_FULLY);
	cni_nft_rule_end(&batch, NULL);
	assert_int_equal(cni_nft_batch_send(&nft, &batch, NULL), 0);
	assert_in_ruleset(env, "ct status dnat ip saddr 10.1.0.0/16 "
			       "oifname \"cni0\" masquerade fully-random");
}

int main(void)
{
#define T(test)                                                \
	cmocka_unit_test_setup_teardown(test, netns_env_setup, \
					netns_env_teardown)
	const struct CMUnitTest tests[] = {
		T(a_transaction_makes_all_of_it),
		T(what_is_there_can_be_looked_up),
		T(a_second_owner_is_refused),
		T(a_stale_generation_is_refused),
		T(a_thousand_elements_are_listed),
		T(an_empty_batch_asks_nothing),
		T(rules_read_as_they_were_meant),
	};

	netns_env_need_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
