/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - bridge --reload: put back what a flush of the ruleset has taken */
#include <errno.h>

#include "cni/netns.h"
#include "cni/reload.h"

#include "compare.h"
#include "firewall.h"
#include "router.h"
#include "verbs.h"

/* What bridge_firewall_add() and bridge_firewall_check() have in common. */
typedef int (*firewall_fn)(struct cni_nft *nft,
			   const struct bridge_shield *shield,
			   struct cni_error *reterr);

/* Without a spoof check, nobody needs the pod's MAC. */
static int find_mac(const struct bridge_conf *conf,
		    const struct cni_result_interface *container,
		    struct cni_mac *ret_mac, struct cni_error *reterr)
{
	if (!conf->mac_spoof_check ||
	    (container->mac && cni_mac_parse(container->mac, ret_mac) == 0))
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "prevResult has no MAC of interface \"%s\"",
			     container->name);
}

static int run(const struct cni_call *call, const struct bridge_conf *conf,
	       const struct cni_result *prev, firewall_fn firewall,
	       struct cni_error *reterr)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = bridge_owner(call);
	struct cni_mac mac = { 0 };
	struct bridge_parts parts;
	char router[IFNAMSIZ];
	struct bridge_shield shield = {
		.owner = &owner,
		.conf = conf,
		.pod_mac = &mac,
		.router = router,
		.result = prev,
	};
	int ret;

	ret = bridge_find_parts(conf, call, prev, &parts, reterr);
	if (ret == 0)
		ret = find_mac(conf, parts.container, &mac, reterr);
	if (ret == 0)
		ret = bridge_router_name(conf, router, reterr);
	if (ret < 0)
		return ret;
	shield.port = parts.host->name;
	return firewall(&nft, &shield, reterr);
}

static int decode_and_run(const struct cni_call *call, firewall_fn firewall,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(result) struct cni_result prev = { 0 };
	CNI_CLEANUP(bridge_conf) struct bridge_conf conf = { 0 };
	int ret;

	ret = bridge_conf_decode(call, &conf, reterr);
	if (ret == 0)
		ret = cni_result_prev(call->conf, call->cni_version, &prev,
				      reterr);
	return ret < 0 ? ret : run(call, &conf, &prev, firewall, reterr);
}

static int check(const struct cni_call *call, struct cni_error *reterr)
{
	return decode_and_run(call, bridge_firewall_check, reterr);
}

static int add(const struct cni_call *call, struct cni_error *reterr)
{
	return decode_and_run(call, bridge_firewall_add, reterr);
}

static int del(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	const struct cni_owner owner = bridge_owner(call);

	return bridge_firewall_del(&nft, &owner, reterr);
}

int bridge_option(int argc, char **argv)
{
	static const struct cni_reload reload = {
		.type = "bridge",
		.netns_is_gone = cni_netns_is_gone,
		.check = check,
		.add = add,
		.del = del,
	};

	return cni_reload_option(&reload, argc, argv);
}
