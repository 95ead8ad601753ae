/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one line per step, for administrators
 *
 * DOC: Theory of Operation
 *
 * Off unless CNI_LOG_LEVEL is set in the environment or `logLevel` or `logFile`
 * in the configuration.  A line goes to `logFile`, else to stderr (which
 * runtimes keep), never to stdout, in one write:
 *
 *	time=2025-01-31T12:00:00.123Z level=info plugin=bridge verb=ADD
 *	net=net1 id="c1" if="eth0" pid=4711 step=veth ms=0.412
 *
 * (without the line break), and for a failure level=error, code=, errno=,
 * msg="..." and details="...".  `info` logs verbs and failures, `debug` every
 * step.  Switched off, a step costs the comparison of a variable: no clock is
 * read and nothing is formatted.
 */
#ifndef CNI_LOG_H
#define CNI_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "cni/error.h"

struct cni_call;

/**
 * enum cni_log_level - how much is logged
 */
enum cni_log_level {
	CNI_LOG_OFF,
	CNI_LOG_ERROR, /* steps and verbs that failed */
	CNI_LOG_INFO,  /* and one line per verb */
	CNI_LOG_DEBUG, /* and one line per step */
};

/**
 * cni_log_open() - find out whether and where to log
 * @plugin: its name; borrowed until cni_log_close()
 * @call: the invocation; borrowed until cni_log_close()
 *
 * The environment wins over the configuration's `logLevel`.  Levels are
 * "off", "error", "info", "debug"; a `logFile` without a level means "info".
 * A file that cannot be opened or an unknown level is a warning on stderr: it
 * must not stop a pod.  The file is created with mode 0600, appended to, and
 * must be an absolute path of a regular file.
 */
void cni_log_open(const char *plugin, const struct cni_call *call);

/** cni_log_level_parse() - a level by its name; Return: whether it is one */
bool cni_log_level_parse(const char *text, enum cni_log_level *ret_level);

/** cni_log_close() - stop logging; closes the file */
void cni_log_close(void);

/** cni_log_enabled() - would a line of this level be written? */
bool cni_log_enabled(enum cni_log_level level);

/**
 * cni_log_start() - the time at which a step begins
 *
 * Return: nanoseconds for cni_log_step(); 0 when nothing is logged.
 */
int64_t cni_log_start(void);

/**
 * cni_log_step() - a step has ended
 * @step: its name, one word, e.g. "veth"
 * @start: from cni_log_start()
 * @ret: 0 or the negative errno of the step
 * @err: its error when @ret is negative; may be NULL
 */
void cni_log_step(const char *step, int64_t start, int ret,
		  const struct cni_error *err);

/** cni_log_verb() - the same for the whole verb */
void cni_log_verb(int64_t start, int ret, const struct cni_error *err);

/**
 * cni_log_debug() - a free text at level debug
 * @format: printf format, no newline
 */
void cni_log_debug(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

#endif /* CNI_LOG_H */
