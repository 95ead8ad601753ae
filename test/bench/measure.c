/* SPDX-License-Identifier: Apache-2.0 */
/* measure.c - run one plugin process and measure what it cost */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

void die(const char *format, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, format);
	(void)fputs("bench: ", stderr);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fprintf(stderr, saved ? ": %s\n" : "\n", strerror(saved));
	exit(1);
}

double measure_now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int memory_file(const char *text)
{
	int fd = memfd_create("bench", MFD_CLOEXEC);
	size_t len = text ? strlen(text) : 0;

	if (fd < 0 || write(fd, text ? text : "", len) != (ssize_t)len ||
	    lseek(fd, 0, SEEK_SET) != 0)
		die("memfd");
	return fd;
}

static void collect(int fd, const struct run *run)
{
	ssize_t len;

	if (run->output) {
		len = pread(fd, run->output, run->output_size - 1, 0);
		run->output[len > 0 ? len : 0] = '\0';
	}
	(void)close(fd);
}

/* vfork: the child must not pay for copying this process's page tables. */
static pid_t start(const struct run *run, int in, int out, bool traced)
{
	char *argv[] = { (char *)(uintptr_t)run->path, NULL };
	int null = traced || getenv("BENCH_STDERR")
			   ? -1
			   : open("/dev/null", O_WRONLY | O_CLOEXEC);
	pid_t pid = traced ? fork() : vfork();

	if (pid == 0) {
		if (traced)
			(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		(void)dup2(in, 0);
		(void)dup2(out, 1);
		if (null >= 0)
			(void)dup2(null, 2);
		(void)execve(run->path, argv, run->env);
		_exit(127);
	}
	if (pid < 0)
		die("fork");
	if (null >= 0)
		(void)close(null);
	return pid;
}

static int decode_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int measure_start(const struct run *run)
{
	int in = memory_file(run->input);
	int out = memory_file(NULL);
	pid_t pid = start(run, in, out, false);

	(void)close(in);
	(void)close(out);
	return pid;
}

struct cost measure_run(const struct run *run)
{
	int in = memory_file(run->input);
	int out = memory_file(NULL);
	struct rusage usage;
	struct cost cost;
	double begin;
	int status;
	pid_t pid;

	begin = measure_now_ms();
	pid = start(run, in, out, false);
	if (wait4(pid, &status, 0, &usage) != pid)
		die("wait4");
	cost.wall_ms = measure_now_ms() - begin;
	(void)close(in);
	collect(out, run);
	cost.status = decode_status(status);
	cost.cpu_ms = (double)usage.ru_utime.tv_sec * 1e3 +
		      (double)usage.ru_utime.tv_usec / 1e3 +
		      (double)usage.ru_stime.tv_sec * 1e3 +
		      (double)usage.ru_stime.tv_usec / 1e3;
	cost.faults = usage.ru_minflt;
	return cost;
}

/* Largest resident set so far; read while the process is still there. */
static long high_water_kb(pid_t pid)
{
	char path[64];
	char line[256];
	long kb = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	(void)fclose(file);
	return kb;
}

/* One stop of a traced process: count it and say which signal to deliver. */
static int on_stop(pid_t pid, int status, struct trace *trace)
{
	int signal = WSTOPSIG(status);
	int event = status >> 16;
	long kb;

	if (signal == (SIGTRAP | 0x80)) {
		trace->syscalls++;
		return 0;
	}
	if (event == PTRACE_EVENT_EXEC)
		trace->processes++;
	if (event == PTRACE_EVENT_EXIT) {
		kb = high_water_kb(pid);
		if (kb > trace->rss_kb)
			trace->rss_kb = kb;
	}
	return signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
}

struct trace measure_trace(const struct run *run)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK |
			     PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
			     PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT |
			     PTRACE_O_EXITKILL;
	int in = memory_file(run->input);
	int out = memory_file(NULL);
	struct trace trace = { 0 };
	pid_t first = start(run, in, out, true);
	pid_t pid;
	int status;

	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, first, NULL, options))
		die("ptrace %s", run->path);
	trace.processes = 1;
	(void)ptrace(PTRACE_SYSCALL, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (pid == first)
				trace.status = decode_status(status);
			continue;
		}
		(void)ptrace(PTRACE_SYSCALL, pid, NULL,
			     (long)on_stop(pid, status, &trace));
	}
	/* Each call stops at entry and exit. */
	trace.syscalls /= 2;
	(void)close(in);
	collect(out, run);
	return trace;
}
