/* SPDX-License-Identifier: Apache-2.0 */
/* answer.c - complete the result */
#include <errno.h>

#include "attach.h"

/* What the kernel gives a veth when nobody says anything. */
#define MTU_DEFAULT 1500

static int add_interface(struct bridge_attach *attach, const char *name,
			 const struct cni_mac *mac, const char *sandbox,
			 uint32_t mtu)
{
	struct cni_result *result = attach->result;
	char text[CNI_MAC_STRLEN];
	int index;

	index = cni_result_add_interface(result, name,
					 cni_mac_format(mac, text), sandbox);
	if (index < 0)
		return index;
	/* Older versions have no such member. */
	if (attach->call->version >= CNI_VERSION_1_1_0)
		result->interfaces[index].mtu = mtu;
	return 0;
}

/* A bridge takes the smallest MTU of its ports unless it was given one. */
static int refresh_bridge(struct bridge_attach *attach,
			  struct cni_error *reterr)
{
	int ret;

	if (attach->call->version < CNI_VERSION_1_1_0)
		return 0;
	ret = cni_link_get_index(&attach->host, attach->bridge.index,
				 &attach->bridge, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "bridge \"%s\"",
					  attach->conf.bridge)
		       : 0;
}

int bridge_answer(struct bridge_attach *attach, struct cni_error *reterr)
{
	uint32_t mtu = attach->mtu ? attach->mtu : MTU_DEFAULT;
	int ret;

	ret = refresh_bridge(attach, reterr);
	if (ret < 0)
		return ret;
	ret = add_interface(attach, attach->bridge.name, &attach->bridge.mac,
			    NULL, attach->bridge.mtu);
	if (ret == 0)
		ret = add_interface(attach, attach->host_name,
				    &attach->veth.host_mac, NULL, mtu);
	if (ret == 0)
		ret = add_interface(attach, attach->call->args.ifname,
				    &attach->pod_mac, attach->call->args.netns,
				    mtu);
	if (ret == 0 && attach->router.index &&
	    attach->router.index != attach->bridge.index)
		ret = add_interface(attach, attach->router.name,
				    &attach->router.mac, NULL,
				    attach->router.mtu);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "complete the result");
	return bridge_plan_dns(&attach->conf, attach->result, reterr);
}
