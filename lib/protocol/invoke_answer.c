/* SPDX-License-Identifier: Apache-2.0 */
/* invoke_answer.c - what delegated plugins answer */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cni/buf.h"
#include "cni/quote.h"

#include "invoke_internal.h"

/* Quoted texts in a message, which has room for CNI_ERROR_TEXT_MAX bytes. */
#define QUOTED_MAX 320

/* In the words of Go's os.ProcessState. */
static void format_status(int status, char *text, size_t size)
{
	const char *name;

	if (!WIFSIGNALED(status)) {
		(void)snprintf(text, size, "exit status %d",
			       WEXITSTATUS(status));
		return;
	}
	name = strsignal(WTERMSIG(status));
	(void)snprintf(text, size, "signal: %c%s%s",
		       name[0] >= 'A' && name[0] <= 'Z' ? name[0] - 'A' + 'a'
							: name[0],
		       name + 1, WCOREDUMP(status) ? " (core dumped)" : "");
}

/* Go's words do not say whose answer it was. */
static int blame(const struct cni_delegate *delegate, int ret,
		 struct cni_error *reterr)
{
	char details[CNI_ERROR_TEXT_MAX];

	if (!reterr)
		return ret;
	memcpy(details, reterr->details, sizeof(details));
	cni_error_details(reterr, "plugin \"%s\" on %s%s%s", delegate->type,
			  cni_command_text(delegate->command),
			  details[0] ? ", " : "", details);
	return ret;
}

static int no_error_message(const struct cni_delegate *delegate,
			    struct cni_error *reterr)
{
	const struct cni_process *process = &delegate->process;
	char text[QUOTED_MAX];

	if (process->err.len)
		return blame(delegate,
			     cni_error_set(reterr, CNI_CODE_UNKNOWN, EIO,
					   "netplugin failed: %s",
					   cni_quote(text, sizeof(text),
						     process->err.data,
						     process->err.len)),
			     reterr);
	format_status(process->status, text, sizeof(text));
	(void)cni_error_set(reterr, CNI_CODE_UNKNOWN, EIO,
			    "netplugin failed with no error message: %s", text);
	return blame(delegate, -EIO, reterr);
}

/* The members of an error object; anything else is no error object. */
static int decode_error(json_object *object, struct cni_error *ret_error,
			struct cni_error *reterr)
{
	json_object *code = cni_json_get(object, "code");
	json_object *msg = cni_json_get(object, "msg");
	json_object *details = cni_json_get(object, "details");

	if (!json_object_is_type(object, json_type_object) ||
	    (code && (!json_object_is_type(code, json_type_int) ||
		      json_object_get_int64(code) < 0)) ||
	    (msg && !cni_json_string(msg)) ||
	    (details && !cni_json_string(details)))
		return cni_error_set(reterr, CNI_CODE_UNKNOWN, EINVAL,
				     "it is no error object");
	(void)cni_error_set(ret_error, code ? json_object_get_int(code) : 0,
			    EIO, "%s", msg ? cni_json_string(msg) : "");
	if (details)
		cni_error_details(ret_error, "%s", cni_json_string(details));
	return 0;
}

int cni_invoke_failure(const struct cni_delegate *delegate,
		       struct cni_error *reterr)
{
	const struct cni_process *process = &delegate->process;
	CNI_CLEANUP(json) json_object *object = NULL;
	char quoted[QUOTED_MAX];
	struct cni_error own = { 0 };
	struct cni_error why;
	int ret;

	if (!process->out.len)
		return no_error_message(delegate, reterr);
	ret = cni_json_parse(process->out.data, process->out.len, &object,
			     &why);
	if (!ret)
		ret = decode_error(object, &own, &why);
	if (ret) {
		(void)cni_error_set(reterr, CNI_CODE_UNKNOWN, EIO,
				    "netplugin failed but error parsing its "
				    "diagnostic message %s: %s",
				    cni_quote(quoted, sizeof(quoted),
					      process->out.data,
					      process->out.len),
				    why.msg);
		return blame(delegate, -EIO, reterr);
	}
	if (!own.msg[0]) {
		(void)no_error_message(delegate, reterr);
		if (reterr)
			reterr->code = own.code;
	} else if (reterr) {
		*reterr = own;
	}
	return -EIO;
}

static int decode_result(const struct cni_call *call,
			 const struct cni_process *process,
			 struct cni_result *ret_result,
			 struct cni_error *reterr)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	int ret;

	if (!process->out.len)
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "failed to unmarshal raw result: "
				     "unexpected end of JSON input");
	ret = cni_json_parse(process->out.data, process->out.len, &object,
			     reterr);
	if (ret)
		return cni_error_prefix(reterr, ret,
					"failed to unmarshal raw result");
	/* As in Go, null is an object without members. */
	if (!object)
		return 0;
	return cni_result_from_json(object, call->cni_version, ret_result,
				    reterr);
}

int cni_invoke_result(const struct cni_call *call,
		      const struct cni_delegate *delegate,
		      struct cni_result *ret_result, struct cni_error *reterr)
{
	int ret = decode_result(call, &delegate->process, ret_result, reterr);

	return ret < 0 ? blame(delegate, ret, reterr) : 0;
}
