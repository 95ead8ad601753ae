/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c - what follows from an IPAM result: gateways, routes, addresses */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "plan.h"

static int out_of_memory(struct cni_error *reterr)
{
	return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
			       "complete the IPAM result");
}

static bool in_main_table(const struct cni_route *route)
{
	/* The Go library treats a negative table as absent. */
	return !route->has_table || route->table <= 0 ||
	       route->table == RT_TABLE_MAIN;
}

static bool is_default(const struct cni_prefix *prefix)
{
	return prefix->len == 0 && cni_addr_is_unspecified(&prefix->addr);
}

static bool has_default_route(const struct cni_result *result, uint8_t family)
{
	for (size_t i = 0; i < result->route_count; i++) {
		const struct cni_route *route = &result->routes[i];

		if (!route->has_dst || route->dst.addr.family != family ||
		    !is_default(&route->dst))
			continue;
		if (cni_addr_is_set(&route->gw) || in_main_table(route))
			return true;
	}
	return false;
}

static int ensure_default_route(struct cni_result *result,
				const struct cni_addr *gateway)
{
	struct cni_route route = { .has_dst = true, .gw = *gateway };

	if (!cni_addr_is_set(gateway) ||
	    has_default_route(result, gateway->family))
		return 0;
	route.dst.addr.family = gateway->family;
	return cni_result_add_route(result, &route);
}

int bridge_plan_gateways(const struct bridge_conf *conf,
			 struct cni_result *result, struct cni_error *reterr)
{
	for (size_t i = 0; i < result->ip_count; i++) {
		struct cni_result_ip *ip = &result->ips[i];

		ip->interface = BRIDGE_RESULT_CONTAINER;
		if (!cni_addr_is_set(&ip->gateway) && conf->is_gateway) {
			struct cni_prefix network =
				cni_prefix_network(&ip->address);

			ip->gateway = cni_addr_next(&network.addr);
		}
		if (conf->is_default_gateway &&
		    ensure_default_route(result, &ip->gateway) < 0)
			return out_of_memory(reterr);
	}
	return 0;
}

int bridge_plan_addresses(const struct cni_result *result,
			  struct cni_prefix **ret_addrs,
			  struct cni_error *reterr)
{
	struct cni_prefix *addrs;

	addrs = calloc(result->ip_count ? result->ip_count : 1, sizeof(*addrs));
	if (!addrs)
		return out_of_memory(reterr);
	for (size_t i = 0; i < result->ip_count; i++)
		addrs[i] = result->ips[i].address;
	*ret_addrs = addrs;
	return 0;
}

static const struct cni_addr *first_gateway(const struct cni_result *result,
					    uint8_t family)
{
	static const struct cni_addr none;

	for (size_t i = 0; i < result->ip_count; i++) {
		if (result->ips[i].gateway.family == family)
			return &result->ips[i].gateway;
	}
	return &none;
}

static struct cni_rt to_rt(const struct cni_result *result,
			   const struct cni_route *route)
{
	struct cni_rt rt = {
		.dst = route->dst,
		.gw = route->gw,
		.mtu = route->mtu > 0 ? (uint32_t)route->mtu : 0,
		.advmss = route->advmss > 0 ? (uint32_t)route->advmss : 0,
		.priority = route->priority > 0 ? (uint32_t)route->priority : 0,
	};

	if (route->has_scope)
		rt.scope = (uint8_t)route->scope;
	if (route->has_table && route->table > 0)
		rt.table = (uint32_t)route->table;
	if (!cni_addr_is_set(&rt.gw) && rt.scope < RT_SCOPE_LINK)
		rt.gw = *first_gateway(result, rt.dst.addr.family);
	return rt;
}

static bool same_rt(const struct cni_rt *a, const struct cni_rt *b)
{
	return cni_prefix_equal(&a->dst, &b->dst) &&
	       cni_addr_equal(&a->gw, &b->gw) && a->table == b->table &&
	       a->priority == b->priority && a->scope == b->scope &&
	       a->mtu == b->mtu && a->advmss == b->advmss;
}

static void append_rt(struct bridge_routes *routes, const struct cni_rt *rt)
{
	for (size_t i = 0; i < routes->count; i++) {
		if (same_rt(&routes->items[i], rt))
			return;
	}
	routes->items[routes->count++] = *rt;
}

int bridge_plan_routes(const struct cni_result *result,
		       struct bridge_routes *ret_routes,
		       struct cni_error *reterr)
{
	if (result->route_count == 0)
		return 0;
	ret_routes->items =
		calloc(result->route_count, sizeof(*ret_routes->items));
	if (!ret_routes->items)
		return out_of_memory(reterr);
	for (size_t i = 0; i < result->route_count; i++) {
		struct cni_rt rt;

		if (!result->routes[i].has_dst)
			return cni_error_set(reterr, CNI_CODE_INTERNAL, EINVAL,
					     "failed to add route: the IPAM "
					     "plugin returned a route without "
					     "dst");
		rt = to_rt(result, &result->routes[i]);
		append_rt(ret_routes, &rt);
	}
	return 0;
}

void bridge_routes_done(struct bridge_routes *routes)
{
	free(routes->items);
	*routes = (struct bridge_routes) { 0 };
}

static void append_prefix(struct bridge_prefix_list *list,
			  const struct cni_prefix *prefix)
{
	for (size_t i = 0; i < list->count; i++) {
		if (cni_prefix_equal(&list->items[i], prefix))
			return;
	}
	list->items[list->count++] = *prefix;
}

int bridge_plan_bridge_addresses(const struct cni_result *result,
				 struct bridge_prefix_list *ret_list,
				 struct cni_error *reterr)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	*ret_list = (struct bridge_prefix_list) { 0 };
	if (result->ip_count == 0)
		return 0;
	ret_list->items = calloc(result->ip_count, sizeof(*ret_list->items));
	if (!ret_list->items)
		return out_of_memory(reterr);
	for (size_t f = 0; f < sizeof(families); f++) {
		for (size_t i = 0; i < result->ip_count; i++) {
			const struct cni_result_ip *ip = &result->ips[i];
			struct cni_prefix prefix = { ip->gateway,
						     ip->address.len };

			if (ip->gateway.family == families[f] &&
			    ip->address.addr.family == families[f])
				append_prefix(ret_list, &prefix);
		}
	}
	return 0;
}

bool bridge_plan_conflict(const struct cni_prefix *present,
			  const struct cni_prefix *wanted)
{
	/* Every IPv6 interface has addresses in fe80::/64. */
	if (cni_addr_is_link_local(&present->addr) &&
	    !cni_addr_equal(&present->addr, &wanted->addr))
		return false;
	return cni_prefix_overlaps(present, wanted) &&
	       !cni_prefix_equal(present, wanted);
}

int bridge_plan_dns(const struct bridge_conf *conf, struct cni_result *result,
		    struct cni_error *reterr)
{
	const struct cni_dns *dns = &conf->dns;

	if (!dns->nameservers.present && !dns->search.present &&
	    !dns->options.present && !(dns->domain && dns->domain[0]))
		return 0;
	cni_dns_done(&result->dns);
	if (cni_dns_copy(dns, &result->dns) < 0)
		return out_of_memory(reterr);
	return 0;
}
