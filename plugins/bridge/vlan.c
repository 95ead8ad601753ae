/* SPDX-License-Identifier: Apache-2.0 */
/* vlan.c - VLANs of the bridge's ports */
#include <errno.h>
#include <stdlib.h>

#include "vlan.h"

/* The untagged VLAN of a trunk port, as the Go plugin has it. */
#define NATIVE_VLAN 1

static void append(struct cni_vlan_list *list, uint16_t first, uint16_t last,
		   bool native)
{
	if (first > last)
		return;
	list->items[list->count++] = (struct cni_vlan_range) {
		.first = first, .last = last, .pvid = native, .untagged = native
	};
}

/* The native VLAN may lie inside a range: it is cut out of it. */
static void append_range(struct cni_vlan_list *list,
			 const struct bridge_vlan_range *range, uint16_t native)
{
	if (native < range->first || native > range->last) {
		append(list, range->first, range->last, false);
		return;
	}
	if (native > range->first)
		append(list, range->first, (uint16_t)(native - 1), false);
	append(list, native, native, true);
	if (native < range->last)
		append(list, (uint16_t)(native + 1), range->last, false);
}

int bridge_plan_vlans(const struct bridge_conf *conf,
		      struct cni_vlan_list *ret_list, struct cni_error *reterr)
{
	const struct bridge_trunk *trunk = &conf->trunk;
	uint16_t native = conf->vlan ? (uint16_t)conf->vlan : NATIVE_VLAN;
	bool placed = bridge_trunk_has(trunk, native);

	/* The native VLAN splits at most one range in three. */
	ret_list->count = 0;
	ret_list->items = calloc(trunk->count + 2, sizeof(*ret_list->items));
	if (!ret_list->items)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "VLANs");
	for (size_t i = 0; i < trunk->count; i++) {
		if (!placed && native < trunk->ranges[i].first) {
			append(ret_list, native, native, true);
			placed = true;
		}
		append_range(ret_list, &trunk->ranges[i], native);
	}
	if (!placed)
		append(ret_list, native, native, true);
	return 0;
}

/* What the kernel has put on a new port, unless it is to stay or wanted. */
static int drop_default(struct bridge_attach *attach, uint32_t port,
			const struct bridge_conf *conf,
			const struct cni_vlan_list *wanted,
			struct cni_error *reterr)
{
	uint16_t vid = attach->bridge.bridge.default_pvid;
	struct cni_vlan_range range = { .first = vid, .last = vid };
	int ret;

	if (conf->preserve_default_vlan || vid == 0)
		return 0;
	for (size_t i = 0; i < wanted->count; i++) {
		if (vid >= wanted->items[i].first &&
		    vid <= wanted->items[i].last && wanted->items[i].pvid)
			return 0;
	}
	ret = cni_bridge_vlan_del(&attach->host, port, &range, 1, reterr);
	/* A port that exists already, see bridge_ensure_router(). */
	if (ret == -ENOENT)
		return 0;
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to remove default vlan")
		       : 0;
}

static int set_port(struct bridge_attach *attach, uint32_t port,
		    const struct bridge_conf *conf, struct cni_error *reterr)
{
	CNI_CLEANUP(vlan_list) struct cni_vlan_list list = { 0 };
	int ret;

	ret = bridge_plan_vlans(conf, &list, reterr);
	if (ret == 0)
		ret = drop_default(attach, port, conf, &list, reterr);
	if (ret < 0)
		return ret;
	ret = cni_bridge_vlan_add(&attach->host, port, list.items, list.count,
				  reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to setup vlan tag")
		       : 0;
}

int bridge_set_vlans(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	if (attach->conf.vlan == 0 && attach->conf.trunk.count == 0)
		return 0;
	ret = set_port(attach, attach->veth.host_index, &attach->conf, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "interface \"%s\"",
					  attach->host_name)
		       : 0;
}

int bridge_set_gateway_vlan(struct bridge_attach *attach, uint32_t port,
			    struct cni_error *reterr)
{
	const struct bridge_conf untagged = {
		.vlan = attach->conf.vlan,
		.preserve_default_vlan = attach->conf.preserve_default_vlan,
	};

	return set_port(attach, port, &untagged, reterr);
}
