/* SPDX-License-Identifier: Apache-2.0 */
/* del.c - DEL: set lo down, if there is still a namespace to do it in */
#include <errno.h>

#include "verbs.h"

int loopback_del(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	struct cni_link lo;
	int ret;

	if (!call->args.netns[0])
		return 0;
	ret = loopback_open(call->args.netns, &nl, &lo, reterr);
	/* Gone, or a plain file that is left of it: nothing to set down. */
	if (ret == -ENOENT || ret == -EINVAL)
		return 0;
	if (ret || !(lo.flags & IFF_UP))
		return ret;
	return cni_link_set_flags(&nl, lo.index, IFF_UP, 0, reterr);
}
