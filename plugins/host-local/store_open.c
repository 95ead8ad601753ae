/* SPDX-License-Identifier: Apache-2.0 */
/* store_open.c - opening, making and locking a network's directory */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lock.h"
#include "store_internal.h"

#define LOCK_NAME "lock"

/* As the Go plugin makes them; the umask applies. */
#define DIR_MODE  0755
#define LOCK_MODE 0750

/* People cure a full pool with rm -r while plugins run. */
#define OPEN_TRIES 10

static int make_path(char *path, size_t size,
		     const struct hl_store_place *place,
		     struct cni_error *reterr)
{
	int len =
		snprintf(path, size, "%s/%s", place->data_dir, place->network);

	if (len > 0 && (size_t)len < size)
		return 0;
	return cni_error_errno(reterr, CNI_CODE_INVALID_CONFIG, ENAMETOOLONG,
			       "dataDir");
}

/* The first failure, which is the one that explains the others. */
static int make_directory(const char *path, int first)
{
	if (mkdir(path, DIR_MODE) == 0 || errno == EEXIST || first)
		return first;
	return -errno;
}

static int make_directories(char *path)
{
	int ret = 0;

	for (char *slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		ret = make_directory(path, ret);
		*slash = '/';
	}
	return make_directory(path, ret);
}

static int open_path(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_directory(struct hl_store *store,
			  const struct hl_store_place *place,
			  struct cni_error *reterr)
{
	char path[PATH_MAX];
	int made = 0;
	int fd;

	fd = make_path(path, sizeof(path), place, reterr);
	if (fd < 0)
		return fd;
	fd = open_path(path);
	if (fd == -ENOENT && place->create) {
		made = make_directories(path);
		fd = open_path(path);
	}
	if (fd < 0)
		return hl_store_error(reterr, made ? made : fd,
				      "open data directory", path);
	store->dir = fd;
	return 0;
}

/* -ESTALE: the directory was removed while we waited. */
static int lock_directory(struct hl_store *store,
			  const struct hl_store_place *place,
			  struct cni_error *reterr)
{
	struct stat status;
	int ret;

	store->lock = openat(store->dir, LOCK_NAME,
			     O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
				     O_NONBLOCK | O_NOCTTY,
			     LOCK_MODE);
	if (store->lock < 0)
		ret = errno == ENOENT ? -ESTALE
				      : hl_store_error(reterr, -errno, "open",
						       LOCK_NAME);
	else
		ret = hl_lock(store->lock, place->lock_timeout, reterr);
	if (ret)
		return ret;
	if (fstat(store->lock, &status) == 0 && status.st_nlink > 0)
		return 0;
	return -ESTALE;
}

static int open_and_lock(struct hl_store *store,
			 const struct hl_store_place *place,
			 struct cni_error *reterr)
{
	struct stat status;
	int ret = open_directory(store, place, reterr);

	if (ret == 0)
		ret = lock_directory(store, place, reterr);
	if (ret)
		return ret;
	if (fstat(store->dir, &status))
		return hl_store_error(reterr, -errno, "stat", place->network);
	hl_index_open(&store->index, store->dir, &status);
	store->cooldown = place->cooldown;
	return 0;
}

int hl_store_open(struct hl_store *store, const struct hl_store_place *place,
		  struct cni_error *reterr)
{
	int ret = -ESTALE;

	*store = (struct hl_store)HL_STORE_INIT;
	for (int i = 0; i < OPEN_TRIES && ret == -ESTALE; i++) {
		hl_store_close(store);
		ret = open_and_lock(store, place, reterr);
	}
	if (ret == -ESTALE)
		(void)cni_error_errno(reterr, CNI_CODE_TRY_AGAIN, ESTALE,
				      "data directory removed again and again");
	if (ret)
		return cni_error_prefix(reterr, ret, "network \"%s\"",
					place->network);
	return 0;
}

int hl_store_peek(struct hl_store *store, const struct hl_store_place *place,
		  struct cni_error *reterr)
{
	struct hl_store_place existing = *place;
	struct stat status;
	int ret;

	*store = (struct hl_store)HL_STORE_INIT;
	existing.create = false;
	ret = open_directory(store, &existing, reterr);
	if (ret)
		return ret;
	if (fstat(store->dir, &status))
		return hl_store_error(reterr, -errno, "stat", place->network);
	hl_index_open(&store->index, store->dir, &status);
	return 0;
}
