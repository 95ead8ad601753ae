/* SPDX-License-Identifier: Apache-2.0 */
/* lease.c - the content of lease files */
#include <string.h>

#include "cni/args.h"
#include "cni/ascii.h"

#include "lease.h"

#define SEPARATOR     "\r\n"
#define SEPARATOR_LEN 2

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Was the text cut behind the id, in the middle of "\r\n" and the rest? */
static bool ends_inside_separator(const char *text, size_t len)
{
	return len && (text[len - 1] == '\r' ||
		       (len > 1 && memcmp(text + len - SEPARATOR_LEN, SEPARATOR,
					  SEPARATOR_LEN) == 0));
}

enum hl_lease_kind hl_lease_parse(char *text, size_t len,
				  struct hl_owner *ret_owner)
{
	bool cut = ends_inside_separator(text, len);
	char *separator;

	if (memchr(text, '\0', len))
		return HL_LEASE_TORN;
	while (len && is_space(text[len - 1]))
		text[--len] = '\0';
	while (is_space(*text))
		text++;
	if (!*text)
		return HL_LEASE_TORN;
	separator = strstr(text, SEPARATOR);
	if (!separator) {
		if (!cni_valid_id(text))
			return HL_LEASE_FOREIGN;
		if (cut)
			return HL_LEASE_TORN;
		*ret_owner = (struct hl_owner) { text, "" };
		return HL_LEASE_ID_ONLY;
	}
	*separator = '\0';
	*ret_owner = (struct hl_owner) { text, separator + SEPARATOR_LEN };
	if (!cni_valid_id(text) || strpbrk(ret_owner->ifname, "\r\n"))
		return HL_LEASE_FOREIGN;
	return HL_LEASE_FULL;
}

size_t hl_lease_format(const struct hl_owner *owner, char *text, size_t size)
{
	size_t id_len = strlen(owner->id);
	size_t ifname_len = strlen(owner->ifname);
	size_t len = id_len + SEPARATOR_LEN + ifname_len;

	if (len > size)
		return 0;
	memcpy(text, owner->id, id_len);
	memcpy(text + id_len, SEPARATOR, SEPARATOR_LEN);
	memcpy(text + id_len + SEPARATOR_LEN, owner->ifname, ifname_len);
	return len;
}

bool hl_lease_addr(const char *name, struct cni_addr *ret_addr)
{
	char canonical[CNI_ADDR_STRLEN];

	/* Cheaply pass over the files that are no leases. */
	if (cni_ascii_hex_value(name[0]) < 0 && name[0] != ':')
		return false;
	if (cni_addr_parse(name, ret_addr))
		return false;
	return strcmp(cni_addr_format(ret_addr, canonical), name) == 0;
}
