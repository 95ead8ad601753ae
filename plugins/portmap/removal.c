/* SPDX-License-Identifier: Apache-2.0 */
/* removal.c - what attachments have in the table, and taking it out */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "removal.h"

#define FIRST_ITEMS 16

void portmap_removal_done(struct portmap_removal *removal)
{
	free(removal->items);
	cni_string_list_done(&removal->chains);
	for (size_t i = 0; i < removal->displaced_count; i++)
		portmap_record_done(&removal->displaced[i]);
	free(removal->displaced);
	*removal = (struct portmap_removal) { 0 };
}

bool portmap_removal_is_empty(const struct portmap_removal *removal)
{
	return removal->count == 0 && removal->chains.count == 0;
}

bool portmap_removal_can_expire(const struct portmap_removal *removal)
{
	for (size_t i = 0; i < removal->count; i++)
		if (!removal->items[i].set->expiring)
			return false;
	return removal->chains.count == 0;
}

int portmap_removal_add(struct portmap_removal *removal,
			const struct cni_nft_set *set,
			const struct cni_nft_element *element)
{
	struct portmap_doomed *item;

	if (removal->count == removal->capacity) {
		size_t capacity = removal->capacity ? 2 * removal->capacity
						    : FIRST_ITEMS;

		item = reallocarray(removal->items, capacity, sizeof(*item));
		if (!item)
			return -ENOMEM;
		removal->items = item;
		removal->capacity = capacity;
	}
	item = &removal->items[removal->count++];
	item->set = set;
	memcpy(item->key, element->key, sizeof(item->key));
	memcpy(item->data, element->data, sizeof(item->data));
	return 0;
}

int portmap_removal_add_once(struct portmap_removal *removal,
			     const struct cni_nft_set *set,
			     const struct cni_nft_element *element)
{
	for (size_t i = 0; i < removal->count; i++)
		if (removal->items[i].set == set &&
		    memcmp(removal->items[i].key, element->key, set->key_len) ==
			    0)
			return 0;
	return portmap_removal_add(removal, set, element);
}

int portmap_removal_displace(struct portmap_removal *removal,
			     struct portmap_record *record)
{
	struct portmap_record *list;

	if (!record->iptables)
		return 0;
	list = reallocarray(removal->displaced, removal->displaced_count + 1,
			    sizeof(*list));
	if (!list)
		return -ENOMEM;
	removal->displaced = list;
	list[removal->displaced_count++] = *record;
	*record = (struct portmap_record) { 0 };
	return 0;
}

void portmap_removal_put(const struct portmap_removal *removal,
			 struct cni_nft_batch *batch,
			 enum portmap_removal_mode mode)
{
	struct cni_nft_element element = { 0 };

	if (mode == PORTMAP_EXPIRE)
		element.lifetime_ms = cni_nft_shortest_ms();
	for (size_t i = 0; i < removal->count; i++) {
		const struct portmap_doomed *item = &removal->items[i];

		memcpy(element.key, item->key, sizeof(item->key));
		memcpy(element.data, item->data, sizeof(item->data));
		if (mode == PORTMAP_EXPIRE)
			cni_nft_add_element(batch, item->set, &element, false);
		else
			cni_nft_del_element(batch, item->set, &element);
	}
	for (size_t i = 0; i < removal->chains.count; i++) {
		const char *chain = removal->chains.items[i];

		cni_nft_flush_chain(batch, &portmap_table, chain);
		cni_nft_del_chain(batch, &portmap_table, chain);
	}
}

void portmap_piece_key(const uint8_t owner[static CNI_OWNER_KEY], size_t number,
		       uint8_t ret_key[static CNI_OWNER_KEY + 4])
{
	uint16_t be16 = htons((uint16_t)number);

	memset(ret_key, 0, CNI_OWNER_KEY + 4);
	memcpy(ret_key, owner, CNI_OWNER_KEY);
	memcpy(ret_key + CNI_OWNER_KEY, &be16, sizeof(be16));
}

void portmap_localnet_key(const char *bridge,
			  const uint8_t owner[static CNI_OWNER_KEY],
			  uint8_t ret_key[static IFNAMSIZ + CNI_OWNER_KEY])
{
	memset(ret_key, 0, IFNAMSIZ);
	memcpy(ret_key, bridge, strnlen(bridge, IFNAMSIZ - 1));
	memcpy(ret_key + IFNAMSIZ, owner, CNI_OWNER_KEY);
}

/* Pieces of a record on their way from the kernel, in order. */
struct pieces {
	struct portmap_removal *removal;
	struct cni_buf text;
	size_t seen;
	size_t count;
	bool bad; /* does not make a record, or is about to go */
};

static int take_piece(const struct cni_nft_element *element, void *data)
{
	struct pieces *pieces = data;
	const char *text;
	size_t number;
	size_t count;
	int ret = 0;

	if (pieces->removal)
		ret = portmap_removal_add(pieces->removal, &portmap_attachments,
					  element);
	text = portmap_piece_parse(element->comment, &number, &count);
	if (!text || number != pieces->seen || element->lifetime_ms ||
	    (pieces->seen && count != pieces->count)) {
		pieces->bad = true;
		return ret;
	}
	pieces->count = count;
	pieces->seen++;
	cni_buf_add(&pieces->text, text);
	return ret < 0 ? ret : cni_buf_error(&pieces->text);
}

static int get_more_pieces(struct cni_nft *nft, const uint8_t *owner,
			   struct pieces *pieces, struct cni_error *reterr)
{
	size_t more = pieces->count - 1;
	CNI_CLEANUP(free) uint8_t *keys = NULL;

	if (more == 0)
		return 0;
	keys = calloc(more, portmap_attachments.key_len);
	if (!keys)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "record");
	for (size_t i = 0; i < more; i++)
		portmap_piece_key(owner, i + 1,
				  keys + i * portmap_attachments.key_len);
	return cni_nft_get_elements(nft, &portmap_attachments, keys, more,
				    take_piece, pieces, reterr);
}

int portmap_record_read(struct cni_nft *nft,
			const uint8_t key[static CNI_OWNER_KEY],
			struct portmap_removal *removal,
			struct portmap_record *ret_record,
			struct cni_error *reterr)
{
	struct pieces pieces = { .removal = removal };
	uint8_t first[CNI_OWNER_KEY + 4];
	int ret;

	*ret_record = (struct portmap_record) { 0 };
	portmap_piece_key(key, 0, first);
	ret = cni_nft_get_elements(nft, &portmap_attachments, first, 1,
				   take_piece, &pieces, reterr);
	/* A set of another kind: somebody else's, without records. */
	if (ret == -EINVAL)
		ret = 0;
	if (ret == 0 && pieces.seen == 1)
		ret = get_more_pieces(nft, key, &pieces, reterr);
	if (ret == 0 && pieces.seen > 0 && !pieces.bad &&
	    pieces.seen == pieces.count) {
		ret = portmap_record_parse(cni_buf_text(&pieces.text),
					   ret_record);
		if (ret == -ENOMEM)
			ret = cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
					      "record");
		else
			ret = ret == 0;
	}
	cni_buf_done(&pieces.text);
	return ret;
}
