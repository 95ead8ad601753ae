/* SPDX-License-Identifier: Apache-2.0 */
/* spoofcheck_del.c - finding and removing the rules of the MAC spoof check */
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netfilter.h>

#include "cni/hash.h"
#include "spoofcheck_internal.h"

const struct cni_nft_table spoof_table = { NFPROTO_BRIDGE, "nat" };

#define ID_DIGITS 32

void spoof_names_of_id(const char *id, struct spoof_names *ret_names)
{
	(void)snprintf(ret_names->comment, sizeof(ret_names->comment),
		       SPOOF_COMMENT_PREFIX "%s", id);
	(void)snprintf(ret_names->chain, sizeof(ret_names->chain),
		       SPOOF_CHAIN_PREFIX "%s", id);
	(void)snprintf(ret_names->mac_chain, sizeof(ret_names->mac_chain),
		       SPOOF_CHAIN_PREFIX "%s" SPOOF_MAC_SUFFIX, id);
}

void spoof_names_of(const struct cni_owner *owner,
		    struct spoof_names *ret_names)
{
	const char *const parts[] = { owner->container_id, "-", owner->ifname };
	char id[SPOOF_ID_MAX + 1];
	int len;

	len = snprintf(id, sizeof(id), "%s-%s", owner->container_id,
		       owner->ifname);
	if (len < 0 || (size_t)len >= sizeof(id))
		cni_hash_hex(ID_DIGITS, id, parts, 3);
	spoof_names_of_id(id, ret_names);
}

/**
 * struct jumps - rules of the base chain
 * @chain: wanted are those that lead there; NULL for all of spoof checks
 * @rules: found; owned
 * @count: how many
 */
struct jumps {
	const char *chain;
	struct nft_rule *rules;
	size_t count;
	size_t capacity;
};

static bool is_wanted(const struct jumps *jumps, const struct nft_rule *rule)
{
	if (jumps->chain)
		return strcmp(rule->target, jumps->chain) == 0;
	return strncmp(rule->target, SPOOF_CHAIN_PREFIX,
		       strlen(SPOOF_CHAIN_PREFIX)) == 0;
}

static int look_at_rule(const struct nlmsghdr *message, void *data)
{
	struct jumps *jumps = data;
	size_t capacity = jumps->capacity ? 2 * jumps->capacity : 4;
	struct nft_rule rule;
	void *rules;

	if (!message) {
		jumps->count = 0;
		return 0;
	}
	if (nft_rule_parse(message, &rule) < 0)
		return -EBADMSG;
	if (!is_wanted(jumps, &rule))
		return 0;
	if (jumps->count == jumps->capacity) {
		rules = reallocarray(jumps->rules, capacity, sizeof(rule));
		if (!rules)
			return -ENOMEM;
		jumps->rules = rules;
		jumps->capacity = capacity;
	}
	jumps->rules[jumps->count++] = rule;
	return 0;
}

static void jumps_done(struct jumps *jumps)
{
	free(jumps->rules);
	*jumps = (struct jumps) { 0 };
}

CNI_DEFINE_CLEANUP(jumps, struct jumps, jumps_done);

static int list_jumps(struct cni_nft *nft, struct jumps *jumps,
		      struct cni_error *reterr)
{
	return cni_nft_list_rules(nft, &spoof_table, SPOOF_BASE_CHAIN,
				  look_at_rule, jumps, reterr);
}

static int first_rule(const struct nlmsghdr *message, void *data)
{
	struct nft_rule *first = data;
	struct nft_rule rule;

	if (!message) {
		first->handle = 0;
		return 0;
	}
	if (first->handle || nft_rule_parse(message, &rule) < 0)
		return 0;
	*first = rule;
	return 0;
}

/* 0 when the rules were not made in one go: then they have to be listed. */
static int guess_jump(struct cni_nft *nft, const struct spoof_names *names,
		      struct nft_rule *ret_rule, struct cni_error *reterr)
{
	struct nft_rule first = { 0 };
	int ret;

	ret = cni_nft_list_rules(nft, &spoof_table, names->chain, first_rule,
				 &first, reterr);
	if (ret < 0 || first.handle < 2)
		return ret;
	ret = nft_rule_get(nft, &spoof_table, SPOOF_BASE_CHAIN,
			   first.handle - 1, ret_rule, reterr);
	return ret > 0 ? strcmp(ret_rule->target, names->chain) == 0 : ret;
}

int spoof_find_jump(struct cni_nft *nft, const struct spoof_names *names,
		    struct nft_rule *ret_rule, struct cni_error *reterr)
{
	CNI_CLEANUP(jumps) struct jumps jumps = { .chain = names->chain };
	int ret;

