/* SPDX-License-Identifier: Apache-2.0 */
/* record_parse.c - reading what an attachment published */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/ascii.h"
#include "record.h"

#define PORT_MAX   65535U
#define PIECES_MAX 65535U

/* Reads a number up to @max; NULL when there is none. */
static const char *number(const char *text, unsigned int max,
			  unsigned int *ret_value)
{
	unsigned int value = 0;

	if (!cni_ascii_is_digit(*text))
		return NULL;
	for (; cni_ascii_is_digit(*text); text++) {
		value = value * 10 + (unsigned int)(*text - '0');
		if (value > max)
			return NULL;
	}
	*ret_value = value;
	return text;
}

const char *portmap_piece_parse(const char *comment, size_t *ret_number,
				size_t *ret_count)
{
	unsigned int piece;
	unsigned int count;
	const char *at = number(comment, PIECES_MAX, &piece);

	if (!at || *at != '/')
		return NULL;
	at = number(at + 1, PIECES_MAX, &count);
	if (!at || *at != ' ' || piece == 0 || piece > count)
		return NULL;
	*ret_number = piece - 1;
	*ret_count = count;
	return at + 1;
}

/* Undoes %xx; the result is never longer. */
static void unescape(char *word)
{
	char *to = word;

	for (const char *from = word; *from; from++) {
		int high = from[0] == '%' ? cni_ascii_hex_value(from[1]) : -1;
		int low = high < 0 ? -1 : cni_ascii_hex_value(from[2]);

		if (low >= 0 && (high || low)) {
			*to++ = (char)(high << 4 | low);
			from += 2;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
}

static int take_port(const char *value, struct portmap_record *record)
{
	const char *slash = strrchr(value, '/');
	unsigned int index;
	size_t len;

	if (!slash || !number(slash + 1, UINT32_MAX / 10 - 1, &index))
		return -EBADMSG;
	len = (size_t)(slash - value);
	if (len >= sizeof(record->port))
		return -EBADMSG;
	memcpy(record->port, value, len);
	record->port[len] = '\0';
	record->port_index = index;
	return 0;
}

static int take_address(const char *value, struct portmap_record *record)
{
	struct cni_prefix prefix;

	if (cni_prefix_parse(value, &prefix) < 0)
		return -EBADMSG;
	if (prefix.addr.family == AF_INET)
		record->target.ipv4 = prefix;
	else
		record->target.ipv6 = prefix;
	return 0;
}

static int take_localnet(const char *value, struct portmap_record *record)
{
	size_t len = strlen(value);

	if (len >= sizeof(record->localnet))
		return -EBADMSG;
	memcpy(record->localnet, value, len + 1);
	return 0;
}

/* "10.0.0.5:", "[fd00::1]:" or nothing, before the ports. */
static char *take_host_ip(char *text, struct cni_addr *ret_addr)
{
	char *end = text[0] == '[' ? strchr(text, ']') : strchr(text, ':');
	char *rest;

	if (!end)
		return text[0] == '[' ? NULL : text;
	rest = text[0] == '[' ? end + 1 : end;
	if (*rest != ':')
		return NULL;
	*end = '\0';
	if (cni_addr_parse(text[0] == '[' ? text + 1 : text, ret_addr) < 0)
		return NULL;
	return rest + 1;
}

static int append(struct portmap_mapping_list *list,
		  const struct portmap_mapping *first, unsigned int count)
{
	struct portmap_mapping *items =
		reallocarray(list->items, list->count + count, sizeof(*items));

	if (!items)
		return -ENOMEM;
	list->items = items;
	for (unsigned int i = 0; i < count; i++) {
		struct portmap_mapping *item = &items[list->count++];

		*item = *first;
		item->host_port = (uint16_t)(first->host_port + i);
		item->container_port = (uint16_t)(first->container_port + i);
	}
	return 0;
}

/* tcp:8080>80, udp:[::1]:53-60>5353 */
static int take_mapping(char *word, char *colon,
			struct portmap_mapping_list *list)
{
	struct portmap_mapping mapping = { 0 };
	unsigned int first = 0, last, to;
	const char *at;
	int protocol;

	*colon = '\0';
	protocol = portmap_protocol_parse(word);
	at = protocol < 0 ? NULL : take_host_ip(colon + 1, &mapping.host_ip);
	at = at ? number(at, PORT_MAX, &first) : NULL;
	last = first;
	if (at && *at == '-')
		at = number(at + 1, PORT_MAX, &last);
	at = at && *at == '>' ? number(at + 1, PORT_MAX, &to) : NULL;
	if (!at || *at || first == 0 || to == 0 || last < first ||
	    to + (last - first) > PORT_MAX)
		return -EBADMSG;
	mapping.protocol = (uint8_t)protocol;
	mapping.host_port = (uint16_t)first;
	mapping.container_port = (uint16_t)to;
	return append(list, &mapping, last - first + 1);
}

/* The value when @word starts with @key, else NULL. */
static const char *value_of(const char *word, const char *key)
{
	size_t len = strlen(key);

	return strncmp(word, key, len) == 0 ? word + len : NULL;
}

static int take_pair(char *word, struct portmap_record *record)
{
	const char *value;

	unescape(word);
	if ((value = value_of(word, "net=")))
		return cni_result_set_string(&record->network, value);
	if ((value = value_of(word, "id=")))
		return cni_result_set_string(&record->container_id, value);
	if ((value = value_of(word, "if=")))
		return cni_result_set_string(&record->ifname, value);
	if ((value = value_of(word, "ns=")))
		return cni_result_set_string(&record->sandbox, value);
	if ((value = value_of(word, "mark=")))
		return cni_result_set_string(&record->mark_chain, value);
	if ((value = value_of(word, "dev=")))
		return take_port(value, record);
	if ((value = value_of(word, "ip=")))
		return take_address(value, record);
	if ((value = value_of(word, "local=")))
		return take_localnet(value, record);
	return 0;
}

static int take_word(char *word, struct portmap_record *record)
{
	char *colon = strchr(word, ':');

	/* A pair's value may have a colon, a mapping has no equals sign. */
	if (strchr(word, '='))
		return take_pair(word, record);
	if (colon)
		return take_mapping(word, colon, &record->mappings);
	record->snat |= strcmp(word, "snat") == 0;
	record->masq_all |= strcmp(word, "masqall") == 0;
	record->conditions |= strcmp(word, "conditions") == 0;
	record->iptables |= strcmp(word, "iptables") == 0;
	return 0;
}

int portmap_record_parse(const char *text, struct portmap_record *ret_record)
{
	CNI_CLEANUP(free) char *copy = strdup(text);
	char *rest = NULL;
	char *word;
	int ret = 0;

	*ret_record = (struct portmap_record) { 0 };
	if (!copy)
		return -ENOMEM;
	for (word = strtok_r(copy, " ", &rest); word && ret == 0;
	     word = strtok_r(NULL, " ", &rest))
		ret = take_word(word, ret_record);
	if (ret == 0 && (!ret_record->network || !ret_record->container_id ||
			 !ret_record->ifname))
		ret = -EBADMSG;
	return ret;
}
