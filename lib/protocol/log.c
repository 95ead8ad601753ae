/* SPDX-License-Identifier: Apache-2.0 */
/* log.c - one line per step, for administrators */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cni/file.h"
#include "cni/log.h"
#include "cni/quote.h"
#include "cni/skel.h"

#define NS_PER_MS 1000000
#define NS_PER_S  1000000000

/* Longest line; the two quoted error texts are most of it. */
#define LINE_MAX_BYTES 3072

static const char *const level_texts[] = {
	[CNI_LOG_OFF] = "off",
	[CNI_LOG_ERROR] = "error",
	[CNI_LOG_INFO] = "info",
	[CNI_LOG_DEBUG] = "debug",
};

/*
 * struct log - where lines go
 * @level: most detailed level that is written
 * @fd: the file, or stderr
 * @plugin: its name
 * @call: the invocation
 */
static struct log {
	enum cni_log_level level;
	int fd;
	const char *plugin;
	const struct cni_call *call;
} logger = { .fd = STDERR_FILENO };

bool cni_log_level_parse(const char *text, enum cni_log_level *ret_level)
{
	for (unsigned int i = CNI_LOG_OFF; i <= CNI_LOG_DEBUG; i++) {
		if (strcmp(text, level_texts[i]) == 0) {
			*ret_level = (enum cni_log_level)i;
			return true;
		}
	}
	return false;
}

static enum cni_log_level parse_level(const char *text, const char *plugin)
{
	enum cni_log_level level;

	if (cni_log_level_parse(text, &level))
		return level;
	cni_warn("%s: log level \"%.16s\" is none of off, error, info, debug, "
		 "ignoring",
		 plugin, text);
	return CNI_LOG_OFF;
}

/*
 * A FIFO or device in the way must not hang a pod, and a link must not send
 * the lines into another file.
 */
static int open_file(const char *path)
{
	CNI_CLEANUP(fd) int fd = -1;
	struct stat st;

	if (path[0] != '/')
		return -EINVAL;
	fd = open(path,
		  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW |
			  O_NONBLOCK | O_NOCTTY,
		  0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? cni_take_fd(&fd) : -EINVAL;
}

static const char *why(const char *path, int ret)
{
	if (path[0] != '/')
		return "not an absolute path";
	return ret == -EINVAL ? "not a regular file" : strerror(-ret);
}

void cni_log_open(const char *plugin, const struct cni_call *call)
{
	const char *level = cni_env("CNI_LOG_LEVEL");
	const char *path = cni_json_string(cni_json_get(call->conf, "logFile"));
	int fd;

	if (!level[0])
		level = cni_json_string(cni_json_get(call->conf, "logLevel"));
	if (!level && !path)
		return;
	logger.level = level ? parse_level(level, plugin) : CNI_LOG_INFO;
	logger.plugin = plugin;
	logger.call = call;
	if (!path || logger.level == CNI_LOG_OFF)
		return;
	fd = open_file(path);
	if (fd >= 0)
		logger.fd = fd;
	else
		cni_warn("%s: log file \"%s\": %s, logging to stderr", plugin,
			 path, why(path, fd));
}

void cni_log_close(void)
{
	if (logger.fd != STDERR_FILENO)
		(void)close(logger.fd);
	logger = (struct log) { .fd = STDERR_FILENO };
}

bool cni_log_enabled(enum cni_log_level level)
{
	return level <= logger.level;
}

static int64_t now_ns(clockid_t clock)
{
	struct timespec now;

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t cni_log_start(void)
{
	return logger.level == CNI_LOG_OFF ? 0 : now_ns(CLOCK_MONOTONIC);
}

/* Sticky: what does not fit is cut, the newline always fits. */
static void append(char line[LINE_MAX_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void append(char line[LINE_MAX_BYTES], const char *format, ...)
{
	size_t used = strlen(line);
	va_list args;

	va_start(args, format);
	(void)vsnprintf(line + used, LINE_MAX_BYTES - 1 - used, format, args);
	va_end(args);
}

static void append_quoted(char line[LINE_MAX_BYTES], const char *key,
			  const char *text)
{
	char quoted[LINE_MAX_BYTES / 2];

	append(line, " %s=%s", key,
	       cni_quote_string(quoted, sizeof(quoted), text));
}

static void append_head(char line[LINE_MAX_BYTES], enum cni_log_level level)
{
	const struct cni_call *call = logger.call;
	int64_t now = now_ns(CLOCK_REALTIME);
	time_t seconds = (time_t)(now / NS_PER_S);
	struct tm utc;

	line[0] = '\0';
	(void)gmtime_r(&seconds, &utc);
	(void)strftime(line, LINE_MAX_BYTES, "time=%Y-%m-%dT%H:%M:%S", &utc);
	append(line, ".%03dZ level=%s plugin=%s verb=%s net=%s",
	       (int)(now / NS_PER_MS % 1000), level_texts[level], logger.plugin,
	       call->args.command_text, call->name);
	if (call->args.container_id[0])
		append_quoted(line, "id", call->args.container_id);
	if (call->args.ifname[0])
		append_quoted(line, "if", call->args.ifname);
	append(line, " pid=%d", (int)getpid());
}

static void append_outcome(char line[LINE_MAX_BYTES], int64_t start, int ret,
			   const struct cni_error *err)
{
	int64_t us = (now_ns(CLOCK_MONOTONIC) - start) / 1000;

	append(line, " ms=%d.%03d", (int)(us / 1000), (int)(us % 1000));
	if (!ret)
		return;
	append(line, " errno=%d", -ret);
	if (!err)
		return;
	append(line, " code=%d", err->code);
	append_quoted(line, "msg", err->msg);
	if (err->details[0])
		append_quoted(line, "details", err->details);
}

static void write_line(char line[LINE_MAX_BYTES])
{
	size_t len = strlen(line);

	line[len] = '\n';
	/* A full disk must not stop a pod. */
	(void)cni_write_all(logger.fd, line, len + 1);
}

static void log_outcome(enum cni_log_level level, const char *step,
			int64_t start, int ret, const struct cni_error *err)
{
	char line[LINE_MAX_BYTES];

	if (ret)
		level = CNI_LOG_ERROR;
	if (!cni_log_enabled(level) || level == CNI_LOG_OFF)
		return;
	append_head(line, level);
	if (step)
		append(line, " step=%s", step);
	append_outcome(line, start, ret, err);
	write_line(line);
}

void cni_log_step(const char *step, int64_t start, int ret,
		  const struct cni_error *err)
{
	log_outcome(CNI_LOG_DEBUG, step, start, ret, err);
}

void cni_log_verb(int64_t start, int ret, const struct cni_error *err)
{
	log_outcome(CNI_LOG_INFO, NULL, start, ret, err);
}

void cni_log_debug(const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	char text[LINE_MAX_BYTES / 2];
	va_list args;

	if (!cni_log_enabled(CNI_LOG_DEBUG))
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	append_head(line, CNI_LOG_DEBUG);
	append_quoted(line, "msg", text);
	write_line(line);
}
