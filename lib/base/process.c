/* SPDX-License-Identifier: Apache-2.0 */
/* process.c - a child process with text in and out, in bounded time */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "cni/process.h"

#define ERR_LIMIT    ((size_t)64 * 1024)
#define READ_CHUNK   4096
#define REAP_STEP_MS 5

/* Same number on every architecture (Linux 5.9, <linux/close_range.h>). */
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static int64_t now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int cni_process_find(const char *name, const char *dirs, char *ret_path,
		     size_t size)
{
	while (*dirs) {
		size_t len = strcspn(dirs, ":");
		struct stat st;
		int n;

		n = len ? snprintf(ret_path, size, "%.*s/%s", (int)len, dirs,
				   name)
			: 0;
		if (n > 0 && (size_t)n < size && stat(ret_path, &st) == 0 &&
		    S_ISREG(st.st_mode) && access(ret_path, X_OK) == 0)
			return 0;
		dirs += len + (dirs[len] == ':');
	}
	return -ENOENT;
}

/* Inherited descriptors must not reach the child (CVE-2024-21626's kind). */
static void close_others_on_exec(void)
{
	if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	/* Linux before 5.11: a plugin inherits few descriptors, if any. */
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) == 0)
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int spawn(struct cni_process *process,
		 const struct cni_process_spec *spec, const int child_fds[3])
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	sigset_t set;
	int err;

	err = posix_spawn_file_actions_init(&actions);
	if (err)
		return -err;
	err = posix_spawnattr_init(&attr);
	if (err) {
		posix_spawn_file_actions_destroy(&actions);
		return -err;
	}
	for (int i = 0; i < 3 && !err; i++)
		err = posix_spawn_file_actions_adddup2(&actions, child_fds[i],
						       i);
	sigemptyset(&set);
	(void)posix_spawnattr_setsigmask(&attr, &set);
	sigaddset(&set, SIGPIPE);
	(void)posix_spawnattr_setsigdefault(&attr, &set);
	/* Its own group, so that what it starts can be killed with it. */
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF |
						      POSIX_SPAWN_SETPGROUP);
	if (!err)
		err = posix_spawn(&process->pid, spec->path, &actions, &attr,
				  spec->argv, spec->envp);
	if (err)
		process->pid = 0;
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

/*
 * A pipe end that is already 0, 1 or 2 (the caller was started with it closed)
 * would be overwritten by the child's dup2() of another one.
 */
