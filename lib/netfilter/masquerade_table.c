/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_table.c - table, maps and chains of the masquerade table */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>

#include "cni/nft_expr.h"
#include "masquerade_nft.h"
#include "nft_rule.h"

/* Standard priorities, <linux/netfilter_ipv4.h>: NAT_SRC and FILTER. */
#define PRIORITY_SRCNAT 100
#define PRIORITY_FILTER 0

const struct cni_nft_table masq_table = { NFPROTO_INET, "cni_masquerade" };

struct cni_nft_set masq_set(enum masq_map map, int family)
{
	static const char *const names[MASQ_MAP_COUNT][2] = {
		[MASQ_PODS] = { "pods4", "pods6" },
		[MASQ_INVALID] = { "invalid4", "invalid6" },
	};
	bool ipv6 = family == AF_INET6;

	return (struct cni_nft_set) {
		.table = &masq_table,
		.name = names[map][ipv6],
		.key_type = ipv6 ? CNI_NFT_TYPE_IPV6_ADDR
				 : CNI_NFT_TYPE_IPV4_ADDR,
		.key_len = ipv6 ? 16 : 4,
		.data_type = CNI_NFT_TYPE_VERDICT,
		.comment = map == MASQ_PODS
				   ? "whose traffic is masqueraded, and how"
				   : "whose invalid packets are dropped",
	};
}

int masq_get(struct cni_nft *nft, enum masq_map map,
	     const struct cni_addr *addr, struct cni_nft_element *ret_element,
	     struct cni_error *reterr)
{
	struct cni_nft_set set = masq_set(map, addr->family);

	return cni_nft_get_element(nft, &set, addr->bytes, ret_element, reterr);
}

/*
 * add rule inet cni_masquerade postrouting ip saddr vmap @pods4
 * add rule inet cni_masquerade forward ct state invalid ip saddr vmap @invalid4
 */
static void base_rule_add(struct cni_nft_batch *batch, const char *chain,
			  enum masq_map map, int family)
{
	struct cni_nft_set set = masq_set(map, family);

	cni_nft_rule_begin(batch, &masq_table, chain, false);
	if (map == MASQ_INVALID)
		cni_nft_ct_state(batch, NF_CT_STATE_INVALID_BIT);
	cni_nft_family(batch, family);
	cni_nft_saddr(batch, family, NFT_REG32_00);
	cni_nft_map(batch, set.name, NFT_REG32_00, NFT_REG_VERDICT);
	cni_nft_rule_end(batch, NULL);
}

/* 1 when the chain is as it should be. */
static int base_chain_is_whole(struct cni_nft *nft, const char *chain,
			       bool *ret_exists, struct cni_error *reterr)
{
	struct cni_nft_chain_info info;
	int ret;

	ret = cni_nft_get_chain(nft, &masq_table, chain, &info, reterr);
	*ret_exists = ret > 0;
	return ret > 0 ? info.use == MASQ_BASE_RULES : ret;
}

static void base_chain_add(struct cni_nft_batch *batch,
			   const struct cni_nft_chain *chain, enum masq_map map,
			   bool exists)
{
	if (exists)
		cni_nft_flush_chain(batch, &masq_table, chain->name);
	else
		cni_nft_add_chain(batch, &masq_table, chain);
	base_rule_add(batch, chain->name, map, AF_INET);
	base_rule_add(batch, chain->name, map, AF_INET6);
}

static void sets_add(struct cni_nft_batch *batch)
{
	static const int families[] = { AF_INET, AF_INET6 };

	cni_nft_add_table(batch, &masq_table, "masquerading of pods");
	nft_index_sets_add(batch, &masq_table);
	for (int map = 0; map < MASQ_MAP_COUNT; map++)
		for (size_t i = 0; i < 2; i++) {
			struct cni_nft_set set =
				masq_set((enum masq_map)map, families[i]);

			cni_nft_add_set(batch, &set);
		}
}

static const struct cni_nft_chain base_chains[MASQ_MAP_COUNT] = {
	[MASQ_PODS] = { "postrouting", "nat", NF_INET_POST_ROUTING,
			PRIORITY_SRCNAT, NF_ACCEPT },
	[MASQ_INVALID] = { "forward", "filter", NF_INET_FORWARD,
			   PRIORITY_FILTER, NF_ACCEPT },
};

