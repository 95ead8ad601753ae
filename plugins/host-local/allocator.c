/* SPDX-License-Identifier: Apache-2.0 */
/* allocator.c - which address is handed out next */
#include <errno.h>
#include <sys/socket.h>

#include "allocator.h"

/**
 * struct search - one search through a set
 * @pool: where
 * @taken: asked about each candidate
 * @context: handed to it
 * @found: the address, set when there is one
 */
struct search {
	const struct hl_pool *pool;
	hl_taken_fn *taken;
	void *context;
	struct cni_addr found;
};

static const struct cni_prefix *excluded_by(const struct hl_pool *pool,
					    const struct cni_addr *addr)
{
	for (size_t i = 0; i < pool->exclude_count; i++)
		if (cni_prefix_contains(&pool->exclude[i], addr))
			return &pool->exclude[i];
	return NULL;
}

static bool range_reserves(const struct hl_range *range,
			   const struct cni_addr *addr)
{
	struct cni_addr last;

	if (cni_addr_equal(addr, &range->gateway) ||
	    cni_addr_equal(addr, &range->subnet.addr))
		return true;
	if (addr->family != AF_INET)
		return false;
	last = cni_prefix_last(&range->subnet);
	return cni_addr_equal(addr, &last);
}

static bool any_range_reserves(const struct hl_pool *pool,
			       const struct cni_addr *addr)
{
	for (size_t i = 0; i < pool->sets->count; i++) {
		const struct hl_range_set *set = &pool->sets->items[i];

		for (size_t j = 0; j < set->count; j++)
			if (range_reserves(&set->items[j], addr))
				return true;
	}
	return false;
}

bool hl_pool_reserves(const struct hl_pool *pool, const struct cni_addr *addr)
{
	return excluded_by(pool, addr) || any_range_reserves(pool, addr);
}

/* Looks at @first to @last; -ENOSPC when none is free. */
static int search_span(struct search *search, const struct cni_addr *first,
		       const struct cni_addr *last)
{
	struct cni_addr addr = *first;
	const struct cni_prefix *excluded;
	int ret;

	while (cni_addr_is_set(&addr) && cni_addr_cmp(&addr, last) <= 0) {
		excluded = excluded_by(search->pool, &addr);
		if (excluded) {
			/* One by one would take for ever in IPv6. */
			addr = cni_prefix_last(excluded);
		} else if (!any_range_reserves(search->pool, &addr)) {
			ret = search->taken(&addr, search->context);
			if (ret < 0)
				return ret;
			if (ret == 0) {
				search->found = addr;
				return 0;
			}
		}
		addr = cni_addr_next(&addr);
	}
	return -ENOSPC;
}

/* Index of the range that contains @last; the number of ranges if none. */
static size_t range_of(const struct hl_range_set *set,
		       const struct cni_addr *last)
{
	const struct hl_range *range = hl_range_set_find(set, last);

	return range ? (size_t)(range - set->items) : set->count;
}

/* All of the ranges behind @from, going round, without @from itself. */
static int search_others(struct search *search, const struct hl_range_set *set,
			 size_t from)
{
	int ret = -ENOSPC;

	for (size_t i = 1; i < set->count && ret == -ENOSPC; i++) {
		const struct hl_range *range =
			&set->items[(from + i) % set->count];

		ret = search_span(search, &range->start, &range->end);
	}
	return ret;
}

static int search_from_start(struct search *search,
			     const struct hl_range_set *set)
{
	int ret = search_span(search, &set->items[0].start, &set->items[0].end);

	return ret == -ENOSPC ? search_others(search, set, 0) : ret;
}

static int search_after(struct search *search, const struct hl_range_set *set,
			size_t from, const struct cni_addr *last)
{
	const struct hl_range *range = &set->items[from];
	struct cni_addr first = cni_addr_next(last);
	int ret = search_span(search, &first, &range->end);

	if (ret == -ENOSPC)
		ret = search_others(search, set, from);
	if (ret == -ENOSPC)
		ret = search_span(search, &range->start, last);
	return ret;
}

int hl_pool_next(const struct hl_pool *pool, size_t set,
		 const struct cni_addr *last, hl_taken_fn *taken, void *context,
		 struct cni_addr *ret_addr)
{
	const struct hl_range_set *ranges = &pool->sets->items[set];
	struct search search = {
		.pool = pool,
		.taken = taken,
		.context = context,
	};
	size_t from = range_of(ranges, last);
	int ret;

	if (from == ranges->count)
		ret = search_from_start(&search, ranges);
	else
		ret = search_after(&search, ranges, from, last);
	if (ret == 0)
		*ret_addr = search.found;
	return ret;
}

int hl_pool_check_request(const struct hl_pool *pool, size_t set,
			  const struct cni_addr *addr, struct cni_error *reterr)
{
	const struct hl_range *range =
		hl_range_set_find(&pool->sets->items[set], addr);
	const struct cni_prefix *excluded = excluded_by(pool, addr);
	char text[CNI_ADDR_STRLEN];
	char prefix[CNI_PREFIX_STRLEN];

	if (range && cni_addr_equal(addr, &range->gateway))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "requested ip %s is subnet's gateway",
				     cni_addr_format(addr, text));
	if (excluded)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "requested ip %s is excluded by %s",
				     cni_addr_format(addr, text),
				     cni_prefix_format(excluded, prefix));
	return 0;
}

static uint64_t add_saturated(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t prefix_size(const struct cni_prefix *prefix)
{
	const struct hl_range all = {
		.start = prefix->addr,
		.end = cni_prefix_last(prefix),
	};

	return hl_range_size(&all);
}

/* At most this many addresses of a family can never be handed out. */
static uint64_t reserved_at_most(const struct hl_pool *pool, uint8_t family)
{
	uint64_t reserved = 0;

	for (size_t i = 0; i < pool->exclude_count; i++)
		if (pool->exclude[i].addr.family == family)
			reserved = add_saturated(
				reserved, prefix_size(&pool->exclude[i]));
	/* Gateway, network and broadcast address of every range. */
	for (size_t i = 0; i < pool->sets->count; i++)
		reserved =
			add_saturated(reserved, 3 * pool->sets->items[i].count);
	return reserved;
}

bool hl_pool_surely_has_room(const struct hl_pool *pool, size_t set,
			     uint64_t used)
{
	const struct hl_range_set *ranges = &pool->sets->items[set];
	uint8_t family = ranges->items[0].start.family;
	uint64_t size = 0;

	for (size_t i = 0; i < ranges->count; i++)
		size = add_saturated(size, hl_range_size(&ranges->items[i]));
	return size > add_saturated(used, reserved_at_most(pool, family));
}
