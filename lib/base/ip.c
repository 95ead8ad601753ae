/* SPDX-License-Identifier: Apache-2.0 */
/* ip.c - IPv4 and IPv6 addresses and prefixes */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/ascii.h"
#include "cni/ip.h"

#define IPV4_LEN 4
#define IPV6_LEN 16

/* Bytes in front of the IPv4 address in ::ffff:a.b.c.d. */
#define MAPPED_LEN 12

static const uint8_t mapped_prefix[MAPPED_LEN] = { [10] = 0xff, [11] = 0xff };

size_t cni_addr_len(const struct cni_addr *addr)
{
	switch (addr->family) {
	case AF_INET:
		return IPV4_LEN;
	case AF_INET6:
		return IPV6_LEN;
	default:
		return 0;
	}
}

bool cni_addr_is_mapped(const struct cni_addr *addr)
{
	return addr->family == AF_INET6 &&
	       memcmp(addr->bytes, mapped_prefix, MAPPED_LEN) == 0;
}

struct cni_addr cni_addr_unmap(const struct cni_addr *addr)
{
	struct cni_addr plain = { .family = AF_INET };

	if (!cni_addr_is_mapped(addr))
		return *addr;
	memcpy(plain.bytes, addr->bytes + MAPPED_LEN, IPV4_LEN);
	return plain;
}

struct cni_prefix cni_prefix_unmap(const struct cni_prefix *prefix)
{
	struct cni_prefix plain = *prefix;

	if (!cni_addr_is_mapped(&prefix->addr))
		return plain;
	plain.addr = cni_addr_unmap(&prefix->addr);
	plain.len = prefix->len > MAPPED_LEN * 8
			    ? (uint8_t)(prefix->len - MAPPED_LEN * 8)
			    : 0;
	return plain;
}

/* Leading zeros are refused: other parsers take them for octal. */
static bool parse_octet(const char **text, const char *end, uint8_t *ret_octet)
{
	const char *p = *text;
	unsigned int value = 0;

	if (p == end || !cni_ascii_is_digit(*p))
		return false;
	if (*p == '0' && p + 1 < end && cni_ascii_is_digit(p[1]))
		return false;
	for (; p < end && cni_ascii_is_digit(*p); p++) {
		value = value * 10 + (unsigned int)(*p - '0');
		if (value > UINT8_MAX)
			return false;
	}
	*text = p;
	*ret_octet = (uint8_t)value;
	return true;
}

static bool parse_ipv4(const char *text, const char *end, uint8_t *ret_bytes)
{
	for (int i = 0; i < IPV4_LEN; i++) {
		if (i > 0 && (text == end || *text++ != '.'))
			return false;
		if (!parse_octet(&text, end, &ret_bytes[i]))
			return false;
	}
	return text == end;
}

/* Up to four hex digits; false when there are none or too many. */
static bool parse_group(const char **text, const char *end, uint8_t *ret_bytes)
{
	const char *p = *text;
	unsigned int value = 0;

	for (; p < end && cni_ascii_hex_value(*p) >= 0; p++) {
		if (p - *text >= 4)
			return false;
		value = value << 4 | (unsigned int)cni_ascii_hex_value(*p);
	}
	if (p == *text)
		return false;
	*text = p;
	ret_bytes[0] = (uint8_t)(value >> 8);
	ret_bytes[1] = (uint8_t)value;
	return true;
}

/* Is the group at @text the start of an embedded dotted IPv4 address? */
static bool is_dotted(const char *text, const char *end)
{
	while (text < end && cni_ascii_is_digit(*text))
		text++;
	return text < end && *text == '.';
}

/**
 * struct groups - an IPv6 address being read
 * @bytes: the groups so far, left-aligned
 * @used: bytes of it
 * @gap: position of "::" in @bytes, or -1
 */
struct groups {
	uint8_t bytes[IPV6_LEN];
	int used;
	int gap;
};

/* Moves the groups after "::" to the end; the gap must stand for something. */
static bool close_gap(struct groups *groups)
{
	size_t tail;

	if (groups->gap < 0)
		return groups->used == IPV6_LEN;
	if (groups->used == IPV6_LEN)
		return false;
	tail = (size_t)(groups->used - groups->gap);
	memmove(groups->bytes + IPV6_LEN - tail, groups->bytes + groups->gap,
		tail);
	memset(groups->bytes + groups->gap, 0,
	       (size_t)(IPV6_LEN - groups->used));
	return true;
}

/* Reads what separates two groups; @text is left at the next group or @end. */
static bool parse_colons(const char **text, const char *end,
			 struct groups *groups)
{
	const char *p = *text;

	if (*p++ != ':' || p == end)
		return false;
	if (*p == ':') {
		if (groups->gap >= 0)
			return false;
		groups->gap = groups->used;
		p++;
	}
	*text = p;
	return true;
}

static bool parse_ipv6(const char *text, const char *end, uint8_t *ret_bytes)
{
	struct groups groups = { .gap = -1 };

	if (end - text >= 2 && text[0] == ':' && text[1] == ':') {
		groups.gap = 0;
		text += 2;
	}
	while (text < end) {
		if (groups.used == IPV6_LEN)
			return false;
		if (is_dotted(text, end)) {
			if (groups.used > MAPPED_LEN ||
			    !parse_ipv4(text, end, groups.bytes + groups.used))
				return false;
			groups.used += IPV4_LEN;
			break;
		}
		if (!parse_group(&text, end, groups.bytes + groups.used))
			return false;
		groups.used += 2;
		if (text < end && !parse_colons(&text, end, &groups))
			return false;
	}
	if (!close_gap(&groups))
		return false;
	memcpy(ret_bytes, groups.bytes, IPV6_LEN);
	return true;
}

static int parse_addr(const char *text, const char *end,
		      struct cni_addr *ret_addr)
{
	struct cni_addr addr = { 0 };
	bool ok;

	if (memchr(text, ':', (size_t)(end - text))) {
		addr.family = AF_INET6;
		ok = parse_ipv6(text, end, addr.bytes);
	} else {
		addr.family = AF_INET;
		ok = parse_ipv4(text, end, addr.bytes);
	}
	if (!ok)
		return -EINVAL;
	*ret_addr = addr;
	return 0;
}

int cni_addr_parse(const char *text, struct cni_addr *ret_addr)
{
	struct cni_addr addr;

	if (parse_addr(text, text + strlen(text), &addr))
		return -EINVAL;
	*ret_addr = cni_addr_unmap(&addr);
	return 0;
}

/* Go's net.ParseCIDR() takes leading zeros in the length, so this does. */
int cni_prefix_parse(const char *text, struct cni_prefix *ret_prefix)
{
	const char *slash = strchr(text, '/');
	struct cni_prefix prefix;
	unsigned int len = 0;
	const char *p;

	if (!slash || parse_addr(text, slash, &prefix.addr))
		return -EINVAL;
	for (p = slash + 1; cni_ascii_is_digit(*p); p++) {
		len = len * 10 + (unsigned int)(*p - '0');
		if (len > cni_addr_bits(&prefix.addr))
			return -EINVAL;
	}
	if (*p || p == slash + 1)
		return -EINVAL;
	prefix.len = (uint8_t)len;
	*ret_prefix = prefix;
	return 0;
}
