/* SPDX-License-Identifier: Apache-2.0 */
/* nft_gc.c - elements whose comment names an attachment that does not live */
#include <errno.h>
#include <string.h>

#include "nft_gc.h"

#define FIRST_ELEMENTS 64

/**
 * struct search - what is looked for, and what was found
 */
struct search {
	uint8_t network[CNI_OWNER_NETWORK_KEY];
	const struct nft_keys *living;
	struct nft_dead *dead;
};

static int look_at_element(const struct cni_nft_element *element, void *data)
{
	struct search *search = data;
	struct nft_dead *dead = search->dead;
	size_t capacity = dead->capacity ? 2 * dead->capacity : FIRST_ELEMENTS;
	struct nft_dead_element *item;
	uint8_t key[CNI_OWNER_KEY];

	if (!element) {
		dead->count = 0;
		return 0;
	}
	if (!cni_owner_key_of(element->comment, key) ||
	    memcmp(key, search->network, CNI_OWNER_NETWORK_KEY) != 0 ||
	    nft_keys_have(search->living, key))
		return 0;
	if (dead->count == dead->capacity) {
		item = reallocarray(dead->items, capacity, sizeof(*item));
		if (!item)
			return -ENOMEM;
		dead->items = item;
		dead->capacity = capacity;
	}
	item = &dead->items[dead->count++];
	memset(item, 0, sizeof(*item));
	memcpy(item->key, element->key, sizeof(item->key));
	memcpy(item->chain, element->chain,
	       strnlen(element->chain, sizeof(item->chain) - 1));
	return 0;
}

int nft_dead_find(struct cni_nft *nft, const struct cni_nft_set *set,
		  const char *network, const struct nft_keys *living,
		  struct nft_dead *ret_dead, struct cni_error *reterr)
{
	struct search search = { .living = living, .dead = ret_dead };
	int ret;

	*ret_dead = (struct nft_dead) { 0 };
	cni_owner_network_key(network, search.network);
	ret = cni_nft_list_elements(nft, set, look_at_element, &search, reterr);
	if (ret < 0)
		nft_dead_done(ret_dead);
	return ret;
}

void nft_dead_remove(struct cni_nft_batch *batch, const struct cni_nft_set *set,
		     const struct nft_dead *dead)
{
	for (size_t i = 0; i < dead->count; i++) {
		struct cni_nft_element element = { 0 };

		memcpy(element.key, dead->items[i].key, sizeof(element.key));
		cni_nft_del_element(batch, set, &element);
	}
}

void nft_dead_done(struct nft_dead *dead)
{
	free(dead->items);
	*dead = (struct nft_dead) { 0 };
}
