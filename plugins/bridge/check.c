/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - CHECK: is everything there that ADD has made? */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/invoke.h"
#include "cni/netns.h"
#include "cni/route.h"

#include "compare.h"
#include "firewall.h"
#include "forwarding.h"
#include "plan.h"
#include "router.h"
#include "verbs.h"
#include "vlan.h"

/* One CHECK: what it has looked up so far. */
struct check {
	const struct cni_call *call;
	struct bridge_conf conf;
	struct cni_result prev;
	struct bridge_parts parts;
	struct cni_nl host;
	struct cni_nl pod;
	struct cni_link bridge;
	struct cni_link host_end;
	struct cni_link container;
};

static int open_sockets(struct check *check, struct cni_error *reterr)
{
	CNI_CLEANUP(fd) int netns = -1;
	const char *path = check->call->args.netns;
	int ret;

	ret = cni_netns_open(path, &netns, reterr);
	if (ret == 0)
		ret = cni_nl_open_at(netns, NETLINK_ROUTE, &check->pod, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"failed to open netns \"%s\"", path);
	return cni_nl_open(&check->host, NETLINK_ROUTE, reterr);
}

static int load(struct check *check, struct cni_error *reterr)
{
	const struct cni_call *call = check->call;
	int ret;

	ret = bridge_conf_decode(call, &check->conf, reterr);
	if (ret < 0)
		return ret;
	ret = cni_result_prev(call->conf, call->cni_version, &check->prev,
			      reterr);
	if (ret == -ENOENT)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, ENOENT,
				     "Required prevResult missing");
	if (ret == 0)
		ret = bridge_find_parts(&check->conf, call, &check->prev,
					&check->parts, reterr);
	if (ret == 0)
		ret = open_sockets(check, reterr);
	return ret;
}

static int look_up(struct cni_nl *nl, const char *name,
		   struct cni_link *ret_link, struct cni_error *reterr)
{
	int ret = cni_link_get(nl, name, ret_link, reterr);

	if (ret == -ENODEV)
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
				     "interface \"%s\" is gone", name);
	return ret;
}

static int check_links(struct check *check, struct cni_error *reterr)
{
	const struct bridge_parts *parts = &check->parts;
	const struct bridge_conf *conf = &check->conf;
	int ret;

	ret = look_up(&check->host, parts->bridge->name, &check->bridge,
		      reterr);
	if (ret == 0)
		ret = bridge_compare_bridge(conf, parts->bridge, &check->bridge,
					    reterr);
	if (ret == 0)
		ret = look_up(&check->pod, parts->container->name,
			      &check->container, reterr);
	if (ret == 0)
		ret = bridge_compare_container(conf, parts->container,
					       &check->container, reterr);
	if (ret == 0)
		ret = look_up(&check->host, parts->host->name, &check->host_end,
			      reterr);
	if (ret == 0)
		ret = bridge_compare_host(conf, parts->host, &check->host_end,
					  &check->container, &check->bridge,
					  reterr);
	return ret;
}

/* @conf: of the port, which need not be the pod's */
static int check_port_vlans(struct check *check, const struct cni_link *port,
			    const struct bridge_conf *conf,
			    struct cni_error *reterr)
{
	CNI_CLEANUP(vlan_list) struct cni_vlan_list want = { 0 };
	CNI_CLEANUP(vlan_list) struct cni_vlan_list have = { 0 };
	int ret;

	ret = bridge_plan_vlans(conf, &want, reterr);
	if (ret == 0)
		ret = cni_bridge_vlan_list(&check->host, port->index, &have,
					   reterr);
	if (ret == 0)
		ret = bridge_compare_vlans(port->name, &want, &have,
					   conf->preserve_default_vlan, reterr);
	return ret;
}

static int check_vlans(struct check *check, struct cni_error *reterr)
{
	if (check->conf.vlan == 0 && check->conf.trunk.count == 0)
		return 0;
	return check_port_vlans(check, &check->host_end, &check->conf, reterr);
}

/* The VLAN interface; somebody may have made it of another kind. */
static int check_router(struct check *check, const struct cni_link *router,
			struct cni_error *reterr)
{
	const struct bridge_conf untagged = {
		.vlan = check->conf.vlan,
		/* Networks that share it need not agree about that. */
		.preserve_default_vlan = true,
	};
	struct cni_link port;
	int ret;

	ret = bridge_compare_router(check->parts.router, router, reterr);
	if (ret < 0 || strcmp(router->kind, "veth") != 0)
		return ret;
	ret = cni_link_get_index(&check->host, router->peer, &port, reterr);
	if (ret < 0 || port.master != check->bridge.index)
		return ret < 0 ? ret
			       : cni_error_set(reterr, CNI_CODE_CHECK_FAILED,
					       ESTALE,
					       "interface \"%s\": it is no "
					       "port of bridge \"%s\"",
					       port.name, check->bridge.name);
	return check_port_vlans(check, &port, &untagged, reterr);
}

