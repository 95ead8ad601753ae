/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - what an attachment published, as a line of text */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "record.h"

void portmap_record_done(struct portmap_record *record)
{
	free(record->network);
	free(record->container_id);
	free(record->ifname);
	free(record->sandbox);
	free(record->mark_chain);
	portmap_mapping_list_done(&record->mappings);
	*record = (struct portmap_record) { 0 };
}

int portmap_record_set_owner(struct portmap_record *record,
			     const struct cni_owner *owner, const char *sandbox)
{
	int ret = cni_result_set_string(&record->network, owner->network);

	if (ret == 0)
		ret = cni_result_set_string(&record->container_id,
					    owner->container_id);
	if (ret == 0)
		ret = cni_result_set_string(&record->ifname, owner->ifname);
	if (ret == 0)
		ret = cni_result_set_string(&record->sandbox, sandbox);
	return ret;
}

static const char *text_of(const char *string)
{
	return string ? string : "";
}

struct cni_owner portmap_record_owner(const struct portmap_record *record)
{
	return (struct cni_owner) {
		.network = text_of(record->network),
		.container_id = text_of(record->container_id),
		.ifname = text_of(record->ifname),
	};
}

/*
 * Words end at a space, comments at a NUL, and nft cannot write quotes: such
 * bytes, and '%', are written as %xx.
 */
static void add_word(struct cni_buf *buf, const char *key, const char *value)
{
	if (!value[0])
		return;
	cni_buf_addf(buf, "%s%s", buf->len ? " " : "", key);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '%' || c == '\\')
			cni_buf_addf(buf, "%%%02x", c);
		else
			cni_buf_add_bytes(buf, value, 1);
	}
}

static void add_address(struct cni_buf *buf, const struct cni_prefix *prefix)
{
	char text[CNI_PREFIX_STRLEN];

	if (cni_addr_is_set(&prefix->addr))
		add_word(buf, "ip=", cni_prefix_format(prefix, text));
}

static void add_mapping(struct cni_buf *buf, const struct portmap_mapping *map,
			unsigned int more)
{
	char addr[CNI_ADDR_STRLEN];

	cni_buf_addf(buf, " %s:", portmap_protocol_name(map->protocol));
	if (cni_addr_is_set(&map->host_ip))
		cni_buf_addf(buf,
			     map->host_ip.family == AF_INET ? "%s:" : "[%s]:",
			     cni_addr_format(&map->host_ip, addr));
	cni_buf_addf(buf, "%u", map->host_port);
	if (more)
		cni_buf_addf(buf, "-%u", map->host_port + more);
	cni_buf_addf(buf, ">%u", map->container_port);
}

static bool continues(const struct portmap_mapping *first,
		      const struct portmap_mapping *next, unsigned int distance)
{
	return first->protocol == next->protocol &&
	       cni_addr_equal(&first->host_ip, &next->host_ip) &&
	       first->host_port + distance == next->host_port &&
	       first->container_port + distance == next->container_port;
}

void portmap_record_format(const struct portmap_record *record,
			   struct cni_buf *buf)
{
	const struct portmap_mapping_list *list = &record->mappings;
	char port[IFNAMSIZ + 16];

	add_word(buf, "net=", text_of(record->network));
	add_word(buf, "id=", text_of(record->container_id));
	add_word(buf, "if=", text_of(record->ifname));
	if (record->port[0]) {
		(void)snprintf(port, sizeof(port), "%s/%u", record->port,
			       record->port_index);
		add_word(buf, "dev=", port);
	}
	add_word(buf, "ns=", text_of(record->sandbox));
	add_address(buf, &record->target.ipv4);
	add_address(buf, &record->target.ipv6);
	add_word(buf, "", record->snat ? "snat" : "");
	add_word(buf, "", record->masq_all ? "masqall" : "");
	add_word(buf, "", record->conditions ? "conditions" : "");
	add_word(buf, "", record->iptables ? "iptables" : "");
	add_word(buf, "mark=", text_of(record->mark_chain));
	add_word(buf, "local=", record->localnet);
	for (size_t i = 0; i < list->count;) {
		unsigned int run = 1;

		while (i + run < list->count &&
		       continues(&list->items[i], &list->items[i + run], run))
			run++;
		add_mapping(buf, &list->items[i], run - 1);
		i += run;
	}
}

size_t portmap_piece_count(size_t len)
{
	return len ? (len + PORTMAP_PIECE_TEXT - 1) / PORTMAP_PIECE_TEXT : 1;
}

void portmap_piece_format(const char *text, size_t number,
			  char ret_comment[static CNI_OWNER_COMMENT_SIZE])
{
	size_t len = strlen(text);
	size_t offset = number * PORTMAP_PIECE_TEXT;

	(void)snprintf(ret_comment, CNI_OWNER_COMMENT_SIZE, "%zu/%zu %.*s",
		       number + 1, portmap_piece_count(len), PORTMAP_PIECE_TEXT,
		       offset < len ? text + offset : "");
}
