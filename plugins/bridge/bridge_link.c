/* SPDX-License-Identifier: Apache-2.0 */
/* bridge_link.c - make sure of the bridge itself */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/bridge.h"
#include "cni/file.h"
#include "cni/isolation.h"
#include "cni/route.h"
#include "cni/sysctl.h"

#include "attach.h"
#include "mac.h"

/* Link group of an interface nobody has put into one. */
#define GROUP_DEFAULT 0

/*
 * Several nodes may be joined on layer 2 by uplinks in their bridges, so the
 * bridge's name alone would give them all the same MAC.
 */
void bridge_read_node(char *ret_node, size_t size)
{
	if (cni_read_file_at(AT_FDCWD, "/etc/machine-id", ret_node, size) > 1)
		return;
	if (cni_read_file_at(AT_FDCWD, "/proc/sys/kernel/random/boot_id",
			     ret_node, size) > 1)
		return;
	ret_node[0] = '\0';
}

int bridge_choose_mtu(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	if (attach->conf.mtu) {
		attach->mtu = (uint32_t)attach->conf.mtu;
		return 0;
	}
	ret = cni_rt_uplink_mtu(&attach->host, &attach->mtu, reterr);
	if (ret < 0)
		return ret;
	if (attach->mtu && attach->bridge.index &&
	    attach->bridge.mtu < attach->mtu)
		attach->mtu = attach->bridge.mtu;
	return 0;
}

static int create_bridge(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_bridge_spec spec = {
		.name = attach->conf.bridge,
		.mtu = attach->mtu,
		.vlan_filtering = bridge_conf_wants_vlans(&attach->conf),
		.group = CNI_ISOLATION_LINK_GROUP,
	};
	char node[64];
	int ret;

	bridge_read_node(node, sizeof(node));
	spec.mac = bridge_mac_for_bridge(node, attach->conf.bridge);
	ret = cni_bridge_ensure(&attach->host, &spec, &attach->bridge,
				&attach->bridge_is_new, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"failed to create bridge \"%s\"",
					attach->conf.bridge);
	if (!attach->bridge_is_new)
		return 0;
	/* Says who made it, for autoRemove; a create message cannot. */
	return cni_link_set_alias(&attach->host, attach->bridge.index,
				  BRIDGE_ALIAS_OF_BRIDGE, reterr);
}

/* The ADD that has made it may not have said so yet. */
static bool is_ours(const struct cni_link *bridge)
{
	struct cni_mac mac;
	char node[64];

	if (strcmp(bridge->alias, BRIDGE_ALIAS_OF_BRIDGE) == 0)
		return true;
	if (bridge->group != CNI_ISOLATION_LINK_GROUP)
		return false;
	bridge_read_node(node, sizeof(node));
	mac = bridge_mac_for_bridge(node, bridge->name);
	return cni_mac_equal(&mac, &bridge->mac);
}

/*
 * The host's own traffic may cross a bridge of somebody else with tags that no
 * port would be a member of.
 */
static int filter_vlans(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_link *bridge = &attach->bridge;
	int ret;

	if (!is_ours(bridge)) {
		cni_warn("bridge \"%s\" does not filter VLANs, so that those "
			 "of its ports have no effect: set its vlan_filtering",
			 bridge->name);
		return 0;
	}
	ret = cni_bridge_set_vlan_filtering(&attach->host, bridge->index, true,
					    reterr);
	bridge->bridge.vlan_filtering = ret == 0;
	return ret;
}

/* Looked up before: only what it lacks is changed. */
static int adapt_bridge(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_link *bridge = &attach->bridge;
	int ret = 0;

	if (bridge_conf_wants_vlans(&attach->conf) &&
	    !bridge->bridge.vlan_filtering)
		ret = filter_vlans(attach, reterr);
	if (ret < 0)
		return ret;
	if (bridge->flags & IFF_UP)
		return 0;
	return cni_link_set_flags(&attach->host, bridge->index, IFF_UP, IFF_UP,
				  reterr);
}

/*
 * A bridge that was not made by this plugin may have no MAC of its own: the
 * kernel then gives it the lowest of its ports', and none when the last one
 * leaves.  Setting the one it has makes it stay.  It costs the bridge its
 * neighbour entries, so it is done once, and the link group remembers that.
 */
static int adopt_bridge(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_link *bridge = &attach->bridge;
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifinfomsg *ifi;
	char node[64];
	int ret;

	if (!cni_mac_is_set(&bridge->mac)) {
		bridge_read_node(node, sizeof(node));
		bridge->mac = bridge_mac_for_bridge(node, bridge->name);
	}
	cni_nl_req_init(&req);
	ifi = cni_nl_begin(&req, RTM_SETLINK, 0, sizeof(*ifi));
	ifi->ifi_index = (int)bridge->index;
	cni_nl_put(&req, IFLA_ADDRESS, bridge->mac.bytes,
		   sizeof(bridge->mac.bytes));
	if (bridge->group == GROUP_DEFAULT)
		cni_nl_put_u32(&req, IFLA_GROUP, CNI_ISOLATION_LINK_GROUP);
	ret = cni_nl_talk(&attach->host, &req, NULL, NULL, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "could not set mac of bridge \"%s\"",
					  bridge->name)
		       : 0;
}

/* One that is in our group has been adopted, or was made by us. */
static bool needs_adoption(const struct bridge_attach *attach)
{
	const struct cni_link *bridge = &attach->bridge;

	if (attach->bridge_is_new)
		return false;
	if (bridge->group == CNI_ISOLATION_LINK_GROUP)
		return !cni_mac_is_set(&bridge->mac);
	return bridge->group == GROUP_DEFAULT ||
	       bridge_mac_is_borrowed(&bridge->mac);
}

/*
 * Pods must not be able to configure the host by router advertisements.  Every
 * time: the ADD that made the bridge may have been killed before this, and
 * others like to set this for all interfaces.
 */
static void refuse_advertisements(const struct bridge_attach *attach)
{
	static const struct cni_sysctl no_ra[] = {
		{ .family = AF_INET6, .key = "accept_ra", .value = "0" },
	};

	(void)cni_sysctl_ensure_if(attach->conf.bridge, no_ra, 1, NULL);
}

static int set_promisc(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	if (!attach->conf.promisc_mode || (attach->bridge.flags & IFF_PROMISC))
		return 0;
	ret = cni_link_set_flags(&attach->host, attach->bridge.index,
				 IFF_PROMISC, IFF_PROMISC, reterr);
	return ret < 0 ? cni_error_prefix(
				 reterr, ret,
				 "could not set promiscuous mode on \"%s\"",
				 attach->conf.bridge)
		       : 0;
}

int bridge_ensure_bridge(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = bridge_choose_mtu(attach, reterr);
	if (ret < 0)
		return ret;
	if (attach->bridge.index)
		ret = adapt_bridge(attach, reterr);
	else
		ret = create_bridge(attach, reterr);
	if (ret == 0 && needs_adoption(attach))
		ret = adopt_bridge(attach, reterr);
	if (ret < 0)
		return ret;
	refuse_advertisements(attach);
	return set_promisc(attach, reterr);
}
