/* SPDX-License-Identifier: Apache-2.0 */
/* delegate.h - shell scripts as delegated plugins */
#ifndef DELEGATE_H
#define DELEGATE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cni/invoke.h"
#include "run.h"

/*
 * struct delegates - a directory of scripts and a call that searches there
 * @dir: CNI_PATH
 * @text: the configuration
 * @conf: the same, parsed
 * @call: to be given to the functions under test
 */
struct delegates {
	char *dir;
	const char *text;
	json_object *conf;
	struct cni_call call;
};

/*
 * delegates_init() - make the directory, with one script in it
 * @text: the configuration
 * @script: what "ipam" does, without the interpreter line; $DIR is @dir
 */
static inline void delegates_init(struct delegates *delegates, const char *text,
				  const char *script)
{
	char file[4096];

	delegates->dir = temp_dir_new();
	delegates->text = text;
	assert_int_equal(
		cni_json_parse(text, strlen(text), &delegates->conf, NULL), 0);
	delegates->call = (struct cni_call) {
		.args = { .command = CNI_COMMAND_ADD,
			  .command_text = "ADD",
			  .container_id = "c1",
			  .netns = "/ns",
			  .ifname = "eth0",
			  .args = "",
			  .path = delegates->dir },
		.conf = delegates->conf,
		.stdin_text = text,
		.stdin_len = strlen(text),
		.cni_version = "1.0.0",
		.version = CNI_VERSION_1_0_0,
		.name = "net",
	};
	(void)snprintf(file, sizeof(file), "#!/bin/sh\nDIR=%s\n%s\n",
		       delegates->dir, script);
	write_file(delegates->dir, "ipam", file, 0755);
}

static inline void delegates_done(struct delegates *delegates)
{
	json_object_put(delegates->conf);
	temp_dir_remove(delegates->dir);
}

/* mute_stderr() - drop what delegates complain of; Return: for unmute_stderr */
static inline int mute_stderr(void)
{
	int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	assert_int_equal(dup2(null, STDERR_FILENO), STDERR_FILENO);
	(void)close(null);
	return saved;
}

static inline void unmute_stderr(int saved)
{
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	(void)close(saved);
}

static inline double milliseconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

#endif /* DELEGATE_H */
