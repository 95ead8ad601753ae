/* SPDX-License-Identifier: Apache-2.0 */
/* sysctl.c - kernel parameters below /proc/sys */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/cleanup.h"
#include "cni/sysctl.h"

#define PROC_SYS "/proc/sys/"

/* Opens for writing if that is possible at all, else for reading. */
static int open_parameter(int dirfd, const char *name, bool *ret_writable)
{
	const int flags = O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(dirfd, name, O_RDWR | flags);

	*ret_writable = fd >= 0;
	if (fd < 0 && (errno == EROFS || errno == EACCES || errno == EPERM))
		fd = openat(dirfd, name, O_RDONLY | flags);
	return fd;
}

/* Reads a value without its newline. */
static int read_value(int fd, char ret_value[CNI_SYSCTL_VALUE_MAX])
{
	ssize_t len = pread(fd, ret_value, CNI_SYSCTL_VALUE_MAX - 1, 0);

	if (len < 0)
		return -errno;
	while (len > 0 && ret_value[len - 1] == '\n')
		len--;
	ret_value[len] = '\0';
	return 0;
}

/* Returns 0 (had the value), 1 (has it now) or a negative errno. */
static int ensure_at(int dirfd, const char *name, const char *value)
{
	char old[CNI_SYSCTL_VALUE_MAX];
	bool writable;
	CNI_CLEANUP(fd) int fd = open_parameter(dirfd, name, &writable);
	int ret;

	if (fd < 0)
		return -errno;
	ret = read_value(fd, old);
	if (ret == 0 && strcmp(old, value) == 0)
		return 0;
	/* Parameters that can be written but not read exist. */
	if (!writable)
		return ret < 0 ? ret : -EROFS;
	if (pwrite(fd, value, strlen(value), 0) < 0)
		return -errno;
	return 1;
}

static int open_proc_sys(void)
{
	int fd = openat(AT_FDCWD, PROC_SYS, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int cni_sysctl_read(const char *path, char ret_value[CNI_SYSCTL_VALUE_MAX],
		    struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int dirfd = open_proc_sys();
	CNI_CLEANUP(fd) int fd = -1;
	int ret = dirfd;

	if (dirfd >= 0) {
		fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
		ret = fd < 0 ? -errno : read_value(fd, ret_value);
	}
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "read sysctl %s", path);
	return 0;
}

int cni_sysctl_ensure(const char *path, const char *value,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int dirfd = open_proc_sys();
	int ret = dirfd < 0 ? dirfd : ensure_at(dirfd, path, value);

	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "set sysctl %s to %s", path, value);
	return ret;
}

static const char *conf_directory(int family)
{
	return family == AF_INET6 ? "net/ipv6/conf" : "net/ipv4/conf";
}

/* The interface's directory; its name may have dots but is one component. */
static int open_conf(int family, const char *ifname)
{
	char path[sizeof(PROC_SYS) + sizeof("net/ipv6/conf/") + IFNAMSIZ];
	size_t len = strlen(ifname);
	int fd;

	if (len == 0 || len >= IFNAMSIZ || strcmp(ifname, ".") == 0 ||
	    strcmp(ifname, "..") == 0 || strchr(ifname, '/'))
		return -EINVAL;
	(void)snprintf(path, sizeof(path), PROC_SYS "%s/%s",
		       conf_directory(family), ifname);
	fd = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int cni_sysctl_ensure_if(const char *ifname, const struct cni_sysctl *list,
			 size_t count, struct cni_error *reterr)
{
	int family = 0;
	int dirfd = -1;
	int ret = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		if (list[i].family != family) {
			cni_cleanup_fd(&dirfd);
			family = list[i].family;
			dirfd = open_conf(family, ifname);
		}
		ret = dirfd < 0 ? dirfd
				: ensure_at(dirfd, list[i].key, list[i].value);
		if (ret < 0 && list[i].required)
			break;
		ret = 0;
	}
	cni_cleanup_fd(&dirfd);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "set sysctl %s/%s/%s to %s",
				       conf_directory(list[i].family), ifname,
				       list[i].key, list[i].value);
	return 0;
}
