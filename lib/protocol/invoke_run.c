/* SPDX-License-Identifier: Apache-2.0 */
/* invoke_run.c - starting delegates and what they answer when they fail */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cni/buf.h"
#include "cni/file.h"
#include "cni/invoke.h"
#include "cni/quote.h"

#include "invoke_internal.h"

#define COMMAND_KEY    "CNI_COMMAND="
#define COMMAND_MAX    32
#define FIRST_SLEEP_MS 1
#define LAST_SLEEP_MS  512

/* Quoted texts in a message, which has room for CNI_ERROR_TEXT_MAX bytes. */
#define QUOTED_MAX 320

/* Everything of our environment but the verb.  Pointers are borrowed. */
static char **make_environment(char *command)
{
	size_t count = 0;
	size_t used = 0;
	char **list;

	while (environ[count])
		count++;
	list = malloc((count + 2) * sizeof(*list));
	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		if (strncmp(environ[i], COMMAND_KEY, strlen(COMMAND_KEY)) != 0)
			list[used++] = environ[i];
	}
	list[used++] = command;
	list[used] = NULL;
	return list;
}

static void sleep_ms(int ms)
{
	struct timespec left = { .tv_sec = ms / 1000,
				 .tv_nsec = ms % 1000 * 1000000L };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

/*
 * ETXTBSY: somebody has the file open for writing, which an installer that
 * copies over a running node does for a moment.
 */
static int start_when_not_busy(struct cni_process *process,
			       const struct cni_process_spec *spec)
{
	int pause = FIRST_SLEEP_MS;
	int slept = 0;
	int ret;

	for (;;) {
		ret = cni_process_start(process, spec);
		if (ret)
			cni_process_done(process);
		if (ret != -ETXTBSY || slept >= CNI_DELEGATE_BUSY_MS)
			return ret;
		sleep_ms(pause);
		slept += pause;
		pause = pause < LAST_SLEEP_MS ? 2 * pause : LAST_SLEEP_MS;
	}
}

int cni_invoke_start(const struct cni_call *call, const char *file,
		     struct cni_delegate *delegate, struct cni_error *reterr)
{
	char command[COMMAND_MAX];
	char path[PATH_MAX];
	char *argv[] = { path, NULL };
	CNI_CLEANUP(free) char **environment = NULL;
	struct cni_process_spec spec = {
		.path = file,
		.argv = argv,
		.input = call->stdin_text,
		.input_len = call->stdin_len,
		.output_limit = CNI_DELEGATE_MAX_OUTPUT,
		.timeout_ms = delegate->timeout_ms,
	};
	int ret;

	(void)snprintf(path, sizeof(path), "%s", file);
	(void)snprintf(command, sizeof(command), COMMAND_KEY "%s",
		       cni_command_text(delegate->command));
	environment = make_environment(command);
	if (!environment)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "start plugin \"%s\"", delegate->type);
	spec.envp = environment;
	ret = start_when_not_busy(&delegate->process, &spec);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_UNKNOWN, -ret,
				       "netplugin failed with no error "
				       "message: fork/exec %s",
				       file);
	return 0;
}

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

static int no_error_message(const struct cni_process *process,
			    struct cni_error *reterr)
{
	char text[QUOTED_MAX];

	if (process->err.len)
		return cni_error_set(
			reterr, CNI_CODE_UNKNOWN, EIO, "netplugin failed: %s",
			cni_quote(text, sizeof(text), process->err.data,
				  process->err.len));
	format_status(process->status, text, sizeof(text));
	return cni_error_set(reterr, CNI_CODE_UNKNOWN, EIO,
			     "netplugin failed with no error message: %s",
			     text);
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
	struct cni_error why;
	struct cni_error own;
	int ret;

	if (!process->out.len)
		return no_error_message(process, reterr);
	ret = cni_json_parse(process->out.data, process->out.len, &object,
			     &why);
	if (!ret)
		ret = decode_error(object, &own, &why);
	if (ret)
		return cni_error_set(reterr, CNI_CODE_UNKNOWN, EIO,
				     "netplugin failed but error parsing its "
				     "diagnostic message %s: %s",
				     cni_quote(quoted, sizeof(quoted),
					       process->out.data,
					       process->out.len),
				     why.msg);
	if (!own.msg[0]) {
		(void)no_error_message(process, reterr);
		if (reterr)
			reterr->code = own.code;
	} else if (reterr) {
		*reterr = own;
	}
	return -EIO;
}
