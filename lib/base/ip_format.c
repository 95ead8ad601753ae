/* SPDX-License-Identifier: Apache-2.0 */
/* ip_format.c - addresses and prefixes as text */
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/ip.h"

#define IPV6_GROUPS 8

static const char nil[] = "<nil>";

static char *put_decimal(char *out, unsigned int value)
{
	if (value >= 100)
		*out++ = (char)('0' + value / 100);
	if (value >= 10)
		*out++ = (char)('0' + value / 10 % 10);
	*out++ = (char)('0' + value % 10);
	return out;
}

static char *put_hex(char *out, unsigned int value)
{
	static const char digits[] = "0123456789abcdef";
	bool started = false;

	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned int digit = value >> shift & 0xf;

		started = started || digit || shift == 0;
		if (started)
			*out++ = digits[digit];
	}
	return out;
}

static char *put_ipv4(char *out, const uint8_t *bytes)
{
	for (int i = 0; i < 4; i++) {
		if (i > 0)
			*out++ = '.';
		out = put_decimal(out, bytes[i]);
	}
	return out;
}

static unsigned int group_at(const uint8_t *bytes, int index)
{
	const uint8_t *group = bytes + (ptrdiff_t)2 * index;

	return (unsigned int)group[0] << 8 | group[1];
}

/* The first of the longest runs of at least two zero groups. */
static int longest_zero_run(const uint8_t *bytes, int *ret_len)
{
	int start = -1;
	int len = 1;

	for (int i = 0; i < IPV6_GROUPS; i++) {
		int end = i;

		while (end < IPV6_GROUPS && group_at(bytes, end) == 0)
			end++;
		if (end - i > len) {
			start = i;
			len = end - i;
		}
	}
	*ret_len = len;
	return start;
}

/*
 * Not inet_ntop(): glibc writes ::1.2.3.4 where Go writes ::102:304, and
 * lease files are named by this text.
 */
static char *put_ipv6(char *out, const uint8_t *bytes)
{
	int run_len;
	int run = longest_zero_run(bytes, &run_len);

	for (int i = 0; i < IPV6_GROUPS; i++) {
		if (i == run) {
			*out++ = ':';
			*out++ = ':';
			i += run_len;
			if (i >= IPV6_GROUPS)
				break;
		} else if (i > 0) {
			*out++ = ':';
		}
		out = put_hex(out, group_at(bytes, i));
	}
	return out;
}

static char *put_addr(char *out, const struct cni_addr *addr)
{
	struct cni_addr plain = cni_addr_unmap(addr);

	switch (plain.family) {
	case AF_INET:
		return put_ipv4(out, plain.bytes);
	case AF_INET6:
		return put_ipv6(out, plain.bytes);
	default:
		memcpy(out, nil, sizeof(nil) - 1);
		return out + sizeof(nil) - 1;
	}
}

const char *cni_addr_format(const struct cni_addr *addr,
			    char ret_text[static CNI_ADDR_STRLEN])
{
	*put_addr(ret_text, addr) = '\0';
	return ret_text;
}

const char *cni_prefix_format(const struct cni_prefix *prefix,
			      char ret_text[static CNI_PREFIX_STRLEN])
{
	struct cni_prefix plain = cni_prefix_unmap(prefix);
	char *out = put_addr(ret_text, &plain.addr);

	if (cni_addr_is_set(&plain.addr)) {
		*out++ = '/';
		out = put_decimal(out, plain.len);
	}
	*out = '\0';
	return ret_text;
}
