/* SPDX-License-Identifier: Apache-2.0 */
/* del.c - DEL: needs nothing but the attachment's identity */
#include <errno.h>

#include "cni/invoke.h"
#include "cni/linger.h"
#include "cni/netns.h"

#include "autoremove.h"
#include "conf.h"
#include "firewall.h"
#include "hostend.h"
#include "names.h"
#include "verbs.h"

/*
 * Not made by this plugin (or its host end lost its alias): all there is to go
 * by is the name in the pod.  Whatever is wrong with the namespace, there is
 * nothing to delete in it then.
 */
static int delete_in_pod(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl pod = { 0 };
	CNI_CLEANUP(fd) int netns = -1;
	struct cni_link link;
	int ret;

	if (!call->args.netns[0] ||
	    cni_netns_open(call->args.netns, &netns, NULL) < 0 ||
	    cni_nl_open_at(netns, NETLINK_ROUTE, &pod, NULL) < 0)
		return 0;
	ret = cni_link_get(&pod, call->args.ifname, &link, reterr);
	if (ret == 0)
		ret = cni_linger_delete_link(&pod, link.index, reterr);
	return ret == -ENODEV ? 0 : ret;
}

static int delete_link(const struct cni_call *call, struct cni_nl *host,
		       struct cni_error *reterr)
{
	struct cni_owner owner = bridge_owner(call);
	char alias[BRIDGE_ALIAS_SIZE];
	int ret;

	bridge_alias(&owner, alias);
	ret = bridge_delete_host_end(host, alias, reterr);
	if (ret == -ENODEV)
		ret = delete_in_pod(call, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to delete \"%s\"",
					  call->args.ifname)
		       : 0;
}

static int delete_links(const struct cni_call *call,
			const struct bridge_conf *conf,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl host = { 0 };
	int ret;

	ret = cni_nl_open(&host, NETLINK_ROUTE, reterr);
	if (ret == 0)
		ret = delete_link(call, &host, reterr);
	if (ret == 0)
		ret = bridge_auto_remove(&host, conf, reterr);
	return ret;
}

int bridge_del(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(bridge_conf) struct bridge_conf conf;
	/* Closing it can wait for the kernel: last, when others have waited. */
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	struct cni_owner owner = bridge_owner(call);
	struct cni_error err;
	int first;
	int ret;

	bridge_conf_decode_lenient(call, &conf);
	/* The filters go after what they filter. */
	first = delete_links(call, &conf, reterr);
	ret = bridge_firewall_del(&nft, &owner, &err);
	first = cni_error_gather(first, reterr, ret, &err);
	/* After the interface: its address must not be given to another pod. */
	if (bridge_conf_is_layer3(&conf)) {
		ret = cni_delegate_run(call, conf.ipam_type, CNI_COMMAND_DEL,
				       NULL, &err);
		first = cni_error_gather(first, reterr, ret, &err);
	}
	return first;
}
