/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_plan.c - removing addresses, and policies that nobody is under */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/nft_elements.h"
#include "masquerade_nft.h"

#define FIRST_GONE 8

void masq_plan_init(struct masq_plan *plan, uint32_t generation)
{
	*plan = (struct masq_plan) { 0 };
	cni_nft_batch_init(&plan->batch, generation);
}

void masq_plan_done(struct masq_plan *plan)
{
	cni_nft_batch_done(&plan->batch);
	free(plan->gone);
	plan->gone = NULL;
	plan->count = 0;
}

int masq_plan_put(struct masq_plan *plan, const struct masq_gone *gone)
{
	size_t capacity = plan->capacity ? 2 * plan->capacity : FIRST_GONE;
	struct masq_gone *items;

	if (plan->count == plan->capacity) {
		items = reallocarray(plan->gone, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		plan->gone = items;
		plan->capacity = capacity;
	}
	plan->gone[plan->count++] = *gone;
	return 0;
}

int masq_plan_release(struct cni_nft *nft, struct masq_plan *plan,
		      const struct cni_addr *addr,
		      const struct cni_owner *owner, struct cni_error *reterr)
{
	struct cni_nft_element element = { 0 };
	struct masq_gone gone = { .addr = *addr };
	int ret;

	ret = masq_get(nft, addr, &element, reterr);
	if (ret <= 0)
		return ret;
	if (owner && !cni_owner_matches(owner, element.comment))
		return 0;
	memcpy(gone.policy, element.data, sizeof(gone.policy));
	if (masq_plan_put(plan, &gone) < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "remove the masquerading");
	return 0;
}

/* By policy, so that each policy's addresses are next to each other. */
static int compare_gone(const void *a, const void *b)
{
	const struct masq_gone *one = a;
	const struct masq_gone *other = b;
	int order = memcmp(one->policy, other->policy, sizeof(one->policy));

	if (!order)
		order = one->addr.family - other->addr.family;
	return order ? order : cni_addr_cmp(&one->addr, &other->addr);
}

/**
 * struct group - the addresses that one policy loses
 */
struct group {
	const struct masq_gone *items;
	size_t count;
};

static int stays(const struct cni_nft_element *element, void *data)
{
	const struct group *group = data;
	struct masq_gone key = group->items[0];

	if (!element)
		return 0;
	memcpy(key.addr.bytes, element->key, cni_addr_len(&key.addr));
	return !bsearch(&key, group->items, group->count, sizeof(key),
			compare_gone);
}

static int is_used(const struct group *group, const struct masq_policy *kept,
		   struct cni_error *reterr)
{
	const struct masq_gone *first = &group->items[0];
	struct masq_names names;
	struct cni_nft_set set;

	for (int i = 0; kept && i < 2; i++)
		if (kept[i].family == first->addr.family &&
		    memcmp(kept[i].id, first->policy, sizeof(first->policy)) ==
			    0)
			return 1;
	masq_names_of(first->addr.family, first->policy, &names);
	set = masq_pods_set(first->addr.family, names.pods);
	return cni_nft_find_element(&set, stays, (void *)(uintptr_t)group,
				    reterr);
}

static size_t group_size(const struct masq_gone *gone, size_t count)
{
	size_t size = 1;

	while (size < count &&
	       memcmp(gone[0].policy, gone[size].policy,
		      sizeof(gone[0].policy)) == 0 &&
	       gone[0].addr.family == gone[size].addr.family)
		size++;
	return size;
}

static void remove_address(struct masq_plan *plan, const struct masq_gone *gone)
{
	struct cni_nft_set map = masq_pods_map(gone->addr.family);
	struct cni_nft_element element = { 0 };

	memcpy(element.key, gone->addr.bytes, map.key_len);
	cni_nft_del_element(&plan->batch, &map, &element);
}

/* A set's elements need not be removed when the set goes. */
static int remove_from_set(struct cni_nft *nft, struct masq_plan *plan,
			   const struct masq_gone *gone,
			   struct cni_error *reterr)
{
	struct cni_nft_element element = { 0 };
	struct masq_names names;
	struct cni_nft_set set;
	int ret;

	masq_names_of(gone->addr.family, gone->policy, &names);
	set = masq_pods_set(gone->addr.family, names.pods);
	ret = cni_nft_get_element(nft, &set, gone->addr.bytes, &element,
				  reterr);
	if (ret > 0)
		cni_nft_del_element(&plan->batch, &set, &element);
	return ret < 0 ? ret : 0;
}

/* Which policies lose all their addresses? */
static int find_unused(struct masq_plan *plan, const struct masq_policy *kept,
		       struct cni_error *reterr)
{
	size_t i = 0;

	while (i < plan->count) {
		struct group group = { &plan->gone[i],
				       group_size(&plan->gone[i],
						  plan->count - i) };
		int used = is_used(&group, kept, reterr);

		if (used < 0)
			return used;
		for (size_t j = 0; j < group.count; j++)
			plan->gone[i + j].policy_goes = !used;
		i += group.count;
	}
	return 0;
}

static bool is_first_of_policy(const struct masq_plan *plan, size_t i)
{
	const struct masq_gone *gone = plan->gone;

	return i == 0 || gone[i].addr.family != gone[i - 1].addr.family ||
	       memcmp(gone[i].policy, gone[i - 1].policy,
		      sizeof(gone[i].policy)) != 0;
}

int masq_plan_finish(struct cni_nft *nft, struct masq_plan *plan,
		     const struct masq_policy *kept, struct cni_error *reterr)
{
	int ret;

	if (plan->count)
		qsort(plan->gone, plan->count, sizeof(*plan->gone),
		      compare_gone);
	ret = find_unused(plan, kept, reterr);
	for (size_t i = 0; i < plan->count && ret == 0; i++) {
		const struct masq_gone *gone = &plan->gone[i];

		remove_address(plan, gone);
		if (!gone->policy_goes)
			ret = remove_from_set(nft, plan, gone, reterr);
		else if (is_first_of_policy(plan, i))
			ret = masq_policy_del(nft, &plan->batch,
					      gone->addr.family, gone->policy,
					      reterr);
	}
	return ret;
}
