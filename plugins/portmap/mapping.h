/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mapping.h - one published port, and its texts
 */
#ifndef PORTMAP_MAPPING_H
#define PORTMAP_MAPPING_H

#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/ip.h"
#include "cni/json.h"

/**
 * struct portmap_mapping - hostIP:hostPort of the node leads to a pod's port
 * @protocol: IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP or IPPROTO_DCCP
 * @host_port: 1..65535
 * @container_port: 1..65535
 * @host_ip: unset: every address of the node; 0.0.0.0 or ::: every one of that
 *	family; else this address
 */
struct portmap_mapping {
	uint8_t protocol;
	uint16_t host_port;
	uint16_t container_port;
	struct cni_addr host_ip;
};

/**
 * struct portmap_mapping_list - an owned list; zero-initialise before use
 */
struct portmap_mapping_list {
	struct portmap_mapping *items;
	size_t count;
};

/** portmap_mapping_list_done() - free the list; it is empty afterwards */
void portmap_mapping_list_done(struct portmap_mapping_list *list);

CNI_DEFINE_CLEANUP(mapping_list, struct portmap_mapping_list,
		   portmap_mapping_list_done);

/**
 * portmap_protocol_parse() - "tcp", "udp", "sctp" or "dccp", in any case
 *
 * Return: IPPROTO_*; -EINVAL for anything else.
 */
int portmap_protocol_parse(const char *text);

/** portmap_protocol_name() - "tcp" ... for a known number */
const char *portmap_protocol_name(uint8_t protocol);

/**
 * portmap_mappings_decode() - read runtimeConfig.portMappings
 * @value: the list; NULL is an empty one
 * @ret_list: free with portmap_mapping_list_done(), also after a failure
 * @reterr: code 7, naming the entry: `portMappings: entry 2: ...`
 *
 * A missing protocol is tcp.
 *
 * Return: 0; -EINVAL an entry is not valid, or two publish the same port of
 * the same address; -ENOMEM.
 */
int portmap_mappings_decode(json_object *value,
			    struct portmap_mapping_list *ret_list,
			    struct cni_error *reterr);

/* Longest text of a mapping, with its NUL. */
#define PORTMAP_MAPPING_STRLEN 80

/**
 * portmap_mapping_format() - what is published, for messages
 * @mapping: the mapping
 * @ret_text: "tcp 8080", "udp 10.0.0.5:53", "tcp [fd00::1]:80"
 *
 * Return: @ret_text.
 */
const char *
portmap_mapping_format(const struct portmap_mapping *mapping,
		       char ret_text[static PORTMAP_MAPPING_STRLEN]);

/**
 * portmap_mapping_is_for() - does it publish on addresses of this family?
 * @mapping: the mapping
 * @family: AF_INET or AF_INET6
 */
bool portmap_mapping_is_for(const struct portmap_mapping *mapping, int family);

/** portmap_mapping_is_any() - on every address of the family, not on one */
bool portmap_mapping_is_any(const struct portmap_mapping *mapping);

#endif /* PORTMAP_MAPPING_H */
