/* SPDX-License-Identifier: Apache-2.0 */
/* addr_set.h - a set of addresses in memory */
#ifndef HOST_LOCAL_ADDR_SET_H
#define HOST_LOCAL_ADDR_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/ip.h"

/**
 * struct hl_addr_set - the set; zero-initialise before use
 * @slots: hash table, open addressing; owned
 * @bits: it has 1 << @bits slots
 * @count: addresses in it
 */
struct hl_addr_set {
	struct cni_addr *slots;
	unsigned int bits;
	size_t count;
};

/** hl_addr_set_add() - add an address, or do nothing; Return: 0 or -ENOMEM */
int hl_addr_set_add(struct hl_addr_set *set, const struct cni_addr *addr);

/** hl_addr_set_has() - is it in the set? */
bool hl_addr_set_has(const struct hl_addr_set *set,
		     const struct cni_addr *addr);

/** hl_addr_set_done() - free what it owns; it is empty afterwards */
void hl_addr_set_done(struct hl_addr_set *set);

#endif /* HOST_LOCAL_ADDR_SET_H */
