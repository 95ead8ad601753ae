/* SPDX-License-Identifier: Apache-2.0 */
/* grant.c - the addresses that one ADD gives */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cooldown.h"
#include "grant.h"

/**
 * struct candidates - a search for a free address
 * @store: where they are taken
 * @oldest: the one that has been resting longest, if any is
 * @since: since when
 */
struct candidates {
	struct hl_store *store;
	struct cni_addr oldest;
	int64_t since;
};

int hl_grant_init(struct hl_granting *granting, const struct hl_conf *conf,
		  struct hl_store *store, const struct hl_owner *owner,
		  struct cni_error *reterr)
{
	size_t count = conf->sets.count;

	*granting = (struct hl_granting) {
		.conf = conf,
		.pool = hl_conf_pool(conf),
		.store = store,
		.owner = *owner,
	};
	if (strlen(owner->id) + strlen(owner->ifname) + 2 > HL_LEASE_MAX)
		return cni_error_set(reterr, CNI_CODE_INVALID_ENVIRONMENT,
				     EINVAL,
				     "container id does not fit into a lease "
				     "of %d bytes",
				     HL_LEASE_MAX);
	granting->grants = calloc(count, sizeof(*granting->grants));
	if (!granting->grants)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "range sets");
	for (size_t i = 0; i < count; i++)
		granting->grants[i].hint = (struct hl_hint)HL_HINT_INIT;
	return hl_store_find(store, owner, &granting->found, reterr);
}

void hl_grant_done(struct hl_granting *granting)
{
	for (size_t i = 0; granting->grants && i < granting->conf->sets.count;
	     i++)
		hl_hint_done(&granting->grants[i].hint);
	free(granting->grants);
	hl_found_list_done(&granting->found);
	*granting = (struct hl_granting) { 0 };
}

static const struct hl_range_set *set_of(const struct hl_granting *granting,
					 size_t set)
{
	return &granting->conf->sets.items[set];
}

/* When the machine booted, by its own clock. */
static int64_t boot_time(void)
{
	struct timespec now = { 0 };
	struct timespec up = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	return now.tv_sec - up.tv_sec;
}

/* A lease of a boot before this one may be used again by its owner. */
static bool is_left_over(const struct hl_granting *granting,
			 const struct hl_found *found)
{
	int64_t written;

	if (!granting->conf->ipam.sticky)
		return false;
	written = hl_store_lease_time(granting->store, &found->addr);
	return written >= 0 && written < boot_time();
}

static int duplicate(const struct hl_granting *granting,
		     const struct hl_found *found, struct cni_error *reterr)
{
	char text[CNI_ADDR_STRLEN];

	return cni_error_set(reterr, CNI_CODE_DUPLICATE_LEASE, EALREADY,
			     "%s has been allocated to %s, duplicate "
			     "allocation is not allowed",
			     cni_addr_format(&found->addr, text),
			     granting->owner.id);
}

/* The first of the requests that a set can meet; NULL when none is for it. */
static const struct cni_addr *request_for(const struct hl_granting *granting,
					  size_t set)
{
	const struct hl_addrs *requested = &granting->conf->requested;

	for (size_t i = 0; i < requested->count; i++)
		if (hl_range_set_find(set_of(granting, set),
				      &requested->items[i]))
			return &requested->items[i];
	return NULL;
}

/* May what the attachment had be given to it again? */
static bool is_fit(const struct hl_granting *granting, size_t set,
		   const struct cni_addr *addr)
{
	const struct cni_addr *request = request_for(granting, set);

	return request ? cni_addr_equal(request, addr)
		       : !hl_pool_reserves(&granting->pool, addr);
}

static int look_at_found(struct hl_granting *granting, size_t set,
			 struct cni_error *reterr)
{
	struct hl_grant *grant = &granting->grants[set];

	for (size_t i = 0; i < granting->found.count; i++) {
		const struct hl_found *found = &granting->found.items[i];
		const struct hl_range *range =
			hl_range_set_find(set_of(granting, set), &found->addr);

		if (!range)
			continue;
		if (!is_left_over(granting, found))
			return duplicate(granting, found, reterr);
		if (!grant->kept && !found->id_only &&
		    is_fit(granting, set, &found->addr)) {
			grant->kept = true;
			grant->addr = found->addr;
			grant->range = range;
		}
	}
	return 0;
}

static int choose_requested(struct hl_granting *granting, size_t set,
			    const struct cni_addr *request,
			    struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf ranges = { 0 };
	struct hl_grant *grant = &granting->grants[set];
	char text[CNI_ADDR_STRLEN];
	int ret = hl_pool_check_request(&granting->pool, set, request, reterr);

	if (ret)
		return ret;
	grant->addr = *request;
	grant->requested = true;
	ret = hl_store_is_taken(granting->store, request);
	/* A file may be there and hold nothing. */
	if (ret > 0 && hl_store_refresh(granting->store, NULL) > 0)
		ret = hl_store_is_taken(granting->store, request);
	if (ret <= 0)
		return ret;
	hl_range_set_format(set_of(granting, set), &ranges);
	return cni_error_set(reterr, CNI_CODE_ADDRESS_TAKEN, EADDRINUSE,
			     "requested IP address %s is not available in "
			     "range set %s",
			     cni_addr_format(request, text),
			     cni_buf_text(&ranges));
}

static int is_unusable(const struct cni_addr *addr, void *context)
{
	struct candidates *candidates = context;
	int ret = hl_store_is_taken(candidates->store, addr);
	int64_t since;

	if (ret)
		return ret;
	since = hl_cooldown_since(candidates->store, addr);
	if (!since)
		return 0;
	if (!candidates->since || since < candidates->since) {
		candidates->since = since;
		candidates->oldest = *addr;
	}
	return 1;
}

