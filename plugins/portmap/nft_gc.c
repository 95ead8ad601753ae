/* SPDX-License-Identifier: Apache-2.0 */
/* nft_gc.c - removing what belongs to no living attachment */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "flows.h"
#include "gc.h"
#include "localnet.h"

#define FIRST_KEYS 64

void portmap_key_list_done(struct portmap_key_list *list)
{
	free(list->items);
	*list = (struct portmap_key_list) { 0 };
}

struct keys {
	struct portmap_key_list list;
	size_t capacity;
};

/* Key of the first piece of each record. */
static int take_key(const struct cni_nft_element *element, void *data)
{
	static const uint8_t first[4];
	struct keys *keys = data;
	void *items;

	if (!element) {
		keys->list.count = 0;
		return 0;
	}
	if (element->lifetime_ms ||
	    memcmp(element->key + CNI_OWNER_KEY, first, sizeof(first)) != 0)
		return 0;
	if (keys->list.count == keys->capacity) {
		size_t capacity = keys->capacity ? 2 * keys->capacity
						 : FIRST_KEYS;

		items = reallocarray(keys->list.items, capacity, CNI_OWNER_KEY);
		if (!items)
			return -ENOMEM;
		keys->list.items = items;
		keys->capacity = capacity;
	}
	memcpy(keys->list.items[keys->list.count++], element->key,
	       CNI_OWNER_KEY);
	return 0;
}

int portmap_list_keys(struct cni_nft *nft, struct portmap_key_list *ret_list,
		      struct cni_error *reterr)
{
	struct keys keys = { .capacity = 0 };
	int ret = cni_nft_list_elements(nft, &portmap_attachments, take_key,
					&keys, reterr);

	if (ret < 0)
		portmap_key_list_done(&keys.list);
	*ret_list = keys.list;
	return ret;
}

/**
 * struct network - what is to be kept
 * @owner: only this attachment is looked at, and not kept; or NULL
 * @key: start of the keys of those looked at
 * @key_len: bytes of that
 * @valid: keys of those that live, sorted
 * @count: how many
 */
struct network {
	const struct cni_owner *owner;
	uint8_t key[CNI_OWNER_KEY];
	size_t key_len;
	uint8_t (*valid)[CNI_OWNER_KEY];
	size_t count;
};

static int compare_keys(const void *a, const void *b)
{
	return memcmp(a, b, CNI_OWNER_KEY);
}

static bool is_stale(const struct network *network,
		     const uint8_t key[static CNI_OWNER_KEY])
{
	return memcmp(key, network->key, network->key_len) == 0 &&
	       (network->count == 0 ||
		!bsearch(key, network->valid, network->count, CNI_OWNER_KEY,
			 compare_keys));
}

static int network_init(struct network *network, const char *name,
			const struct cni_owner *valid, size_t count)
{
	network->valid = calloc(count + 1, CNI_OWNER_KEY);
	if (!network->valid)
		return -ENOMEM;
	cni_owner_network_key(name, network->key);
	network->key_len = CNI_OWNER_NETWORK_KEY;
	network->count = count;
	for (size_t i = 0; i < count; i++)
		cni_owner_key(&valid[i], network->valid[i]);
	qsort(network->valid, count, CNI_OWNER_KEY, compare_keys);
	return 0;
}

/* All leave first; then there is only one tick of the timer to wait for. */
static int remove_stale(struct cni_nft *nft, const struct network *network,
			const struct portmap_key_list *keys,
			struct cni_error *reterr)
{
	struct portmap_leaving *leaving =
		calloc(keys->count + 1, sizeof(*leaving));
	struct cni_error err = { 0 };
	int first = 0;

	if (!leaving)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "remove stale mappings");
	for (size_t i = 0; i < keys->count; i++) {
		if (!is_stale(network, keys->items[i]))
			continue;
		first = cni_error_gather(first, reterr,
					 portmap_nft_del(nft, keys->items[i],
							 &leaving[i], &err),
					 &err);
	}
	for (size_t i = 0; i < keys->count; i++) {
		if (leaving[i].found)
			first = cni_error_gather(
				first, reterr,
				portmap_nft_del_finish(nft, &leaving[i], &err),
				&err);
		portmap_leaving_done(&leaving[i]);
	}
	free(leaving);
	return first;
}

/* Elements without a record: only a hand can have made them. */
struct orphans {
	const struct network *network;
	const struct cni_nft_set *set;
	struct portmap_removal removal;
	size_t start;
};

static int take_orphan(const struct cni_nft_element *element, void *data)
{
	struct orphans *orphans = data;
	uint8_t key[CNI_OWNER_KEY];

	if (!element) {
		orphans->removal.count = orphans->start;
		return 0;
	}
	if (element->lifetime_ms || !cni_owner_key_of(element->comment, key) ||
	    !is_stale(orphans->network, key))
		return 0;
	return portmap_removal_add(&orphans->removal, orphans->set, element);
}

