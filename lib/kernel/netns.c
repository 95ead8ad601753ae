/* SPDX-License-Identifier: Apache-2.0 */
/* netns.c - network namespaces: open, compare, work inside */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "cni/cleanup.h"
#include "cni/netns.h"

/* Of this thread: /proc/self is the one that started the process. */
#define OWN_NETNS "/proc/thread-self/ns/net"

#define BACK_ATTEMPTS 5

int cni_netns_open(const char *path, int *ret_fd, struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int fd = -1;
	struct statfs fs;

	/* The type first: opening what is not a namespace may have effects. */
	if (statfs(path, &fs) < 0) {
		if (errno == ENOENT)
			return cni_error_set(reterr, CNI_CODE_UNKNOWN_CONTAINER,
					     ENOENT,
					     "failed to Statfs \"%s\": no such "
					     "file or directory",
					     path);
		return cni_error_errno(reterr, CNI_CODE_INVALID_NETNS, errno,
				       "failed to Statfs \"%s\"", path);
	}
	/* procfs was where namespaces lived before Linux 3.19. */
	if (fs.f_type != NSFS_MAGIC && fs.f_type != PROC_SUPER_MAGIC)
		return cni_error_set(reterr, CNI_CODE_INVALID_NETNS, EINVAL,
				     "unknown FS magic on \"%s\": %lx", path,
				     (unsigned long)fs.f_type);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return cni_error_errno(reterr, CNI_CODE_INVALID_NETNS, errno,
				       "open \"%s\"", path);
	*ret_fd = cni_take_fd(&fd);
	return 0;
}

bool cni_netns_is_gone(const char *path)
{
	CNI_CLEANUP(fd) int fd = -1;
	int ret = cni_netns_open(path, &fd, NULL);

	return ret == -ENOENT || ret == -EINVAL;
}

int cni_netns_is_current(int netns_fd)
{
	struct stat given;
	struct stat own;

	if (fstat(netns_fd, &given) < 0 || stat(OWN_NETNS, &own) < 0)
		return -errno;
	return given.st_dev == own.st_dev && given.st_ino == own.st_ino;
}

/*
 * Nothing that follows may run in a pod and take it for the host.  The right to
 * go back is there, memory may be short for a moment.
 */
static void go_back(int own)
{
	for (int i = 0; i < BACK_ATTEMPTS; i++) {
		if (setns(own, CLONE_NEWNET) == 0)
			return;
	}
	abort();
}

int cni_netns_run(int netns_fd, cni_netns_fn fn, void *data,
		  struct cni_error *reterr)
{
	CNI_CLEANUP(fd)
	int own = openat(AT_FDCWD, OWN_NETNS, O_RDONLY | O_CLOEXEC);
	int ret;

	if (own < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, errno,
				       "open own network namespace");
	if (setns(netns_fd, CLONE_NEWNET) < 0)
		return cni_error_errno(reterr, CNI_CODE_INVALID_NETNS, errno,
				       "enter network namespace");
	ret = fn(data, reterr);
	go_back(own);
	return ret;
}

struct open_args {
	struct cni_nl *nl;
	int protocol;
};

static int open_here(void *data, struct cni_error *reterr)
{
	struct open_args *args = data;

	return cni_nl_open(args->nl, args->protocol, reterr);
}

int cni_nl_open_at(int netns_fd, int protocol, struct cni_nl *nl,
		   struct cni_error *reterr)
{
	struct open_args args = { .nl = nl, .protocol = protocol };

	return cni_netns_run(netns_fd, open_here, &args, reterr);
}