static int search(struct hl_granting *granting, size_t set)
{
	struct hl_grant *grant = &granting->grants[set];
	struct candidates candidates = { .store = granting->store };
	int ret = hl_pool_next(&granting->pool, set, &grant->hint.addr,
			       is_unusable, &candidates, &grant->addr);

	/* Rather one that should still rest than none. */
	if (ret == -ENOSPC && candidates.since) {
		grant->addr = candidates.oldest;
		return 0;
	}
	return ret;
}

static int choose_next(struct hl_granting *granting, size_t set,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf ranges = { 0 };
	struct hl_hint *hint = &granting->grants[set].hint;
	int ret;

	hl_hint_done(hint);
	hl_hint_load(granting->store->dir, set, hint);
	ret = search(granting, set);
	if (ret == -ENOSPC) {
		ret = hl_store_refresh(granting->store, reterr);
		if (ret < 0)
			return ret;
		ret = ret ? search(granting, set) : -ENOSPC;
	}
	if (ret == -ENOSPC) {
		hl_range_set_format(set_of(granting, set), &ranges);
		return cni_error_set(reterr, CNI_CODE_EXHAUSTED, ENOSPC,
				     "no IP addresses available in range set: "
				     "%s",
				     cni_buf_text(&ranges));
	}
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, -ret,
				       "look for a free address");
	return 0;
}

static int choose(struct hl_granting *granting, size_t set,
		  struct cni_error *reterr)
{
	const struct cni_addr *request = request_for(granting, set);
	struct hl_grant *grant = &granting->grants[set];
	int ret = look_at_found(granting, set, reterr);

	if (ret)
		return ret;
	if (grant->kept) {
		grant->requested = request != NULL;
		return 0;
	}
	if (request)
		ret = choose_requested(granting, set, request, reterr);
	else
		ret = choose_next(granting, set, reterr);
	if (ret == 0)
		grant->range =
			hl_range_set_find(set_of(granting, set), &grant->addr);
	return ret;
}

static bool is_granted(const struct hl_granting *granting,
		       const struct cni_addr *request)
{
	for (size_t i = 0; i < granting->conf->sets.count; i++)
		if (granting->grants[i].requested &&
		    cni_addr_equal(&granting->grants[i].addr, request))
			return true;
	return false;
}

/* Requests that are in no set, or one too many for their set. */
static int check_requests(const struct hl_granting *granting,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf left = { 0 };
	const struct hl_addrs *requested = &granting->conf->requested;
	char text[CNI_ADDR_STRLEN];

	for (size_t i = 0; i < requested->count; i++) {
		if (is_granted(granting, &requested->items[i]))
			continue;
		cni_buf_add(&left, " ");
		cni_buf_add(&left, cni_addr_format(&requested->items[i], text));
	}
	if (!left.len)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "failed to allocate all requested IPs:%s",
			     cni_buf_text(&left));
}

int hl_grant_choose(struct hl_granting *granting, struct cni_error *reterr)
{
	for (size_t i = 0; i < granting->conf->sets.count; i++) {
		int ret = choose(granting, i, reterr);

		if (ret)
			return cni_error_prefix(
				reterr, ret, "failed to allocate for range %zu",
				i);
	}
	return check_requests(granting, reterr);
}

/* Hints first: a hint without a lease does no harm. */
static int save_hints(struct hl_granting *granting, struct cni_error *reterr)
{
	int ret = 0;

	granting->store->changed = true;
	for (size_t i = 0; i < granting->conf->sets.count && ret == 0; i++)
		ret = hl_hint_save(granting->store->dir, i,
				   &granting->grants[i].hint,
				   &granting->grants[i].addr, reterr);
	return ret;
}

static int reserve(struct hl_granting *granting, struct hl_grant *grant,
		   struct cni_error *reterr)
{
	int ret;

	if (grant->kept) {
		ret = hl_store_renew(granting->store, &grant->addr);
		return ret ? cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE,
					     -ret, "renew lease")
			   : 0;
	}
	ret = hl_store_reserve(granting->store, &grant->addr, &granting->owner,
			       reterr);
	grant->reserved = ret == 0;
	return ret;
}

/* Left over from before the boot, and not what is given now. */
static void release_others(struct hl_granting *granting)
{
	for (size_t i = 0; i < granting->found.count; i++) {
		const struct hl_found *found = &granting->found.items[i];
		bool given = false;
		bool concerned = false;

		for (size_t j = 0; j < granting->conf->sets.count; j++) {
			given = given ||
				cni_addr_equal(&granting->grants[j].addr,
					       &found->addr);
			concerned = concerned ||
				    hl_range_set_find(set_of(granting, j),
						      &found->addr);
		}
		if (concerned && !given)
			(void)hl_store_release(granting->store, &found->addr,
					       &granting->owner, NULL);
	}
}

int hl_grant_write(struct hl_granting *granting, struct cni_error *reterr)
{
	size_t count = granting->conf->sets.count;
	int ret = save_hints(granting, reterr);

	for (size_t i = 0; i < count && ret == 0; i++)
		ret = reserve(granting, &granting->grants[i], reterr);
	if (ret == 0) {
		release_others(granting);
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct hl_grant *grant = &granting->grants[i];

		if (grant->reserved &&
		    hl_store_unreserve(granting->store, &grant->addr,
				       &granting->owner, NULL) == 0)
			grant->reserved = false;
	}
	return ret;
}
