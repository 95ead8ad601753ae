/* SPDX-License-Identifier: Apache-2.0 */
/* invoke_builtin.c - calling delegates that are part of the executable */
#include <errno.h>
#include <string.h>

#include "invoke_internal.h"

const struct cni_builtin *cni_invoke_find_builtin(const struct cni_call *call,
						  const char *type,
						  const char *file)
{
	const struct cni_builtin *const *list = call->builtins;

	/* Older results lose members when they are printed. */
	if (!list || call->version < CNI_VERSION_0_3_0)
		return NULL;
	for (; *list; list++) {
		if (strcmp((*list)->plugin->name, type) == 0 &&
		    cni_builtin_is_file(*list, file))
			return *list;
	}
	return NULL;
}

static int call_add(const struct cni_plugin *plugin,
		    const struct cni_call *call, struct cni_result *ret_result,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(result) struct cni_result ignored = { 0 };

	return plugin->add(call, ret_result ? ret_result : &ignored, reterr);
}

static int call_verb(const struct cni_plugin *plugin,
		     const struct cni_call *call, struct cni_result *ret_result,
		     struct cni_error *reterr)
{
	switch (call->args.command) {
	case CNI_COMMAND_ADD:
		return call_add(plugin, call, ret_result, reterr);
	case CNI_COMMAND_CHECK:
		return plugin->check ? plugin->check(call, reterr) : 0;
	case CNI_COMMAND_DEL:
		return plugin->del ? plugin->del(call, reterr) : 0;
	case CNI_COMMAND_GC:
		return plugin->gc ? plugin->gc(call, reterr) : 0;
	case CNI_COMMAND_STATUS:
		return plugin->status ? plugin->status(call, reterr) : 0;
	case CNI_COMMAND_NONE:
	case CNI_COMMAND_VERSION:
	case CNI_COMMAND_UNKNOWN:
		break;
	}
	return cni_error_set(reterr, CNI_CODE_INTERNAL, EINVAL,
			     "no verb of plugin \"%s\"", plugin->name);
}

int cni_invoke_builtin(const struct cni_call *call,
		       const struct cni_delegate *delegate,
		       struct cni_result *ret_result, struct cni_error *reterr)
{
	struct cni_call own = *call;
	int ret;

	own.args.command = delegate->command;
	own.args.command_text = cni_command_text(delegate->command);
	ret = call_verb(delegate->builtin->plugin, &own, ret_result, reterr);
	/* Callers go by the error object, as with a process. */
	return ret < 0 ? -EIO : 0;
}
