/* SPDX-License-Identifier: Apache-2.0 */
/* index.c - from attachment to leases: the table */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index.h"
#include "index_file.h"

/* An empty network's table fills one block. */
#define BITS_MIN 7

static uint64_t slot_count(const struct hl_index *index)
{
	return UINT64_C(1) << index->header.bits;
}

/* FNV-1a; nobody gains by making two ids collide. */
uint64_t hl_index_hash(const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
	/* Its low bits, which make the position, need the high ones. */
	return hash ^ hash >> 32;
}

static uint64_t hash_text(const char *text)
{
	return hl_index_hash(text, strlen(text));
}

static struct hl_slot make_slot(enum hl_slot_state state,
				const struct hl_owner *owner,
				const struct cni_addr *addr)
{
	struct hl_slot slot = {
		.family = addr->family,
		.state = (uint8_t)state,
	};

	memcpy(slot.addr, addr->bytes, sizeof(slot.addr));
	if (state == HL_SLOT_FOREIGN)
		slot.id_hash = hl_index_hash(slot.addr, sizeof(slot.addr));
	else
		slot.id_hash = hash_text(owner->id);
	if (state == HL_SLOT_FULL)
		slot.ifname_hash = (uint32_t)hash_text(owner->ifname);
	return slot;
}

struct cni_addr hl_slot_addr(const struct hl_slot *slot)
{
	struct cni_addr addr = { .family = slot->family };

	memcpy(addr.bytes, slot->addr, cni_addr_len(&addr));
	return addr;
}

/* Writing what is not known to be complete would make it believed. */
static int give_up(struct hl_index *index)
{
	index->complete = false;
	return -EIO;
}

/* The slot at a position of the table; NULL when it cannot be read. */
static const struct hl_slot *slot_at(struct hl_index *index, uint64_t position)
{
	uint64_t number = position / HL_INDEX_BLOCK_SLOTS;

	if (index->slots)
		return &index->slots[position];
	if (index->block_number != number) {
		index->block_number = UINT64_MAX;
		if (hl_index_read(index, number * HL_INDEX_BLOCK, index->block,
				  sizeof(index->block)))
			return NULL;
		index->block_number = number;
	}
	return &index->block[position % HL_INDEX_BLOCK_SLOTS];
}

static int put_slot(struct hl_index *index, uint64_t position,
		    const struct hl_slot *slot)
{
	if (index->slots)
		index->slots[position] = *slot;
	else if (index->block_number == position / HL_INDEX_BLOCK_SLOTS)
		index->block[position % HL_INDEX_BLOCK_SLOTS] = *slot;
	if (index->rewrite)
		return 0;
	if (hl_index_write(index, position * sizeof(*slot), slot,
			   sizeof(*slot)))
		return give_up(index);
	return 0;
}

/* Where to put a slot: the first of its chain that holds no address. */
static void place(struct hl_slot *slots, uint64_t mask,
		  const struct hl_slot *slot)
{
	uint64_t position = slot->id_hash & mask;

	while (slots[position].state != HL_SLOT_EMPTY)
		position = (position + 1) & mask;
	slots[position] = *slot;
}

/* A table of twice the size, or of the same without the deleted slots. */
static int grow(struct hl_index *index)
{
	uint64_t old_count = slot_count(index);
	uint32_t bits = index->header.bits +
			(index->header.used * 2 >= old_count ? 1 : 0);
	uint64_t count = UINT64_C(1) << bits;
	struct hl_slot *slots;
	int ret = hl_index_load(index);

	if (ret)
		return ret;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (uint64_t i = 0; i < old_count; i++)
		if (index->slots[i].state != HL_SLOT_EMPTY &&
		    index->slots[i].state != HL_SLOT_DELETED)
			place(slots, count - 1, &index->slots[i]);
	free(index->slots);
	index->slots = slots;
	index->header.bits = bits;
	index->header.deleted = 0;
	index->rewrite = true;
	return 0;
}

static bool is_crowded(const struct hl_index *index)
{
	uint64_t taken = index->header.used + index->header.deleted;

	return (taken + 1) * 4 > slot_count(index) * 3;
}

