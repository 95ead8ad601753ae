/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan.h - what follows from an IPAM result: gateways, routes, bridge addresses
 *
 * Pure: nothing here looks at or changes the system.
 */
#ifndef BRIDGE_PLAN_H
#define BRIDGE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/addr.h"
#include "cni/ip.h"
#include "cni/result.h"
#include "cni/route.h"

#include "conf.h"

/* Place of the container's entry in `interfaces`: bridge, host end, pod. */
#define BRIDGE_RESULT_BRIDGE	0
#define BRIDGE_RESULT_HOST	1
#define BRIDGE_RESULT_CONTAINER 2

/**
 * bridge_plan_gateways() - complete addresses and routes of an IPAM result
 * @conf: isGateway, isDefaultGateway
 * @result: every address gets its interface index; with isGateway a missing
 *	gateway becomes the first address of its subnet; with isDefaultGateway
 *	a family without default route gets one through its first gateway
 * @reterr: -ENOMEM
 *
 * A default route of the main table that names no gateway counts as one: it
 * will go through the same gateway (the Go plugin appends a second one and
 * fails).  A default route with a gateway counts whatever its table.
 *
 * Source: containernetworking/plugins plugins/main/bridge/bridge.go,
 *calcGateways().
 *
 * Return: 0; -ENOMEM.
 */
int bridge_plan_gateways(const struct bridge_conf *conf,
			 struct cni_result *result, struct cni_error *reterr);

/**
 * bridge_plan_addresses() - the result's addresses in an array of their own
 * @result: the result
 * @ret_addrs: as many as it has; free with free()
 * @reterr: -ENOMEM
 *
 * Return: 0; -ENOMEM.
 */
int bridge_plan_addresses(const struct cni_result *result,
			  struct cni_prefix **ret_addrs,
			  struct cni_error *reterr);

/**
 * struct bridge_routes - the routes to install in the pod
 * @items: allocated; a zeroed structure is empty
 * @count: how many
 */
struct bridge_routes {
	struct cni_rt *items;
	size_t count;
};

/**
 * bridge_plan_routes() - the result's routes as the kernel takes them
 * @result: completed by bridge_plan_gateways()
 * @ret_routes: free with bridge_routes_done(); empty before
 * @reterr: code 999 for a route without destination
 *
 * A route without gateway goes through the first gateway of its family, unless
 * its scope says that the destination is on the link.  Of equal routes one is
 * kept.
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int bridge_plan_routes(const struct cni_result *result,
		       struct bridge_routes *ret_routes,
		       struct cni_error *reterr);

/** bridge_routes_done() - free the list; empty afterwards */
void bridge_routes_done(struct bridge_routes *routes);

CNI_DEFINE_CLEANUP(bridge_routes, struct bridge_routes, bridge_routes_done);

/**
 * bridge_plan_bridge_addresses() - the gateway addresses the bridge must have
 * @result: completed by bridge_plan_gateways()
 * @ret_list: IPv4 first, then IPv6, no duplicates; free its items with free()
 * @reterr: -ENOMEM
 *
 * Return: 0; -ENOMEM.
 */
int bridge_plan_bridge_addresses(const struct cni_result *result,
				 struct bridge_prefix_list *ret_list,
				 struct cni_error *reterr);

/**
 * bridge_plan_conflict() - does an address of the bridge rule out another one?
 * @present: an address the interface has
 * @wanted: an address it is to have
 *
 * Different addresses whose subnets overlap do; link-local ones never do.
 */
bool bridge_plan_conflict(const struct cni_prefix *present,
			  const struct cni_prefix *wanted);

/**
 * bridge_plan_dns() - which dns the result carries
 * @conf: the plugin's own dns wins when it has a list, even an empty one, or a
 *	domain
 * @result: holds the IPAM plugin's dns
 * @reterr: -ENOMEM
 *
 * Return: 0; -ENOMEM.
 */
int bridge_plan_dns(const struct bridge_conf *conf, struct cni_result *result,
		    struct cni_error *reterr);

#endif /* BRIDGE_PLAN_H */
