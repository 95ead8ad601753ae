/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - the leases of one network on disk
 *
 * DOC: Theory of Operation
 *
 * The format is the Go plugin's, and both may work on one directory at the
 * same time.  <dataDir>/<network> holds
 *
 *	lock			taken with flock() by whoever reads or writes
 *	10.1.0.2, fd00::2	leases, see lease.h
 *	last_reserved_ip.N	address given last in range set N
 *
 * and of our own, with names that the Go plugin ignores,
 *
 *	.index			see index.h
 *	.lease.tmp		a lease being written
 *	.released-10.1.0.2	cooldownSeconds: when the address was given back
 *
 * *Atomic.*  A lease is written to .lease.tmp and renamed to its address with
 * RENAME_NOREPLACE: it is there with all of its content or not at all, and it
 * never takes the place of another, lock or no lock.  Whatever kills the
 * plugin leaves at most one .lease.tmp, which the next run removes.
 *
 * *Torn.*  The Go plugin creates a lease and then writes it; a power failure
 * can also leave an empty file of ours, as nothing is flushed (leases are of
 * no use after it: the pods are gone).  A file without content is a free
 * address; whoever scans the directory under the lock removes it.
 *
 * *Nothing is followed.*  All names are opened relative to the directory and
 * never through a symbolic link.
 *
 * Every function but hl_store_open() and hl_store_peek() wants the lock held.
 */
#ifndef HOST_LOCAL_STORE_H
#define HOST_LOCAL_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/error.h"
#include "cni/ip.h"

#include "addr_set.h"
#include "index.h"
#include "lease.h"

/**
 * struct hl_store_place - which store
 * @data_dir: directory of all networks
 * @network: network name, valid by cni_valid_id()
 * @lock_timeout: seconds to wait for the lock
 * @cooldown: seconds; with 0 no .released-* files are made
 * @create: make the directory when it is missing
 */
struct hl_store_place {
	const char *data_dir;
	const char *network;
	int64_t lock_timeout;
	int64_t cooldown;
	bool create;
};

/**
 * struct hl_store - an open store
 * @dir: its directory, or -1
 * @lock: its lock file, or -1
 * @cooldown: seconds
 * @changed: an entry of the directory was made or removed
 * @scanned: every lease was read in this run
 * @disturbed: somebody without the lock changed the directory meanwhile
 * @probes: files that hl_store_is_taken() has looked for
 * @taken: all addresses in use, once @taken_known
 * @taken_known: @taken is filled
 * @index: from attachment to leases
 */
struct hl_store {
	int dir;
	int lock;
	int64_t cooldown;
	bool changed;
	bool scanned;
	bool disturbed;
	unsigned int probes;
	struct hl_addr_set taken;
	bool taken_known;
	struct hl_index index;
};

/**
 * hl_store_open() - open a network's store and lock it
 * @store: filled; close with hl_store_close() in any case
 * @place: which
 * @reterr: code 11 when the lock is busy, else 103
 *
 * Return: 0; -ENOENT there is no such directory, and none was to be made;
 * -EAGAIN somebody else holds the lock; another negative errno.
 */
int hl_store_open(struct hl_store *store, const struct hl_store_place *place,
		  struct cni_error *reterr);

/**
 * hl_store_peek() - open a network's store to look at it, without the lock
 * @store: filled; close with hl_store_close() in any case
 * @place: which; never created
 * @reterr: code 103
 *
 * Return: 0; -ENOENT there is no such directory; another negative errno.
 */
int hl_store_peek(struct hl_store *store, const struct hl_store_place *place,
		  struct cni_error *reterr);

/** hl_store_close() - write the index, unlock, close; may be called twice */
void hl_store_close(struct hl_store *store);

CNI_DEFINE_CLEANUP(hl_store, struct hl_store, hl_store_close);

/** A store that is not open, for initialisation */
#define HL_STORE_INIT                                 \
	{                                             \
		.dir = -1, .lock = -1, .index.fd = -1 \
	}

