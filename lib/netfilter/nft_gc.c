/* SPDX-License-Identifier: Apache-2.0 */
/* nft_gc.c - elements whose comment names an attachment that does not live */
#include <errno.h>
#include <string.h>

#include "nft_gc.h"

#define FIRST_ELEMENTS 64

bool nft_gc_is_dead(const struct nft_gc_scope *scope,
		    const uint8_t key[static CNI_OWNER_KEY])
{
	return memcmp(key, scope->network, sizeof(scope->network)) == 0 &&
	       !nft_keys_have(scope->living, key);
}

/**
 * struct search - what is looked for, and what was found
 */
struct search {
	const struct nft_gc_scope *scope;
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
		dead->more = false;
		return 0;
	}
	if (!cni_owner_key_of(element->comment, key) ||
	    !nft_gc_is_dead(search->scope, key))
		return 0;
	if (dead->count == NFT_DEAD_MAX) {
		dead->more = true;
		return 0;
	}
	if (dead->count == dead->capacity) {
		item = reallocarray(dead->items, capacity, sizeof(*item));
		if (!item)
			return -ENOMEM;
		dead->items = item;
		dead->capacity = capacity;
	}
	item = &dead->items[dead->count++];
	memcpy(item->key, element->key, sizeof(item->key));
	memcpy(item->data, element->data, sizeof(item->data));
	return 0;
}

int nft_dead_find(struct cni_nft *nft, const struct cni_nft_set *set,
		  const struct nft_gc_scope *scope, struct nft_dead *ret_dead,
		  struct cni_error *reterr)
{
	struct search search = { scope, ret_dead };
	int ret;

	*ret_dead = (struct nft_dead) { 0 };
	ret = cni_nft_list_elements(nft, set, look_at_element, &search, reterr);
	if (ret < 0)
		nft_dead_done(ret_dead);
	return ret;
}

int nft_gc_run(struct cni_nft *nft, const char *network,
	       const struct cni_owner *living, size_t count, nft_gc_step step,
	       struct cni_error *reterr)
{
	CNI_CLEANUP(nft_keys) struct nft_keys keys = { 0 };
	struct nft_gc_scope scope = { .living = &keys };
	int tries = 0;
	int ret;

	ret = nft_keys_of(living, count, &keys);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "list the attachments of \"%s\"",
				       network);
	cni_owner_network_key(network, scope.network);
	do
		ret = step(nft, &scope, reterr);
	while (ret > 0 || (ret == -ERESTART && tries++ < CNI_NFT_ATTEMPTS));
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
