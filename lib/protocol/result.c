/* SPDX-License-Identifier: Apache-2.0 */
/* result.c - building, copying and freeing results */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "cni/result.h"

void cni_string_list_done(struct cni_string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct cni_string_list) { 0 };
}

void cni_dns_done(struct cni_dns *dns)
{
	cni_string_list_done(&dns->nameservers);
	cni_string_list_done(&dns->search);
	cni_string_list_done(&dns->options);
	free(dns->domain);
	*dns = (struct cni_dns) { 0 };
}

static void interface_done(struct cni_result_interface *interface)
{
	free(interface->name);
	free(interface->mac);
	free(interface->sandbox);
	free(interface->socket_path);
	free(interface->pci_id);
}

void cni_result_done(struct cni_result *result)
{
	for (size_t i = 0; i < result->interface_count; i++)
		interface_done(&result->interfaces[i]);
	free(result->interfaces);
	free(result->ips);
	free(result->routes);
	cni_dns_done(&result->dns);
	*result = (struct cni_result) { 0 };
}

/*
 * The array at @items with room for one item more, or NULL.  Results have a
 * handful of items, so growing one by one is cheap enough.
 */
static void *grow(void *items, size_t count, size_t item_size)
{
	return reallocarray(items, count + 1, item_size);
}

int cni_result_set_string(char **slot, const char *text)
{
	char *copy = NULL;

	if (text && *text) {
		copy = strdup(text);
		if (!copy)
			return -ENOMEM;
	}
	free(*slot);
	*slot = copy;
	return 0;
}

int cni_result_add_interface(struct cni_result *result, const char *name,
			     const char *mac, const char *sandbox)
{
	struct cni_result_interface interface = { 0 };
	struct cni_result_interface *items;

	if (result->interface_count >= INT_MAX)
		return -ENOMEM;
	items = grow(result->interfaces, result->interface_count,
		     sizeof(*items));
	if (!items)
		return -ENOMEM;
	result->interfaces = items;
	if (cni_result_set_string(&interface.name, name) ||
	    cni_result_set_string(&interface.mac, mac) ||
	    cni_result_set_string(&interface.sandbox, sandbox)) {
		interface_done(&interface);
		return -ENOMEM;
	}
	items[result->interface_count] = interface;
	return (int)result->interface_count++;
}

int cni_result_add_ip(struct cni_result *result, const struct cni_result_ip *ip)
{
	struct cni_result_ip *items;

	items = grow(result->ips, result->ip_count, sizeof(*items));
	if (!items)
		return -ENOMEM;
	result->ips = items;
	items[result->ip_count++] = *ip;
	return 0;
}

int cni_result_add_route(struct cni_result *result,
			 const struct cni_route *route)
{
	struct cni_route *items;

	items = grow(result->routes, result->route_count, sizeof(*items));
	if (!items)
		return -ENOMEM;
	result->routes = items;
	items[result->route_count++] = *route;
	return 0;
}

const struct cni_result_interface *
cni_result_ip_interface(const struct cni_result *result,
			const struct cni_result_ip *ip)
{
	if (ip->interface < 0 ||
	    (uint64_t)ip->interface >= result->interface_count)
		return NULL;
	return &result->interfaces[ip->interface];
}

int cni_string_list_add(struct cni_string_list *list, const char *text)
{
	char **items = grow(list->items, list->count, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count] = strdup(text);
	if (!items[list->count])
		return -ENOMEM;
	list->count++;
	list->present = true;
	return 0;
}

bool cni_dns_is_empty(const struct cni_dns *dns)
{
	return !dns->nameservers.count && !dns->search.count &&
	       !dns->options.count && (!dns->domain || !*dns->domain);
}

static int copy_list(const struct cni_string_list *list,
		     struct cni_string_list *ret_list)
{
	ret_list->present = list->present;
	for (size_t i = 0; i < list->count; i++) {
		if (cni_string_list_add(ret_list, list->items[i]))
			return -ENOMEM;
	}
	return 0;
}

int cni_dns_copy(const struct cni_dns *dns, struct cni_dns *ret_dns)
{
	if (copy_list(&dns->nameservers, &ret_dns->nameservers) ||
	    copy_list(&dns->search, &ret_dns->search) ||
	    copy_list(&dns->options, &ret_dns->options) ||
	    cni_result_set_string(&ret_dns->domain, dns->domain)) {
		cni_dns_done(ret_dns);
		return -ENOMEM;
	}
	return 0;
}
