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

/**
 * struct step - one step of ADD
 * @run: does it; undoes half of it itself
 * @undo: after a later step has failed; harmless when there is nothing to undo
 */
struct step {
	int (*run)(struct bridge_attach *attach, struct cni_error *reterr);
	void (*undo)(struct bridge_attach *attach);
};

/* attach.h says why in this order. */
static const struct step layer3[] = {
	{ bridge_ipam_start_early, bridge_ipam_abort },
	{ bridge_ensure_bridge, NULL },
	{ bridge_wire_early, bridge_unwire },
	{ bridge_ipam_start, bridge_ipam_abort },
	{ bridge_ipam_finish, NULL },
	{ bridge_wire, bridge_unwire },
	{ bridge_set_vlans, NULL },
	{ bridge_protect, bridge_unprotect },
	{ bridge_configure_pod, NULL },
	{ bridge_ensure_gateway, NULL },
	{ bridge_announce, NULL },
	{ bridge_answer, NULL },
	{ NULL, NULL },
};

static const struct step layer2[] = {
	{ bridge_ensure_bridge, NULL }, { bridge_wire, bridge_unwire },
	{ bridge_set_vlans, NULL },	{ bridge_protect, bridge_unprotect },
	{ bridge_raise_pod, NULL },	{ bridge_announce, NULL },
	{ bridge_answer, NULL },	{ NULL, NULL },
};

static int take_steps(struct bridge_attach *attach, const struct step *steps,
		      struct cni_error *reterr)
{
	const struct step *step = steps;
	int ret = 0;

	while (ret == 0 && step->run) {
		ret = step->run(attach, reterr);
		if (ret == 0)
			step++;
	}
	if (ret == 0)
		return 0;
	while (step-- > steps) {
		if (step->undo)
			step->undo(attach);
	}
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
		ret = take_steps(&attach,
				 bridge_conf_is_layer3(&attach.conf) ? layer3
								     : layer2,
				 reterr);
	if (ret < 0 && attach.bridge_is_new)
		remove_bridge(&attach);
	release(&attach);
	return ret;
}
