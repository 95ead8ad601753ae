/* SPDX-License-Identifier: Apache-2.0 */
/* lock.c - waiting for a flock(2), but not for ever */
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/time.h>
#include <time.h>

#include "cni/lock.h"

/* A signal that comes just before flock() begins is followed by another. */
#define REPEAT_US 50000

/**
 * struct alarm - what waiting changes of the process
 */
struct alarm {
	struct sigaction action;
	sigset_t mask;
};

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
static int wait_for(int fd, int operation, int64_t timeout)
{
	int64_t end = seconds() + timeout;
	struct alarm alarm;
	int ret;

	alarm_begin(&alarm, timeout);
	do
		ret = flock(fd, operation) ? -errno : 0;
	while (ret == -EINTR && seconds() < end);
	alarm_end(&alarm);
	return ret;
}

int cni_lock(int fd, int operation, int64_t timeout)
{
	int ret = flock(fd, operation | LOCK_NB) ? -errno : 0;

	if (ret == -EWOULDBLOCK && timeout > 0)
		ret = wait_for(fd, operation, timeout);
	return ret == -EINTR ? -EWOULDBLOCK : ret;
}
