/* SPDX-License-Identifier: Apache-2.0 */
/* result_legacy.c - the result shape of 0.1.0 and 0.2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "cni/cleanup.h"
#include "result_legacy.h"

/**
 * struct ip_config - `ip4` or `ip6`
 * @address: member `ip`
 * @gateway: may be unset
 * @routes: owned
 * @route_count: how many
 */
struct ip_config {
	struct cni_prefix address;
	struct cni_addr gateway;
	struct cni_route *routes;
	size_t route_count;
};

static int decode_routes(json_object *value, void *field,
			 struct cni_error *reterr)
{
	struct ip_config *config = field;

	free(config->routes);
	return cni_json_decode_array(value, sizeof(*config->routes),
				     cni_route_decode, &config->routes,
				     &config->route_count, reterr);
}

static int decode_ip_config(json_object *value, struct ip_config *config,
			    struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "ip",
		  .type = CNI_JSON_PREFIX,
		  .offset = offsetof(struct ip_config, address) },
		{ .key = "gateway",
		  .type = CNI_JSON_ADDR,
		  .offset = offsetof(struct ip_config, gateway) },
		{ .key = "routes",
		  .type = CNI_JSON_CUSTOM,
		  .decode = decode_routes },
	};

	return cni_json_decode(value, fields, sizeof(fields) / sizeof(*fields),
			       config, reterr);
}

/* Routes of these versions have a destination and a next hop, nothing else. */
static int add_config(struct cni_result *result, const struct ip_config *config)
{
	const struct cni_result_ip ip = { .interface = CNI_RESULT_NO_INTERFACE,
					  .address = config->address,
					  .gateway = config->gateway };
	int ret = cni_result_add_ip(result, &ip);

	for (size_t i = 0; i < config->route_count && ret >= 0; i++) {
		const struct cni_route route = {
			.has_dst = config->routes[i].has_dst,
			.dst = config->routes[i].dst,
			.gw = config->routes[i].gw,
		};

		ret = cni_result_add_route(result, &route);
	}
	return ret;
}

static int decode_family(json_object *object, const char *key,
			 struct cni_result *result, struct cni_error *reterr)
{
	json_object *value = cni_json_get(object, key);
	struct ip_config config = { 0 };
	int ret;

	if (!value)
		return 0;
	ret = decode_ip_config(value, &config, reterr);
	if (ret < 0) {
		ret = cni_error_prefix(reterr, ret, "\"%s\"", key);
	} else {
		ret = add_config(result, &config);
		if (ret < 0)
			ret = cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
					      "decode result");
	}
	free(config.routes);
	return ret;
}

int cni_result_legacy_decode(json_object *object, struct cni_result *result,
			     struct cni_error *reterr)
{
	int ret = decode_family(object, "ip4", result, reterr);

	result->legacy = true;
	return ret < 0 ? ret : decode_family(object, "ip6", result, reterr);
}

static bool is_ipv4(const struct cni_prefix *prefix)
{
	return cni_addr_unmap(&prefix->addr).family == AF_INET;
}

static json_object *routes_of_family(const struct cni_result *result, bool ipv4)
{
	CNI_CLEANUP(json) json_object *routes = json_object_new_array();

	for (size_t i = 0; routes && i < result->route_count; i++) {
		const struct cni_route *route = &result->routes[i];
		struct cni_json_members members = { 0 };

		if (is_ipv4(&route->dst) != ipv4)
			continue;
		cni_json_put_prefix(&members, "dst", &route->dst);
		cni_json_put_addr(&members, "gw", &route->gw);
		if (cni_json_append(routes,
				    cni_json_members_finish(&members, false)))
			return NULL;
	}
	return cni_take_ptr(routes);
}

static json_object *ip_config_to_json(const struct cni_result *result,
				      const struct cni_result_ip *ip)
{
	CNI_CLEANUP(json) json_object *routes = NULL;
	struct cni_json_members members = { 0 };

	cni_json_put_prefix(&members, "ip", &ip->address);
	cni_json_put_addr(&members, "gateway", &ip->gateway);
	routes = routes_of_family(result, is_ipv4(&ip->address));
	if (!routes || json_object_array_length(routes) > 0)
		cni_json_put(&members, "routes", cni_take_ptr(routes));
	return cni_json_members_finish(&members, false);
}

static bool put_first_of_family(const struct cni_result *result, bool ipv4,
				struct cni_json_members *members)
{
	for (size_t i = 0; i < result->ip_count; i++) {
		const struct cni_result_ip *ip = &result->ips[i];

		if (is_ipv4(&ip->address) != ipv4)
			continue;
		cni_json_put(members, ipv4 ? "ip4" : "ip6",
			     ip_config_to_json(result, ip));
		return true;
	}
	return false;
}

int cni_result_legacy_put(const struct cni_result *result,
			  struct cni_json_members *members,
			  struct cni_error *reterr)
{
	bool has_ip4 = put_first_of_family(result, true, members);
	bool has_ip6 = put_first_of_family(result, false, members);

	if (has_ip4 || has_ip6 || result->legacy)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INTERNAL, EINVAL,
			     "cannot convert: no valid IP addresses");
}
