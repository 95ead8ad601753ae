/* SPDX-License-Identifier: Apache-2.0 */
/* call.c - what the verbs read from an invocation */
#include <errno.h>

#include "call.h"

struct cni_owner portmap_call_owner(const struct cni_call *call)
{
	return (struct cni_owner) { .network = call->name,
				    .container_id = call->args.container_id,
				    .ifname = call->args.ifname };
}

int portmap_call_prev_result(const struct cni_call *call,
			     struct cni_result *ret_result,
			     struct cni_error *reterr)
{
	int ret = cni_result_prev(call->conf, call->cni_version, ret_result,
				  reterr);

	if (ret < 0 && ret != -ENOENT)
		return cni_error_prefix(reterr, ret, "failed to parse config");
	return ret;
}
