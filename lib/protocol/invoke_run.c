/* SPDX-License-Identifier: Apache-2.0 */
/* invoke_run.c - starting delegated plugins */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cni/invoke.h"

#include "invoke_internal.h"

#define COMMAND_KEY    "CNI_COMMAND="
#define COMMAND_MAX    32
#define FIRST_SLEEP_MS 1
#define LAST_SLEEP_MS  512

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
