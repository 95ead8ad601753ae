/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_chain.c - a policy's set, chains and rules */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>

#include "cni/nft_expr.h"
#include "cni/nft_verify.h"
#include "masquerade_nft.h"
#include "nft_rule.h"

/**
 * struct part - a chain of a policy, and the base chain that leads to it
 * @base: name of the base chain
 * @chain: name of the chain
 * @masquerades: or drops
 */
struct part {
	const char *base;
	const char *chain;
	bool masquerades;
};

/* The second part is used when invalid packets are to be dropped. */
static void parts_of(const struct masq_names *names, struct part parts[2])
{
	parts[0] = (struct part) { "postrouting", names->masq_chain, true };
	parts[1] = (struct part) { "forward", names->drop_chain, false };
}

/*
 * add rule inet cni_masquerade postrouting ip saddr @pods4-... goto masq4-...
 * add rule inet cni_masquerade forward ct state invalid \
 *	ip saddr @pods4-... goto drop4-...
 */
static void base_rule_put(struct cni_nft_batch *batch, const struct part *part,
			  int family, const char *pods)
{
	cni_nft_rule_begin(batch, &masq_table, part->base, false);
	if (!part->masquerades)
		cni_nft_ct_state(batch, NF_CT_STATE_INVALID_BIT);
	cni_nft_family(batch, family);
	cni_nft_saddr(batch, family, NFT_REG32_00);
	cni_nft_lookup(batch, pods, NFT_REG32_00, false);
	cni_nft_verdict(batch, NFT_GOTO, part->chain);
	cni_nft_rule_end(batch, NULL);
}

/*
 * add rule inet cni_masquerade masq4-... ip daddr 10.1.0.0/24 return
 * add rule inet cni_masquerade masq4-... masquerade fully-random
 * add rule inet cni_masquerade drop4-... drop
 */
static void rules_put(struct cni_nft_batch *batch, const struct part *part,
		      const struct masq_policy *policy)
{
	for (size_t i = 0; i < policy->count; i++) {
		cni_nft_rule_begin(batch, &masq_table, part->chain, false);
		cni_nft_family(batch, policy->family);
		cni_nft_daddr(batch, policy->family, NFT_REG32_00);
		cni_nft_prefix(batch, NFT_REG32_00, &policy->left_alone[i],
			       true);
		cni_nft_verdict(batch, NFT_RETURN, NULL);
		cni_nft_rule_end(batch, NULL);
	}
	cni_nft_rule_begin(batch, &masq_table, part->chain, false);
	if (part->masquerades)
		cni_nft_masquerade(
			batch,
			policy->random ? NF_NAT_RANGE_PROTO_RANDOM_FULLY : 0);
	else
		cni_nft_verdict(batch, NF_DROP, NULL);
	cni_nft_rule_end(batch, NULL);
}

static void chain_put(struct cni_nft_batch *batch, const struct part *part,
		      const struct masq_policy *policy)
{
	const struct cni_nft_chain chain = { .name = part->chain };

	cni_nft_add_chain(batch, &masq_table, &chain);
	rules_put(batch, part, policy);
}

/* The kernel counts a chain's rules and what leads to it in one number. */
static int chain_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		     const struct part *part, const struct masq_policy *policy,
		     struct cni_error *reterr)
{
	struct cni_nft_chain_info info = { 0 };
	int exists;
	int rules;

	exists =
		cni_nft_get_chain(nft, &masq_table, part->chain, &info, reterr);
	if (exists < 0)
		return exists;
	rules = exists ? nft_rule_count(nft, &masq_table, part->chain, reterr)
		       : 0;
	if (rules < 0)
		return rules;
	if (!exists) {
		chain_put(batch, part, policy);
	} else if ((size_t)rules != policy->count + 1) {
		cni_nft_flush_chain(batch, &masq_table, part->chain);
		rules_put(batch, part, policy);
	}
	if (info.use == (uint32_t)rules)
		base_rule_put(batch, part, policy->family, policy->names.pods);
	return 0;
}

