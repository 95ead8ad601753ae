/* SPDX-License-Identifier: Apache-2.0 */
/* mac.c - Ethernet addresses */
#include <errno.h>
#include <string.h>

#include "cni/mac.h"

/* Longest address Go's ParseMAC knows: 20 bytes of IP over InfiniBand. */
#define LONGEST 20

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Reads groups of @digits hex digits; returns the number of bytes, or 0. */
static size_t read_groups(const char *text, size_t digits, char separator,
			  uint8_t bytes[static LONGEST])
{
	size_t count = 0;
	size_t i;

	for (;;) {
		for (i = 0; i < digits; i += 2) {
			int high = hex_digit(text[0]);
			int low = high < 0 ? -1 : hex_digit(text[1]);

			if (low < 0 || count == LONGEST)
				return 0;
			bytes[count++] = (uint8_t)(high << 4 | low);
			text += 2;
		}
		if (*text == '\0')
			return count;
		if (*text++ != separator)
			return 0;
	}
}

int cni_mac_parse(const char *text, struct cni_mac *ret_mac)
{
	uint8_t bytes[LONGEST];
	size_t len = strlen(text);
	size_t count = 0;

	if (len >= 3 && (text[2] == ':' || text[2] == '-'))
		count = read_groups(text, 2, text[2], bytes);
	else if (len >= 5 && text[4] == '.')
		count = read_groups(text, 4, '.', bytes);
	if (count == 8 || count == LONGEST)
		return -EAFNOSUPPORT;
	if (count != sizeof(ret_mac->bytes))
		return -EINVAL;
	memcpy(ret_mac->bytes, bytes, sizeof(ret_mac->bytes));
	return 0;
}

const char *cni_mac_format(const struct cni_mac *mac,
			   char ret_text[static CNI_MAC_STRLEN])
{
	static const char digits[] = "0123456789abcdef";
	char *out = ret_text;
	size_t i;

	for (i = 0; i < sizeof(mac->bytes); i++) {
		*out++ = digits[mac->bytes[i] >> 4];
		*out++ = digits[mac->bytes[i] & 0xf];
		*out++ = ':';
	}
	out[-1] = '\0';
	return ret_text;
}

bool cni_mac_is_set(const struct cni_mac *mac)
{
	static const struct cni_mac none;

	return !cni_mac_equal(mac, &none);
}

bool cni_mac_equal(const struct cni_mac *a, const struct cni_mac *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}
