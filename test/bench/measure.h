/* SPDX-License-Identifier: Apache-2.0 */
/* measure.h - run one plugin process and measure what it cost */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * struct run - one process to start
 * @path: the executable
 * @env: its environment, NULL-terminated
 * @input: stdin; NULL is empty
 * @output: receives stdout, NUL-terminated and cut at @output_size
 */
struct run {
	const char *path;
	char *const *env;
	const char *input;
	char *output;
	size_t output_size;
};

/*
 * struct cost - what a process and its children cost
 * @status: exit status; 128 + signal when it was killed
 * @wall_ms: from just before the start until it was reaped
 * @cpu_ms: user and system time, children included
 * @faults: minor page faults, children included
 */
struct cost {
	int status;
	double wall_ms;
	double cpu_ms;
	long faults;
};

/*
 * struct trace - what a process and its children did; counted in a run of its
 * own, because tracing is slow
 * @syscalls: system calls of all of them
 * @processes: programs started, itself included
 * @rss_kb: largest VmHWM of any of them
 */
struct trace {
	int status;
	long syscalls;
	long processes;
	long rss_kb;
};

/* measure_run() - start the process, wait for it; exits on internal failure */
struct cost measure_run(const struct run *run);

/* measure_start() - start without waiting. Return: the pid */
int measure_start(const struct run *run);

/* measure_trace() - run under ptrace and count */
struct trace measure_trace(const struct run *run);

/* measure_now_ms() - monotonic clock */
double measure_now_ms(void);

/* die() - print "bench: ..." with strerror when errno is set, and exit 1 */
void die(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));

#endif /* BENCH_MEASURE_H */
