/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - CHECK: is lo up?  And --check-config */
#include <errno.h>

#include "cni/check.h"

#include "verbs.h"

int loopback_check(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	struct cni_link lo;
	int ret;

	ret = loopback_open(call->args.netns, &nl, &lo, reterr);
	if (ret || (lo.flags & IFF_UP))
		return ret;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENETDOWN,
			     "loopback interface is down");
}

int loopback_check_config(const struct cni_call *call, struct cni_error *reterr)
{
	return cni_check_keys(call->conf, "", NULL, 0, reterr);
}
