/* SPDX-License-Identifier: Apache-2.0 */
/* result_json.c - writing results */
#include <errno.h>
#include <sys/socket.h>

#include "cni/cleanup.h"
#include "json_members.h"
#include "result_legacy.h"

/* The newest shape, 1.0.0 and up: sorted names, more about interfaces. */
static bool is_current(enum cni_version version)
{
	return version >= CNI_VERSION_1_0_0;
}

static json_object *interface_to_json(const struct cni_result *result,
				      size_t index, enum cni_version version)
{
	const struct cni_result_interface *interface =
		&result->interfaces[index];
	struct cni_json_members members = { 0 };

	cni_json_put_string(&members, "name", interface->name);
	cni_json_put_text(&members, "mac", interface->mac);
	cni_json_put_text(&members, "sandbox", interface->sandbox);
	if (is_current(version)) {
		cni_json_put_nonzero(&members, "mtu", interface->mtu);
		cni_json_put_text(&members, "socketPath",
				  interface->socket_path);
		cni_json_put_text(&members, "pciID", interface->pci_id);
	}
	return cni_json_members_finish(&members, is_current(version));
}

static json_object *ip_to_json(const struct cni_result *result, size_t index,
			       enum cni_version version)
{
	const struct cni_result_ip *ip = &result->ips[index];
	bool ipv4 = cni_addr_unmap(&ip->address.addr).family == AF_INET;
	struct cni_json_members members = { 0 };

	if (!is_current(version))
		cni_json_put_string(&members, "version", ipv4 ? "4" : "6");
	if (ip->interface != CNI_RESULT_NO_INTERFACE)
		cni_json_put_int(&members, "interface", ip->interface);
	cni_json_put_prefix(&members, "address", &ip->address);
	cni_json_put_addr(&members, "gateway", &ip->gateway);
	return cni_json_members_finish(&members, is_current(version));
}

static json_object *route_to_json(const struct cni_result *result, size_t index,
				  enum cni_version version)
{
	const struct cni_route *route = &result->routes[index];
	struct cni_json_members members = { 0 };

	cni_json_put_prefix(&members, "dst", &route->dst);
	cni_json_put_addr(&members, "gw", &route->gw);
	cni_json_put_nonzero(&members, "mtu", route->mtu);
	cni_json_put_nonzero(&members, "advmss", route->advmss);
	cni_json_put_nonzero(&members, "priority", route->priority);
	if (route->has_table)
		cni_json_put_int(&members, "table", route->table);
	if (route->has_scope)
		cni_json_put_int(&members, "scope", route->scope);
	return cni_json_members_finish(&members, is_current(version));
}

/* Adds an array of @count items under @key; none at all is left out. */
static void put_list(struct cni_json_members *members, const char *key,
		     const struct cni_result *result, size_t count,
		     enum cni_version version,
		     json_object *(*to_json)(const struct cni_result *result,
					     size_t index,
					     enum cni_version version))
{
	CNI_CLEANUP(json) json_object *array = NULL;

	if (!count)
		return;
	array = json_object_new_array_ext((int)count);
	for (size_t i = 0; array && i < count; i++) {
		if (cni_json_append(array, to_json(result, i, version)))
			members->failed = true;
	}
	cni_json_put(members, key, cni_take_ptr(array));
}

static void put_strings(struct cni_json_members *members, const char *key,
			const struct cni_string_list *list)
{
	CNI_CLEANUP(json) json_object *array = NULL;

	if (!list->count)
		return;
	array = json_object_new_array_ext((int)list->count);
	for (size_t i = 0; array && i < list->count; i++) {
		if (cni_json_append(array,
				    json_object_new_string(list->items[i])))
			members->failed = true;
	}
	cni_json_put(members, key, cni_take_ptr(array));
}

static json_object *dns_to_json(const struct cni_dns *dns,
				enum cni_version version)
{
	struct cni_json_members members = { 0 };

	put_strings(&members, "nameservers", &dns->nameservers);
	cni_json_put_text(&members, "domain", dns->domain);
	put_strings(&members, "search", &dns->search);
	put_strings(&members, "options", &dns->options);
	return cni_json_members_finish(&members, is_current(version));
}

static int put_addresses(const struct cni_result *result,
			 enum cni_version version,
			 struct cni_json_members *members,
			 struct cni_error *reterr)
{
	if (version <= CNI_VERSION_0_2_0)
		return cni_result_legacy_put(result, members, reterr);
	put_list(members, "interfaces", result, result->interface_count,
		 version, interface_to_json);
	put_list(members, "ips", result, result->ip_count, version, ip_to_json);
	put_list(members, "routes", result, result->route_count, version,
		 route_to_json);
	return 0;
}

int cni_result_to_json(const struct cni_result *result,
		       enum cni_version version, json_object **ret_object,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	struct cni_json_members members = { 0 };
	int ret;

	cni_json_put_string(&members, "cniVersion", cni_version_text(version));
	ret = put_addresses(result, version, &members, reterr);
	if (!is_current(version) || !cni_dns_is_empty(&result->dns))
		cni_json_put(&members, "dns",
			     dns_to_json(&result->dns, version));
	object = cni_json_members_finish(&members, is_current(version));
	if (ret < 0)
		return ret;
	if (!object)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "write result");
	*ret_object = cni_take_ptr(object);
	return 0;
}
