/* SPDX-License-Identifier: Apache-2.0 */
/* run.h - run a program in a test and keep all it said */
#ifndef TEST_RUN_H
#define TEST_RUN_H

#include <stddef.h>

/**
 * struct run - what to run
 * @path: the program
 * @argv: arguments after the name, NULL-terminated; NULL for none
 * @env: the whole environment, "K=V", NULL-terminated; NULL for none
 * @input: text for stdin; NULL is empty
 * @input_len: its bytes; 0 with an @input means a NUL-terminated string
 * @output_path: file or device for stdout, instead of keeping it; may be NULL
 */
struct run {
	const char *path;
	const char *const *argv;
	const char *const *env;
	const char *input;
	size_t input_len;
	const char *output_path;
};

/**
 * struct run_result - how it ended
 * @status: exit status, or 128 + the signal that killed it
 * @out: stdout, NUL-terminated; allocated
 * @out_len: its bytes
 * @err: stderr, NUL-terminated; allocated
 * @ms: wall time in milliseconds
 */
struct run_result {
	int status;
	char *out;
	size_t out_len;
	char *err;
	double ms;
};

/* run_program() - run it to its end; fails the test when it cannot start */
void run_program(const struct run *run, struct run_result *ret_result);

/* run_result_done() - free the texts */
void run_result_done(struct run_result *result);

/* temp_dir_new() - a fresh directory; give it to temp_dir_remove() */
char *temp_dir_new(void);

/* temp_dir_remove() - remove it with all that is in it, and free the name */
void temp_dir_remove(char *path);

/*
 * write_file() - make a file of this content
 * @dir: directory
 * @name: file in it
 * @text: content
 * @mode: permissions, e.g. 0755 for a script
 */
void write_file(const char *dir, const char *name, const char *text,
		unsigned int mode);

/* read_text() - a file's content, allocated; "" when there is none */
char *read_text(const char *dir, const char *name);

#endif /* TEST_RUN_H */
