/* SPDX-License-Identifier: Apache-2.0 */
/* add.c - the ADD verb of the portmap plugin */
#include <errno.h>

#include "call.h"
#include "flows.h"
#include "host.h"
#include "iptables_backend.h"
#include "listeners.h"
#include "nft_backend.h"
#include "verbs.h"

/*
 * The kernel lacks nf_tables: iptables unless nftables was asked for.  The
 * other way round iptables still uses nf_tables, if there, for what it cannot
 * do: who needs route_localnet.
 */
static int open_nft(struct portmap_conf *conf, struct cni_nft *nft,
		    struct cni_error *reterr)
{
	int ret = cni_nft_open(nft, reterr);

	if (ret != -EOPNOTSUPP)
		return ret;
	if (!conf->backend_is_set)
		conf->backend = PORTMAP_BACKEND_IPTABLES;
	return conf->backend == PORTMAP_BACKEND_IPTABLES ? 0 : ret;
}

static void undo(struct cni_nft *nft, const struct portmap_publication *pub)
{
	CNI_CLEANUP(portmap_leaving) struct portmap_leaving leaving = { 0 };

	(void)portmap_nft_del(nft, pub->key, &leaving, NULL);
	(void)portmap_nft_del_finish(nft, &leaving, NULL);
}

static int publish(struct cni_nft *nft, const struct portmap_publication *pub,
		   struct cni_error *reterr)
{
	bool has_nft = nft->nl.portid != 0;
	int ret = has_nft ? portmap_nft_add(nft, pub, reterr) : 0;

	/* The kernel may have done it although its answer was lost. */
	if (ret < 0 && ret != -EADDRINUSE && has_nft)
		undo(nft, pub);
	if (ret < 0 || !pub->record.iptables)
		return ret;
	ret = portmap_ipt_add(has_nft ? nft : NULL, pub, reterr);
	if (ret < 0 && has_nft)
		undo(nft, pub);
	return ret;
}

static int add(const struct cni_call *call, struct portmap_conf *conf,
	       const struct portmap_target *target, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_publication) struct portmap_publication pub = { 0 };
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = portmap_call_owner(call);
	int ret = open_nft(conf, &nft, reterr);

	if (ret == 0)
		ret = portmap_publication_build(conf, &owner, call->args.netns,
						target, &pub, reterr);
	if (ret < 0 || pub.plan.count == 0)
		return ret;
	ret = cni_nl_open(&nl, NETLINK_ROUTE, reterr);
	if (ret < 0)
		return ret;
	portmap_publication_look_host(&nl, target, &pub);
	ret = publish(&nft, &pub, reterr);
	if (ret < 0)
		return ret;
	portmap_host_set_up(&nl, &pub.record);
	portmap_flows_coming(&pub.record);
	portmap_listeners_warn(&pub.record);
	return 0;
}

static int decode_and_add(const struct cni_call *call, bool restoring,
			  struct cni_result *ret_result,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	struct portmap_target target;
	int ret;

	ret = portmap_conf_decode(call->conf, &conf, reterr);
	if (ret < 0)
		return ret;
	conf.restoring = restoring;
	ret = portmap_call_prev_result(call, ret_result, reterr);
	if (ret == -ENOENT)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must be called as chained plugin");
	if (ret < 0 || conf.mappings.count == 0)
		return ret;
	portmap_target_from_result(ret_result, call->args.ifname, &target);
	if (portmap_target_is_empty(&target))
		return 0;
	return add(call, &conf, &target, reterr);
}

int portmap_add(const struct cni_call *call, struct cni_result *ret_result,
		struct cni_error *reterr)
{
	return decode_and_add(call, false, ret_result, reterr);
}

int portmap_restore(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };

	return decode_and_add(call, true, &result, reterr);
}
