/* SPDX-License-Identifier: Apache-2.0 */
/* del.c - the DEL verb of the portmap plugin */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "flows.h"
#include "iptables_backend.h"
#include "leftovers.h"
#include "nft_backend.h"
#include "verbs.h"

/* The pod's addresses, if the runtime still says; DEL works without. */
static void find_target(const struct cni_call *call, struct cni_result *result,
			struct portmap_target *ret_target)
{
	memset(ret_target, 0, sizeof(*ret_target));
	if (portmap_call_prev_result(call, result, NULL) == 0)
		portmap_target_from_result(result, call->args.ifname,
					   ret_target);
}

/* Mappings go first, and the rest while their last moment passes. */
static int del(const struct cni_call *call, struct cni_nft *nft,
	       struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_leaving) struct portmap_leaving leaving = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	const struct cni_owner owner = portmap_call_owner(call);
	struct portmap_target target;
	struct cni_error err = { 0 };
	uint8_t key[CNI_OWNER_KEY];
	int first;

	find_target(call, &result, &target);
	cni_owner_key(&owner, key);
	first = portmap_nft_del(nft, key, &leaving, reterr);
	first = cni_error_gather(first, reterr,
				 portmap_ipt_del(nft, &owner, &err), &err);
	first = cni_error_gather(
		first, reterr,
		portmap_leftovers_del(nft, &owner, &target, &err), &err);
	return cni_error_gather(first, reterr,
				portmap_nft_del_finish(nft, &leaving, &err),
				&err);
}

int portmap_del(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = portmap_call_owner(call);
	int ret = cni_nft_open(&nft, reterr);

	if (ret == -EOPNOTSUPP)
		return portmap_ipt_del(NULL, &owner, reterr);
	return ret < 0 ? ret : del(call, &nft, reterr);
}