int hl_index_begin(struct hl_index *index)
{
	struct hl_slot *slots = calloc(UINT64_C(1) << BITS_MIN, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	free(index->slots);
	index->slots = slots;
	index->header.bits = BITS_MIN;
	index->header.used = 0;
	index->header.deleted = 0;
	index->rewrite = true;
	index->complete = true;
	return 0;
}

int hl_index_load(struct hl_index *index)
{
	uint64_t count = slot_count(index);
	struct hl_slot *slots;

	if (index->slots)
		return 0;
	slots = malloc(count * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	if (hl_index_read(index, 0, slots, count * sizeof(*slots))) {
		free(slots);
		return give_up(index);
	}
	index->slots = slots;
	return 0;
}

int hl_index_insert(struct hl_index *index, enum hl_slot_state state,
		    const struct hl_owner *owner, const struct cni_addr *addr)
{
	const struct hl_slot slot = make_slot(state, owner, addr);
	const struct hl_slot *there;
	uint64_t position;
	int ret;

	if (is_crowded(index)) {
		ret = grow(index);
		if (ret) {
			index->complete = false;
			return ret;
		}
	}
	position = slot.id_hash;
	for (uint64_t i = 0; i < slot_count(index); i++, position++) {
		position &= slot_count(index) - 1;
		there = slot_at(index, position);
		if (!there)
			return give_up(index);
		if (there->state != HL_SLOT_EMPTY &&
		    there->state != HL_SLOT_DELETED)
			continue;
		index->header.used++;
		if (there->state == HL_SLOT_DELETED)
			index->header.deleted--;
		return put_slot(index, position, &slot);
	}
	return give_up(index);
}

static bool is_address(const struct hl_slot *slot, const struct cni_addr *addr)
{
	return slot->state != HL_SLOT_DELETED && slot->family == addr->family &&
	       memcmp(slot->addr, addr->bytes, sizeof(slot->addr)) == 0;
}

/* At the end of its chain a slot need not be kept as a bridge to others. */
static bool ends_chain(struct hl_index *index, uint64_t position)
{
	const struct hl_slot *next =
		slot_at(index, (position + 1) & (slot_count(index) - 1));

	return next && next->state == HL_SLOT_EMPTY;
}

static int clear_slot(struct hl_index *index, uint64_t position)
{
	struct hl_slot slot = { .state = HL_SLOT_EMPTY };

	index->header.used--;
	if (!ends_chain(index, position)) {
		slot.state = HL_SLOT_DELETED;
		index->header.deleted++;
	}
	return put_slot(index, position, &slot);
}

int hl_index_remove(struct hl_index *index, const struct hl_owner *owner,
		    const struct cni_addr *addr)
{
	uint64_t position = hash_text(owner->id);
	const struct hl_slot *there;

	for (uint64_t i = 0; i < slot_count(index); i++, position++) {
		position &= slot_count(index) - 1;
		there = slot_at(index, position);
		if (!there)
			return give_up(index);
		if (there->state == HL_SLOT_EMPTY)
			return 0;
		if (is_address(there, addr))
			return clear_slot(index, position);
	}
	return 0;
}

int hl_index_find(struct hl_index *index, const struct hl_owner *owner,
		  int (*seen)(const struct hl_slot *slot, void *context),
		  void *context)
{
	uint64_t id_hash = hash_text(owner->id);
	uint32_t ifname_hash = (uint32_t)hash_text(owner->ifname);
	uint64_t position = id_hash;

	for (uint64_t i = 0; i < slot_count(index); i++, position++) {
		const struct hl_slot *slot;
		int ret;

		position &= slot_count(index) - 1;
		slot = slot_at(index, position);
		if (!slot)
			return give_up(index);
		if (slot->state == HL_SLOT_EMPTY)
			return 0;
		if (slot->id_hash != id_hash ||
		    !(slot->state == HL_SLOT_ID_ONLY ||
		      (slot->state == HL_SLOT_FULL &&
		       slot->ifname_hash == ifname_hash)))
			continue;
		ret = seen(slot, context);
		if (ret)
			return ret;
	}
	return 0;
}

uint64_t hl_index_count(const struct hl_index *index)
{
	return index->header.used;
}
