/* SPDX-License-Identifier: Apache-2.0 */
/* add.c - ADD: all of an attachment, or nothing of it */
#include <errno.h>
#include <stdlib.h>

#include "cni/netns.h"

#include "attach.h"
#include "autoremove.h"
#include "verbs.h"
#include "vlan.h"

static void release(struct bridge_attach *attach)
{
	bridge_let_go(attach);
	if (attach->netns_fd >= 0)
		(void)close(attach->netns_fd);
	cni_nft_close(&attach->nft);
	cni_nl_close(&attach->host);
	cni_nl_close(&attach->pod);
	free(attach->gateways.items);
	bridge_conf_done(&attach->conf);
}

/* Without addresses there is nothing that 0.1.0 and 0.2.0 could say. */
static int check_version(const struct bridge_attach *attach,
			 struct cni_error *reterr)
{
	if (bridge_conf_is_layer3(&attach->conf) ||
	    attach->call->version >= CNI_VERSION_0_3_0)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "cannot convert: no valid IP addresses");
}

/* What the IPAM plugin says about interfaces is not about ours. */
static void adopt_ipam_result(struct bridge_attach *attach,
			      struct cni_result *ipam)
{
	struct cni_result interfaces = {
		.interfaces = ipam->interfaces,
		.interface_count = ipam->interface_count,
	};

	ipam->interfaces = NULL;
	ipam->interface_count = 0;
	cni_result_done(&interfaces);
	*attach->result = *ipam;
	*ipam = (struct cni_result) { 0 };
}

/* Follows from the IPAM plugin's answer; changes nothing. */
static int plan_addresses(struct bridge_attach *attach,
			  struct cni_error *reterr)
{
	int ret;

	ret = bridge_plan_gateways(&attach->conf, attach->result, reterr);
	if (ret == 0 && attach->conf.is_gateway)
		ret = bridge_plan_bridge_addresses(attach->result,
						   &attach->gateways, reterr);
	if (ret < 0)
		return ret;
	return bridge_check_gateway(attach, reterr);
}

static int take_addresses(struct bridge_attach *attach,
			  struct cni_delegate *ipam, struct cni_error *reterr)
{
	CNI_CLEANUP(result) struct cni_result answer = { 0 };
	int ret;

	ret = cni_ipam_add_finish(attach->call, attach->conf.ipam_type, ipam,
				  &answer, reterr);
	if (ret == 0)
		adopt_ipam_result(attach, &answer);
	return ret;
}

static int wire_layer3(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = bridge_hold(attach, reterr);
	if (ret == 0)
		ret = plan_addresses(attach, reterr);
	if (ret == 0)
		ret = bridge_wire(attach, reterr);
	bridge_let_go(attach);
	return ret;
}

static int wire_layer2(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = bridge_ensure_bridge(attach, reterr);
	if (ret == 0)
		ret = bridge_hold(attach, reterr);
	if (ret == 0)
		ret = bridge_wire(attach, reterr);
	bridge_let_go(attach);
	return ret;
}

static int attach_layer3(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_delegate ipam = { 0 };
	const char *type = attach->conf.ipam_type;
	int ret;

	ret = cni_ipam_add_start(attach->call, type, &ipam, reterr);
	if (ret < 0)
		return ret;
	/* The delegate runs meanwhile. */
	ret = bridge_ensure_bridge(attach, reterr);
	if (ret < 0)
		goto undo_ipam;
	ret = take_addresses(attach, &ipam, reterr);
	/* A delegate that failed has been told to clean up. */
	if (ret < 0)
		return ret;
	ret = wire_layer3(attach, reterr);
	if (ret < 0)
		goto undo_ipam;
	ret = bridge_set_vlans(attach, reterr);
	if (ret < 0)
		goto undo_wire;
	ret = bridge_protect(attach, reterr);
	if (ret < 0)
		goto undo_wire;
	ret = bridge_configure_pod(attach, reterr);
	if (ret < 0)
		goto undo_protect;
	ret = bridge_ensure_gateway(attach, reterr);
	if (ret < 0)
		goto undo_protect;
	ret = bridge_announce(attach, reterr);
	if (ret < 0)
		goto undo_protect;
	ret = bridge_answer(attach, reterr);
	if (ret < 0)
		goto undo_protect;
	return 0;

undo_protect:
	bridge_unprotect(attach);
undo_wire:
	bridge_unwire(attach);
undo_ipam:
	cni_ipam_add_abort(attach->call, type, &ipam);
	return ret;
}

static int attach_layer2(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = wire_layer2(attach, reterr);
	if (ret < 0)
		return ret;
	ret = bridge_set_vlans(attach, reterr);
	if (ret < 0)
		goto undo_wire;
	ret = bridge_protect(attach, reterr);
	if (ret < 0)
		goto undo_wire;
	if (!attach->conf.disable_container_interface) {
		ret = bridge_raise_pod(attach, reterr);
		if (ret < 0)
			goto undo_protect;
		ret = bridge_announce(attach, reterr);
		if (ret < 0)
			goto undo_protect;
	}
	ret = bridge_answer(attach, reterr);
	if (ret < 0)
		goto undo_protect;
	return 0;

undo_protect:
	bridge_unprotect(attach);
undo_wire:
	bridge_unwire(attach);
	return ret;
}

/* With autoRemove a failed ADD does not leave the bridge it has made. */
static void remove_bridge(struct bridge_attach *attach)
{
	struct cni_error err;

	if (bridge_auto_remove(&attach->host, &attach->conf, &err) < 0)
		cni_warn("after a failed ADD: %s, ignoring", err.msg);
}

int bridge_add(const struct cni_call *call, struct cni_result *ret_result,
	       struct cni_error *reterr)
{
	struct bridge_attach attach = { .call = call,
					.result = ret_result,
					.netns_fd = -1,
					.lock_fd = -1 };
	int ret;

	attach.owner = bridge_owner(call);
	bridge_alias(&attach.owner, attach.alias);
	ret = bridge_conf_decode(call, &attach.conf, reterr);
	if (ret == 0)
		ret = check_version(&attach, reterr);
	if (ret == 0)
		ret = bridge_look(&attach, reterr);
	if (ret == 0)
		ret = bridge_conf_is_layer3(&attach.conf)
			      ? attach_layer3(&attach, reterr)
			      : attach_layer2(&attach, reterr);
	if (ret < 0 && attach.bridge_is_new)
		remove_bridge(&attach);
	release(&attach);
	return ret;
}