/**
 * struct hl_found - one lease of an attachment
 * @addr: the address
 * @id_only: it is in the old format, and so of the whole container
 */
struct hl_found {
	struct cni_addr addr;
	bool id_only;
};

/**
 * struct hl_found_list - leases of an attachment; zero-initialise before use
 */
struct hl_found_list {
	struct hl_found *items;
	size_t count;
};

/** hl_found_list_done() - free what it owns; it is empty afterwards */
void hl_found_list_done(struct hl_found_list *list);

CNI_DEFINE_CLEANUP(hl_found_list, struct hl_found_list, hl_found_list_done);

/**
 * hl_store_find() - the leases of an attachment
 * @store: the store
 * @owner: container id and interface name
 * @list: receives those of both formats, each read from its file
 * @reterr: code 103
 *
 * Return: 0, also when there are none; a negative errno.
 */
int hl_store_find(struct hl_store *store, const struct hl_owner *owner,
		  struct hl_found_list *list, struct cni_error *reterr);

/**
 * hl_store_is_taken() - is there a file for this address?
 *
 * The first questions are answered by looking for the file, the ones after
 * them from memory.
 *
 * Return: 0 no; 1 yes; -ENOMEM.
 */
int hl_store_is_taken(struct hl_store *store, const struct cni_addr *addr);

/**
 * hl_store_reserve() - make a lease
 * @store: the store
 * @addr: the address
 * @owner: whose
 * @reterr: code 103
 *
 * Return: 0; -EEXIST it is taken, and @reterr is not filled; a negative errno.
 */
int hl_store_reserve(struct hl_store *store, const struct cni_addr *addr,
		     const struct hl_owner *owner, struct cni_error *reterr);

/**
 * hl_store_unreserve() - take a lease back that this run has made
 *
 * As hl_store_release(), but the address was never in use and has no cooldown.
 */
int hl_store_unreserve(struct hl_store *store, const struct cni_addr *addr,
		       const struct hl_owner *owner, struct cni_error *reterr);

/**
 * hl_store_release() - remove a lease
 * @store: the store
 * @addr: the address
 * @owner: whose it is
 * @reterr: code 103
 *
 * Return: 0, also when there is none; a negative errno.
 */
int hl_store_release(struct hl_store *store, const struct cni_addr *addr,
		     const struct hl_owner *owner, struct cni_error *reterr);

/**
 * hl_keep_fn - does a lease stay?
 * @owner: whose it is; the interface name is "" in the old format
 * @context: of the caller
 */
typedef bool hl_keep_fn(const struct hl_owner *owner, void *context);

/**
 * hl_store_scan() - read every lease, remove torn ones, make the index anew
 * @store: the store; without the lock nothing is removed
 * @keep: asked about each lease, others are removed; NULL keeps all
 * @context: handed to @keep
 * @reterr: code 103. The first failure to remove; the scan goes on after it.
 *
 * Return: 0 or a negative errno.
 */
int hl_store_scan(struct hl_store *store, hl_keep_fn *keep, void *context,
		  struct cni_error *reterr);

/**
 * hl_store_refresh() - scan, unless this run has done so already
 *
 * To be called before an answer that must not come from an index that is
 * wrong because somebody wrote into a lease.
 *
 * Return: 1 scanned, look again; 0 there is nothing new; a negative errno.
 */
int hl_store_refresh(struct hl_store *store, struct cni_error *reterr);

/**
 * hl_store_is_steady() - was the directory left alone since it was opened?
 *
 * For those who look without the lock: what the index said is then true.
 */
bool hl_store_is_steady(const struct hl_store *store);

/**
 * hl_store_lease_time() - when a lease was written
 *
 * Return: seconds since 1970; a negative errno.
 */
int64_t hl_store_lease_time(const struct hl_store *store,
			    const struct cni_addr *addr);

/** hl_store_renew() - let a lease be written now; Return: 0, negative errno */
int hl_store_renew(const struct hl_store *store, const struct cni_addr *addr);

#endif /* HOST_LOCAL_STORE_H */
