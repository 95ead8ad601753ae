/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grant.h - the addresses that one ADD gives
 *
 * DOC: Theory of Operation
 *
 * Under one lock: look for leases that the attachment has already, choose an
 * address in every range set, and only when all are chosen, write.  What fails
 * after that is undone; what another ADD has reserved is never touched.
 */
#ifndef HOST_LOCAL_GRANT_H
#define HOST_LOCAL_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator.h"
#include "conf.h"
#include "hint.h"
#include "store.h"

/**
 * struct hl_grant - the address of one range set
 * @addr: the address
 * @range: the range it is in; borrowed from the configuration
 * @hint: the address given before
 * @requested: the runtime asked for this one
 * @kept: the attachment has had it since before the boot
 * @reserved: this run has made the lease
 */
struct hl_grant {
	struct cni_addr addr;
	const struct hl_range *range;
	struct hl_hint hint;
	bool requested;
	bool kept;
	bool reserved;
};

/**
 * struct hl_granting - one ADD
 * @conf: the configuration
 * @pool: of @conf
 * @store: open
 * @owner: the attachment
 * @found: leases that it has
 * @grants: one for each range set of @conf; owned
 */
struct hl_granting {
	const struct hl_conf *conf;
	struct hl_pool pool;
	struct hl_store *store;
	struct hl_owner owner;
	struct hl_found_list found;
	struct hl_grant *grants;
};

/**
 * hl_grant_init() - begin
 * @granting: filled; free with hl_grant_done() in any case
 * @conf: the configuration; borrowed
 * @store: open and locked; borrowed
 * @owner: the attachment; its strings are borrowed
 * @reterr: code 103; code 4 for an id that is too long
 *
 * Return: 0 or a negative errno.
 */
int hl_grant_init(struct hl_granting *granting, const struct hl_conf *conf,
		  struct hl_store *store, const struct hl_owner *owner,
		  struct cni_error *reterr);

/**
 * hl_grant_choose() - choose an address in every set; nothing is written
 * @granting: from hl_grant_init()
 * @reterr: code 100 exhausted, 101 requested address taken, 102 the
 *	attachment has an address, 7 a request that cannot be met, 103
 *
 * Return: 0 or a negative errno.
 */
int hl_grant_choose(struct hl_granting *granting, struct cni_error *reterr);

/**
 * hl_grant_write() - make the leases of what was chosen
 * @granting: from hl_grant_choose()
 * @reterr: code 103
 *
 * Return: 0; -EEXIST an address was taken by somebody without the lock; another
 * negative errno.  Nothing is left behind on failure.
 */
int hl_grant_write(struct hl_granting *granting, struct cni_error *reterr);

/** hl_grant_done() - free what it owns */
void hl_grant_done(struct hl_granting *granting);

CNI_DEFINE_CLEANUP(hl_granting, struct hl_granting, hl_grant_done);

#endif /* HOST_LOCAL_GRANT_H */
