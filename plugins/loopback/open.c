/* SPDX-License-Identifier: Apache-2.0 */
/* open.c - a pod's loopback interface */
#include "cni/netns.h"

#include "verbs.h"

int loopback_open(const char *netns, struct cni_nl *nl, struct cni_link *ret_lo,
		  struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int fd = -1;
	int ret;

	ret = cni_netns_open(netns, &fd, reterr);
	if (!ret)
		ret = cni_nl_open_at(fd, NETLINK_ROUTE, nl, reterr);
	if (!ret)
		ret = cni_link_get(nl, "lo", ret_lo, reterr);
	return ret;
}
