/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - run a program in a test and keep all it said */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmocka_env.h"
#include "run.h"

#define MAX_ARGS 16

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Files instead of pipes: nothing to poll, nothing that could block. */
static int temp_file(void)
{
	char path[] = "/tmp/cni-test-XXXXXX";
	int fd = mkostemp(path, O_CLOEXEC);

	assert_true(fd >= 0);
	(void)unlink(path);
	return fd;
}

static int input_file(const struct run *run)
{
	size_t len = run->input_len;
	int fd = temp_file();

	if (run->input && !len)
		len = strlen(run->input);
	if (len)
		assert_int_equal(write(fd, run->input, len), len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static char *file_text(int fd, size_t *ret_len)
{
	off_t len = lseek(fd, 0, SEEK_END);
	char *text = malloc((size_t)len + 1);

	assert_non_null(text);
	assert_int_equal(pread(fd, text, (size_t)len, 0), len);
	text[len] = '\0';
	if (ret_len)
		*ret_len = (size_t)len;
	(void)close(fd);
	return text;
}

/* The kernel does not write to the strings; execve()'s prototype is older. */
static char *writable(const char *text)
{
	union {
		const char *constant;
		char *plain;
	} pun = { .constant = text };

	return pun.plain;
}

static void copy_list(char *list[MAX_ARGS + 1], size_t used,
		      const char *const *from)
{
	for (size_t i = 0; from && from[i]; i++) {
		assert_true(used < MAX_ARGS);
		list[used++] = writable(from[i]);
	}
	list[used] = NULL;
}

void run_program(const struct run *run, struct run_result *ret_result)
{
	char *argv[MAX_ARGS + 1] = { writable(run->path) };
	char *env[MAX_ARGS + 1];
	int in = input_file(run);
	int out = run->output_path ? open(run->output_path, O_RDWR | O_CLOEXEC)
				   : temp_file();
	int err = temp_file();
	double start = now_ms();
	int status = 0;
	pid_t pid;

	assert_true(out >= 0);
	copy_list(argv, 1, run->argv);
	copy_list(env, 0, run->env);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2)
			(void)execve(run->path, argv, env);
		_exit(126);
	}
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	ret_result->ms = now_ms() - start;
	ret_result->status = WIFEXITED(status) ? WEXITSTATUS(status)
					       : 128 + WTERMSIG(status);
	(void)close(in);
	if (run->output_path) {
		(void)close(out);
		out = temp_file();
	}
	ret_result->out = file_text(out, &ret_result->out_len);
	ret_result->err = file_text(err, NULL);
}

void run_result_done(struct run_result *result)
{
	free(result->out);
	free(result->err);
	*result = (struct run_result) { 0 };
}

char *temp_dir_new(void)
{
	char *path = strdup("/tmp/cni-test-XXXXXX");

	assert_non_null(path);
	assert_non_null(mkdtemp(path));
	return path;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

void temp_dir_remove(char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	free(path);
}

void write_file(const char *dir, const char *name, const char *text,
		unsigned int mode)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

char *read_text(const char *dir, const char *name)
{
	char path[512];
	char *empty;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		return file_text(fd, NULL);
	assert_int_equal(errno, ENOENT);
	empty = calloc(1, 1);
	assert_non_null(empty);
	return empty;
}
