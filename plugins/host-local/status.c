/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - STATUS: could an ADD be served? */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "verbs.h"

static int unavailable(struct cni_error *reterr, int number, const char *what)
{
	return cni_error_errno(reterr, CNI_CODE_NOT_AVAILABLE, number,
			       "data directory \"%s\"", what);
}

/* Access is asked for first: it is what says "Read-only file system". */
static int check_writable(int dir, const char *name, const char *path,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int fd = -1;
	struct statvfs fs;

	fd = openat(dir, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) ||
	    fstatvfs(fd, &fs))
		return unavailable(reterr, errno, path);
	if (fs.f_flag & ST_RDONLY)
		return unavailable(reterr, EROFS, path);
	/* Some file systems do not count their inodes. */
	if (fs.f_bavail == 0 || (fs.f_files && fs.f_favail == 0))
		return unavailable(reterr, ENOSPC, path);
	return 0;
}

/* The first ADD would make it in the nearest directory that there is. */
static int check_creatable(const char *data_dir, struct cni_error *reterr)
{
	CNI_CLEANUP(free) char *path = strdup(data_dir);
	char *slash;

	if (!path)
		return unavailable(reterr, ENOMEM, data_dir);
	while (access(path, F_OK) && errno == ENOENT) {
		slash = strrchr(path, '/');
		if (!slash)
			return check_writable(AT_FDCWD, ".", ".", reterr);
		if (slash == path)
			return check_writable(AT_FDCWD, "/", "/", reterr);
		*slash = '\0';
	}
	return check_writable(AT_FDCWD, path, path, reterr);
}

static int check_resolv_conf(const char *path, struct cni_error *reterr)
{
	if (!path || !path[0] || access(path, R_OK) == 0)
		return 0;
	return cni_error_errno(reterr, CNI_CODE_NOT_AVAILABLE, errno, "open %s",
			       path);
}

static int is_taken(const struct cni_addr *addr, void *context)
{
	return hl_store_is_taken(context, addr);
}

static int exhausted(const struct hl_conf *conf, size_t set,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf ranges = { 0 };

	hl_range_set_format(&conf->sets.items[set], &ranges);
	return cni_error_set(reterr, CNI_CODE_NOT_AVAILABLE, ENOSPC,
			     "no IP addresses available in range set: %s",
			     cni_buf_text(&ranges));
}

static int check_set(struct hl_store *store, const struct hl_conf *conf,
		     size_t set, struct cni_error *reterr)
{
	const struct cni_addr none = { 0 };
	struct hl_pool pool = hl_conf_pool(conf);
	struct cni_addr addr;
	int ret;

	if (hl_pool_surely_has_room(&pool, set, hl_index_count(&store->index)))
		return 0;
	ret = hl_pool_next(&pool, set, &none, is_taken, store, &addr);
	/* An index that is being written, without the lock, may mislead. */
	if (ret == -ENOSPC && !hl_store_is_steady(store) &&
	    hl_store_refresh(store, NULL) > 0)
		ret = hl_pool_next(&pool, set, &none, is_taken, store, &addr);
	if (ret == -ENOSPC)
		return exhausted(conf, set, reterr);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_NOT_AVAILABLE, -ret,
				       "look for a free address");
	return 0;
}

static int check_sets(struct hl_store *store, const struct hl_conf *conf,
		      struct cni_error *reterr)
{
	int ret = 0;

	/* Without a complete index the leases have to be counted. */
	if (!store->index.complete)
		ret = hl_store_scan(store, NULL, NULL, reterr);
	if (ret && reterr)
		reterr->code = CNI_CODE_NOT_AVAILABLE;
	for (size_t i = 0; i < conf->sets.count && ret == 0; i++)
		ret = check_set(store, conf, i, reterr);
	return ret;
}

int hl_status(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	CNI_CLEANUP(hl_store) struct hl_store store = HL_STORE_INIT;
	struct hl_store_place place;
	int ret;

	ret = hl_conf_decode(call, &conf, reterr);
	if (ret)
		return ret;
	ret = check_resolv_conf(conf.ipam.resolv_conf, reterr);
	if (ret)
		return ret;
	place = hl_place(call, &conf);
	ret = hl_store_peek(&store, &place, reterr);
	if (ret == -ENOENT)
		return check_creatable(place.data_dir, reterr);
	if (ret) {
		if (reterr)
			reterr->code = CNI_CODE_NOT_AVAILABLE;
		return ret;
	}
	ret = check_writable(store.dir, ".", place.data_dir, reterr);
	return ret ? ret : check_sets(&store, &conf, reterr);
}
