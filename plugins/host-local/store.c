/* SPDX-License-Identifier: Apache-2.0 */
/* store.c - the leases of one network on disk: finding them */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni/file.h"

#include "store_internal.h"

/* Files to look for before it is cheaper to know all addresses in use. */
#define PROBES_MAX 32

int hl_store_error(struct cni_error *reterr, int ret, const char *what,
		   const char *name)
{
	return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, -ret,
			       "%s \"%s\"", what, name);
}

void hl_store_close(struct hl_store *store)
{
	if (store->lock >= 0 && !store->disturbed &&
	    (store->changed || store->index.rewrite))
		hl_index_commit(&store->index);
	hl_index_done(&store->index);
	hl_addr_set_done(&store->taken);
	if (store->lock >= 0)
		(void)close(store->lock);
	if (store->dir >= 0)
		(void)close(store->dir);
	*store = (struct hl_store)HL_STORE_INIT;
}

void hl_found_list_done(struct hl_found_list *list)
{
	free(list->items);
	*list = (struct hl_found_list) { 0 };
}

/* A link, a directory, a socket, too long: no lease, and never one. */
static bool is_no_lease(ssize_t ret)
{
	return ret == -ELOOP || ret == -EISDIR || ret == -ENXIO ||
	       ret == -EFBIG;
}

int hl_store_read(const struct hl_store *store, const char *name,
		  struct hl_lease_text *ret_lease)
{
	ssize_t len = cni_read_file_at(store->dir, name, ret_lease->text,
				       sizeof(ret_lease->text));

	if (len == -ENOENT)
		return -ENOENT;
	/* Whatever it is, it is there, so the address is in use. */
	ret_lease->kind = HL_LEASE_FOREIGN;
	ret_lease->unreadable = len < 0 && !is_no_lease(len) ? (int)len : 0;
	if (len >= 0)
		ret_lease->kind = hl_lease_parse(ret_lease->text, (size_t)len,
						 &ret_lease->owner);
	return 0;
}

/**
 * struct finding - one pass over the index
 * @store: the store
 * @owner: whose leases are looked for
 * @list: receives them
 * @stale: the index names a lease that is not there
 */
struct finding {
	struct hl_store *store;
	const struct hl_owner *owner;
	struct hl_found_list *list;
	bool stale;
};

static int append(struct hl_found_list *list, const struct hl_found *found)
{
	struct hl_found *items =
		realloc(list->items, (list->count + 1) * sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[list->count++] = *found;
	list->items = items;
	return 0;
}

static bool is_owned(const struct hl_lease_text *lease,
		     const struct hl_owner *owner)
{
	if (strcmp(lease->owner.id, owner->id) != 0)
		return false;
	return lease->kind == HL_LEASE_ID_ONLY ||
	       strcmp(lease->owner.ifname, owner->ifname) == 0;
}

static int verify(const struct hl_slot *slot, void *context)
{
	struct finding *finding = context;
	struct hl_found found = { .addr = hl_slot_addr(slot) };
	struct hl_lease_text lease;
	char name[CNI_ADDR_STRLEN];

	cni_addr_format(&found.addr, name);
	if (hl_store_read(finding->store, name, &lease) == 0 &&
	    (lease.kind == HL_LEASE_FULL || lease.kind == HL_LEASE_ID_ONLY) &&
	    is_owned(&lease, finding->owner)) {
		found.id_only = lease.kind == HL_LEASE_ID_ONLY;
		return append(finding->list, &found);
	}
	/* Straight after a scan it can only be that two hashes are equal. */
	if (finding->store->scanned)
		return 0;
	finding->stale = true;
	return 1;
}

static int find_indexed(struct finding *finding)
{
	struct hl_index *index = &finding->store->index;
	int ret;

	finding->stale = false;
	finding->list->count = 0;
	if (!index->complete)
		return -ESTALE;
	ret = hl_index_find(index, finding->owner, verify, finding);
	if (finding->stale || ret == -EIO)
		return -ESTALE;
	return ret;
}

int hl_store_find(struct hl_store *store, const struct hl_owner *owner,
		  struct hl_found_list *list, struct cni_error *reterr)
{
	struct finding finding = {
		.store = store,
		.owner = owner,
		.list = list,
	};
	int ret = find_indexed(&finding);

	if (ret == -ESTALE) {
		ret = hl_store_scan(store, NULL, NULL, reterr);
		if (ret)
			return ret;
		ret = find_indexed(&finding);
	}
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, -ret,
				       "find leases");
	return 0;
}

/* Straight from the index; its order is that of the container ids. */
static int learn_taken(struct hl_store *store)
{
	struct hl_index *index = &store->index;
	int ret = index->complete ? hl_index_load(index) : -ESTALE;

	if (ret == -EIO || ret == -ESTALE)
		ret = hl_store_scan(store, NULL, NULL, NULL);
	hl_addr_set_done(&store->taken);
	for (uint64_t i = 0; ret == 0 && i >> index->header.bits == 0; i++) {
		const struct hl_slot *slot = &index->slots[i];
		struct cni_addr addr = hl_slot_addr(slot);

		if (slot->state != HL_SLOT_EMPTY &&
		    slot->state != HL_SLOT_DELETED && cni_addr_is_set(&addr))
			ret = hl_addr_set_add(&store->taken, &addr);
	}
	store->taken_known = ret == 0;
	return ret;
}

int hl_store_is_taken(struct hl_store *store, const struct cni_addr *addr)
{
	char name[CNI_ADDR_STRLEN];
	struct stat status;
	int ret;

	/* Who looks without the lock has to live with torn files. */
	if (!store->taken_known && store->lock >= 0 &&
	    store->probes < PROBES_MAX) {
		store->probes++;
		return fstatat(store->dir, cni_addr_format(addr, name), &status,
			       AT_SYMLINK_NOFOLLOW) == 0;
	}
	if (!store->taken_known) {
		ret = learn_taken(store);
		if (ret)
			return ret;
	}
	return hl_addr_set_has(&store->taken, addr);
}

int hl_store_refresh(struct hl_store *store, struct cni_error *reterr)
{
	int ret;

	if (store->scanned)
		return 0;
	ret = hl_store_scan(store, NULL, NULL, reterr);
	return ret ? ret : 1;
}

bool hl_store_is_steady(const struct hl_store *store)
{
	return hl_index_is_current(&store->index);
}

int64_t hl_store_lease_time(const struct hl_store *store,
			    const struct cni_addr *addr)
{
	char name[CNI_ADDR_STRLEN];
	struct stat status;

	if (fstatat(store->dir, cni_addr_format(addr, name), &status,
		    AT_SYMLINK_NOFOLLOW))
		return -errno;
	return status.st_mtim.tv_sec;
}

int hl_store_renew(const struct hl_store *store, const struct cni_addr *addr)
{
	char name[CNI_ADDR_STRLEN];

	return utimensat(store->dir, cni_addr_format(addr, name), NULL,
			 AT_SYMLINK_NOFOLLOW)
		       ? -errno
		       : 0;
}
