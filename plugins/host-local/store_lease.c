/* SPDX-License-Identifier: Apache-2.0 */
/* store_lease.c - making and removing leases */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cni/file.h"

#include "cooldown.h"
#include "store_internal.h"

/* Not renameat2(): musl has it only since 2025. */
static int rename_noreplace(int dir, const char *from, const char *to)
{
	if (syscall(SYS_renameat2, dir, from, dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* A file system without it, such as NFS. */
	if (linkat(dir, from, dir, to, 0))
		return -errno;
	(void)unlinkat(dir, from, 0);
	return 0;
}

/* A run that was killed may have left one. */
static int create_temp(int dir)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	int fd = openat(dir, HL_TEMP_NAME, flags, 0600);

	if (fd >= 0 || errno != EEXIST)
		return fd;
	if (unlinkat(dir, HL_TEMP_NAME, 0))
		return -1;
	return openat(dir, HL_TEMP_NAME, flags, 0600);
}

static int write_lease(int dir, const char *name, const char *text, size_t len)
{
	CNI_CLEANUP(fd) int fd = create_temp(dir);
	int ret;

	if (fd < 0)
		return -errno;
	ret = cni_write_all(fd, text, len);
	if (ret == 0)
		ret = rename_noreplace(dir, HL_TEMP_NAME, name);
	if (ret)
		(void)unlinkat(dir, HL_TEMP_NAME, 0);
	return ret;
}

int hl_store_reserve(struct hl_store *store, const struct cni_addr *addr,
		     const struct hl_owner *owner, struct cni_error *reterr)
{
	char text[HL_LEASE_MAX];
	char name[CNI_ADDR_STRLEN];
	size_t len = hl_lease_format(owner, text, sizeof(text));
	int ret;

	if (!len)
		return hl_store_error(reterr, -EINVAL, "write lease of",
				      owner->id);
	cni_addr_format(addr, name);
	store->changed = true;
	ret = write_lease(store->dir, name, text, len);
	if (ret == -EEXIST)
		return ret;
	if (ret)
		return hl_store_error(reterr, ret, "write lease", name);
	/* Without a complete index the next run scans. */
	(void)hl_index_insert(&store->index, HL_SLOT_FULL, owner, addr);
	if (store->taken_known && hl_addr_set_add(&store->taken, addr))
		store->taken_known = false;
	hl_cooldown_clear(store, addr);
	return 0;
}

int hl_store_unreserve(struct hl_store *store, const struct cni_addr *addr,
		       const struct hl_owner *owner, struct cni_error *reterr)
{
	char name[CNI_ADDR_STRLEN];

	cni_addr_format(addr, name);
	store->changed = true;
	if (unlinkat(store->dir, name, 0) && errno != ENOENT)
		return hl_store_error(reterr, -errno, "remove lease", name);
	(void)hl_index_remove(&store->index, owner, addr);
	return 0;
}

int hl_store_release(struct hl_store *store, const struct cni_addr *addr,
		     const struct hl_owner *owner, struct cni_error *reterr)
{
	/* First, so that the address does not escape when we are killed. */
	hl_cooldown_begin(store, addr);
	return hl_store_unreserve(store, addr, owner, reterr);
}
