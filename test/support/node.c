/* SPDX-License-Identifier: Apache-2.0 */
/* node.c - a private "host" for a test: fresh network and mount namespaces */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_env.h"
#include "node.h"
#include "run.h"

#define COMMAND_MAX 8192
#define SKIPPED	    77

void node_require(void)
{
	if (unshare(CLONE_NEWNS) == 0 && unshare(CLONE_NEWNET) == 0)
		return;
	(void)fprintf(stderr, "skipped: needs CAP_SYS_ADMIN to unshare: %s\n",
		      strerror(errno));
	exit(SKIPPED);
}

void node_enter(void)
{
	assert_int_equal(unshare(CLONE_NEWNS | CLONE_NEWNET), 0);
	assert_int_equal(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
	(void)mkdir("/run/netns", 0755);
	assert_int_equal(mount("none", "/run/netns", "tmpfs", 0, NULL), 0);
	/* /proc/sys/net follows the process, /sys/class/net the mount. */
	sh("ip link set lo up && sysctl -qw net.ipv4.ip_forward=1 "
	   "net.ipv6.conf.all.forwarding=1");
}

static int run_shell(const char *format, va_list args,
		     struct run_result *ret_result)
{
	static const char *const env[] = {
		"PATH=/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", NULL
	};
	char command[COMMAND_MAX];
	const char *argv[] = { "-c", command, NULL };
	const struct run run = { .path = "/bin/sh", .argv = argv, .env = env };
	int len;

	len = vsnprintf(command, sizeof(command), format, args);
	assert_in_range(len, 0, (int)sizeof(command) - 1);
	run_program(&run, ret_result);
	return ret_result->status;
}

static char *output_of(const char *format, va_list args)
{
	struct run_result result;
	char *out;

	if (run_shell(format, args, &result) != 0) {
		print_error("sh: %s\n%s%s", format, result.out, result.err);
		fail();
	}
	out = result.out;
	result.out = NULL;
	run_result_done(&result);
	return out;
}

void sh(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	free(output_of(format, args));
	va_end(args);
}

int sh_status(const char *format, ...)
{
	struct run_result result;
	va_list args;
	int status;

	va_start(args, format);
	status = run_shell(format, args, &result);
	va_end(args);
	run_result_done(&result);
	return status;
}

char *sh_output(const char *format, ...)
{
	va_list args;
	char *out;

	va_start(args, format);
	out = output_of(format, args);
	va_end(args);
	return out;
}

static void compare_output(const char *command, bool wanted, va_list texts)
{
	char *out = sh_output("%s", command);
	const char *text;

	while ((text = va_arg(texts, const char *))) {
		if ((strstr(out, text) != NULL) == wanted)
			continue;
		print_error("%s: \"%s\" is %s in\n%s\n", command, text,
			    wanted ? "not" : "still", out);
		free(out);
		fail();
	}
	free(out);
}

void assert_output(const char *command, ...)
{
	va_list texts;

	va_start(texts, command);
	compare_output(command, true, texts);
	va_end(texts);
}

void assert_no_output(const char *command, ...)
{
	va_list texts;

	va_start(texts, command);
	compare_output(command, false, texts);
	va_end(texts);
}
