/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_nft_del.c - DEL and GC of masquerading in nf_tables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "masquerade_go.h"
#include "masquerade_nft.h"

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

/**
 * struct orphans - elements of a map that belong to no living attachment
 */
struct orphans {
	uint8_t network[CNI_OWNER_NETWORK_KEY];
	const struct nft_keys *living;
	struct cni_addr *items;
	size_t count;
	size_t capacity;
	int family;
};

static int put_orphan(struct orphans *orphans, const uint8_t *key)
{
	struct cni_addr addr = { .family = (uint8_t)orphans->family };
	size_t capacity = orphans->capacity ? 2 * orphans->capacity : 64;
	struct cni_addr *items;

	if (orphans->count == orphans->capacity) {
		items = reallocarray(orphans->items, capacity, sizeof(*items));
		if (!items)
			return -ENOMEM;
		orphans->items = items;
		orphans->capacity = capacity;
	}
	memcpy(addr.bytes, key, orphans->family == AF_INET ? 4 : 16);
	orphans->items[orphans->count++] = addr;
	return 0;
}

static int look_at_element(const struct cni_nft_element *element, void *data)
{
	struct orphans *orphans = data;
	uint8_t key[CNI_OWNER_KEY];

	if (!element) {
		orphans->count = 0;
		return 0;
	}
	if (!cni_owner_key_of(element->comment, key) ||
	    memcmp(key, orphans->network, CNI_OWNER_NETWORK_KEY) != 0 ||
	    nft_keys_have(orphans->living, key))
		return 0;
	return put_orphan(orphans, element->key);
}

static int gc_map(struct cni_nft *nft, struct masq_plan *plan,
		  enum masq_map map, struct orphans *orphans,
		  struct cni_error *reterr)
{
	struct cni_nft_set set = masq_set(map, orphans->family);
	int ret;

	orphans->count = 0;
	ret = cni_nft_list_elements(nft, &set, look_at_element, orphans,
				    reterr);
	for (size_t i = 0; i < orphans->count && ret == 0; i++)
		ret = masq_plan_release(nft, plan, map, &orphans->items[i],
					NULL, reterr);
	return ret;
}

static int gc_index(struct cni_nft *nft, struct masq_plan *plan,
		    const char *network, const struct nft_keys *living,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(nft_keys) struct nft_keys dead = { 0 };
	struct nft_addresses list;
	int ret;

	ret = nft_index_dead(nft, &masq_table, network, living, &dead, reterr);
	for (size_t i = 0; i < dead.count && ret == 0; i++) {
		ret = nft_index_read(nft, &masq_table, dead.items[i], &list,
				     reterr);
		if (ret == 0)
			nft_index_del(&plan->batch, &masq_table, dead.items[i],
				      &list);
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
	CNI_CLEANUP(free) struct cni_addr *items = NULL;
	struct orphans orphans = { .living = living };
	struct sweep sweep = { network, &plan };
	uint32_t generation;
	int ret;

	cni_owner_network_key(network, orphans.network);
	ret = cni_nft_generation(nft, &generation, reterr);
	masq_plan_init(&plan, generation);
	for (int i = 0; i < 2 * MASQ_MAP_COUNT && ret == 0; i++) {
		orphans.family = i % 2 ? AF_INET6 : AF_INET;
		ret = gc_map(nft, &plan, (enum masq_map)(i / 2), &orphans,
			     reterr);
		items = orphans.items;
	}
	if (ret == 0)
		ret = gc_index(nft, &plan, network, living, reterr);
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
