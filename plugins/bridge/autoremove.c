/* SPDX-License-Identifier: Apache-2.0 */
/* autoremove.c - a bridge that goes with its last port (autoRemove) */
#include <errno.h>
#include <string.h>
#include <sys/file.h>

#include "cni/bridge.h"
#include "cni/linger.h"
#include "cni/netns_lock.h"

#include "autoremove.h"
#include "router.h"

/* More VLAN interfaces than anybody has; the rest keeps the bridge. */
#define VLAN_PORTS_MAX 256

int bridge_hold(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_link now;
	int ret;

	if (!attach->conf.auto_remove)
		return 0;
	ret = cni_netns_lock(LOCK_SH, &attach->lock_fd, reterr);
	if (ret < 0)
		return ret;
	ret = cni_link_get_index(&attach->host, attach->bridge.index, &now,
				 reterr);
	if (ret != -ENODEV)
		return ret;
	attach->bridge = (struct cni_link) { 0 };
	ret = bridge_ensure_bridge(attach, reterr);
	/* The new one lacks what was found on the one that is gone. */
	if (ret == 0 && attach->result->ip_count)
		ret = bridge_look_for_gateways(attach, reterr);
	return ret;
}

void bridge_let_go(struct bridge_attach *attach)
{
	if (attach->lock_fd >= 0)
		(void)close(attach->lock_fd);
	attach->lock_fd = -1;
}

struct ports {
	uint32_t vlan[VLAN_PORTS_MAX];
	size_t vlan_count;
	bool others;
};

static int take_port(const struct nlmsghdr *message, void *data)
{
	struct ports *ports = data;
	struct cni_link link;

	if (!message) {
		ports->vlan_count = 0;
		ports->others = false;
		return 0;
	}
	if (cni_link_parse(message, &link) == 0 &&
	    strncmp(link.alias, BRIDGE_ALIAS_OF_VLAN,
		    strlen(BRIDGE_ALIAS_OF_VLAN)) == 0 &&
	    ports->vlan_count < VLAN_PORTS_MAX)
		ports->vlan[ports->vlan_count++] = link.index;
	else
		ports->others = true;
	return 0;
}

static int remove_unused(struct cni_nl *host, const struct cni_link *bridge,
			 struct cni_error *reterr)
{
	struct ports ports;
	int ret;

	ret = cni_bridge_each_port(host, bridge->index, take_port, &ports,
				   reterr);
	if (ret < 0 || ports.others)
		return ret;
	for (size_t i = 0; i < ports.vlan_count; i++) {
		ret = cni_linger_delete_link(host, ports.vlan[i], reterr);
		if (ret < 0 && ret != -ENODEV)
			return ret;
	}
	ret = cni_linger_delete_link(host, bridge->index, reterr);
	return ret == -ENODEV ? 0 : ret;
}

int bridge_auto_remove(struct cni_nl *host, const struct bridge_conf *conf,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int lock = -1;
	struct cni_link bridge;
	int ret;

	if (!conf->auto_remove || !conf->bridge[0])
		return 0;
	ret = cni_netns_lock(LOCK_EX, &lock, reterr);
	if (ret < 0)
		return ret;
	ret = cni_link_get(host, conf->bridge, &bridge, reterr);
	if (ret == -ENODEV)
		return 0;
	if (ret == 0 && strcmp(bridge.alias, BRIDGE_ALIAS_OF_BRIDGE) == 0)
		ret = remove_unused(host, &bridge, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to remove bridge \"%s\"",
					  conf->bridge)
		       : 0;
}