int masq_policy_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		    const struct masq_policy *policy, struct cni_error *reterr)
{
	struct cni_nft_set set =
		masq_pods_set(policy->family, policy->names.pods);
	struct part parts[2];
	int ret;

	parts_of(&policy->names, parts);
	ret = cni_nft_has_set(nft, &set, reterr);
	if (ret == 0)
		cni_nft_add_set(batch, &set);
	for (int i = 0; i < 1 + policy->drop_invalid && ret >= 0; i++)
		ret = chain_add(nft, batch, &parts[i], policy, reterr);
	return ret < 0 ? ret : 0;
}

/**
 * struct jumps - rules of a base chain that lead to a policy's chain
 * @batch: gets their removal; NULL to count only
 */
struct jumps {
	struct cni_nft_batch *batch;
	const struct part *part;
	int count;
};

/* Messages that were appended cannot be taken back: see del_jumps(). */
static int take_rule(const struct nlmsghdr *message, void *data)
{
	struct jumps *jumps = data;
	struct nft_rule rule;

	if (!message)
		return jumps->count && jumps->batch ? -ERESTART : 0;
	if (nft_rule_parse(message, &rule) < 0)
		return -EBADMSG;
	if (strcmp(rule.target, jumps->part->chain) != 0)
		return 0;
	jumps->count++;
	if (jumps->batch)
		cni_nft_del_rule(jumps->batch, &masq_table, jumps->part->base,
				 rule.handle);
	return 0;
}

/* -ERESTART when the list started over: the ruleset is another one then. */
static int del_jumps(struct cni_nft *nft, struct cni_nft_batch *batch,
		     const struct part *part, struct cni_error *reterr)
{
	struct jumps jumps = { batch, part, 0 };

	return cni_nft_list_rules(nft, &masq_table, part->base, take_rule,
				  &jumps, reterr);
}

int masq_policy_del(struct cni_nft *nft, struct cni_nft_batch *batch,
		    int family, const uint8_t id[static MASQ_POLICY_ID],
		    struct cni_error *reterr)
{
	struct masq_names names;
	struct cni_nft_set set;
	struct part parts[2];
	int ret = 0;

	masq_names_of(family, id, &names);
	parts_of(&names, parts);
	for (int i = 0; i < 2 && ret >= 0; i++) {
		ret = cni_nft_get_chain(nft, &masq_table, parts[i].chain, NULL,
					reterr);
		if (ret <= 0)
			continue;
		ret = del_jumps(nft, batch, &parts[i], reterr);
		cni_nft_flush_chain(batch, &masq_table, parts[i].chain);
		cni_nft_del_chain(batch, &masq_table, parts[i].chain);
	}
	if (ret < 0)
		return ret;
	set = masq_pods_set(family, names.pods);
	ret = cni_nft_has_set(nft, &set, reterr);
	if (ret > 0)
		cni_nft_del_set(batch, &set);
	return ret < 0 ? ret : 0;
}

static int check_jump(struct cni_nft *nft, const struct part *part,
		      struct cni_error *reterr)
{
	struct jumps jumps = { NULL, part, 0 };
	int ret;

	ret = cni_nft_list_rules(nft, &masq_table, part->base, take_rule,
				 &jumps, reterr);
	if (ret < 0 || jumps.count)
		return ret;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "no rule in chain \"%s\" of nf_tables table "
			     "\"inet %s\" leads to chain \"%s\"",
			     part->base, masq_table.name, part->chain);
}

int masq_policy_check(struct cni_nft *nft, const struct masq_policy *policy,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_nft_set set =
		masq_pods_set(policy->family, policy->names.pods);
	struct part parts[2];
	int ret;

	parts_of(&policy->names, parts);
	cni_nft_batch_init(&batch, 0);
	cni_nft_add_set(&batch, &set);
	for (int i = 0; i < 1 + policy->drop_invalid; i++)
		chain_put(&batch, &parts[i], policy);
	ret = cni_nft_verify(nft, &batch, reterr);
	for (int i = 0; i < 1 + policy->drop_invalid && ret == 0; i++)
		ret = check_jump(nft, &parts[i], reterr);
	return ret;
}
