/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_nft_del.c - DEL and GC of masquerading in nf_tables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "masquerade_go.h"
#include "masquerade_nft.h"
#include "nft_gc.h"

static int del_once(struct cni_nft *nft, const struct cni_owner *owner,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(masq_plan) struct masq_plan plan;
	struct nft_addresses list;
	uint8_t key[CNI_OWNER_KEY];
	uint32_t generation;
	int ret;

	cni_owner_key(owner, key);
	ret = cni_nft_generation(nft, &generation, reterr);
	masq_plan_init(&plan, generation);
	if (ret == 0)
		ret = nft_index_read(nft, &masq_table, key, &list, reterr);
	for (size_t i = 0; ret == 0 && i < list.count; i++)
		for (int map = 0; map < MASQ_MAP_COUNT && ret == 0; map++)
			ret = masq_plan_release(nft, &plan, (enum masq_map)map,
						&list.items[i], owner, reterr);
	if (ret == 0) {
		nft_index_del(&plan.batch, &masq_table, key, &list);
		ret = masq_plan_finish(nft, &plan, NULL, reterr);
	}
	if (ret == 0)
		ret = masq_go_del(nft, &plan.batch, owner, reterr);
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

static int gc_map(struct cni_nft *nft, struct masq_plan *plan,
		  const struct cni_nft_set *set, const char *network,
		  const struct nft_keys *living, struct cni_error *reterr)
{
	CNI_CLEANUP(nft_dead) struct nft_dead dead = { 0 };
	int ret;

	ret = nft_dead_find(nft, set, network, living, &dead, reterr);
	nft_dead_remove(&plan->batch, set, &dead);
	for (size_t i = 0; i < dead.count && ret == 0; i++)
		if (dead.items[i].chain[0])
			ret = masq_plan_lose(plan, dead.items[i].chain);
	return ret == -ENOMEM ? cni_error_errno(reterr, CNI_CODE_INTERNAL,
						ENOMEM, "masquerade GC")
			      : ret;
}

/* The index entries have the owner's comment, too. */
static int gc_maps(struct cni_nft *nft, struct masq_plan *plan,
		   const char *network, const struct nft_keys *living,
		   struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int ret = 0;

	for (size_t i = 0; i < 2; i++) {
		struct cni_nft_set sets[] = {
			masq_set(MASQ_PODS, families[i]),
			masq_set(MASQ_INVALID, families[i]),
			nft_index_set(&masq_table, families[i]),
		};

		for (size_t j = 0; j < 3 && ret == 0; j++)
			ret = gc_map(nft, plan, &sets[j], network, living,
				     reterr);
	}
	return ret;
}

/**
 * struct sweep - chains of a network, which may be unused
 */
struct sweep {
	const char *network;
	struct masq_plan *plan;
};

static int look_at_chain(const struct cni_nft_chain_info *chain, void *data)
{
	struct sweep *sweep = data;

	if (!chain || strcmp(chain->table, masq_table.name) != 0 ||
	    !masq_chain_of_network(chain->name, sweep->network))
		return 0;
	return masq_plan_note(sweep->plan, chain->name);
}

static int gc_once(struct cni_nft *nft, const char *network,
		   const struct nft_keys *living, struct cni_error *reterr)
{
	CNI_CLEANUP(masq_plan) struct masq_plan plan;
	struct sweep sweep = { network, &plan };
	uint32_t generation;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	masq_plan_init(&plan, generation);
	if (ret == 0)
		ret = gc_maps(nft, &plan, network, living, reterr);
	if (ret == 0)
		ret = cni_nft_list_chains(nft, NFPROTO_INET, look_at_chain,
					  &sweep, reterr);
	if (ret == 0)
		ret = masq_plan_finish(nft, &plan, NULL, reterr);
	if (ret == 0)
		ret = masq_go_gc(nft, &plan.batch, network, living, reterr);
	return ret < 0 ? ret : cni_nft_batch_send(nft, &plan.batch, reterr);
}

int masq_nft_gc(struct cni_nft *nft, const char *network,
		const struct cni_owner *valid, size_t count,
		struct cni_error *reterr)
{
	CNI_CLEANUP(nft_keys) struct nft_keys living = { 0 };
	int ret;

	ret = nft_keys_of(valid, count, &living);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "collect the attachments of \"%s\"",
				       network);
	ret = -ERESTART;
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = gc_once(nft, network, &living, reterr);
	return ret;
}
