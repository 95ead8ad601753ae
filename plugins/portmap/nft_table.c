/* SPDX-License-Identifier: Apache-2.0 */
/* nft_table.c - names, sets and elements of the nf_tables table */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "nft_table.h"

const struct cni_nft_table portmap_table = { NFPROTO_INET, "cni_portmap" };

#define KEY_ANY \
	CNI_NFT_CONCAT(CNI_NFT_TYPE_INET_PROTO, CNI_NFT_TYPE_INET_SERVICE)
#define KEY_IP(type)                                                  \
	CNI_NFT_CONCAT(CNI_NFT_CONCAT(type, CNI_NFT_TYPE_INET_PROTO), \
		       CNI_NFT_TYPE_INET_SERVICE)
#define DATA(type) CNI_NFT_CONCAT(type, CNI_NFT_TYPE_INET_SERVICE)

const struct cni_nft_set portmap_ports[PORTMAP_MAP_COUNT] = {
	[PORTMAP_MAP_PORTS4] = {
		.table = &portmap_table,
		.name = "ports4",
		.key_type = KEY_ANY,
		.key_len = 8,
		.data_type = DATA(CNI_NFT_TYPE_IPV4_ADDR),
		.data_len = 8,
		.expiring = true,
	},
	[PORTMAP_MAP_PORTS4_IP] = {
		.table = &portmap_table,
		.name = "ports4_ip",
		.key_type = KEY_IP(CNI_NFT_TYPE_IPV4_ADDR),
		.key_len = 12,
		.data_type = DATA(CNI_NFT_TYPE_IPV4_ADDR),
		.data_len = 8,
		.expiring = true,
	},
	[PORTMAP_MAP_PORTS6] = {
		.table = &portmap_table,
		.name = "ports6",
		.key_type = KEY_ANY,
		.key_len = 8,
		.data_type = DATA(CNI_NFT_TYPE_IPV6_ADDR),
		.data_len = 20,
		.expiring = true,
	},
	[PORTMAP_MAP_PORTS6_IP] = {
		.table = &portmap_table,
		.name = "ports6_ip",
		.key_type = KEY_IP(CNI_NFT_TYPE_IPV6_ADDR),
		.key_len = 24,
		.data_type = DATA(CNI_NFT_TYPE_IPV6_ADDR),
		.data_len = 20,
		.expiring = true,
	},
};

#define CONDITIONS(set_name, type, len)                      \
	{                                                    \
		.table = &portmap_table, .name = (set_name), \
		.key_type = (type), .key_len = (len),        \
		.data_type = CNI_NFT_TYPE_VERDICT            \
	}

const struct cni_nft_set portmap_conditions[PORTMAP_MAP_COUNT] = {
	[PORTMAP_MAP_PORTS4] = CONDITIONS("conditions4", KEY_ANY, 8),
	[PORTMAP_MAP_PORTS4_IP] = CONDITIONS(
		"conditions4_ip", KEY_IP(CNI_NFT_TYPE_IPV4_ADDR), 12),
	[PORTMAP_MAP_PORTS6] = CONDITIONS("conditions6", KEY_ANY, 8),
	[PORTMAP_MAP_PORTS6_IP] = CONDITIONS(
		"conditions6_ip", KEY_IP(CNI_NFT_TYPE_IPV6_ADDR), 24),
};

const struct cni_nft_set portmap_localnet = {
	.table = &portmap_table,
	.name = "localnet",
	.key_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_IFNAME, CNI_NFT_TYPE_IPV6_ADDR),
	.key_len = IFNAMSIZ + CNI_OWNER_KEY,
	.expiring = true,
	.comment = "bridge . attachment whose ports answer on 127.0.0.1",
};

const struct cni_nft_set portmap_bridges = {
	.table = &portmap_table,
	.name = "bridges",
	.key_type = CNI_NFT_TYPE_IFNAME,
	.key_len = IFNAMSIZ,
	.expiring = true,
	.comment = "bridges whose route_localnet was set",
};

const struct cni_nft_set portmap_attachments = {
	.table = &portmap_table,
	.name = "attachments",
	.key_type = CNI_NFT_CONCAT(CNI_NFT_TYPE_IPV6_ADDR,
				   CNI_NFT_TYPE_INET_SERVICE),
	.key_len = CNI_OWNER_KEY + 4,
	.expiring = true,
	.comment = "attachment . number of the piece of its record",
};

#define PODS(set_name, type, len)                                       \
	{                                                               \
		.table = &portmap_table, .name = (set_name),            \
		.key_type = (type), .key_len = (len), .expiring = true, \
	}

