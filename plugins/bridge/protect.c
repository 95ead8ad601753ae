/* SPDX-License-Identifier: Apache-2.0 */
/* protect.c - an attachment's part in netfilter, as a step of ADD */
#include "attach.h"
#include "firewall.h"
#include "router.h"

int bridge_protect(struct bridge_attach *attach, struct cni_error *reterr)
{
	char router[IFNAMSIZ];
	struct bridge_shield shield = {
		.owner = &attach->owner,
		.conf = &attach->conf,
		.port = attach->host_name,
		.pod_mac = &attach->pod_mac,
		.router = router,
		.result = attach->result,
	};
	int ret;

	ret = bridge_router_name(&attach->conf, router, reterr);
	if (ret == 0)
		ret = bridge_firewall_add(&attach->nft, &shield, reterr);
	/* Once per bridge: to find such chains all of them have to be read. */
	if (ret == 0 && attach->bridge_is_new)
		bridge_firewall_warn(&attach->conf, router);
	return ret;
}

void bridge_unprotect(struct bridge_attach *attach)
{
	struct cni_error err;

	/* Closed, when nothing was wanted. */
	if (attach->nft.nl.portid &&
	    bridge_firewall_del(&attach->nft, &attach->owner, &err) < 0)
		cni_warn("after a failed ADD: %s, ignoring", err.msg);
}
