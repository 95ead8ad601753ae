/* SPDX-License-Identifier: Apache-2.0 */
/* del.c - the DEL verb of the portmap plugin */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "gc.h"
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

/*
 * Without a record (somebody has flushed the set, or all), the configuration
 * tells whether there was anything, and what.
 */
static int del_unrecorded(const struct cni_call *call, struct cni_nft *nft,
			  const struct portmap_target *target,
			  struct portmap_leaving *leaving,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	const struct cni_owner owner = portmap_call_owner(call);

	if (portmap_conf_decode(call->conf, &conf, NULL) < 0 ||
	    conf.mappings.count == 0)
		return 0;
	/* For the flows, which outlive a flush. */
	leaving->record.mappings = conf.mappings;
	conf.mappings = (struct portmap_mapping_list) { 0 };
	leaving->record.target.ipv4 = target->ipv4;
	leaving->record.target.ipv6 = target->ipv6;
	return portmap_nft_del_orphans(nft, &owner, reterr);
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
	if (first == 0 && !leaving.found)
		first = del_unrecorded(call, nft, &target, &leaving, reterr);
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