/* Addresses that another plugin gave another interface are not ours. */
static bool is_ours(const struct check *check, const struct cni_result_ip *ip)
{
	if (ip->interface < 0)
		return true;
	return (size_t)ip->interface < check->prev.interface_count &&
	       &check->prev.interfaces[ip->interface] == check->parts.container;
}

static int check_addresses(struct check *check, struct cni_error *reterr)
{
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list have = { 0 };
	int ret;

	ret = cni_ifaddr_get(&check->pod, check->container.index, AF_UNSPEC,
			     &have, reterr);
	for (size_t i = 0; ret == 0 && i < check->prev.ip_count; i++) {
		const struct cni_result_ip *ip = &check->prev.ips[i];

		if (is_ours(check, ip))
			ret = bridge_compare_address(check->container.name,
						     &ip->address, &have,
						     reterr);
	}
	return ret;
}

static int check_route(struct check *check, struct cni_rt *rt,
		       struct cni_error *reterr)
{
	char text[CNI_RT_STRLEN];
	bool exists = false;
	int ret;

	rt->index = check->container.index;
	ret = cni_rt_exists(&check->pod, rt, &exists, reterr);
	if (ret < 0 || exists)
		return ret;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "interface \"%s\": it lacks route %s",
			     check->container.name, cni_rt_format(rt, text));
}

static int check_routes(struct check *check, struct cni_error *reterr)
{
	CNI_CLEANUP(bridge_routes) struct bridge_routes routes = { 0 };
	int ret;

	ret = bridge_plan_routes(&check->prev, &routes, reterr);
	for (size_t i = 0; ret == 0 && i < routes.count; i++)
		ret = check_route(check, &routes.items[i], reterr);
	return ret;
}

static int check_gateway_addresses(struct check *check,
				   const struct bridge_prefix_list *gateways,
				   struct cni_error *reterr)
{
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list have = { 0 };
	char name[IFNAMSIZ];
	struct cni_link router;
	int ret;

	ret = bridge_router_name(&check->conf, name, reterr);
	if (ret == 0)
		ret = look_up(&check->host, name, &router, reterr);
	if (ret == 0 && check->parts.router)
		ret = check_router(check, &router, reterr);
	if (ret == 0)
		ret = cni_ifaddr_get(&check->host, router.index, AF_UNSPEC,
				     &have, reterr);
	for (size_t i = 0; ret == 0 && i < gateways->count; i++)
		ret = bridge_compare_address(name, &gateways->items[i], &have,
					     reterr);
	return ret;
}

static int check_forwarding(const struct bridge_prefix_list *gateways,
			    struct cni_error *reterr)
{
	for (size_t i = 0; i < gateways->count; i++) {
		int family = gateways->items[i].addr.family;

		if (bridge_is_forwarding(family, NULL) == 0)
			return cni_error_set(reterr, CNI_CODE_CHECK_FAILED,
					     ESTALE, "forwarding of %s is off",
					     family == AF_INET ? "IPv4"
							       : "IPv6");
	}
	return 0;
}

static int check_gateway(struct check *check, struct cni_error *reterr)
{
	struct bridge_prefix_list gateways = { 0 };
	int ret;

	if (!check->conf.is_gateway)
		return 0;
	ret = bridge_plan_bridge_addresses(&check->prev, &gateways, reterr);
	if (ret == 0)
		ret = check_gateway_addresses(check, &gateways, reterr);
	if (ret == 0)
		ret = check_forwarding(&gateways, reterr);
	free(gateways.items);
	return ret;
}

static int check_layer3(struct check *check, struct cni_error *reterr)
{
	int ret;

	if (!bridge_conf_is_layer3(&check->conf))
		return 0;
	ret = cni_delegate_run(check->call, check->conf.ipam_type,
			       CNI_COMMAND_CHECK, NULL, reterr);
	if (ret == 0)
		ret = check_addresses(check, reterr);
	if (ret == 0)
		ret = check_routes(check, reterr);
	if (ret == 0)
		ret = check_gateway(check, reterr);
	return ret;
}

static int check_firewall(struct check *check, struct cni_error *reterr)
{
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	struct cni_owner owner = bridge_owner(check->call);
	char router[IFNAMSIZ];
	struct bridge_shield shield = {
		.owner = &owner,
		.conf = &check->conf,
		.port = check->host_end.name,
		.pod_mac = &check->container.mac,
		.router = router,
		.result = &check->prev,
	};
	int ret;

	ret = bridge_router_name(&check->conf, router, reterr);
	if (ret == 0)
		ret = bridge_firewall_check(&nft, &shield, reterr);
	return ret;
}

int bridge_check(const struct cni_call *call, struct cni_error *reterr)
{
	struct check check = { .call = call };
	int ret;

	ret = load(&check, reterr);
	if (ret == 0)
		ret = check_links(&check, reterr);
	if (ret == 0)
		ret = check_vlans(&check, reterr);
	if (ret == 0)
		ret = check_layer3(&check, reterr);
	if (ret == 0)
		ret = check_firewall(&check, reterr);
	cni_nl_close(&check.host);
	cni_nl_close(&check.pod);
	cni_result_done(&check.prev);
	bridge_conf_done(&check.conf);
	return ret;
}
