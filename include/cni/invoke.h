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
 * waiting and output are bounded.  A delegate that fails keeps its own error
 * code, message and details.  What it writes to stderr goes to the caller's
 * stderr when it has ended.
 *
 * A delegate that is part of the executable (cni/builtin.h) needs no process:
 * finishing calls its verb.
 *
 * The time limit is CNI_DELEGATE_TIMEOUT_MS, or `delegateTimeoutSeconds` of the
 * configuration (1 to 3600).  What is not ended by then is killed.
 *
 * Source: containernetworking/cni pkg/invoke; CNI SPEC 1.1.0 section 4.
 */
#ifndef CNI_INVOKE_H
#define CNI_INVOKE_H

#include <stddef.h>
#include <stdint.h>

#include "cni/builtin.h"
#include "cni/process.h"
#include "cni/skel.h"

/* Default limit for a delegate; CNI runtimes give a whole ADD minutes. */
#define CNI_DELEGATE_TIMEOUT_MS 60000

/* Largest delegateTimeoutSeconds; the smallest is 1. */
#define CNI_DELEGATE_TIMEOUT_MAX_S 3600

/* Most bytes a delegate may answer: results are a few hundred. */
#define CNI_DELEGATE_MAX_OUTPUT 1048576U

/* How long a start is tried while the file is open for writing. */
#define CNI_DELEGATE_BUSY_MS 6000

/* Bytes of a plugin's type, its NUL included (NAME_MAX of Linux, plus one). */
#define CNI_DELEGATE_TYPE_MAX 256

/**
 * struct cni_delegate - a running delegate; zero-initialise before use
 *
 * Private to lib/protocol/invoke*.c.
 */
struct cni_delegate {
	struct cni_process process;
	const struct cni_builtin *builtin; /* instead of the process */
	enum cni_command command;
	int timeout_ms;
	int64_t started; /* cni_log_start() */
	char type[CNI_DELEGATE_TYPE_MAX];
};

/**
 * cni_delegate_find() - search a plugin as Go's invoke.FindInPath() does
 * @type: the plugin's type, a file name without '/'
 * @path: CNI_PATH; an empty element is the current directory
 * @ret_file: receives the file's path, which has a '/'
 * @size: bytes available at @ret_file
 * @reterr: code 7 for a bad type, else 999
 *
 * The first regular file wins, whether it can be executed or not.
 *
 * Return: 0; -EINVAL bad type; -ENOENT in none of the directories.
 */
int cni_delegate_find(const char *type, const char *path, char *ret_file,
		      size_t size, struct cni_error *reterr);

/**
 * cni_delegate_start() - start a delegate without waiting for it
 * @call: the invocation; its stdin text is handed on
 * @type: the plugin's type, a file name without '/'
 * @command: the verb
 * @delegate: started; to be given to cni_delegate_finish() or _done()
 * @reterr: code 7 for a bad type, 999 when it is not found, 0 when it cannot be
 *	executed (as the Go plugins)
 *
 * While the file is open for writing (an installer replaces it), starting is
 * tried again for CNI_DELEGATE_BUSY_MS.
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
 * @ret_result: for ADD: its result in the newest shape, empty before; NULL
 *	ignores what it printed, as is done for every other verb
 * @reterr: the delegate's own error object, or what went wrong with it
 *
 * Return: 0; -ETIMEDOUT it was killed after the limit; another errno.
 */
int cni_delegate_finish(const struct cni_call *call,
			struct cni_delegate *delegate,
			struct cni_result *ret_result,
			struct cni_error *reterr);

/**
 * cni_delegate_done() - kill a delegate that still runs, free everything
 * @delegate: empty afterwards; an empty one is left alone
 */
void cni_delegate_done(struct cni_delegate *delegate);

CNI_DEFINE_CLEANUP(delegate, struct cni_delegate, cni_delegate_done);

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
		       struct cni_delegate *delegate, struct cni_error *reterr);
int cni_ipam_add_finish(const struct cni_call *call, const char *type,
			struct cni_delegate *delegate,
			struct cni_result *ret_result,
			struct cni_error *reterr);

/**
 * cni_ipam_add_abort() - give up an IPAM ADD, finished or not
 * @call: the invocation
 * @type: the IPAM plugin
 * @delegate: waited for when it still runs; empty afterwards.  A builtin that
 *	has not been finished has done nothing and is only forgotten
 *
 * For the caller's undo ladder: whatever the delegate reserved is released by
 * a DEL, whose failure is only a warning.
 */
void cni_ipam_add_abort(const struct cni_call *call, const char *type,
			struct cni_delegate *delegate);

#endif /* CNI_INVOKE_H */
