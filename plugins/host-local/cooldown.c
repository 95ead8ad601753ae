/* SPDX-License-Identifier: Apache-2.0 */
/* cooldown.c - addresses that rest after they were given back */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cni/cleanup.h"

#include "cooldown.h"

#define PREFIX	   ".released-"
#define PREFIX_LEN (sizeof(PREFIX) - 1)

#define NS_PER_S INT64_C(1000000000)

struct name {
	char text[PREFIX_LEN + CNI_ADDR_STRLEN];
};

static const char *make_name(struct name *name, const struct cni_addr *addr)
{
	char text[CNI_ADDR_STRLEN];

	cni_addr_format(addr, text);
	memcpy(name->text, PREFIX, PREFIX_LEN);
	memcpy(name->text + PREFIX_LEN, text, strlen(text) + 1);
	return name->text;
}

static int64_t nanoseconds(const struct timespec *time)
{
	return time->tv_sec * NS_PER_S + time->tv_nsec;
}

void hl_cooldown_begin(struct hl_store *store, const struct cni_addr *addr)
{
	CNI_CLEANUP(fd) int fd = -1;
	struct name name;

	if (!store->cooldown)
		return;
	store->changed = true;
	fd = openat(store->dir, make_name(&name, addr),
		    O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    0600);
	if (fd < 0 || futimens(fd, NULL))
		cni_warn("cooldown of %s: %s, ignoring", name.text + PREFIX_LEN,
			 strerror(errno));
}

void hl_cooldown_clear(struct hl_store *store, const struct cni_addr *addr)
{
	struct name name;

	if (store->cooldown)
		(void)unlinkat(store->dir, make_name(&name, addr), 0);
}

/* 0 when the file is not there or its time is over. */
static int64_t resting_since(const struct hl_store *store, const char *name)
{
	struct timespec now = { 0 };
	struct stat status;
	int64_t age;

	if (fstatat(store->dir, name, &status, AT_SYMLINK_NOFOLLOW))
		return 0;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	age = nanoseconds(&now) - nanoseconds(&status.st_mtim);
	/* The future: the clock was set back. */
	if (age < 0 || age >= store->cooldown * NS_PER_S)
		return 0;
	return nanoseconds(&status.st_mtim);
}

int64_t hl_cooldown_since(const struct hl_store *store,
			  const struct cni_addr *addr)
{
	struct name name;

	return store->cooldown ? resting_since(store, make_name(&name, addr))
			       : 0;
}

void hl_cooldown_sweep(struct hl_store *store)
{
	int fd = openat(store->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!dir) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (strncmp(entry->d_name, PREFIX, PREFIX_LEN) != 0 ||
		    resting_since(store, entry->d_name))
			continue;
		if (unlinkat(store->dir, entry->d_name, 0) == 0)
			store->changed = true;
	}
	(void)closedir(dir);
}
