/* SPDX-License-Identifier: Apache-2.0 */
/* addr.c - addresses of interfaces */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/addr.h"

/* A link of an IPv4 prefix this long has no broadcast address (RFC 3021). */
#define LEN_WITHOUT_BROADCAST 31

void cni_ifaddr_list_done(struct cni_ifaddr_list *list)
{
	free(list->items);
	memset(list, 0, sizeof(*list));
}

static void put_message(struct cni_nl_req *req, uint16_t type, uint16_t flags,
			uint32_t index, const struct cni_prefix *prefix)
{
	struct ifaddrmsg *ifa = cni_nl_begin(req, type, flags, sizeof(*ifa));

	ifa->ifa_family = prefix->addr.family;
	ifa->ifa_prefixlen = prefix->len;
	ifa->ifa_index = index;
	cni_nl_put_addr(req, IFA_LOCAL, &prefix->addr);
	cni_nl_put_addr(req, IFA_ADDRESS, &prefix->addr);
}

void cni_ifaddr_put(struct cni_nl_req *req, uint32_t index,
		    const struct cni_prefix *prefix, unsigned int flags)
{
	struct cni_addr broadcast;

	put_message(req, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, index, prefix);
	if (prefix->addr.family == AF_INET6 && (flags & CNI_IFADDR_NODAD))
		cni_nl_put_u32(req, IFA_FLAGS, IFA_F_NODAD);
	if (prefix->addr.family == AF_INET &&
	    prefix->len < LEN_WITHOUT_BROADCAST) {
		broadcast = cni_prefix_last(prefix);
		cni_nl_put_addr(req, IFA_BROADCAST, &broadcast);
	}
}

static int explain(struct cni_error *reterr, int ret, const char *what,
		   const struct cni_prefix *prefix)
{
	char text[CNI_PREFIX_STRLEN];

	return cni_error_prefix(reterr, ret, "%s address %s", what,
				cni_prefix_format(prefix, text));
}

int cni_ifaddr_add(struct cni_nl *nl, uint32_t index,
		   const struct cni_prefix *prefix, unsigned int flags,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	cni_ifaddr_put(&req, index, prefix, flags);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	if (ret == -EEXIST && (flags & CNI_IFADDR_MAY_EXIST))
		return 0;
	return ret < 0 ? explain(reterr, ret, "add", prefix) : 0;
}

int cni_ifaddr_del(struct cni_nl *nl, uint32_t index,
		   const struct cni_prefix *prefix, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	put_message(&req, RTM_DELADDR, 0, index, prefix);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	return ret < 0 ? explain(reterr, ret, "remove", prefix) : 0;
}

struct addr_dump {
	uint32_t index;
	struct cni_ifaddr_list list;
};

static int append_addr(struct cni_ifaddr_list *list,
		       const struct cni_ifaddr *addr)
{
	size_t size = (list->count + 1) * sizeof(*list->items);
	struct cni_ifaddr *items = realloc(list->items, size);

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] = *addr;
	return 0;
}

static int take_addr(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *tb[IFA_FLAGS + 1];
	struct addr_dump *dump = data;
	struct cni_ifaddr addr = { 0 };
	const struct ifaddrmsg *ifa;

	if (!message) {
		cni_ifaddr_list_done(&dump->list);
		return 0;
	}
	if (message->nlmsg_type != RTM_NEWADDR ||
	    cni_nl_parse(message, sizeof(*ifa), tb, MNL_ARRAY_SIZE(tb)) < 0)
		return -EBADMSG;
	ifa = mnl_nlmsg_get_payload(message);
	if (ifa->ifa_index != dump->index)
		return 0;
	/* With a peer, IFA_ADDRESS is the peer's. */
	addr.prefix.addr = cni_nl_get_addr(tb[IFA_LOCAL] ? tb[IFA_LOCAL]
							 : tb[IFA_ADDRESS]);
	addr.prefix.len = ifa->ifa_prefixlen;
	addr.flags = cni_nl_get_u32(tb[IFA_FLAGS], ifa->ifa_flags);
	addr.scope = ifa->ifa_scope;
	return append_addr(&dump->list, &addr);
}

static int dump_family(struct cni_nl *nl, int family, struct addr_dump *dump,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifaddrmsg *ifa;

	cni_nl_req_init(&req);
	ifa = cni_nl_begin(&req, RTM_GETADDR, 0, sizeof(*ifa));
	ifa->ifa_family = (uint8_t)family;
	ifa->ifa_index = dump->index;
	return cni_nl_dump(nl, &req, take_addr, dump, reterr);
}

/*
 * AF_UNSPEC asks every protocol family in turn, IPv4 first; families that the
 * kernel lacks are left out.
 */
int cni_ifaddr_get(struct cni_nl *nl, uint32_t index, int family,
		   struct cni_ifaddr_list *ret_list, struct cni_error *reterr)
{
	struct addr_dump dump = { .index = index };
	int ret = dump_family(nl, family, &dump, reterr);

	if (ret < 0) {
		cni_ifaddr_list_done(&dump.list);
		return cni_error_prefix(reterr, ret,
					"list addresses of link %u", index);
	}
	*ret_list = dump.list;
	return 0;
}

/* An event about the interface, or the loss of events: time to look again. */
static int is_about(const struct nlmsghdr *message, void *data)
{
	const uint32_t *index = data;
	const struct ifaddrmsg *ifa;

	if (!message)
		return 1;
	if ((message->nlmsg_type != RTM_NEWADDR &&
	     message->nlmsg_type != RTM_DELADDR) ||
	    mnl_nlmsg_get_payload_len(message) < sizeof(*ifa))
		return 0;
	ifa = mnl_nlmsg_get_payload(message);
	return ifa->ifa_index == *index;
}

static int is_settled(struct cni_nl *nl, void *data, struct cni_error *reterr)
{
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list list = { 0 };
	const uint32_t *index = data;
	char text[CNI_PREFIX_STRLEN];
	bool settled = true;
	size_t i;
	int ret;

	ret = cni_ifaddr_get(nl, *index, AF_INET6, &list, reterr);
	if (ret < 0)
		return ret;
	for (i = 0; i < list.count; i++) {
		uint32_t flags = list.items[i].flags;

		if (flags & IFA_F_DADFAILED)
			return cni_error_set(
				reterr, CNI_CODE_ADDRESS_CONFLICT, EADDRINUSE,
				"address %s is in use by another host",
				cni_prefix_format(&list.items[i].prefix, text));
		/* Optimistic addresses can be used while tentative. */
		if ((flags & IFA_F_TENTATIVE) && !(flags & IFA_F_OPTIMISTIC))
			settled = false;
	}
	return settled;
}

int cni_ifaddr_wait_dad(struct cni_nl *nl, uint32_t index, int64_t deadline_ms,
			struct cni_error *reterr)
{
	const struct cni_nl_watch watch = {
		.group = RTNLGRP_IPV6_IFADDR,
		.look = is_settled,
		.about = is_about,
		.data = &index,
	};
	int ret = cni_nl_await(nl, &watch, deadline_ms, reterr);

	if (ret == -ETIMEDOUT)
		return cni_error_set(reterr, CNI_CODE_LINK_NOT_UP, ETIMEDOUT,
				     "IPv6 addresses of link %u are still "
				     "tentative",
				     index);
	return ret;
}
