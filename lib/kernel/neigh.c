/* SPDX-License-Identifier: Apache-2.0 */
/* neigh.c - neighbour (ARP and NDP) entries */
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "cni/neigh.h"

int cni_neigh_del(struct cni_nl *nl, uint32_t index,
		  const struct cni_addr *addr, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	char text[CNI_ADDR_STRLEN];
	struct ndmsg *ndm;
	int ret;

	cni_nl_req_init(&req);
	ndm = cni_nl_begin(&req, RTM_DELNEIGH, 0, sizeof(*ndm));
	ndm->ndm_family = addr->family;
	ndm->ndm_ifindex = (int)index;
	cni_nl_put_addr(&req, NDA_DST, addr);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? cni_error_prefix(reterr, ret, "delete neighbour %s",
					  cni_addr_format(addr, text))
		       : 0;
}
