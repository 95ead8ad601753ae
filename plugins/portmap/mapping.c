/* SPDX-License-Identifier: Apache-2.0 */
/* mapping.c - one published port, and its texts */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "cni/quote.h"
#include "mapping.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PORT_MAX     65535

static const struct {
	const char *name;
	uint8_t number;
} protocols[] = {
	{ "tcp", IPPROTO_TCP },
	{ "udp", IPPROTO_UDP },
	{ "sctp", IPPROTO_SCTP },
	{ "dccp", IPPROTO_DCCP },
};

/* What the members of an entry are decoded into. */
struct entry {
	int64_t host_port;
	int64_t container_port;
	char *protocol;
	char *host_ip;
};

void portmap_mapping_list_done(struct portmap_mapping_list *list)
{
	free(list->items);
	*list = (struct portmap_mapping_list) { 0 };
}

int portmap_protocol_parse(const char *text)
{
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (strcasecmp(text, protocols[i].name) == 0)
			return protocols[i].number;
	return -EINVAL;
}

const char *portmap_protocol_name(uint8_t protocol)
{
	for (size_t i = 0; i < COUNT(protocols); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	return "?";
}

static int invalid(struct cni_error *reterr, const char *what,
		   const char *given)
{
	char quoted[96];

	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL, "%s: %s",
			     what,
			     cni_quote_string(quoted, sizeof(quoted), given));
}

/* The words of the Go plugin, which are compared literally, for what it sees */
static int check_port(int64_t port, const char *what, struct cni_error *reterr)
{
	if (port > 0 && port <= PORT_MAX)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "Invalid %s port number: %lld%s", what,
			     (long long)port,
			     port > PORT_MAX ? ", the highest is 65535" : "");
}

static int set_host_ip(const char *text, struct portmap_mapping *mapping,
		       struct cni_error *reterr)
{
	if (!text || !text[0])
		return 0;
	if (cni_addr_parse(text, &mapping->host_ip) < 0)
		return invalid(reterr, "hostIP is not an IP address", text);
	if (cni_addr_is_multicast(&mapping->host_ip))
		return invalid(reterr, "hostIP is a multicast address", text);
	return 0;
}

static int set_mapping(const struct entry *entry,
		       struct portmap_mapping *mapping,
		       struct cni_error *reterr)
{
	const char *name =
		entry->protocol && entry->protocol[0] ? entry->protocol : "tcp";
	int protocol = portmap_protocol_parse(name);
	int ret = check_port(entry->container_port, "container", reterr);

	if (ret == 0)
		ret = check_port(entry->host_port, "host", reterr);
	if (ret < 0)
		return ret;
	if (protocol < 0)
		return invalid(reterr, "protocol is not tcp, udp, sctp or dccp",
			       name);
	mapping->protocol = (uint8_t)protocol;
	mapping->host_port = (uint16_t)entry->host_port;
	mapping->container_port = (uint16_t)entry->container_port;
	return set_host_ip(entry->host_ip, mapping, reterr);
}

#define FIELD(name, kind, member)                        \
	{                                                \
		.key = (name), .type = (kind),           \
		.offset = offsetof(struct entry, member) \
	}

static int decode_mapping(json_object *element, void *item,
			  struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		FIELD("hostPort", CNI_JSON_INT, host_port),
		FIELD("containerPort", CNI_JSON_INT, container_port),
		FIELD("protocol", CNI_JSON_STRING, protocol),
		FIELD("hostIP", CNI_JSON_STRING, host_ip),
	};
	struct entry entry = { 0 };
	int ret = -EINVAL;

	if (json_object_is_type(element, json_type_object))
		ret = cni_json_decode(element, fields, COUNT(fields), &entry,
				      reterr);
	else
		(void)cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				    "expected an object, not a %s",
				    cni_json_type_name(element));
	if (ret == 0)
		ret = set_mapping(&entry, item, reterr);
	free(entry.protocol);
	free(entry.host_ip);
	return ret;
}

/* An entry of a list sorted to bring duplicates together. */
struct place {
	const struct portmap_mapping *mapping;
	size_t index;
};

