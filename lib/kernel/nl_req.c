/* SPDX-License-Identifier: Apache-2.0 */
/* nl_req.c - building netlink requests with a sticky error */
#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "cni/netlink.h"
#include "nl_internal.h"

/*
 * Longest request: far above what a configuration can ask for, far below what
 * would hurt.  The kernel's own limit is the send buffer (net.core.wmem_max).
 */
#define REQUEST_MAX ((size_t)1024 * 1024)

void cni_nl_req_init(struct cni_nl_req *req)
{
	req->bytes = (uint8_t *)req->inline_bytes;
	req->len = 0;
	req->capacity = sizeof(req->inline_bytes);
	req->message = 0;
	req->count = 0;
	req->failed = 0;
	req->error = 0;
}

void cni_nl_req_done(struct cni_nl_req *req)
{
	if (req->bytes && req->bytes != (uint8_t *)req->inline_bytes)
		free(req->bytes);
	cni_nl_req_init(req);
}

static int grow(struct cni_nl_req *req, size_t needed)
{
	bool was_inline = req->bytes == (uint8_t *)req->inline_bytes;
	size_t capacity = req->capacity;
	uint8_t *bytes;

	while (capacity < needed)
		capacity *= 2;
	if (capacity > REQUEST_MAX)
		return -EMSGSIZE;
	bytes = realloc(was_inline ? NULL : req->bytes, capacity);
	if (!bytes)
		return -ENOMEM;
	if (was_inline)
		memcpy(bytes, req->bytes, req->len);
	req->bytes = bytes;
	req->capacity = capacity;
	return 0;
}

/* Makes room for @len bytes, zeroed and padded; NULL after a failure. */
static void *append(struct cni_nl_req *req, size_t len)
{
	size_t padded = cni_nl_align(len);
	struct nlmsghdr *header;
	void *place;

	if (!req->error && req->len + padded > req->capacity)
		req->error = grow(req, req->len + padded);
	if (req->error)
		return NULL;
	place = req->bytes + req->len;
	memset(place, 0, padded);
	req->len += padded;
	header = (void *)(req->bytes + req->message);
	header->nlmsg_len = (uint32_t)(req->len - req->message);
	return place;
}

void *cni_nl_begin_unacked(struct cni_nl_req *req, uint16_t type,
			   uint16_t flags, size_t family_header_size)
{
	struct nlmsghdr *header;

	assert(CNI_NL_HEADER + family_header_size <= CNI_NL_INLINE);
	req->message = req->len;
	header = append(req, CNI_NL_HEADER + family_header_size);
	if (!header) {
		/* Never sent: the caller may scribble over what is there. */
		memset(req->inline_bytes, 0, sizeof(req->inline_bytes));
		return req->inline_bytes;
	}
	header->nlmsg_type = type;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	req->count++;
	return (uint8_t *)header + CNI_NL_HEADER;
}

void *cni_nl_begin(struct cni_nl_req *req, uint16_t type, uint16_t flags,
		   size_t family_header_size)
{
	return cni_nl_begin_unacked(req, type, (uint16_t)(flags | NLM_F_ACK),
				    family_header_size);
}

void cni_nl_put(struct cni_nl_req *req, uint16_t type, const void *data,
		size_t len)
{
	struct nlattr *attr;

	if (len > UINT16_MAX - CNI_NL_ATTR_HEADER && !req->error)
		req->error = -EMSGSIZE;
	attr = append(req, CNI_NL_ATTR_HEADER + len);
	if (!attr)
		return;
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(CNI_NL_ATTR_HEADER + len);
	if (len > 0)
		memcpy((uint8_t *)attr + CNI_NL_ATTR_HEADER, data, len);
}

void cni_nl_put_flag(struct cni_nl_req *req, uint16_t type)
{
	cni_nl_put(req, type, NULL, 0);
}

void cni_nl_put_u8(struct cni_nl_req *req, uint16_t type, uint8_t value)
{
	cni_nl_put(req, type, &value, sizeof(value));
}

void cni_nl_put_u16(struct cni_nl_req *req, uint16_t type, uint16_t value)
{
	cni_nl_put(req, type, &value, sizeof(value));
}

void cni_nl_put_u32(struct cni_nl_req *req, uint16_t type, uint32_t value)
{
	cni_nl_put(req, type, &value, sizeof(value));
}

void cni_nl_put_u64(struct cni_nl_req *req, uint16_t type, uint64_t value)
{
	cni_nl_put(req, type, &value, sizeof(value));
}

void cni_nl_put_be16(struct cni_nl_req *req, uint16_t type, uint16_t host)
{
	cni_nl_put_u16(req, type, htons(host));
}

void cni_nl_put_be32(struct cni_nl_req *req, uint16_t type, uint32_t host)
{
	cni_nl_put_u32(req, type, htonl(host));
}

void cni_nl_put_be64(struct cni_nl_req *req, uint16_t type, uint64_t host)
{
	cni_nl_put_u64(req, type, htobe64(host));
}

void cni_nl_put_str(struct cni_nl_req *req, uint16_t type, const char *text)
{
	cni_nl_put(req, type, text, strlen(text) + 1);
}

void cni_nl_put_addr(struct cni_nl_req *req, uint16_t type,
		     const struct cni_addr *addr)
{
	cni_nl_put(req, type, addr->bytes, cni_addr_len(addr));
}

void cni_nl_put_struct(struct cni_nl_req *req, const void *data, size_t len)
{
	void *place = append(req, len);

	if (place)
		memcpy(place, data, len);
}

size_t cni_nl_nest_begin(struct cni_nl_req *req, uint16_t type)
{
	size_t nest = req->len;

	cni_nl_put_flag(req, (uint16_t)(type | NLA_F_NESTED));
	return nest;
}

void cni_nl_nest_end(struct cni_nl_req *req, size_t nest)
{
	struct nlattr *attr;

	if (req->error)
		return;
	if (req->len - nest > UINT16_MAX) {
		req->error = -EMSGSIZE;
		return;
	}
	attr = (void *)(req->bytes + nest);
	attr->nla_len = (uint16_t)(req->len - nest);
}
