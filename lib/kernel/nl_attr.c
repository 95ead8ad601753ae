/* SPDX-License-Identifier: Apache-2.0 */
/* nl_attr.c - reading netlink attributes */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "cni/netlink.h"
#include "nl_internal.h"

int cni_nl_each_of(const void *bytes, size_t len, cni_nl_attr_cb cb, void *data)
{
	const uint8_t *place = bytes;
	int ret = 0;

	while (ret == 0 && len >= sizeof(struct nlattr)) {
		const struct nlattr *attr = (const void *)place;
		size_t step = cni_nl_align(attr->nla_len);

		if (attr->nla_len < sizeof(*attr) || attr->nla_len > len)
			return -EBADMSG;
		ret = cb(attr, data);
		/* The last attribute of a message may lack its padding. */
		if (step >= len)
			break;
		place += step;
		len -= step;
	}
	return ret;
}

int cni_nl_each(const struct nlmsghdr *message, size_t header_size,
		cni_nl_attr_cb cb, void *data)
{
	size_t offset = CNI_NL_HEADER + cni_nl_align(header_size);

	if (message->nlmsg_len < CNI_NL_HEADER + header_size)
		return -EBADMSG;
	if (message->nlmsg_len <= offset)
		return 0;
	return cni_nl_each_of((const uint8_t *)message + offset,
			      message->nlmsg_len - offset, cb, data);
}

int cni_nl_each_nested(const struct nlattr *nest, cni_nl_attr_cb cb, void *data)
{
	return cni_nl_each_of(mnl_attr_get_payload(nest),
			      mnl_attr_get_payload_len(nest), cb, data);
}

struct table {
	const struct nlattr **entries;
	size_t count;
};

static int enter(const struct nlattr *attr, void *data)
{
	const struct table *table = data;
	uint16_t type = mnl_attr_get_type(attr);

	if (type < table->count)
		table->entries[type] = attr;
	return 0;
}

static void clear(const struct nlattr **table, size_t count)
{
	for (size_t i = 0; i < count; i++)
		table[i] = NULL;
}

int cni_nl_parse(const struct nlmsghdr *message, size_t header_size,
		 const struct nlattr **table, size_t count)
{
	struct table entered = { .entries = table, .count = count };

	clear(table, count);
	return cni_nl_each(message, header_size, enter, &entered);
}

int cni_nl_parse_nested(const struct nlattr *nest, const struct nlattr **table,
			size_t count)
{
	struct table entered = { .entries = table, .count = count };

	clear(table, count);
	return cni_nl_each_nested(nest, enter, &entered);
}

static bool has_size(const struct nlattr *attr, size_t size)
{
	return attr && mnl_attr_get_payload_len(attr) == size;
}

uint8_t cni_nl_get_u8(const struct nlattr *attr, uint8_t otherwise)
{
	return has_size(attr, 1) ? mnl_attr_get_u8(attr) : otherwise;
}

uint16_t cni_nl_get_u16(const struct nlattr *attr, uint16_t otherwise)
{
	return has_size(attr, 2) ? mnl_attr_get_u16(attr) : otherwise;
}

uint32_t cni_nl_get_u32(const struct nlattr *attr, uint32_t otherwise)
{
	return has_size(attr, 4) ? mnl_attr_get_u32(attr) : otherwise;
}

int32_t cni_nl_get_s32(const struct nlattr *attr, int32_t otherwise)
{
	return (int32_t)cni_nl_get_u32(attr, (uint32_t)otherwise);
}

void cni_nl_get_str(const struct nlattr *attr, char *ret_text, size_t size)
{
	size_t len = 0;

	if (attr)
		len = strnlen(mnl_attr_get_payload(attr),
			      mnl_attr_get_payload_len(attr));
	if (len >= size)
		len = size - 1;
	if (len > 0)
		memcpy(ret_text, mnl_attr_get_payload(attr), len);
	ret_text[len] = '\0';
}

struct cni_addr cni_nl_get_addr(const struct nlattr *attr)
{
	struct cni_addr addr = { 0 };

	if (has_size(attr, 4))
		addr.family = AF_INET;
	else if (has_size(attr, 16))
		addr.family = AF_INET6;
	if (addr.family)
		memcpy(addr.bytes, mnl_attr_get_payload(attr),
		       mnl_attr_get_payload_len(attr));
	return addr;
}
