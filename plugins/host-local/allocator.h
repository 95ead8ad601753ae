/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allocator.h - which address is handed out next
 *
 * DOC: Theory of Operation
 *
 * Addresses of a set are handed out round-robin: the search begins behind the
 * address given last and ends with that one, so that an address rests as long
 * as possible.  The order is that of the Go plugin (allocator.go, GetIter()).
 * Never handed out by the search: the gateway of any configured range, the
 * address of a range's network, its broadcast address (IPv4), and what
 * `exclude` covers.  The Go plugin skips only the gateway of the range it
 * searches.
 *
 * Nothing here looks at files: whether an address is taken is asked of the
 * caller.
 */
#ifndef HOST_LOCAL_ALLOCATOR_H
#define HOST_LOCAL_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

#include "range.h"

/**
 * struct hl_pool - what addresses are taken from
 * @sets: canonicalised
 * @exclude: never handed out; the networks, without host bits; borrowed
 * @exclude_count: how many
 */
struct hl_pool {
	const struct hl_range_sets *sets;
	const struct cni_prefix *exclude;
	size_t exclude_count;
};

/**
 * hl_taken_fn - may this address not be given?
 * @addr: the address
 * @context: of the caller
 *
 * Return: 0 it is free; 1 it is not; a negative errno ends the search.
 */
typedef int hl_taken_fn(const struct cni_addr *addr, void *context);

/**
 * hl_pool_reserves() - is this an address that the search never hands out?
 */
bool hl_pool_reserves(const struct hl_pool *pool, const struct cni_addr *addr);

/**
 * hl_pool_next() - find the next address of a set
 * @pool: the pool
 * @set: index of the set
 * @last: address given last in this set; unset or one outside of the set
 *	starts at the set's beginning
 * @taken: asked about each candidate
 * @context: handed to @taken
 * @ret_addr: the address
 *
 * Return: 0; -ENOSPC nothing is free; what @taken returned.
 */
int hl_pool_next(const struct hl_pool *pool, size_t set,
		 const struct cni_addr *last, hl_taken_fn *taken, void *context,
		 struct cni_addr *ret_addr);

/**
 * hl_pool_check_request() - may a requested address be given at all?
 * @pool: the pool
 * @set: index of a set that contains @addr
 * @addr: the address
 * @reterr: code 7
 *
 * As in the Go plugin: any address from start to end but the gateway of its
 * range; and nothing that `exclude` covers.
 *
 * Return: 0 or -EINVAL.
 */
int hl_pool_check_request(const struct hl_pool *pool, size_t set,
			  const struct cni_addr *addr,
			  struct cni_error *reterr);

/**
 * hl_pool_surely_has_room() - is an address free, whichever are in use?
 * @pool: the pool
 * @set: index of the set
 * @used: how many addresses are in use
 *
 * The cheap question of STATUS: after a "no" one has to look.
 */
bool hl_pool_surely_has_room(const struct hl_pool *pool, size_t set,
			     uint64_t used);

#endif /* HOST_LOCAL_ALLOCATOR_H */
