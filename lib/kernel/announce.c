/* SPDX-License-Identifier: Apache-2.0 */
/* announce.c - tell the neighbours who has an address now */
#include "cni/announce.h"
#include "cni/link.h"

int cni_announce(struct cni_nl *nl, uint32_t index, const struct cni_mac *mac,
		 struct cni_error *reterr)
{
	int ret = cni_link_set_mac(nl, index, mac, reterr);

	return ret < 0 ? cni_error_prefix(reterr, ret, "announce addresses")
		       : 0;
}