/* 0 for two mappings of which the second could never be reached. */
static int compare_published(const void *a, const void *b)
{
	const struct portmap_mapping *x = ((const struct place *)a)->mapping;
	const struct portmap_mapping *y = ((const struct place *)b)->mapping;

	if (x->protocol != y->protocol)
		return x->protocol - y->protocol;
	if (x->host_port != y->host_port)
		return x->host_port - y->host_port;
	return cni_addr_cmp(&x->host_ip, &y->host_ip);
}

static bool collide(const struct portmap_mapping *a,
		    const struct portmap_mapping *b)
{
	bool both_any = portmap_mapping_is_any(a) && portmap_mapping_is_any(b);

	if (a->protocol != b->protocol || a->host_port != b->host_port)
		return false;
	if (both_any &&
	    (!cni_addr_is_set(&a->host_ip) || !cni_addr_is_set(&b->host_ip)))
		return true;
	return cni_addr_equal(&a->host_ip, &b->host_ip);
}

static int report_duplicate(const struct place *a, const struct place *b,
			    struct cni_error *reterr)
{
	size_t first = a->index < b->index ? a->index : b->index;
	size_t second = a->index < b->index ? b->index : a->index;
	char text[PORTMAP_MAPPING_STRLEN];

	return cni_error_set(
		reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
		"portMappings: entry %zu: %s is published by entry "
		"%zu already",
		second, portmap_mapping_format(b->mapping, text), first);
}

/*
 * "Every address" sorts before 0.0.0.0, that before any other address, and ::
 * before any other IPv6 address, so what collides stands close together: the
 * wildcard entries of a port are its first or the first of its family.
 */
static int find_duplicates(const struct place *places, size_t count,
			   struct cni_error *reterr)
{
	const struct place *any = NULL;

	for (size_t i = 0; i < count; i++) {
		if (i > 0 && collide(places[i - 1].mapping, places[i].mapping))
			return report_duplicate(&places[i - 1], &places[i],
						reterr);
		if (any && collide(any->mapping, places[i].mapping))
			return report_duplicate(any, &places[i], reterr);
		if (!cni_addr_is_set(&places[i].mapping->host_ip))
			any = &places[i];
	}
	return 0;
}

static int check_duplicates(const struct portmap_mapping_list *list,
			    struct cni_error *reterr)
{
	CNI_CLEANUP(free) struct place *places = NULL;

	if (list->count < 2)
		return 0;
	places = calloc(list->count, sizeof(*places));
	if (!places)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "portMappings");
	for (size_t i = 0; i < list->count; i++)
		places[i] = (struct place) { &list->items[i], i };
	qsort(places, list->count, sizeof(*places), compare_published);
	return find_duplicates(places, list->count, reterr);
}

int portmap_mappings_decode(json_object *value,
			    struct portmap_mapping_list *ret_list,
			    struct cni_error *reterr)
{
	int ret;

	*ret_list = (struct portmap_mapping_list) { 0 };
	ret = cni_json_decode_array(value, sizeof(*ret_list->items),
				    decode_mapping, &ret_list->items,
				    &ret_list->count, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "portMappings");
	return check_duplicates(ret_list, reterr);
}

const char *portmap_mapping_format(const struct portmap_mapping *mapping,
				   char ret_text[static PORTMAP_MAPPING_STRLEN])
{
	const char *name = portmap_protocol_name(mapping->protocol);
	char addr[CNI_ADDR_STRLEN];

	if (!cni_addr_is_set(&mapping->host_ip))
		(void)snprintf(ret_text, PORTMAP_MAPPING_STRLEN, "%s %u", name,
			       mapping->host_port);
	else
		(void)snprintf(ret_text, PORTMAP_MAPPING_STRLEN,
			       mapping->host_ip.family == AF_INET
				       ? "%s %s:%u"
				       : "%s [%s]:%u",
			       name, cni_addr_format(&mapping->host_ip, addr),
			       mapping->host_port);
	return ret_text;
}

bool portmap_mapping_is_for(const struct portmap_mapping *mapping, int family)
{
	return !cni_addr_is_set(&mapping->host_ip) ||
	       mapping->host_ip.family == family;
}

bool portmap_mapping_is_any(const struct portmap_mapping *mapping)
{
	return !cni_addr_is_set(&mapping->host_ip) ||
	       cni_addr_is_unspecified(&mapping->host_ip);
}
