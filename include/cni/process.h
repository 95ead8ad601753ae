/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process.h - a child process with text in and out, in bounded time
 *
 * DOC: Theory of Operation
 *
 * The child is started by posix_spawn(3) with pipes as descriptors 0-2 and no
 * others.  Starting and finishing are two calls, so that the caller can work
 * while the child runs.  Finishing feeds the input, collects both outputs and
 * waits, all from one poll(2) loop with one deadline; a child that outlives it
 * is killed, with the process group it was started in.  What is not an answer
 * of the child (its exit status, whatever it is) is an error; what the answer
 * means is the caller's business.
 */
#ifndef CNI_PROCESS_H
#define CNI_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cni/buf.h"

/**
 * struct cni_process_spec - what to run
 * @path: the program's file; not searched in PATH
 * @argv: NULL-terminated, program name first; borrowed during the start
 * @envp: NULL-terminated environment; borrowed during the start
 * @input: bytes for the child's stdin; borrowed until finished
 * @input_len: how many
 * @output_limit: most bytes accepted on stdout
 * @timeout_ms: milliseconds from start to end
 */
struct cni_process_spec {
	const char *path;
	char *const *argv;
	char *const *envp;
	const void *input;
	size_t input_len;
	size_t output_limit;
	int timeout_ms;
};

/**
 * struct cni_process - a child; zero-initialise before use
 * @out: what it wrote on stdout so far
 * @err: what it wrote on stderr so far; beyond 64 KiB it is thrown away
 * @status: wait status (WIFEXITED() ...) after cni_process_finish()
 *
 * The other fields are private.
 */
struct cni_process {
	struct cni_buf out;
	struct cni_buf err;
	int status;
	pid_t pid; /* 0: none, or reaped */
	int pidfd;
	int fds[3]; /* our ends of stdin, stdout, stderr; -1 closed */
	const char *input;
	size_t input_left;
	size_t output_limit;
	int64_t deadline_ms;
};

/**
 * cni_process_find() - search an executable file
 * @name: program name without '/'
 * @dirs: directories separated by ':'; empty ones are skipped
 * @ret_path: receives the path
 * @size: bytes available at @ret_path
 *
 * Return: 0; -ENOENT.
 */
int cni_process_find(const char *name, const char *dirs, char *ret_path,
		     size_t size);

/**
 * cni_process_start() - start a child
 * @process: zeroed; must be given to cni_process_done() afterwards
 * @spec: what to run
 *
 * Every descriptor of the calling process above 2 becomes close-on-exec, those
 * it inherited included.  The child starts with no signal blocked and SIGPIPE
 * at its default.
 *
 * Return: 0; the negative errno of execve(2), pipe2(2) or clone(2).
 */
int cni_process_start(struct cni_process *process,
		      const struct cni_process_spec *spec);

/**
 * cni_process_finish() - feed the child, collect its output, wait for its end
 * @process: started
 *
 * A child that does not read its input is no error.
 *
 * Return: 0 when the child ended, however it did (@process->status);
 * -ETIMEDOUT or -EFBIG (too much output) when it was killed for that; another
 * negative errno, also killed.
 */
int cni_process_finish(struct cni_process *process);

/**
 * cni_process_done() - kill and reap what still runs, free everything
 * @process: zeroed again afterwards
 */
void cni_process_done(struct cni_process *process);

CNI_DEFINE_CLEANUP(process, struct cni_process, cni_process_done);

#endif /* CNI_PROCESS_H */
