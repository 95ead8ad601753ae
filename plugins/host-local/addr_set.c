/* SPDX-License-Identifier: Apache-2.0 */
/* addr_set.c - a set of addresses in memory */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "addr_set.h"

#define BITS_MIN 6

/* Neighbours in a range stay neighbours in the table, which is fine. */
static size_t position_of(const struct hl_addr_set *set,
			  const struct cni_addr *addr)
{
	uint64_t words[2];

	memcpy(words, addr->bytes, sizeof(words));
	words[0] = (words[0] ^ words[1] ^ addr->family) *
		   UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(words[0] >> (64 - set->bits));
}

/* Where the address is, or the empty slot where it would be. */
static struct cni_addr *find(const struct hl_addr_set *set,
			     const struct cni_addr *addr)
{
	size_t mask = ((size_t)1 << set->bits) - 1;
	size_t position = position_of(set, addr);

	while (cni_addr_is_set(&set->slots[position]) &&
	       !cni_addr_equal(&set->slots[position], addr))
		position = (position + 1) & mask;
	return &set->slots[position];
}

static int grow(struct hl_addr_set *set)
{
	size_t old_count = set->slots ? (size_t)1 << set->bits : 0;
	struct hl_addr_set larger = {
		.bits = set->slots ? set->bits + 1 : BITS_MIN,
		.count = set->count,
	};

	larger.slots = calloc((size_t)1 << larger.bits, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < old_count; i++)
		if (cni_addr_is_set(&set->slots[i]))
			*find(&larger, &set->slots[i]) = set->slots[i];
	free(set->slots);
	*set = larger;
	return 0;
}

int hl_addr_set_add(struct hl_addr_set *set, const struct cni_addr *addr)
{
	struct cni_addr *slot;

	if (!set->slots || set->count * 2 >= (size_t)1 << set->bits) {
		int ret = grow(set);

		if (ret)
			return ret;
	}
	slot = find(set, addr);
	if (cni_addr_is_set(slot))
		return 0;
	*slot = *addr;
	set->count++;
	return 0;
}

bool hl_addr_set_has(const struct hl_addr_set *set, const struct cni_addr *addr)
{
	return set->slots && cni_addr_is_set(find(set, addr));
}

void hl_addr_set_done(struct hl_addr_set *set)
{
	free(set->slots);
	*set = (struct hl_addr_set) { 0 };
}
