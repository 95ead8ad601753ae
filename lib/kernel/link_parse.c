/* SPDX-License-Identifier: Apache-2.0 */
/* link_parse.c - reading what the kernel says about an interface */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "cni/link.h"

static void parse_port(const struct nlattr *data, struct cni_link *link)
{
	const struct nlattr *tb[IFLA_BRPORT_ISOLATED + 1];

	if (!data || cni_nl_parse_nested(data, tb, MNL_ARRAY_SIZE(tb)) < 0)
		return;
	link->is_port = true;
	link->port.state = cni_nl_get_u8(tb[IFLA_BRPORT_STATE], 0);
	link->port.hairpin = cni_nl_get_u8(tb[IFLA_BRPORT_MODE], 0) != 0;
	link->port.isolated = cni_nl_get_u8(tb[IFLA_BRPORT_ISOLATED], 0) != 0;
}

static void parse_bridge(const struct nlattr *data, struct cni_link *link)
{
	const struct nlattr *tb[IFLA_BR_VLAN_DEFAULT_PVID + 1];

	if (!data || cni_nl_parse_nested(data, tb, MNL_ARRAY_SIZE(tb)) < 0)
		return;
	/* IFLA_BR_VLAN_FILTERING is always there. */
	link->bridge.can_filter_vlans = tb[IFLA_BR_VLAN_DEFAULT_PVID] != NULL;
	link->bridge.vlan_filtering =
		cni_nl_get_u8(tb[IFLA_BR_VLAN_FILTERING], 0) != 0;
	link->bridge.default_pvid =
		cni_nl_get_u16(tb[IFLA_BR_VLAN_DEFAULT_PVID], 0);
	link->bridge.stp = cni_nl_get_u32(tb[IFLA_BR_STP_STATE], 0);
}

static void parse_linkinfo(const struct nlattr *linkinfo, struct cni_link *link)
{
	const struct nlattr *tb[IFLA_INFO_SLAVE_DATA + 1];
	char master_kind[IFNAMSIZ];

	if (!linkinfo ||
	    cni_nl_parse_nested(linkinfo, tb, MNL_ARRAY_SIZE(tb)) < 0)
		return;
	cni_nl_get_str(tb[IFLA_INFO_KIND], link->kind, sizeof(link->kind));
	if (strcmp(link->kind, "bridge") == 0)
		parse_bridge(tb[IFLA_INFO_DATA], link);
	cni_nl_get_str(tb[IFLA_INFO_SLAVE_KIND], master_kind,
		       sizeof(master_kind));
	if (strcmp(master_kind, "bridge") == 0)
		parse_port(tb[IFLA_INFO_SLAVE_DATA], link);
}

static void parse_mac(const struct nlattr *attr, struct cni_mac *ret_mac)
{
	if (attr && mnl_attr_get_payload_len(attr) == sizeof(ret_mac->bytes))
		memcpy(ret_mac->bytes, mnl_attr_get_payload(attr),
		       sizeof(ret_mac->bytes));
}

int cni_link_parse(const struct nlmsghdr *message, struct cni_link *ret_link)
{
	const struct nlattr *tb[IFLA_LINK_NETNSID + 1];
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(message);

	if (message->nlmsg_type != RTM_NEWLINK ||
	    cni_nl_parse(message, sizeof(*ifi), tb, MNL_ARRAY_SIZE(tb)) < 0 ||
	    !tb[IFLA_IFNAME])
		return -EBADMSG;
	memset(ret_link, 0, sizeof(*ret_link));
	ret_link->index = (uint32_t)ifi->ifi_index;
	ret_link->flags = ifi->ifi_flags;
	cni_nl_get_str(tb[IFLA_IFNAME], ret_link->name, sizeof(ret_link->name));
	cni_nl_get_str(tb[IFLA_IFALIAS], ret_link->alias,
		       sizeof(ret_link->alias));
	ret_link->mtu = cni_nl_get_u32(tb[IFLA_MTU], 0);
	parse_mac(tb[IFLA_ADDRESS], &ret_link->mac);
	ret_link->master = cni_nl_get_u32(tb[IFLA_MASTER], 0);
	ret_link->group = cni_nl_get_u32(tb[IFLA_GROUP], 0);
	ret_link->peer = cni_nl_get_u32(tb[IFLA_LINK], 0);
	ret_link->peer_netnsid = cni_nl_get_s32(tb[IFLA_LINK_NETNSID], -1);
	ret_link->operstate = cni_nl_get_u8(tb[IFLA_OPERSTATE], 0);
	ret_link->promiscuity = cni_nl_get_u32(tb[IFLA_PROMISCUITY], 0);
	ret_link->tx_queues = cni_nl_get_u32(tb[IFLA_NUM_TX_QUEUES], 0);
	ret_link->tx_queue_len = cni_nl_get_u32(tb[IFLA_TXQLEN], 0);
	parse_linkinfo(tb[IFLA_LINKINFO], ret_link);
	return 0;
}

const char *cni_link_operstate_name(uint8_t operstate)
{
	static const char *const names[] = {
		[CNI_OPERSTATE_UNKNOWN] = "unknown",
		[CNI_OPERSTATE_NOTPRESENT] = "not-present",
		[CNI_OPERSTATE_DOWN] = "down",
		[CNI_OPERSTATE_LOWERLAYERDOWN] = "lower-layer-down",
		[CNI_OPERSTATE_TESTING] = "testing",
		[CNI_OPERSTATE_DORMANT] = "dormant",
		[CNI_OPERSTATE_UP] = "up",
	};

	return operstate < MNL_ARRAY_SIZE(names) ? names[operstate] : "unknown";
}
