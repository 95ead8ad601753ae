/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - the lock of a data directory, and who holds it */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cni/cleanup.h"
#include "cni/file.h"
#include "cni/lock.h"

#include "lock.h"

bool hl_lock_parse_line(const char *line, struct hl_lock_line *ret_line)
{
	struct hl_lock_line found = { 0 };

	/* "1: FLOCK  ADVISORY  WRITE 4711 fe:00:123 0 EOF"; those who wait
	 * for it have "->" after the number.
	 * NOLINTNEXTLINE(cert-err34-c): the kernel wrote the numbers */
	if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%" SCNu64, &found.pid,
		   &found.major, &found.minor, &found.ino) != 4)
		return false;
	*ret_line = found;
	return true;
}

/*
 * Btrfs and overlayfs show another device number in /proc/locks than stat()
 * does; there the inode has to do.
 */
static pid_t find_holder(int fd)
{
	CNI_CLEANUP(file) FILE *locks = fopen("/proc/locks", "re");
	struct hl_lock_line lock;
	struct stat status;
	char line[256];
	pid_t similar = 0;

	if (!locks || fstat(fd, &status))
		return 0;
	while (fgets(line, sizeof(line), locks)) {
		if (!hl_lock_parse_line(line, &lock) ||
		    lock.ino != status.st_ino || lock.pid <= 0)
			continue;
		if (makedev(lock.major, lock.minor) == status.st_dev)
			return lock.pid;
		similar = lock.pid;
	}
	return similar;
}

static int busy(int fd, int64_t timeout, struct cni_error *reterr)
{
	pid_t holder = find_holder(fd);
	char path[64];
	char name[64];

	if (holder <= 0)
		return cni_error_set(reterr, CNI_CODE_TRY_AGAIN, EAGAIN,
				     "locked by a process of another pid "
				     "namespace for more than %" PRId64
				     " s, try again later",
				     timeout);
	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)holder);
	if (cni_read_file_at(AT_FDCWD, path, name, sizeof(name)) <= 0)
		(void)snprintf(name, sizeof(name), "?");
	name[strcspn(name, "\n")] = '\0';
	return cni_error_set(reterr, CNI_CODE_TRY_AGAIN, EAGAIN,
			     "locked by process %d (%s) for more than %" PRId64
			     " s, try again later",
			     (int)holder, name, timeout);
}

int hl_lock(int fd, int64_t timeout, struct cni_error *reterr)
{
	int ret = cni_lock(fd, LOCK_EX, timeout);

	if (ret == -EWOULDBLOCK)
		return busy(fd, timeout, reterr);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, -ret,
				       "lock");
	return 0;
}
