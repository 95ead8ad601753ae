/* SPDX-License-Identifier: Apache-2.0 */
/* fdb.c - a bridge's forwarding database */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "fdb.h"

static int entry_found(const struct nlmsghdr *message, void *data)
{
	bool *found = data;

	(void)message;
	*found = true;
	return 0;
}

int bridge_mac_is_taken(struct cni_nl *host, uint32_t bridge,
			const struct cni_mac *mac, bool *ret_taken,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ndmsg *ndm;
	int ret;

	*ret_taken = false;
	cni_nl_req_init(&req);
	ndm = cni_nl_begin_unacked(&req, RTM_GETNEIGH, 0, sizeof(*ndm));
	ndm->ndm_family = AF_BRIDGE;
	cni_nl_put(&req, NDA_LLADDR, mac->bytes, sizeof(mac->bytes));
	cni_nl_put_u32(&req, NDA_MASTER, bridge);
	ret = cni_nl_talk(host, &req, entry_found, ret_taken, reterr);
	/* Before Linux 5.0 there are only dumps: EOPNOTSUPP. */
	if (ret == -ENOENT || ret == -EOPNOTSUPP)
		return 0;
	return ret < 0 ? cni_error_prefix(reterr, ret, "look a MAC address up")
		       : 0;
}