void masq_base_put(struct cni_nft_batch *batch)
{
	sets_add(batch);
	for (int i = 0; i < MASQ_MAP_COUNT; i++)
		base_chain_add(batch, &base_chains[i], (enum masq_map)i, false);
}

int masq_base_add(struct cni_nft *nft, struct masq_plan *plan, bool all_sets,
		  struct cni_error *reterr)
{
	bool exists[MASQ_MAP_COUNT];
	int whole[MASQ_MAP_COUNT];

	for (int i = 0; i < MASQ_MAP_COUNT; i++) {
		whole[i] = base_chain_is_whole(nft, base_chains[i].name,
					       &exists[i], reterr);
		if (whole[i] < 0)
			return whole[i];
	}
	if (whole[MASQ_PODS] && whole[MASQ_INVALID] && !all_sets)
		return 0;
	sets_add(&plan->batch);
	for (int i = 0; i < MASQ_MAP_COUNT; i++)
		if (!whole[i])
			base_chain_add(&plan->batch, &base_chains[i],
				       (enum masq_map)i, exists[i]);
	return 0;
}

/*
 * add rule inet cni_masquerade <chain> ip daddr 10.1.0.0/24 return
 * add rule inet cni_masquerade <chain> masquerade fully-random   (or: drop)
 */
static void policy_rules_add(struct cni_nft_batch *batch, const char *chain,
			     const struct masq_policy *policy, bool masquerade)
{
	for (size_t i = 0; i < policy->count; i++) {
		cni_nft_rule_begin(batch, &masq_table, chain, false);
		cni_nft_family(batch, policy->family);
		cni_nft_daddr(batch, policy->family, NFT_REG32_00);
		cni_nft_prefix(batch, NFT_REG32_00, &policy->left_alone[i],
			       true);
		cni_nft_verdict(batch, NFT_RETURN, NULL);
		cni_nft_rule_end(batch, NULL);
	}
	cni_nft_rule_begin(batch, &masq_table, chain, false);
	if (masquerade)
		cni_nft_masquerade(
			batch,
			policy->random ? NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0);
	else
		cni_nft_verdict(batch, NF_DROP, NULL);
	cni_nft_rule_end(batch, NULL);
}

static void policy_chain_put(struct cni_nft_batch *batch,
			     const struct masq_policy *policy, bool masquerade)
{
	const struct cni_nft_chain chain = {
		.name = masquerade ? policy->masq_chain : policy->drop_chain,
	};

	cni_nft_add_chain(batch, &masq_table, &chain);
	policy_rules_add(batch, chain.name, policy, masquerade);
}

void masq_policy_put(struct cni_nft_batch *batch,
		     const struct masq_policy *policy)
{
	policy_chain_put(batch, policy, true);
	if (policy->drop_invalid)
		policy_chain_put(batch, policy, false);
}

/* An existing chain is looked at as far as is cheap: is anything missing? */
static int policy_chain_add(struct cni_nft *nft, struct masq_plan *plan,
			    const struct masq_policy *policy, bool masquerade,
			    struct cni_error *reterr)
{
	const char *name = masquerade ? policy->masq_chain : policy->drop_chain;
	int ret;

	ret = cni_nft_get_chain(nft, &masq_table, name, NULL, reterr);
	if (ret < 0)
		return ret;
	if (ret == 0) {
		policy_chain_put(&plan->batch, policy, masquerade);
		return 0;
	}
	ret = nft_rule_count(nft, &masq_table, name, reterr);
	if (ret < 0 || (size_t)ret == policy->count + 1)
		return ret < 0 ? ret : 0;
	cni_nft_flush_chain(&plan->batch, &masq_table, name);
	policy_rules_add(&plan->batch, name, policy, masquerade);
	return 0;
}

int masq_policy_add(struct cni_nft *nft, struct masq_plan *plan,
		    const struct masq_policy *policy, struct cni_error *reterr)
{
	int ret = policy_chain_add(nft, plan, policy, true, reterr);

	if (ret == 0 && policy->drop_invalid)
		ret = policy_chain_add(nft, plan, policy, false, reterr);
	return ret;
}
