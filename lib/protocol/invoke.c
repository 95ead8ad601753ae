/* SPDX-License-Identifier: Apache-2.0 */
/* invoke.c - running a delegated plugin (IPAM) */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cni/file.h"
#include "cni/invoke.h"
#include "cni/log.h"

#include "invoke_internal.h"

#define TIMEOUT_KEY "delegateTimeoutSeconds"

/* Its name in the log. */
#define STEP "delegate"

/* A limit that is no limit must not stop a removal. */
static int read_timeout(const struct cni_call *call, enum cni_command command,
			int *ret_ms, struct cni_error *reterr)
{
	json_object *value = cni_json_get(call->conf, TIMEOUT_KEY);
	int64_t seconds = 0;

	*ret_ms = CNI_DELEGATE_TIMEOUT_MS;
	if (!value)
		return 0;
	if (json_object_is_type(value, json_type_int))
		seconds = json_object_get_int64(value);
	if (seconds >= 1 && seconds <= CNI_DELEGATE_TIMEOUT_MAX_S) {
		*ret_ms = (int)seconds * 1000;
		return 0;
	}
	if (command == CNI_COMMAND_DEL || command == CNI_COMMAND_GC)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "\"" TIMEOUT_KEY "\" must be a number of seconds "
			     "from 1 to %d",
			     CNI_DELEGATE_TIMEOUT_MAX_S);
}

static int start(const struct cni_call *call, const char *type,
		 enum cni_command command, struct cni_delegate *delegate,
		 struct cni_error *reterr)
{
	char file[PATH_MAX];
	int ret;

	ret = cni_delegate_find(type, call->args.path, file, sizeof(file),
				reterr);
	if (ret)
		return ret;
	ret = read_timeout(call, command, &delegate->timeout_ms, reterr);
	if (ret)
		return ret;
	delegate->command = command;
	(void)snprintf(delegate->type, sizeof(delegate->type), "%s", type);
	/* Whoever sets a limit gets something that can be killed. */
	if (delegate->timeout_ms == CNI_DELEGATE_TIMEOUT_MS)
		delegate->builtin = cni_invoke_find_builtin(call, type, file);
	if (delegate->builtin)
		return 0;
	ret = cni_invoke_start(call, file, delegate, reterr);
	if (ret)
		cni_delegate_done(delegate);
	return ret;
}

int cni_delegate_start(const struct cni_call *call, const char *type,
		       enum cni_command command, struct cni_delegate *delegate,
		       struct cni_error *reterr)
{
	int ret;

	delegate->started = cni_log_start();
	ret = start(call, type, command, delegate, reterr);
	if (ret)
		cni_log_step(STEP, delegate->started, ret, reterr);
	return ret;
}

static int stopped(const struct cni_delegate *delegate, int ret,
		   struct cni_error *reterr)
{
	const char *command = cni_command_text(delegate->command);

	if (ret == -ETIMEDOUT)
		(void)cni_error_set(reterr, CNI_CODE_DELEGATE_TIMEOUT,
				    ETIMEDOUT,
				    "plugin \"%s\" did not end its %s within "
				    "%d s and was killed",
				    delegate->type, command,
				    delegate->timeout_ms / 1000);
	else if (ret == -EFBIG)
		(void)cni_error_set(reterr, CNI_CODE_IO, EFBIG,
				    "plugin \"%s\" printed more than %d bytes "
				    "on %s and was killed",
				    delegate->type, CNI_DELEGATE_MAX_OUTPUT,
				    command);
	else
		(void)cni_error_errno(reterr, CNI_CODE_IO, -ret,
				      "wait for %s of plugin \"%s\"", command,
				      delegate->type);
	if (delegate->process.err.len)
		cni_error_details(reterr, "%s", delegate->process.err.data);
	return ret;
}

static int finish(const struct cni_call *call, struct cni_delegate *delegate,
		  struct cni_result *ret_result, struct cni_error *reterr)
{
	const struct cni_process *process = &delegate->process;
	int ret;

	if (delegate->builtin)
		return cni_invoke_builtin(call, delegate, ret_result, reterr);
	ret = cni_process_finish(&delegate->process);
	if (process->err.len)
		(void)cni_write_all(STDERR_FILENO, process->err.data,
				    process->err.len);
	if (ret)
		ret = stopped(delegate, ret, reterr);
	else if (process->status)
		ret = cni_invoke_failure(delegate, reterr);
	else if (ret_result)
		ret = cni_invoke_result(call, delegate, ret_result, reterr);
	return ret;
}

int cni_delegate_finish(const struct cni_call *call,
			struct cni_delegate *delegate,
			struct cni_result *ret_result, struct cni_error *reterr)
{
	/* A builtin does its work here, a process has begun at the start. */
	int64_t began = delegate->builtin ? cni_log_start() : delegate->started;
	int ret = finish(call, delegate, ret_result, reterr);

	cni_log_step(STEP, began, ret, reterr);
	cni_delegate_done(delegate);
	return ret;
}

void cni_delegate_done(struct cni_delegate *delegate)
{
	cni_process_done(&delegate->process);
	delegate->builtin = NULL;
	delegate->type[0] = '\0';
}

int cni_delegate_run(const struct cni_call *call, const char *type,
		     enum cni_command command, struct cni_result *ret_result,
		     struct cni_error *reterr)
{
	struct cni_delegate delegate = { 0 };
	int ret = cni_delegate_start(call, type, command, &delegate, reterr);

	if (ret)
		return ret;
	return cni_delegate_finish(call, &delegate, ret_result, reterr);
}

int cni_ipam_add_start(const struct cni_call *call, const char *type,
		       struct cni_delegate *delegate, struct cni_error *reterr)
{
	return cni_delegate_start(call, type, CNI_COMMAND_ADD, delegate,
				  reterr);
}

int cni_ipam_add_finish(const struct cni_call *call, const char *type,
			struct cni_delegate *delegate,
			struct cni_result *ret_result, struct cni_error *reterr)
{
	int ret;

	ret = cni_delegate_finish(call, delegate, ret_result, reterr);
	if (!ret && !ret_result->ip_count)
		ret = cni_error_set(reterr, CNI_CODE_INTERNAL, ENODATA,
				    "IPAM plugin returned missing IP config");
	if (!ret)
		return 0;
	/* That lease is of an ADD that succeeded: DEL would take it away. */
	if (!reterr || reterr->code != CNI_CODE_DUPLICATE_LEASE)
		cni_ipam_add_abort(call, type, delegate);
	cni_result_done(ret_result);
	return ret;
}

void cni_ipam_add_abort(const struct cni_call *call, const char *type,
			struct cni_delegate *delegate)
{
	struct cni_error err;

	if (delegate->builtin) {
		cni_delegate_done(delegate);
		return;
	}
	if (delegate->type[0])
		(void)cni_delegate_finish(call, delegate, NULL, &err);
	if (cni_delegate_run(call, type, CNI_COMMAND_DEL, NULL, &err))
		cni_warn("undoing ADD of plugin \"%s\": %s, ignoring", type,
			 err.msg);
}
