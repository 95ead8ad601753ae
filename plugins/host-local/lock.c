/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - waiting for a lock, but not for ever */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <time.h>

#include "cni/cleanup.h"
#include "cni/file.h"

#include "lock.h"

/* A signal that comes just before flock() begins is followed by another. */
#define REPEAT_US 50000

/**
 * struct alarm - what waiting changes of the process
 */
struct alarm {
	struct sigaction action;
	sigset_t mask;
};

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

static void interrupt(int number)
{
	(void)number;
}

static void alarm_begin(struct alarm *alarm, int64_t timeout)
{
	const struct itimerval timer = {
		.it_value.tv_sec = (time_t)timeout,
		.it_interval.tv_usec = REPEAT_US,
	};
	/* Without SA_RESTART: flock() is to end with EINTR. */
	const struct sigaction action = { .sa_handler = interrupt };
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGALRM);
	(void)sigaction(SIGALRM, &action, &alarm->action);
	(void)sigprocmask(SIG_UNBLOCK, &set, &alarm->mask);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void alarm_end(const struct alarm *alarm)
{
	const struct itimerval off = { 0 };

	(void)setitimer(ITIMER_REAL, &off, NULL);
	(void)sigprocmask(SIG_SETMASK, &alarm->mask, NULL);
	(void)sigaction(SIGALRM, &alarm->action, NULL);
}

static int64_t seconds(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* Other signals may interrupt the wait, too; they do not end it. */
static int wait_for(int fd, int64_t timeout)
{
	int64_t end = seconds() + timeout;
	struct alarm alarm;
	int ret;

	alarm_begin(&alarm, timeout);
	do
		ret = flock(fd, LOCK_EX) ? -errno : 0;
	while (ret == -EINTR && seconds() < end);
	alarm_end(&alarm);
	return ret;
}

int hl_lock(int fd, int64_t timeout, struct cni_error *reterr)
{
	int ret = flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0;

	if (ret == -EWOULDBLOCK && timeout > 0)
		ret = wait_for(fd, timeout);
	if (ret == -EINTR || ret == -EWOULDBLOCK)
		return busy(fd, timeout, reterr);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, -ret,
				       "lock");
	return 0;
}
