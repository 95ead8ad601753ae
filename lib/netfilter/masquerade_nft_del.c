/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_nft_del.c - DEL and GC of masquerading in nf_tables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "cni/nft_elements.h"
#include "masquerade_go.h"
#include "masquerade_nft.h"
#include "nft_gc.h"

static int del_once(struct cni_nft *nft, const struct cni_owner *owner,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(masq_plan) struct masq_plan plan = { 0 };
	struct nft_addresses list;
	uint8_t key[CNI_OWNER_KEY];
	uint32_t generation = 0;
	int ret;

	cni_owner_key(owner, key);
	ret = cni_nft_generation(nft, &generation, reterr);
	masq_plan_init(&plan, generation);
	if (ret == 0)
		ret = nft_index_read(nft, &masq_table, key, &list, reterr);
	for (size_t i = 0; ret == 0 && i < list.count; i++)
		ret = masq_plan_release(nft, &plan, &list.items[i], owner,
					reterr);
	if (ret == 0)
		ret = masq_plan_finish(nft, &plan, NULL, reterr);
	if (ret == 0) {
		nft_index_del(&plan.batch, &masq_table, key, &list);
		ret = masq_go_del(nft, &plan.batch, owner, reterr);
	}
	return ret < 0 ? ret : cni_nft_batch_send(nft, &plan.batch, reterr);
}

int masq_nft_del(struct cni_nft *nft, const struct cni_owner *owner,
		 struct cni_error *reterr)
{
	int ret = -ERESTART;

	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = del_once(nft, owner, reterr);
	return ret;
}

/* Return: whether there are more, or a negative errno. */
static int gc_pods(struct cni_nft *nft, struct masq_plan *plan, int family,
		   const struct nft_gc_scope *scope, struct cni_error *reterr)
{
	CNI_CLEANUP(nft_dead) struct nft_dead dead = { 0 };
	struct cni_nft_set map = masq_pods_map(family);
	struct masq_gone gone = { .addr.family = (uint8_t)family };
	int ret;

	ret = nft_dead_find(nft, &map, scope, &dead, reterr);
	for (size_t i = 0; i < dead.count && ret == 0; i++) {
		memcpy(gone.addr.bytes, dead.items[i].key, map.key_len);
		memcpy(gone.policy, dead.items[i].data, sizeof(gone.policy));
		if (masq_plan_put(plan, &gone) < 0)
			ret = cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
					      "collect dead attachments");
	}
	return ret < 0 ? ret : dead.more;
}

static int gc_index(struct cni_nft *nft, struct masq_plan *plan, int family,
		    const struct nft_gc_scope *scope, struct cni_error *reterr)
{
	CNI_CLEANUP(nft_dead) struct nft_dead dead = { 0 };
	struct cni_nft_set set = nft_index_set(&masq_table, family);
	int ret;

	ret = nft_dead_find(nft, &set, scope, &dead, reterr);
	nft_dead_remove(&plan->batch, &set, &dead);
	return ret < 0 ? ret : dead.more;
}

/**
 * struct sweep - policies of a network, which may have no address left
 */
struct sweep {
	uint8_t network[CNI_OWNER_NETWORK_KEY];
	struct masq_gone *items;
	size_t count;
};

static int look_at_chain(const struct cni_nft_chain_info *chain, void *data)
{
	struct sweep *sweep = data;
	struct masq_gone found = { 0 };
	struct masq_gone *items;
	int family;

	if (!chain) {
		sweep->count = 0;
		return 0;
	}
	if (strcmp(chain->table, masq_table.name) != 0 ||
	    !masq_policy_of_chain(chain->name, &family, found.policy) ||
	    memcmp(found.policy, sweep->network, sizeof(sweep->network)) != 0)
		return 0;
	found.addr.family = (uint8_t)family;
	items = reallocarray(sweep->items, sweep->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	sweep->items = items;
	items[sweep->count++] = found;
	return 0;
}

static int is_any(const struct cni_nft_element *element, void *data)
{
	(void)data;
	return element != NULL;
}

/* Left over when an attachment's elements were removed by somebody else. */
static int sweep_policies(struct cni_nft *nft, const char *network,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct sweep sweep = { 0 };
	uint32_t generation = 0;
	int ret;

	cni_owner_network_key(network, sweep.network);
	ret = cni_nft_generation(nft, &generation, reterr);
	cni_nft_batch_init(&batch, generation);
	if (ret == 0)
		ret = cni_nft_list_chains(nft, NFPROTO_INET, look_at_chain,
					  &sweep, reterr);
	for (size_t i = 0; i < sweep.count && ret >= 0; i++) {
		int family = sweep.items[i].addr.family;
		struct masq_names names;
		struct cni_nft_set set;

		masq_names_of(family, sweep.items[i].policy, &names);
		set = masq_pods_set(family, names.pods);
		ret = cni_nft_find_element(&set, is_any, NULL, reterr);
		if (ret == 0)
			ret = masq_policy_del(nft, &batch, family,
					      sweep.items[i].policy, reterr);
	}
	free(sweep.items);
	return ret < 0 ? ret : cni_nft_batch_send(nft, &batch, reterr);
}

/* Return: whether there are more, or a negative errno. */
static int gc_once(struct cni_nft *nft, const struct nft_gc_scope *scope,
		   struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	CNI_CLEANUP(masq_plan) struct masq_plan plan = { 0 };
	uint32_t generation = 0;
	int more = 0;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	masq_plan_init(&plan, generation);
	for (size_t i = 0; i < 4 && ret >= 0; i++) {
		ret = i < 2 ? gc_pods(nft, &plan, families[i], scope, reterr)
			    : gc_index(nft, &plan, families[i - 2], scope,
				       reterr);
		more = more || ret > 0;
	}
	if (ret >= 0)
		ret = masq_plan_finish(nft, &plan, NULL, reterr);
	if (ret == 0)
		ret = masq_go_gc(nft, &plan.batch, scope, reterr);
	if (ret == 0)
		ret = cni_nft_batch_send(nft, &plan.batch, reterr);
	return ret < 0 ? ret : more;
}

int masq_nft_gc(struct cni_nft *nft, const char *network,
		const struct cni_owner *valid, size_t count,
		struct cni_error *reterr)
{
	int ret;

	ret = nft_gc_run(nft, network, valid, count, gc_once, reterr);
	if (ret == 0)
		ret = -ERESTART;
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = sweep_policies(nft, network, reterr);
	return ret;
}