static int pipe_above_stdio(int fds[2])
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		fds[i] = pair[i];
		if (pair[i] > STDERR_FILENO)
			continue;
		fds[i] = fcntl(pair[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		(void)close(pair[i]);
	}
	if (fds[0] >= 0 && fds[1] >= 0)
		return 0;
	for (int i = 0; i < 2; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	return -EMFILE;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* SIGPIPE is the caller's business; MSG_NOSIGNAL does not exist for pipes. */
static void feed(struct cni_process *process)
{
	struct timespec none = { 0 };
	sigset_t pipe_set;
	sigset_t old;
	ssize_t n;

	if (process->input_left == 0) {
		close_fd(&process->fds[0]);
		return;
	}
	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	(void)sigprocmask(SIG_BLOCK, &pipe_set, &old);
	n = write(process->fds[0], process->input, process->input_left);
	if (n < 0 && errno == EPIPE) {
		while (sigtimedwait(&pipe_set, NULL, &none) < 0 &&
		       errno == EINTR)
			;
		errno = EPIPE;
	}
	if (n >= 0) {
		process->input += n;
		process->input_left -= (size_t)n;
	}
	if ((n < 0 && errno != EAGAIN && errno != EINTR) ||
	    process->input_left == 0)
		close_fd(&process->fds[0]);
	(void)sigprocmask(SIG_SETMASK, &old, NULL);
}

int cni_process_start(struct cni_process *process,
		      const struct cni_process_spec *spec)
{
	int child_fds[3] = { -1, -1, -1 };
	int ret = 0;

	for (int i = 0; i < 3; i++)
		process->fds[i] = -1;
	process->pidfd = -1;
	process->deadline_ms = now_ms() + spec->timeout_ms;
	for (int i = 0; i < 3 && ret == 0; i++) {
		int fds[2] = { -1, -1 };

		ret = pipe_above_stdio(fds);
		if (ret < 0)
			break;
		child_fds[i] = fds[i == 0 ? 0 : 1];
		process->fds[i] = fds[i == 0 ? 1 : 0];
		(void)fcntl(process->fds[i], F_SETFL, O_NONBLOCK);
	}
	if (ret == 0) {
		process->input = spec->input;
		process->input_left = spec->input_len;
		process->output_limit = spec->output_limit;
		/* What fits into the pipe is there when the child looks. */
		feed(process);
		close_others_on_exec();
		ret = spawn(process, spec, child_fds);
	}
	for (int i = 0; i < 3; i++)
		if (child_fds[i] >= 0)
			(void)close(child_fds[i]);
	if (ret)
		return ret;
	process->pidfd = (int)syscall(SYS_pidfd_open, process->pid, 0);
	return 0;
}

/* One read.  Return: 1 when there may be more; 0 when not now; an errno. */
static int collect(struct cni_process *process, int index)
{
	struct cni_buf *buf = index == 1 ? &process->out : &process->err;
	char chunk[READ_CHUNK];
	ssize_t n;

	n = read(process->fds[index], chunk, sizeof(chunk));
	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0) {
		close_fd(&process->fds[index]);
		return 0;
	}
	if (index == 2 && buf->len + (size_t)n > ERR_LIMIT)
		return 1;
	if (index == 1 && buf->len + (size_t)n > process->output_limit)
		return -EFBIG;
	cni_buf_add_bytes(buf, chunk, (size_t)n);
	return cni_buf_error(buf) ? cni_buf_error(buf) : 1;
}

/*
 * All that a child that has ended left in its pipes.  Their end is not waited
 * for: a process it started may hold them open for ever.
 */
static int drain(struct cni_process *process)
{
	int ret = 0;

	for (int i = 1; i < 3 && ret >= 0; i++) {
		do
			ret = process->fds[i] >= 0 ? collect(process, i) : 0;
		while (ret > 0);
		close_fd(&process->fds[i]);
	}
	return ret;
}

static int left_ms(const struct cni_process *process)
{
	int64_t left = process->deadline_ms - now_ms();

	return left > 0 ? (int)left : 0;
}

/* One round of poll(); 0 to go on. */
static int exchange(struct cni_process *process)
{
	struct pollfd polled[4] = {
		{ .fd = process->fds[0], .events = POLLOUT },
		{ .fd = process->fds[1], .events = POLLIN },
		{ .fd = process->fds[2], .events = POLLIN },
		{ .fd = process->pidfd, .events = POLLIN },
	};
	int ret;

	ret = poll(polled, 4, left_ms(process));
	if (ret < 0)
		return errno == EINTR ? 0 : -errno;
	if (ret == 0)
		return -ETIMEDOUT;
	if (polled[3].revents)
		return drain(process);
	if (polled[0].revents)
		feed(process);
	for (int i = 1; i < 3; i++) {
		if (!polled[i].revents)
			continue;
		ret = collect(process, i);
		if (ret < 0)
			return ret;
	}
	return 0;
}

static int reap(struct cni_process *process)
{
	for (;;) {
		struct pollfd ended = { .fd = process->pidfd,
					.events = POLLIN };
		int left = left_ms(process);
		pid_t pid;

		pid = waitpid(process->pid, &process->status, WNOHANG);
		if (pid == process->pid) {
			process->pid = 0;
			return 0;
		}
		if (pid < 0 && errno != EINTR)
			return -errno;
		if (left == 0)
			return -ETIMEDOUT;
		/* Without pidfds (before Linux 5.3) look again soon. */
		if (process->pidfd < 0 && left > REAP_STEP_MS)
			left = REAP_STEP_MS;
		(void)poll(&ended, 1, left);
	}
}

static void kill_and_reap(struct cni_process *process)
{
	if (process->pid <= 0)
		return;
	(void)kill(-process->pid, SIGKILL);
	/* It may have left its group. */
	(void)kill(process->pid, SIGKILL);
	while (waitpid(process->pid, &process->status, 0) < 0 && errno == EINTR)
		;
	process->pid = 0;
}

int cni_process_finish(struct cni_process *process)
{
	int ret = 0;

	while (ret == 0 && (process->fds[1] >= 0 || process->fds[2] >= 0))
		ret = exchange(process);
	close_fd(&process->fds[0]);
	if (ret == 0)
		ret = reap(process);
	if (ret < 0)
		kill_and_reap(process);
	return ret;
}

void cni_process_done(struct cni_process *process)
{
	kill_and_reap(process);
	/* Zeroed and never started: descriptor 0 is not ours. */
	if (process->deadline_ms) {
		for (int i = 0; i < 3; i++)
			close_fd(&process->fds[i]);
		close_fd(&process->pidfd);
	}
	cni_buf_done(&process->out);
	cni_buf_done(&process->err);
	memset(process, 0, sizeof(*process));
}