static const struct cni_nft_set snat_sets[2][2] = {
	{ PODS("snat4", CNI_NFT_TYPE_IPV4_ADDR, 4),
	  PODS("snat6", CNI_NFT_TYPE_IPV6_ADDR, 16) },
	{ PODS("masqall4", CNI_NFT_TYPE_IPV4_ADDR, 4),
	  PODS("masqall6", CNI_NFT_TYPE_IPV6_ADDR, 16) },
};

const struct cni_nft_set *portmap_snat_set(int family, bool all)
{
	return &snat_sets[all][family == AF_INET6];
}

int portmap_map_family(enum portmap_map map)
{
	return map == PORTMAP_MAP_PORTS4 || map == PORTMAP_MAP_PORTS4_IP
		       ? AF_INET
		       : AF_INET6;
}

bool portmap_map_is_ip(enum portmap_map map)
{
	return map == PORTMAP_MAP_PORTS4_IP || map == PORTMAP_MAP_PORTS6_IP;
}

const char *portmap_any_chain(enum portmap_map map)
{
	return portmap_map_family(map) == AF_INET ? "any4" : "any6";
}

void portmap_conditions_chain(enum portmap_map map, const char *comment,
			      char ret_name[static PORTMAP_CHAIN_SIZE])
{
	(void)snprintf(ret_name, PORTMAP_CHAIN_SIZE, "%s-%.*s",
		       portmap_conditions[map].name, CNI_OWNER_HASH_LEN,
		       comment);
}

void portmap_plan_done(struct portmap_plan *plan)
{
	free(plan->items);
	*plan = (struct portmap_plan) { 0 };
}

static bool is_in_map(const struct portmap_mapping *mapping,
		      enum portmap_map map)
{
	return portmap_mapping_is_for(mapping, portmap_map_family(map)) &&
	       portmap_mapping_is_any(mapping) != portmap_map_is_ip(map);
}

static void put_be16(uint8_t *to, uint16_t value)
{
	value = htons(value);
	memcpy(to, &value, sizeof(value));
}

/* Parts of a key or data are padded to 4 bytes. */
static void set_entry(struct portmap_entry *entry,
		      const struct portmap_mapping *mapping,
		      const struct cni_prefix *pod)
{
	size_t len = cni_addr_len(&pod->addr);
	uint8_t *key = entry->key;

	if (portmap_map_is_ip(entry->map)) {
		memcpy(key, mapping->host_ip.bytes, len);
		key += len;
	}
	key[0] = mapping->protocol;
	put_be16(key + 4, mapping->host_port);
	memcpy(entry->data, pod->addr.bytes, len);
	put_be16(entry->data + len, mapping->container_port);
}

int portmap_plan_build(const struct portmap_mapping_list *mappings,
		       const struct portmap_target *target,
		       struct portmap_plan *ret_plan)
{
	struct portmap_plan plan = { 0 };

	/* At most one entry per family and mapping. */
	plan.items = calloc(2 * mappings->count + 1, sizeof(*plan.items));
	if (!plan.items)
		return -ENOMEM;
	for (enum portmap_map map = 0; map < PORTMAP_MAP_COUNT; map++) {
		const struct cni_prefix *pod =
			portmap_target_prefix(target, portmap_map_family(map));

		plan.first[map] = plan.count;
		for (size_t i = 0; i < mappings->count; i++) {
			struct portmap_entry *entry = &plan.items[plan.count];

			if (!cni_addr_is_set(&pod->addr) ||
			    !is_in_map(&mappings->items[i], map))
				continue;
			entry->map = map;
			entry->mapping = i;
			set_entry(entry, &mappings->items[i], pod);
			plan.count++;
		}
	}
	plan.first[PORTMAP_MAP_COUNT] = plan.count;
	*ret_plan = plan;
	return 0;
}

static uint16_t get_be16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

void portmap_entry_mapping(enum portmap_map map,
			   const struct cni_nft_element *element,
			   struct portmap_mapping *ret_mapping,
			   struct cni_addr *ret_pod)
{
	uint8_t family = (uint8_t)portmap_map_family(map);
	size_t len = family == AF_INET ? 4 : 16;
	const uint8_t *key = element->key;

	*ret_mapping = (struct portmap_mapping) { .host_ip.family = family };
	*ret_pod = (struct cni_addr) { .family = family };
	if (portmap_map_is_ip(map)) {
		memcpy(ret_mapping->host_ip.bytes, key, len);
		key += len;
	}
	ret_mapping->protocol = key[0];
	ret_mapping->host_port = get_be16(key + 4);
	memcpy(ret_pod->bytes, element->data, len);
	ret_mapping->container_port = get_be16(element->data + len);
}