	ret = guess_jump(nft, names, ret_rule, reterr);
	if (ret)
		return ret;
	ret = list_jumps(nft, &jumps, reterr);
	if (ret < 0)
		return ret;
	if (jumps.count)
		*ret_rule = jumps.rules[0];
	return jumps.count > 0;
}

/* @references: how many rules lead to the chain. */
static int remove_jumps(struct cni_nft *nft, struct cni_nft_batch *batch,
			const struct spoof_names *names, uint32_t references,
			struct cni_error *reterr)
{
	CNI_CLEANUP(jumps) struct jumps jumps = { .chain = names->chain };
	struct nft_rule rule;
	int ret;

	if (references == 1) {
		ret = guess_jump(nft, names, &rule, reterr);
		if (ret > 0)
			/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage) */
			cni_nft_del_rule(batch, &spoof_table, SPOOF_BASE_CHAIN,
					 rule.handle);
		if (ret)
			return ret < 0 ? ret : 0;
	}
	ret = list_jumps(nft, &jumps, reterr);
	for (size_t i = 0; i < jumps.count && ret == 0; i++)
		cni_nft_del_rule(batch, &spoof_table, SPOOF_BASE_CHAIN,
				 jumps.rules[i].handle);
	return ret;
}

int spoof_remove(struct cni_nft *nft, struct cni_nft_batch *batch,
		 const struct spoof_names *names, bool with_chains,
		 struct cni_error *reterr)
{
	const char *const chains[] = { names->chain, names->mac_chain };
	struct cni_nft_chain_info info = { 0 };
	int there[2];
	int ret;

	there[1] = cni_nft_get_chain(nft, &spoof_table, names->mac_chain, NULL,
				     reterr);
	there[0] = there[1] < 0
			   ? there[1]
			   : cni_nft_get_chain(nft, &spoof_table, names->chain,
					       &info, reterr);
	if (there[0] < 0)
		return there[0];
	if (there[0]) {
		ret = nft_rule_count(nft, &spoof_table, names->chain, reterr);
		if (ret >= 0 && info.use > (uint32_t)ret)
			ret = remove_jumps(nft, batch, names,
					   info.use - (uint32_t)ret, reterr);
		if (ret < 0)
			return ret;
	}
	for (int i = 0; i < 2; i++)
		if (there[i])
			cni_nft_flush_chain(batch, &spoof_table, chains[i]);
	for (int i = 0; i < 2 && with_chains; i++)
		if (there[i])
			cni_nft_del_chain(batch, &spoof_table, chains[i]);
	return (there[0] ? SPOOF_HAS_CHAIN : 0) |
	       (there[1] ? SPOOF_HAS_MAC_CHAIN : 0);
}

static int del_names(struct cni_nft *nft, const struct spoof_names *names,
		     struct cni_error *reterr)
{
	int ret = -ERESTART;

	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++) {
		CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
		uint32_t generation = 0;

		ret = cni_nft_generation(nft, &generation, reterr);
		cni_nft_batch_init(&batch, generation);
		if (ret == 0)
			ret = spoof_remove(nft, &batch, names, true, reterr);
		if (ret >= 0)
			ret = cni_nft_batch_send(nft, &batch, reterr);
	}
	return ret < 0 ? cni_error_prefix(reterr, ret, "MAC spoof check") : 0;
}

int cni_spoofcheck_del(struct cni_nft *nft, const struct cni_owner *owner,
		       struct cni_error *reterr)
{
	struct spoof_names names;

	if (!nft)
		return 0;
	spoof_names_of(owner, &names);
	return del_names(nft, &names, reterr);
}

static bool is_valid(const char *chain, const struct cni_owner *valid,
		     size_t count)
{
	struct spoof_names names;

	for (size_t i = 0; i < count; i++) {
		spoof_names_of(&valid[i], &names);
		if (strcmp(names.chain, chain) == 0)
			return true;
	}
	return false;
}

int cni_spoofcheck_gc(struct cni_nft *nft, const struct cni_owner *valid,
		      size_t count, struct cni_error *reterr)
{
	CNI_CLEANUP(jumps) struct jumps jumps = { 0 };
	int ret = 0;

	if (nft)
		ret = list_jumps(nft, &jumps, reterr);
	for (size_t i = 0; i < jumps.count; i++) {
		const struct nft_rule *rule = &jumps.rules[i];
		struct cni_error step = { 0 };
		struct spoof_names names;

		/* The cheap question first: most ports are there. */
		if (!rule->iifname[0] || if_nametoindex(rule->iifname) != 0 ||
		    is_valid(rule->target, valid, count))
			continue;
		spoof_names_of_id(rule->target + strlen(SPOOF_CHAIN_PREFIX),
				  &names);
		ret = cni_error_gather(ret, reterr,
				       del_names(nft, &names, &step), &step);
	}
	return ret;
}
