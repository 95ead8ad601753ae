/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoke.h - running a delegated plugin (IPAM)
 *
 * DOC: Theory of Operation
 *
 * The delegate is the first regular file of that name in CNI_PATH.  It gets
 * the caller's environment with CNI_COMMAND replaced, the exact bytes of the
 * caller's configuration on stdin, and no descriptor but 0-2.  Starting and
 * finishing are two calls, so that the caller can do kernel work in between;
 * waiting is bounded.  A delegate that fails keeps its own error code.
 *
 * Source: containernetworking/cni pkg/invoke; CNI SPEC 1.1.0 section 4.
 */
#ifndef CNI_INVOKE_H
#define CNI_INVOKE_H

#include <sys/types.h>

#include "cni/buf.h"
#include "cni/skel.h"

/* Default limit for a delegate; CNI runtimes give a whole ADD minutes. */
#define CNI_DELEGATE_TIMEOUT_MS 60000

/**
 * struct cni_delegate - a running delegate; zero-initialise before use
 *
 * Private to lib/protocol/invoke.c.
 */
struct cni_delegate {
	pid_t pid;
	int stdin_fd;
	int stdout_fd;
	int stderr_fd;
	const char *input;
	size_t input_left;
	struct cni_buf out;
	struct cni_buf err;
	int64_t deadline_ms;
	char type[64];
};

/**
 * cni_delegate_start() - start a delegate without waiting for it
 * @call: the invocation; its stdin text is handed on
 * @type: the plugin's type, a file name without '/'
 * @command: the verb
 * @delegate: started; to be given to cni_delegate_finish() or _abort()
 * @reterr: code 7 for a bad type, 999 when it is not found or cannot start
 *
 * Return: 0; -EINVAL bad type; -ENOENT not found in CNI_PATH; another errno.
 */
int cni_delegate_start(const struct cni_call *call, const char *type,
		       enum cni_command command, struct cni_delegate *delegate,
		       struct cni_error *reterr);

/**
 * cni_delegate_finish() - wait for a delegate and take its answer
 * @call: the invocation it was started with
 * @delegate: a started delegate; empty afterwards
 * @ret_result: for ADD: its result in the newest shape; else NULL
 * @reterr: the delegate's own error object, or what went wrong with it
 *
 * Return: 0; -ETIMEDOUT it was killed after the limit; another errno.
 */
int cni_delegate_finish(const struct cni_call *call,
			struct cni_delegate *delegate,
			struct cni_result *ret_result,
			struct cni_error *reterr);

/**
 * cni_delegate_run() - start and finish
 *
 * Parameters and return value as for the two calls above.
 */
int cni_delegate_run(const struct cni_call *call, const char *type,
		     enum cni_command command, struct cni_result *ret_result,
		     struct cni_error *reterr);

/**
 * cni_ipam_add_start() / cni_ipam_add_finish() - IPAM ADD with its undo
 *
 * As cni_delegate_start() and _finish(), but an ADD that failed after the
 * delegate was started is followed by a DEL to it, as the specification asks
 * (section 4), and a result without addresses is an error.
 */
int cni_ipam_add_start(const struct cni_call *call, const char *type,
		       struct cni_delegate *delegate,
		       struct cni_error *reterr);
int cni_ipam_add_finish(const struct cni_call *call, const char *type,
			struct cni_delegate *delegate,
			struct cni_result *ret_result,
			struct cni_error *reterr);

#endif /* CNI_INVOKE_H */
