/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_plan.c - removing elements, and chains that nothing leads to */
#include <errno.h>
#include <string.h>

#include "masquerade_nft.h"
#include "nft_rule.h"

void masq_plan_init(struct masq_plan *plan, uint32_t generation)
{
	cni_nft_batch_init(&plan->batch, generation);
	plan->lost = NULL;
	plan->count = 0;
}

void masq_plan_done(struct masq_plan *plan)
{
	cni_nft_batch_done(&plan->batch);
	free(plan->lost);
	plan->lost = NULL;
	plan->count = 0;
}

static struct masq_lost *lost_entry(struct masq_plan *plan, const char *chain)
{
	struct masq_lost *lost;

	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->lost[i].chain, chain) == 0)
			return &plan->lost[i];
	lost = reallocarray(plan->lost, plan->count + 1, sizeof(*lost));
	if (!lost)
		return NULL;
	plan->lost = lost;
	lost += plan->count++;
	memset(lost, 0, sizeof(*lost));
	memcpy(lost->chain, chain, strnlen(chain, sizeof(lost->chain) - 1));
	return lost;
}

int masq_plan_lose(struct masq_plan *plan, const char *chain)
{
	struct masq_lost *lost = lost_entry(plan, chain);

	if (!lost)
		return -ENOMEM;
	lost->refs++;
	return 0;
}

int masq_plan_note(struct masq_plan *plan, const char *chain)
{
	return lost_entry(plan, chain) ? 0 : -ENOMEM;
}

int masq_plan_release(struct cni_nft *nft, struct masq_plan *plan,
		      enum masq_map map, const struct cni_addr *addr,
		      const struct cni_owner *owner, struct cni_error *reterr)
{
	struct cni_nft_set set = masq_set(map, addr->family);
	struct cni_nft_element element = { 0 };
	int ret;

	ret = masq_get(nft, map, addr, &element, reterr);
	if (ret <= 0)
		return ret;
	if (owner && !cni_owner_matches(owner, element.comment))
		return 0;
	cni_nft_del_element(&plan->batch, &set, &element);
	if (masq_plan_lose(plan, element.chain) < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "remove from \"%s\"", set.name);
	return 0;
}

static bool is_kept(const char *chain, const char *const *kept)
{
	for (; kept && *kept; kept++)
		if (strcmp(*kept, chain) == 0)
			return true;
	return false;
}

/* The kernel counts a chain's rules and what leads to it in one number. */
static int drop_if_unused(struct cni_nft *nft, struct masq_plan *plan,
			  const struct masq_lost *lost,
			  struct cni_error *reterr)
{
	struct cni_nft_chain_info info;
	int rules;
	int ret;

	ret = cni_nft_get_chain(nft, &masq_table, lost->chain, &info, reterr);
	if (ret <= 0)
		return ret;
	rules = nft_rule_count(nft, &masq_table, lost->chain, reterr);
	if (rules < 0)
		return rules;
	if (info.use != (uint32_t)rules + lost->refs)
		return 0;
	if (rules)
		cni_nft_flush_chain(&plan->batch, &masq_table, lost->chain);
	cni_nft_del_chain(&plan->batch, &masq_table, lost->chain);
	return 0;
}

int masq_plan_finish(struct cni_nft *nft, struct masq_plan *plan,
		     const char *const *kept, struct cni_error *reterr)
{
	int ret = 0;

	for (size_t i = 0; i < plan->count && ret == 0; i++)
		if (!is_kept(plan->lost[i].chain, kept))
			ret = drop_if_unused(nft, plan, &plan->lost[i], reterr);
	return ret;
}
