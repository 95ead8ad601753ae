/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - the CHECK verb of the portmap plugin */
#include <errno.h>

#include "call.h"
#include "claims.h"
#include "iptables_backend.h"
#include "nft_backend.h"
#include "verbs.h"

static int check(const struct cni_call *call, const struct portmap_conf *conf,
		 const struct portmap_target *target, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_publication) struct portmap_publication pub = { 0 };
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = portmap_call_owner(call);
	int ret;

	ret = portmap_publication_build(conf, &owner, call->args.netns, target,
					&pub, reterr);
	if (ret < 0 || pub.plan.count == 0)
		return ret;
	ret = cni_nl_open(&nl, NETLINK_ROUTE, reterr);
	if (ret < 0)
		return ret;
	portmap_publication_look_host(&nl, target, &pub);
	ret = cni_nft_open(&nft, reterr);
	if (ret == -EOPNOTSUPP &&
	    (pub.record.iptables || !conf->backend_is_set))
		return portmap_ipt_check(&pub, reterr);
	if (ret < 0)
		return ret;
	if (!pub.record.iptables)
		return portmap_nft_check(&nft, &pub, reterr);
	ret = portmap_claims_check(&nft, &pub, conf->restoring, reterr);
	return ret < 0 ? ret : portmap_ipt_check(&pub, reterr);
}

static int decode_and_check(const struct cni_call *call, bool restoring,
			    struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct portmap_target target;
	int ret;

	ret = portmap_conf_decode(call->conf, &conf, reterr);
	if (ret < 0)
		return ret;
	conf.restoring = restoring;
	ret = portmap_call_prev_result(call, &result, reterr);
	if (ret == -ENOENT)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "Required prevResult missing");
	if (ret < 0 || conf.mappings.count == 0)
		return ret;
	portmap_target_from_result(&result, call->args.ifname, &target);
	if (portmap_target_is_empty(&target))
		return 0;
	return check(call, &conf, &target, reterr);
}

int portmap_check(const struct cni_call *call, struct cni_error *reterr)
{
	return decode_and_check(call, false, reterr);
}

int portmap_is_intact(const struct cni_call *call, struct cni_error *reterr)
{
	return decode_and_check(call, true, reterr);
}
