/* SPDX-License-Identifier: Apache-2.0 */
/* bridge.c - bridges */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "cni/bridge.h"
#include "link_internal.h"

static void put_vlan_filtering(struct cni_nl_req *req, bool on)
{
	size_t info = cni_nl_nest_begin(req, IFLA_LINKINFO);
	size_t data;

	cni_nl_put_str(req, IFLA_INFO_KIND, "bridge");
	data = cni_nl_nest_begin(req, IFLA_INFO_DATA);
	cni_nl_put_u8(req, IFLA_BR_VLAN_FILTERING, on);
	cni_nl_nest_end(req, data);
	cni_nl_nest_end(req, info);
}

static void put_kind(struct cni_nl_req *req)
{
	size_t info = cni_nl_nest_begin(req, IFLA_LINKINFO);

	cni_nl_put_str(req, IFLA_INFO_KIND, "bridge");
	cni_nl_nest_end(req, info);
}

static int take_echo(const struct nlmsghdr *message, void *data)
{
	return cni_link_parse(message, data);
}

static int create(struct cni_nl *nl, const struct cni_bridge_spec *spec,
		  struct cni_link *ret_link, struct cni_error *reterr)
{
	const uint16_t flags = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO;
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct cni_link link = { 0 };
	struct ifinfomsg *ifi;
	int ret;

	cni_nl_req_init(&req);
	ifi = cni_nl_begin(&req, RTM_NEWLINK, flags, sizeof(*ifi));
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	cni_nl_put_str(&req, IFLA_IFNAME, spec->name);
	if (cni_mac_is_set(&spec->mac))
		cni_nl_put(&req, IFLA_ADDRESS, spec->mac.bytes,
			   sizeof(spec->mac.bytes));
	if (spec->mtu)
		cni_nl_put_u32(&req, IFLA_MTU, spec->mtu);
	if (spec->group)
		cni_nl_put_u32(&req, IFLA_GROUP, spec->group);
	if (spec->vlan_filtering)
		put_vlan_filtering(&req, true);
	else
		put_kind(&req);
	ret = cni_nl_talk(nl, &req, take_echo, &link, reterr);
	if (ret == -EOPNOTSUPP && reterr)
		reterr->code = CNI_CODE_KERNEL_FEATURE;
	if (ret < 0)
		return cni_error_prefix(
			reterr, ret, "could not add \"%s\"%s", spec->name,
			spec->vlan_filtering ? " with VLAN filtering" : "");
	/* Before Linux 6.2 RTM_NEWLINK ignores NLM_F_ECHO. */
	if (!link.index)
		return cni_link_get(nl, spec->name, ret_link, reterr);
	*ret_link = link;
	return 0;
}

/* Makes an existing bridge fit; all it may lack is IFF_UP and VLANs. */
static int adopt(struct cni_nl *nl, const struct cni_bridge_spec *spec,
		 struct cni_link *link, struct cni_error *reterr)
{
	int ret = 0;

	if (strcmp(link->kind, "bridge") != 0)
		return cni_error_set(
			reterr, CNI_CODE_NOT_A_BRIDGE, EEXIST,
			"\"%s\" already exists but is not a bridge",
			spec->name);
	if (spec->vlan_filtering && !link->bridge.vlan_filtering) {
		ret = cni_bridge_set_vlan_filtering(nl, link->index, true,
						    reterr);
		if (ret < 0)
			return cni_error_prefix(reterr, ret, "\"%s\"",
						spec->name);
		link->bridge.vlan_filtering = true;
	}
	if (!(link->flags & IFF_UP)) {
		ret = cni_link_set_flags(nl, link->index, IFF_UP, IFF_UP,
					 reterr);
		link->flags |= IFF_UP;
	}
	return ret;
}

int cni_bridge_ensure(struct cni_nl *nl, const struct cni_bridge_spec *spec,
		      struct cni_link *ret_link, bool *ret_created,
		      struct cni_error *reterr)
{
	struct cni_link link;
	bool created = false;
	int ret;

	ret = cni_link_get(nl, spec->name, &link, reterr);
	if (ret == -ENODEV) {
		ret = create(nl, spec, &link, reterr);
		created = ret == 0;
		if (ret == -EEXIST)
			ret = cni_link_get(nl, spec->name, &link, reterr);
	}
	if (ret == 0 && !created)
		ret = adopt(nl, spec, &link, reterr);
	if (ret < 0)
		return ret;
	*ret_link = link;
	if (ret_created)
		*ret_created = created;
	return 0;
}

int cni_bridge_set_vlan_filtering(struct cni_nl *nl, uint32_t index, bool on,
				  struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifinfomsg *ifi;
	int ret;

	cni_nl_req_init(&req);
	/* Only RTM_NEWLINK looks at IFLA_INFO_DATA. */
	ifi = cni_nl_begin(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	put_vlan_filtering(&req, on);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	if (ret == -EOPNOTSUPP && reterr)
		reterr->code = CNI_CODE_KERNEL_FEATURE;
	return ret < 0 ? cni_error_prefix(reterr, ret, "set VLAN filtering")
		       : 0;
}

struct each_port {
	uint32_t bridge;
	cni_nl_cb cb;
	void *data;
};

/* Kernels that ignore the filter send all interfaces. */
static int take_port(const struct nlmsghdr *message, void *data)
{
	const struct each_port *each = data;
	struct cni_link link;
	int ret;

	if (message) {
		ret = cni_link_parse(message, &link);
		if (ret < 0 || link.master != each->bridge)
			return ret;
	}
	return each->cb(message, each->data);
}

int cni_bridge_each_port(struct cni_nl *nl, uint32_t bridge, cni_nl_cb cb,
			 void *data, struct cni_error *reterr)
{
	struct each_port each = { .bridge = bridge, .cb = cb, .data = data };
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, RTM_GETLINK, 0, sizeof(struct ifinfomsg));
	cni_nl_put_u32(&req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	cni_nl_put_u32(&req, IFLA_MASTER, bridge);
	ret = cni_nl_dump(nl, &req, take_port, &each, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "list ports") : 0;
}

static int count_port(const struct nlmsghdr *message, void *data)
{
	size_t *count = data;

	*count = message ? *count + 1 : 0;
	return 0;
}

int cni_bridge_ports(struct cni_nl *nl, uint32_t bridge, size_t *ret_count,
		     struct cni_error *reterr)
{
	size_t count = 0;
	int ret = cni_bridge_each_port(nl, bridge, count_port, &count, reterr);

	if (ret == 0)
		*ret_count = count;
	return ret;
}
