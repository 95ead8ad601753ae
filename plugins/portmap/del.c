/* SPDX-License-Identifier: Apache-2.0 */
/* del.c - the DEL verb of the portmap plugin */
#include <errno.h>

#include "nft_backend.h"
#include "verbs.h"

int portmap_del(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_leaving) struct portmap_leaving leaving = { 0 };
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = { call->name, call->args.container_id,
					 call->args.ifname };
	uint8_t key[CNI_OWNER_KEY];
	int ret;

	cni_owner_key(&owner, key);
	ret = cni_nft_open(&nft, reterr);
	if (ret == -EOPNOTSUPP)
		return 0;
	if (ret == 0)
		ret = portmap_nft_del(&nft, key, &leaving, reterr);
	if (ret == 0)
		ret = portmap_nft_del_finish(&nft, &leaving, reterr);
	return ret;
}
