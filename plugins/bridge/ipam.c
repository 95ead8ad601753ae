/* SPDX-License-Identifier: Apache-2.0 */
/* ipam.c - the IPAM plugin's part in ADD */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"

bool bridge_ipam_is_independent(const struct bridge_conf *conf)
{
	static const char *const types[] = { "host-local", "static" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(conf->ipam_type, types[i]) == 0)
			return true;
	}
	return false;
}

static int start(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = cni_ipam_add_start(attach->call, attach->conf.ipam_type,
				 &attach->ipam, reterr);
	attach->ipam_started = ret == 0;
	return ret;
}

int bridge_ipam_start_early(struct bridge_attach *attach,
			    struct cni_error *reterr)
{
	if (!bridge_ipam_is_independent(&attach->conf))
		return 0;
	return start(attach, reterr);
}

int bridge_ipam_start(struct bridge_attach *attach, struct cni_error *reterr)
{
	return attach->ipam_started ? 0 : start(attach, reterr);
}

/* What the IPAM plugin says about interfaces is not about ours. */
static void adopt_result(struct bridge_attach *attach, struct cni_result *ipam)
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

int bridge_look_for_gateways(struct bridge_attach *attach,
			     struct cni_error *reterr)
{
	int ret = 0;

	free(attach->gateways.items);
	attach->gateways = (struct bridge_prefix_list) { 0 };
	if (attach->conf.is_gateway)
		ret = bridge_plan_bridge_addresses(attach->result,
						   &attach->gateways, reterr);
	return ret < 0 ? ret : bridge_check_gateway(attach, reterr);
}

/* Follows from the IPAM plugin's answer; changes nothing. */
static int plan_addresses(struct bridge_attach *attach,
			  struct cni_error *reterr)
{
	int ret = bridge_plan_gateways(&attach->conf, attach->result, reterr);

	return ret < 0 ? ret : bridge_look_for_gateways(attach, reterr);
}

int bridge_ipam_finish(struct bridge_attach *attach, struct cni_error *reterr)
{
	CNI_CLEANUP(result) struct cni_result answer = { 0 };
	int ret;

	ret = cni_ipam_add_finish(attach->call, attach->conf.ipam_type,
				  &attach->ipam, &answer, reterr);
	if (ret < 0) {
		/* A delegate that failed has been told to clean up. */
		attach->ipam_started = false;
		return ret;
	}
	adopt_result(attach, &answer);
	return plan_addresses(attach, reterr);
}

void bridge_ipam_abort(struct bridge_attach *attach)
{
	if (attach->ipam_started)
		cni_ipam_add_abort(attach->call, attach->conf.ipam_type,
				   &attach->ipam);
	attach->ipam_started = false;
}
