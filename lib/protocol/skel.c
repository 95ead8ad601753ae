/* SPDX-License-Identifier: Apache-2.0 */
/* skel.c - the skeleton of a plugin: environment, stdin, dispatch, answer */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cni/file.h"
#include "cni/log.h"
#include "cni/skel.h"

#include "skel_internal.h"

#define OWN_NETNS "/proc/thread-self/ns/net"

/*
 * A closed descriptor 0-2 would be given to the next file a verb opens, and
 * the answer be written into, say, a lease.  What is put there instead fails
 * like the closed one did.
 */
static void occupy_standard_fds(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDWR };
	struct pollfd fds[3] = { { .fd = 0 }, { .fd = 1 }, { .fd = 2 } };

	if (poll(fds, 3, 0) <= 0)
		return;
	for (size_t i = 0; i < 3; i++) {
		/* The lowest free number is taken, which is this one. */
		if (fds[i].revents & POLLNVAL)
			(void)open("/dev/null", modes[i]); /* NOLINT */
	}
}

static int read_input(struct cni_call *call, struct cni_buf *input,
		      struct cni_error *reterr)
{
	int ret = cni_read_all(STDIN_FILENO, CNI_SKEL_MAX_INPUT, input);

	if (ret == -EFBIG)
		return cni_error_set(reterr, CNI_CODE_IO, EFBIG,
				     "error reading from stdin: more than %d "
				     "bytes",
				     CNI_SKEL_MAX_INPUT);
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_IO, -ret,
				       "error reading from stdin");
	call->stdin_text = cni_buf_text(input);
	call->stdin_len = input->len;
	return 0;
}

static bool same_file(const char *one, const char *other)
{
	struct stat first;
	struct stat second;

	return stat(one, &first) == 0 && stat(other, &second) == 0 &&
	       first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

/*
 * A container in the plugin's own namespace would have its "container end"
 * made, or removed, on the host.  What cannot be compared is left to the verb.
 */
static int check_netns(const struct cni_args *args, struct cni_error *reterr)
{
	if (!args->netns[0] || args->netns_override ||
	    !same_file(args->netns, OWN_NETNS))
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_NETNS, EINVAL,
			     "plugin's netns and netns from CNI_NETNS should "
			     "not be the same");
}

/* The runtime does not know of an ADD whose result it never got. */
static int undo_add(const struct cni_plugin *plugin,
		    const struct cni_call *call, int ret)
{
	struct cni_error err = { .code = CNI_CODE_INTERNAL };

	if (plugin->del && plugin->del(call, &err))
		cni_warn("%s: undoing ADD: %s, ignoring", plugin->name,
			 err.msg);
	return ret;
}

static int run_add(const struct cni_plugin *plugin, const struct cni_call *call,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	int ret;

	ret = check_netns(&call->args, reterr);
	if (ret)
		return ret;
	if (plugin->add) {
		ret = plugin->add(call, &result, reterr);
		if (ret)
			return ret;
	}
	ret = cni_skel_print_result(&result, call->version, reterr);
	return ret ? undo_add(plugin, call, ret) : 0;
}

static int run_del(const struct cni_plugin *plugin, const struct cni_call *call,
		   struct cni_error *reterr)
{
	int ret = check_netns(&call->args, reterr);

	if (ret)
		return ret;
	return plugin->del ? plugin->del(call, reterr) : 0;
}

/* For ADD and DEL any version of ours will do. */
static int run_attachment(const struct cni_plugin *plugin,
			  struct cni_call *call, struct cni_error *reterr)
{
	int ret = cni_version_lookup(call->cni_version, &call->version, reterr);

	if (ret)
		return ret;
	if (call->args.command == CNI_COMMAND_ADD)
		return run_add(plugin, call, reterr);
	return run_del(plugin, call, reterr);
}

/* The other verbs came with a version of the specification. */
static int run_since(struct cni_call *call, enum cni_version since,
		     int (*verb)(const struct cni_call *call,
				 struct cni_error *reterr),
		     struct cni_error *reterr)
{
	int ret = cni_version_allows(call->cni_version, since,
				     call->args.command_text, reterr);

	if (!ret)
		ret = cni_version_lookup(call->cni_version, &call->version,
					 reterr);
	if (ret || !verb)
		return ret;
	return verb(call, reterr);
}

static int dispatch(const struct cni_plugin *plugin, struct cni_call *call,
		    struct cni_error *reterr)
{
	switch (call->args.command) {
	case CNI_COMMAND_ADD:
	case CNI_COMMAND_DEL:
		return run_attachment(plugin, call, reterr);
	case CNI_COMMAND_CHECK:
		return run_since(call, CNI_VERSION_0_4_0, plugin->check,
				 reterr);
	case CNI_COMMAND_GC:
		return run_since(call, CNI_VERSION_1_1_0, plugin->gc, reterr);
	case CNI_COMMAND_STATUS:
		return run_since(call, CNI_VERSION_1_1_0, plugin->status,
				 reterr);
	case CNI_COMMAND_NONE:
	case CNI_COMMAND_VERSION:
	case CNI_COMMAND_UNKNOWN:
		break;
	}
	return cni_error_set(reterr, CNI_CODE_INVALID_ENVIRONMENT, EINVAL,
			     "unknown CNI_COMMAND: %s",
			     call->args.command_text);
}

static int serve(const struct cni_plugin *plugin, struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf input = { 0 };
	CNI_CLEANUP(json) json_object *conf = NULL;
	struct cni_call call = { .builtins = plugin->builtins };
	int64_t start;
	int ret;

	ret = cni_args_from_env(&call.args, reterr);
	if (ret)
		return ret;
	ret = read_input(&call, &input, reterr);
	if (ret)
		return ret;
	ret = cni_json_parse(call.stdin_text, call.stdin_len, &conf, reterr);
	if (ret)
		return cni_error_prefix(reterr, ret,
					"error unmarshall network config");
	call.conf = conf;
	ret = cni_skel_conf(&call, reterr);
	if (ret)
		return ret;
	cni_log_open(plugin->name, &call);
	start = cni_log_start();
	ret = dispatch(plugin, &call, reterr);
	cni_log_verb(start, ret, reterr);
	cni_log_close();
	return ret;
}

int cni_main(const struct cni_plugin *plugin, int argc, char **argv)
{
	const char *command = cni_env("CNI_COMMAND");
	struct cni_error err;

	/* A reader that went away is a failed write with an errno. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (!command[0])
		return cni_skel_by_hand(plugin, argc, argv);
	if (strcmp(command, "VERSION") == 0)
		return cni_skel_print_version();
	occupy_standard_fds();
	(void)cni_error_set(&err, CNI_CODE_INTERNAL, 0, "%s failed", command);
	if (serve(plugin, &err) == 0)
		return 0;
	cni_skel_print_error(&err);
	return 1;
}
