/* SPDX-License-Identifier: Apache-2.0 */
/* bridge_vlan.c - the VLANs of bridge ports */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/bridge.h"

void cni_vlan_list_done(struct cni_vlan_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

static bool range_is_valid(const struct cni_vlan_range *range)
{
	return range->first >= CNI_VLAN_MIN && range->last <= CNI_VLAN_MAX &&
	       range->first <= range->last &&
	       (!range->pvid || range->first == range->last);
}

static void put_vlan(struct cni_nl_req *req, uint16_t vid, uint16_t flags)
{
	struct bridge_vlan_info info = { .vid = vid, .flags = flags };

	cni_nl_put(req, IFLA_BRIDGE_VLAN_INFO, &info, sizeof(info));
}

/* A range is sent as its two ends. */
static void put_range(struct cni_nl_req *req,
		      const struct cni_vlan_range *range)
{
	uint16_t flags = 0;

	if (range->pvid)
		flags |= BRIDGE_VLAN_INFO_PVID;
	if (range->untagged)
		flags |= BRIDGE_VLAN_INFO_UNTAGGED;
	if (range->first == range->last) {
		put_vlan(req, range->first, flags);
		return;
	}
	put_vlan(req, range->first, flags | BRIDGE_VLAN_INFO_RANGE_BEGIN);
	put_vlan(req, range->last, flags | BRIDGE_VLAN_INFO_RANGE_END);
}

void cni_bridge_vlan_put(struct cni_nl_req *req, uint16_t type, uint32_t port,
			 const struct cni_vlan_range *ranges, size_t count)
{
	struct ifinfomsg *ifi = cni_nl_begin(req, type, 0, sizeof(*ifi));
	size_t spec;
	size_t i;

	ifi->ifi_family = AF_BRIDGE;
	ifi->ifi_index = (int)port;
	/* Without IFLA_BRIDGE_FLAGS the request goes to the port's master. */
	spec = cni_nl_nest_begin(req, IFLA_AF_SPEC);
	for (i = 0; i < count; i++)
		put_range(req, &ranges[i]);
	cni_nl_nest_end(req, spec);
}

static int change(struct cni_nl *nl, uint16_t type, uint32_t port,
		  const struct cni_vlan_range *ranges, size_t count,
		  struct cni_error *reterr)
{
	const char *what = type == RTM_SETLINK ? "add VLANs" : "remove VLANs";
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	size_t i;
	int ret;

	cni_nl_req_init(&req);
	for (i = 0; i < count; i++)
		if (!range_is_valid(&ranges[i]))
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL, "%s: bad range %u-%u",
					     what, ranges[i].first,
					     ranges[i].last);
	if (count == 0)
		return 0;
	cni_bridge_vlan_put(&req, type, port, ranges, count);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	if (ret == -EOPNOTSUPP && reterr)
		reterr->code = CNI_CODE_KERNEL_FEATURE;
	return ret < 0 ? cni_error_prefix(reterr, ret, "%s", what) : 0;
}

int cni_bridge_vlan_add(struct cni_nl *nl, uint32_t port,
			const struct cni_vlan_range *ranges, size_t count,
			struct cni_error *reterr)
{
	return change(nl, RTM_SETLINK, port, ranges, count, reterr);
}

int cni_bridge_vlan_del(struct cni_nl *nl, uint32_t port,
			const struct cni_vlan_range *ranges, size_t count,
			struct cni_error *reterr)
{
	return change(nl, RTM_DELLINK, port, ranges, count, reterr);
}

struct vlan_dump {
	uint32_t port;
	struct cni_vlan_list list;
};

static int append_range(struct cni_vlan_list *list,
			const struct bridge_vlan_info *info, uint16_t last)
{
	size_t size = (list->count + 1) * sizeof(*list->items);
	struct cni_vlan_range *items = realloc(list->items, size);

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] = (struct cni_vlan_range) {
		.first = info->vid,
		.last = last,
		.pvid = (info->flags & BRIDGE_VLAN_INFO_PVID) != 0,
		.untagged = (info->flags & BRIDGE_VLAN_INFO_UNTAGGED) != 0,
	};
	return 0;
}

static int take_entry(const struct nlattr *entry, void *data)
{
	const struct nlattr *tb[BRIDGE_VLANDB_ENTRY_RANGE + 1];
	struct cni_vlan_list *list = data;
	const struct nlattr *attr;
	struct bridge_vlan_info info;

	if (mnl_attr_get_type(entry) != BRIDGE_VLANDB_ENTRY)
		return 0;
	if (cni_nl_parse_nested(entry, tb, MNL_ARRAY_SIZE(tb)) < 0)
		return -EBADMSG;
	attr = tb[BRIDGE_VLANDB_ENTRY_INFO];
	if (!attr || mnl_attr_get_payload_len(attr) < sizeof(info))
		return -EBADMSG;
	memcpy(&info, mnl_attr_get_payload(attr), sizeof(info));
	return append_range(list, &info,
			    cni_nl_get_u16(tb[BRIDGE_VLANDB_ENTRY_RANGE],
					   info.vid));
}

static int take_vlans(const struct nlmsghdr *message, void *data)
{
	struct vlan_dump *dump = data;
	const struct br_vlan_msg *header;

	if (!message) {
		cni_vlan_list_done(&dump->list);
		return 0;
	}
	if (message->nlmsg_type != RTM_NEWVLAN ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*header))
		return -EBADMSG;
	header = mnl_nlmsg_get_payload(message);
	if (header->ifindex != dump->port)
		return 0;
	return cni_nl_each(message, sizeof(*header), take_entry, &dump->list);
}

int cni_bridge_vlan_list(struct cni_nl *nl, uint32_t port,
			 struct cni_vlan_list *ret_list,
			 struct cni_error *reterr)
{
	struct vlan_dump dump = { .port = port };
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct br_vlan_msg *header;
	int ret;

	cni_nl_req_init(&req);
	header = cni_nl_begin(&req, RTM_GETVLAN, 0, sizeof(*header));
	header->family = AF_BRIDGE;
	header->ifindex = port;
	ret = cni_nl_dump(nl, &req, take_vlans, &dump, reterr);
	/* A kernel without VLAN filtering has no VLANs to list. */
	if (ret == -EOPNOTSUPP)
		ret = 0;
	if (ret < 0) {
		cni_vlan_list_done(&dump.list);
		return cni_error_prefix(reterr, ret, "list VLANs");
	}
	*ret_list = dump.list;
	return 0;
}
