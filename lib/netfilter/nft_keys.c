/* SPDX-License-Identifier: Apache-2.0 */
/* nft_keys.c - sorted lists of owner keys */
#include <errno.h>
#include <string.h>

#include "nft_index.h"

#define FIRST_KEYS 64

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, CNI_OWNER_KEY);
}

int nft_keys_put(struct nft_keys *keys, const uint8_t key[static CNI_OWNER_KEY])
{
	size_t capacity = keys->capacity ? 2 * keys->capacity : FIRST_KEYS;
	void *items;

	if (keys->count == keys->capacity) {
		items = reallocarray(keys->items, capacity, CNI_OWNER_KEY);
		if (!items)
			return -ENOMEM;
		keys->items = items;
		keys->capacity = capacity;
	}
	memcpy(keys->items[keys->count++], key, CNI_OWNER_KEY);
	return 0;
}

void nft_keys_sort(struct nft_keys *keys)
{
	size_t kept = 0;

	if (keys->count == 0)
		return;
	qsort(keys->items, keys->count, CNI_OWNER_KEY, compare_keys);
	for (size_t i = 1; i < keys->count; i++)
		if (compare_keys(keys->items[kept], keys->items[i]) != 0)
			memmove(keys->items[++kept], keys->items[i],
				CNI_OWNER_KEY);
	keys->count = kept + 1;
}

int nft_keys_of(const struct cni_owner *owners, size_t count,
		struct nft_keys *ret_keys)
{
	*ret_keys = (struct nft_keys) { 0 };
	for (size_t i = 0; i < count; i++) {
		uint8_t key[CNI_OWNER_KEY];

		cni_owner_key(&owners[i], key);
		if (nft_keys_put(ret_keys, key) < 0) {
			nft_keys_done(ret_keys);
			return -ENOMEM;
		}
	}
	nft_keys_sort(ret_keys);
	return 0;
}

bool nft_keys_have(const struct nft_keys *keys,
		   const uint8_t key[static CNI_OWNER_KEY])
{
	return keys->count && bsearch(key, keys->items, keys->count,
				      CNI_OWNER_KEY, compare_keys);
}

void nft_keys_done(struct nft_keys *keys)
{
	free(keys->items);
	*keys = (struct nft_keys) { 0 };
}
