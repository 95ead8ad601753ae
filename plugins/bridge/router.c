/* SPDX-License-Identifier: Apache-2.0 */
/* router.c - the interface that has the gateway addresses */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "cni/isolation.h"

#include "mac.h"
#include "router.h"
#include "vlan.h"

int bridge_router_name(const struct bridge_conf *conf,
		       char ret_name[static IFNAMSIZ], struct cni_error *reterr)
{
	int len;

	if (conf->vlan == 0) {
		memcpy(ret_name, conf->bridge, IFNAMSIZ);
		return 0;
	}
	len = snprintf(ret_name, IFNAMSIZ, "%s.%d", conf->bridge,
		       (int)conf->vlan);
	if (len < IFNAMSIZ)
		return 0;
	/* Nobody needs the interface that cannot be. */
	if (!conf->is_gateway || !bridge_conf_is_layer3(conf))
		memcpy(ret_name, conf->bridge, IFNAMSIZ);
	else
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "failed to create vlan interface: the "
				     "name \"%s.%d\" is longer than %d bytes",
				     conf->bridge, (int)conf->vlan,
				     IFNAMSIZ - 1);
	return 0;
}

int bridge_find_router(struct bridge_attach *attach, struct cni_error *reterr)
{
	char name[IFNAMSIZ];
	int ret;

	if (attach->conf.vlan == 0) {
		attach->router = attach->bridge;
		attach->router_is_new = attach->bridge_is_new;
		return 0;
	}
	ret = bridge_router_name(&attach->conf, name, reterr);
	if (ret < 0)
		return ret;
	ret = cni_link_get(&attach->host, name, &attach->router, reterr);
	if (ret == -ENODEV) {
		attach->router = (struct cni_link) { 0 };
		attach->router_is_new = true;
		return 0;
	}
	return ret;
}

/* Names nobody: GC and DEL of attachments leave it alone. */
static void port_alias(const char *router,
		       char ret_alias[static BRIDGE_ALIAS_SIZE])
{
	(void)snprintf(ret_alias, BRIDGE_ALIAS_SIZE, BRIDGE_ALIAS_OF_VLAN "%s",
		       router);
}

static int create_pair(struct bridge_attach *attach, const char *name,
		       struct cni_veth *ret_veth, struct cni_error *reterr)
{
	char node[64];
	char alias[BRIDGE_ALIAS_SIZE];
	char port[IFNAMSIZ];
	struct cni_veth_spec spec = {
		.host_name = port,
		.host_alias = alias,
		.master = attach->bridge.index,
		.peer_netns_fd = -1,
		.peer_name = name,
		.mtu = attach->bridge.mtu,
		.queues = 1,
	};

	port_alias(name, alias);
	bridge_host_name(alias, 0, port);
	bridge_read_node(node, sizeof(node));
	spec.host_mac = bridge_mac_for_port(alias);
	spec.peer_mac = bridge_mac_for_bridge(node, name);
	return cni_veth_create(&attach->host, &spec, ret_veth, reterr);
}

/* Its group tells isolation that pods are behind it, as the bridge's does. */
static int raise_router(struct bridge_attach *attach, uint32_t index,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifinfomsg *ifi;

	cni_nl_req_init(&req);
	ifi = cni_nl_begin(&req, RTM_SETLINK, 0, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	cni_nl_put_u32(&req, IFLA_GROUP, CNI_ISOLATION_LINK_GROUP);
	return cni_nl_talk(&attach->host, &req, NULL, NULL, reterr);
}

static int create_router(struct bridge_attach *attach, const char *name,
			 struct cni_error *reterr)
{
	struct cni_veth veth;
	int ret;

	ret = create_pair(attach, name, &veth, reterr);
	/* A parallel ADD was faster. */
	if (ret == -EEXIST || ret == -ENOTUNIQ)
		return 0;
	if (ret == 0)
		ret = bridge_set_gateway_vlan(attach, veth.host_index, reterr);
	if (ret == 0)
		ret = raise_router(attach, veth.peer_index, reterr);
	if (ret < 0)
		(void)cni_link_delete(&attach->host, name, NULL);
	return ret;
}

/*
 * Its group comes last: without it, the ADD that made the interface was killed
 * or is still at work, or the interface is one of the Go plugin's.
 */
static int complete_router(struct bridge_attach *attach,
			   struct cni_error *reterr)
{
	const struct cni_link *router = &attach->router;
	char alias[BRIDGE_ALIAS_SIZE];
	struct cni_link port;
	int ret = 0;

	if (router->group == CNI_ISOLATION_LINK_GROUP ||
	    strcmp(router->kind, "veth") != 0 || router->peer_netnsid >= 0 ||
	    cni_link_get_index(&attach->host, router->peer, &port, NULL) < 0 ||
	    port.master != attach->bridge.index)
		return 0;
	port_alias(router->name, alias);
	if (!port.alias[0])
		ret = cni_link_set_alias(&attach->host, port.index, alias,
					 reterr);
	if (ret == 0)
		ret = bridge_set_gateway_vlan(attach, port.index, reterr);
	return ret < 0 ? ret : raise_router(attach, router->index, reterr);
}

static int ensure_router(struct bridge_attach *attach, struct cni_error *reterr)
{
	char name[IFNAMSIZ];
	int ret;

	if (attach->router.index)
		return complete_router(attach, reterr);
	ret = bridge_router_name(&attach->conf, name, reterr);
	if (ret == 0)
		ret = create_router(attach, name, reterr);
	if (ret == 0)
		ret = cni_link_get(&attach->host, name, &attach->router,
				   reterr);
	return ret < 0 ? ret : complete_router(attach, reterr);
}

int bridge_ensure_router(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret = 0;

	if (attach->conf.vlan)
		ret = ensure_router(attach, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to create vlan interface")
		       : 0;
}
