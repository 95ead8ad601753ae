/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cooldown.h - addresses that rest after they were given back
 *
 * With cooldownSeconds an empty file .released-<address> is made when a lease
 * is removed; its mtime says when.  It goes away when the address is given
 * again, or at GC.  All is best effort: a cooldown that cannot be noted does
 * not keep a lease from being removed.
 */
#ifndef HOST_LOCAL_COOLDOWN_H
#define HOST_LOCAL_COOLDOWN_H

#include "store.h"

/** hl_cooldown_begin() - the address is given back now */
void hl_cooldown_begin(struct hl_store *store, const struct cni_addr *addr);

/** hl_cooldown_clear() - the address is given again */
void hl_cooldown_clear(struct hl_store *store, const struct cni_addr *addr);

/**
 * hl_cooldown_since() - is an address resting?
 * @store: the store
 * @addr: the address
 *
 * Return: when it was given back, in nanoseconds since 1970; 0 when it does
 * not rest (any more).
 */
int64_t hl_cooldown_since(const struct hl_store *store,
			  const struct cni_addr *addr);

/** hl_cooldown_sweep() - remove what is over */
void hl_cooldown_sweep(struct hl_store *store);

#endif /* HOST_LOCAL_COOLDOWN_H */
