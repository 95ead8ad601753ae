/* SPDX-License-Identifier: Apache-2.0 */
/* store_scan.c - reading all leases of a directory */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cni/cleanup.h"

#include "cooldown.h"
#include "store_internal.h"

/* Directory entries read at once; the stack has no room for so many. */
#define BUFFER_SIZE (32 * 1024)

/**
 * struct entry - a directory entry as the kernel gives it
 *
 * Source: getdents64(2).  Not readdir(): musl reads 2 KiB at a time.
 */
struct entry {
	uint64_t ino;
	int64_t offset;
	uint16_t len;
	uint8_t type;
	char name[];
};

/**
 * struct scan - one pass over the directory
 * @store: the store
 * @keep: asked about each lease; NULL keeps all
 * @context: handed to it
 * @failed: 0 or the first failure to remove a lease, or to read one that may
 *	have been to be removed
 * @unreadable: there was one that could not be read
 * @reterr: its error
 */
struct scan {
	struct hl_store *store;
	hl_keep_fn *keep;
	void *context;
	int failed;
	bool unreadable;
	struct cni_error *reterr;
};

/* Only a file of no content that is really a file. */
static bool reclaim(struct hl_store *store, const char *name)
{
	struct stat status;

	if (store->lock < 0)
		return true;
	if (fstatat(store->dir, name, &status, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT;
	if (!S_ISREG(status.st_mode) || unlinkat(store->dir, name, 0))
		return false;
	store->changed = true;
	return true;
}

static void drop(struct scan *scan, const struct cni_addr *addr,
		 const struct hl_owner *owner)
{
	struct cni_error err;
	int ret;

	ret = hl_store_release(scan->store, addr, owner, &err);
	scan->failed = cni_error_gather(scan->failed, scan->reterr, ret, &err);
}

static bool is_shortage(int ret)
{
	return ret == -ENOMEM || ret == -EMFILE || ret == -ENFILE ||
	       ret == -EINTR;
}

/*
 * It may be one that is looked for.  What another try can read is an error; a
 * file that is broken must not keep every other pod from being removed.
 */
static void note_unreadable(struct scan *scan, const char *name, int ret)
{
	struct cni_error err;

	scan->unreadable = true;
	(void)hl_store_error(&err, ret, "read lease", name);
	if (scan->keep || is_shortage(ret))
		scan->failed =
			cni_error_gather(scan->failed, scan->reterr, ret, &err);
	else
		cni_warn("%s, ignoring", err.msg);
}

static int scan_lease(struct scan *scan, const char *name,
		      const struct cni_addr *addr)
{
	struct hl_store *store = scan->store;
	enum hl_slot_state state = HL_SLOT_FOREIGN;
	struct hl_lease_text lease;

	if (hl_store_read(store, name, &lease))
		return 0;
	if (lease.unreadable)
		note_unreadable(scan, name, lease.unreadable);
	switch (lease.kind) {
	case HL_LEASE_TORN:
		if (reclaim(store, name))
			return 0;
		break;
	case HL_LEASE_FULL:
	case HL_LEASE_ID_ONLY:
		state = lease.kind == HL_LEASE_FULL ? HL_SLOT_FULL
						    : HL_SLOT_ID_ONLY;
		if (scan->keep && !scan->keep(&lease.owner, scan->context)) {
			drop(scan, addr, &lease.owner);
			return 0;
		}
		break;
	case HL_LEASE_FOREIGN:
		break;
	}
	return hl_index_insert(&store->index, state, &lease.owner, addr);
}

static int scan_entry(struct scan *scan, const struct entry *entry)
{
	struct cni_addr addr;

	if (strcmp(entry->name, HL_TEMP_NAME) == 0 && scan->store->lock >= 0) {
		(void)reclaim(scan->store, HL_TEMP_NAME);
		return 0;
	}
	if (!hl_lease_addr(entry->name, &addr))
		return 0;
	if (entry->type == DT_REG || entry->type == DT_UNKNOWN)
		return scan_lease(scan, entry->name, &addr);
	return hl_index_insert(&scan->store->index, HL_SLOT_FOREIGN, NULL,
			       &addr);
}

static int scan_entries(struct scan *scan, char *buffer)
{
	int dir = scan->store->dir;
	long len;
	int ret;

	if (lseek(dir, 0, SEEK_SET) < 0)
		return -errno;
	while ((len = syscall(SYS_getdents64, dir, buffer, BUFFER_SIZE)) > 0) {
		for (long at = 0; at < len;) {
			const struct entry *entry = (const void *)(buffer + at);

			ret = scan_entry(scan, entry);
			if (ret)
				return ret;
			at += entry->len;
		}
	}
	return len < 0 ? -errno : 0;
}

/* Somebody without the lock would go unnoticed once the index is stamped. */
static void note_disturbance(struct hl_store *store, bool changed,
			     const struct stat *before)
{
	struct stat after;

	store->disturbed = store->changed == changed && !changed &&
			   fstat(store->dir, &after) == 0 &&
			   (after.st_mtim.tv_sec != before->st_mtim.tv_sec ||
			    after.st_mtim.tv_nsec != before->st_mtim.tv_nsec);
}

int hl_store_scan(struct hl_store *store, hl_keep_fn *keep, void *context,
		  struct cni_error *reterr)
{
	CNI_CLEANUP(free) char *buffer = malloc(BUFFER_SIZE);
	struct scan scan = {
		.store = store,
		.keep = keep,
		.context = context,
		.reterr = reterr,
	};
	bool changed = store->changed;
	struct stat before;
	int ret = buffer ? hl_index_begin(&store->index) : -ENOMEM;

	if (ret == 0 && fstat(store->dir, &before))
		ret = -errno;
	if (ret == 0)
		ret = scan_entries(&scan, buffer);
	if (ret) {
		store->index.complete = false;
		return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, -ret,
				       "read data directory");
	}
	note_disturbance(store, changed, &before);
	/* An index without its owner must not be believed by others. */
	store->disturbed |= scan.unreadable;
	store->scanned = true;
	store->taken_known = false;
	return scan.failed;
}
