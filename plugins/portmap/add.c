/* SPDX-License-Identifier: Apache-2.0 */
/* add.c - the ADD verb of the portmap plugin */
#include <errno.h>
#include <string.h>

#include "cni/link.h"

#include "localnet.h"
#include "nft_backend.h"
#include "verbs.h"

/*
 * With bridge-nf-call-iptables, a frame whose destination was translated goes
 * back to the port it came from, when a pod asks for its own published port.
 */
static void let_pod_reach_itself(struct cni_nl *nl,
				 const struct portmap_record *record)
{
	struct cni_link link;

	if (!record->snat || !record->port[0] ||
	    cni_link_get_index(nl, record->port_index, &link, NULL) < 0 ||
	    !link.is_port || link.port.hairpin)
		return;
	if (cni_link_set_port(nl, link.index, true, link.port.isolated, NULL))
		cni_warn("cannot set hairpin mode of \"%s\": the container may "
			 "not reach its own published ports, ignoring",
			 link.name);
}

/* What the host's interfaces need besides rules. */
static void set_up_host(struct cni_nl *nl, const struct portmap_record *record)
{
	struct cni_error err;

	let_pod_reach_itself(nl, record);
	if (record->localnet[0] &&
	    portmap_localnet_enable(record->localnet, &err) < 0)
		cni_warn("%s: published ports do not answer on 127.0.0.1, "
			 "ignoring",
			 err.msg);
}

static int publish(const struct cni_call *call, const struct portmap_conf *conf,
		   const struct portmap_target *target,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_publication) struct portmap_publication pub = { 0 };
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = { call->name, call->args.container_id,
					 call->args.ifname };
	int ret;

	ret = portmap_publication_build(conf, &owner, call->args.netns, target,
					&pub, reterr);
	if (ret < 0 || pub.plan.count == 0)
		return ret;
	ret = cni_nl_open(&nl, NETLINK_ROUTE, reterr);
	if (ret == 0)
		ret = cni_nft_open(&nft, reterr);
	if (ret < 0)
		return ret;
	portmap_publication_look_host(&nl, target, &pub);
	ret = portmap_nft_add(&nft, &pub, reterr);
	if (ret < 0)
		return ret;
	set_up_host(&nl, &pub.record);
	return 0;
}

int portmap_add(const struct cni_call *call, struct cni_result *ret_result,
		struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	struct portmap_target target;
	int ret;

	ret = portmap_conf_decode(call->conf, &conf, reterr);
	if (ret < 0)
		return ret;
	ret = cni_result_prev(call->conf, call->cni_version, ret_result,
			      reterr);
	if (ret == -ENOENT)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must be called as chained plugin");
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "failed to parse config");
	if (conf.mappings.count == 0)
		return 0;
	portmap_target_from_result(ret_result, call->args.ifname, &target);
	if (portmap_target_is_empty(&target))
		return 0;
	return publish(call, &conf, &target, reterr);
}