static int look_orphans(struct cni_nft *nft, struct orphans *orphans,
			const struct cni_nft_set *set, struct cni_error *reterr)
{
	orphans->set = set;
	orphans->start = orphans->removal.count;
	return cni_nft_list_elements(nft, set, take_orphan, orphans, reterr);
}

static int look_all_orphans(struct cni_nft *nft, struct orphans *orphans,
			    struct cni_error *reterr)
{
	int ret = 0;

	for (int map = 0; map < PORTMAP_MAP_COUNT && ret == 0; map++) {
		ret = look_orphans(nft, orphans, &portmap_conditions[map],
				   reterr);
		if (ret == 0)
			ret = look_orphans(nft, orphans, &portmap_ports[map],
					   reterr);
	}
	for (int i = 0; i < 4 && ret == 0; i++)
		ret = look_orphans(nft, orphans,
				   portmap_snat_set(i % 2 ? AF_INET6 : AF_INET,
						    i / 2),
				   reterr);
	if (ret == 0)
		ret = look_orphans(nft, orphans, &portmap_localnet, reterr);
	return ret;
}

static int remove_orphans(struct cni_nft *nft, const struct network *network,
			  struct cni_error *reterr)
{
	struct orphans orphans = { .network = network };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	uint32_t generation;
	int ret = cni_nft_generation(nft, &generation, reterr);

	if (ret == 0)
		ret = look_all_orphans(nft, &orphans, reterr);
	if (ret == 0 && network->owner)
		ret = portmap_removal_look_chains(nft, network->owner,
						  &orphans.removal, reterr);
	if (ret == 0) {
		cni_nft_batch_init(&batch, generation);
		portmap_removal_put(&orphans.removal, &batch, PORTMAP_DELETE);
		ret = cni_nft_batch_send(nft, &batch, reterr);
	}
	portmap_removal_done(&orphans.removal);
	return ret;
}

static int any_element(const struct cni_nft_element *element, void *data)
{
	(void)data;
	return element && !element->lifetime_ms;
}

/*
 * Nothing is published any more, by nobody.  A table that is not just as we
 * made it has something in it that is not ours.
 */
static int remove_table(struct cni_nft *nft, struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	enum portmap_table_state table = PORTMAP_TABLE_WHOLE;
	uint32_t generation;
	int ret = cni_nft_generation(nft, &generation, reterr);

	if (ret == 0)
		ret = cni_nft_find_element(&portmap_attachments, any_element,
					   NULL, reterr);
	for (int map = 0; map < PORTMAP_MAP_COUNT && ret == 0; map++)
		ret = cni_nft_find_element(&portmap_ports[map], any_element,
					   NULL, reterr);
	/* A setting that could not be reset needs the guard. */
	if (ret == 0)
		ret = cni_nft_find_element(&portmap_bridges, any_element, NULL,
					   reterr);
	if (ret == 0)
		ret = portmap_table_look(nft, true, &table, reterr);
	if (ret != 0 || table != PORTMAP_TABLE_WHOLE)
		return ret < 0 ? ret : 0;
	cni_nft_batch_init(&batch, generation);
	cni_nft_del_table(&batch, &portmap_table);
	ret = cni_nft_batch_send(nft, &batch, reterr);
	/* Somebody has just published: the table is needed again. */
	return ret == -ERESTART ? 0 : ret;
}

static int retry(struct cni_nft *nft, const struct network *network,
		 struct cni_error *reterr)
{
	unsigned int attempts = 0;
	int ret;

	do
		ret = remove_orphans(nft, network, reterr);
	while (ret == -ERESTART && ++attempts < CNI_NFT_ATTEMPTS);
	return ret;
}

int portmap_nft_del_orphans(struct cni_nft *nft, const struct cni_owner *owner,
			    struct cni_error *reterr)
{
	struct network network = { .owner = owner, .key_len = CNI_OWNER_KEY };
	int ret = cni_nft_has_table(nft, &portmap_table, reterr);

	cni_owner_key(owner, network.key);
	return ret <= 0 ? ret : retry(nft, &network, reterr);
}

int portmap_nft_gc(struct cni_nft *nft, const char *network_name,
		   const struct cni_owner *valid, size_t count,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_keys) struct portmap_key_list keys = { 0 };
	struct network network = { .count = 0 };
	struct cni_error err = { 0 };
	int ret = cni_nft_has_table(nft, &portmap_table, reterr);

	if (ret <= 0)
		return ret;
	ret = portmap_list_keys(nft, &keys, reterr);
	if (ret < 0)
		return ret;
	if (network_init(&network, network_name, valid, count) < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "remove stale mappings");
	ret = remove_stale(nft, &network, &keys, reterr);
	ret = cni_error_gather(ret, reterr, retry(nft, &network, &err), &err);
	/* Before the table goes, which knows whose settings are ours. */
	ret = cni_error_gather(ret, reterr, portmap_localnet_sweep(nft, &err),
			       &err);
	if (ret == 0)
		ret = remove_table(nft, reterr);
	free(network.valid);
	return ret;
}
