/* SPDX-License-Identifier: Apache-2.0 */
/* route_lookup.c - questions about routes */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/link.h"
#include "route_internal.h"

/* Reading an answer: what to do with each next hop. */
struct answer {
	cni_rt_fn fn;
	void *data;
};

static int take_route(const struct nlmsghdr *message, void *data)
{
	const struct answer *answer = data;

	return message ? cni_rt_parse(message, answer->fn, answer->data) : 0;
}

static int request(struct cni_nl *nl, const struct cni_addr *dst, cni_nl_cb cb,
		   void *data, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	char text[CNI_ADDR_STRLEN];
	struct rtmsg *rtm;
	int ret;

	cni_nl_req_init(&req);
	rtm = cni_nl_begin_unacked(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = dst->family;
	rtm->rtm_dst_len = cni_addr_bits(dst);
	/* The route itself with all its next hops, not the one path taken. */
	rtm->rtm_flags = RTM_F_FIB_MATCH;
	cni_nl_put_addr(&req, RTA_DST, dst);
	ret = cni_nl_talk(nl, &req, cb, data, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "look up route to %s",
					  cni_addr_format(dst, text))
		       : 0;
}

static int ask(struct cni_nl *nl, const struct cni_addr *dst, cni_rt_fn fn,
	       void *data, struct cni_error *reterr)
{
	struct answer answer = { .fn = fn, .data = data };

	return request(nl, dst, take_route, &answer, reterr);
}

static int take_type(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(message);
	bool *local = data;

	*local = rtm->rtm_type == RTN_LOCAL;
	return 0;
}

int cni_rt_is_local(struct cni_nl *nl, const struct cni_addr *addr,
		    struct cni_error *reterr)
{
	struct cni_error err;
	bool local = false;
	int ret = request(nl, addr, take_type, &local, &err);

	if (ret == -ENETUNREACH || ret == -EHOSTUNREACH || ret == -EACCES)
		return 0;
	if (ret < 0 && reterr)
		*reterr = err;
	return ret < 0 ? ret : local;
}

static int keep_first(const struct cni_rt *rt, void *data)
{
	struct cni_rt *kept = data;

	*kept = *rt;
	return 1;
}

int cni_rt_lookup(struct cni_nl *nl, const struct cni_addr *dst,
		  struct cni_rt *ret_rt, struct cni_error *reterr)
{
	struct cni_rt rt = { 0 };
	char text[CNI_ADDR_STRLEN];
	int ret = ask(nl, dst, keep_first, &rt, reterr);

	if (ret < 0)
		return ret;
	if (!rt.dst.addr.family)
		return cni_error_set(reterr, CNI_CODE_INTERNAL, ENETUNREACH,
				     "look up route to %s: not a unicast route",
				     cni_addr_format(dst, text));
	*ret_rt = rt;
	return 0;
}

struct search {
	const struct cni_rt *wanted;
	uint32_t table;
	bool found;
};

static bool matches(const struct cni_rt *rt, const struct search *search)
{
	const struct cni_rt *wanted = search->wanted;

	return rt->table == search->table && rt->index == wanted->index &&
	       cni_prefix_equal(&rt->dst, &wanted->dst) &&
	       (!cni_addr_is_set(&wanted->gw) ||
		cni_addr_equal(&rt->gw, &wanted->gw)) &&
	       (!wanted->priority || rt->priority == wanted->priority) &&
	       (!wanted->scope || rt->scope == wanted->scope) &&
	       (!wanted->mtu || rt->mtu == wanted->mtu) &&
	       (!wanted->advmss || rt->advmss == wanted->advmss);
}

static int compare(const struct cni_rt *rt, void *data)
{
	struct search *search = data;

	search->found = search->found || matches(rt, search);
	return search->found;
}

static int take_candidate(const struct nlmsghdr *message, void *data)
{
	struct search *search = data;

	if (message)
		return cni_rt_parse(message, compare, search);
	search->found = false;
	return 0;
}

int cni_rt_exists(struct cni_nl *nl, const struct cni_rt *rt, bool *ret_exists,
		  struct cni_error *reterr)
{
	struct search search = { .wanted = rt, .table = rt->table };
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct rtmsg *rtm;
	int ret;

	if (!search.table)
		search.table = RT_TABLE_MAIN;
	cni_nl_req_init(&req);
	rtm = cni_nl_begin(&req, RTM_GETROUTE, 0, sizeof(*rtm));
	rtm->rtm_family = rt->dst.addr.family;
	cni_nl_put_u32(&req, RTA_TABLE, search.table);
	cni_nl_put_u32(&req, RTA_OIF, rt->index);
	ret = cni_nl_dump(nl, &req, take_candidate, &search, reterr);
	/* A table without routes does not exist. */
	if (ret == -ENOENT) {
		*ret_exists = false;
		return 0;
	}
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "list routes of table %u",
					search.table);
	*ret_exists = search.found;
	return 0;
}

struct uplinks {
	uint32_t index[8];
	size_t count;
	uint32_t mtu;
};

static void lower(uint32_t *mtu, uint32_t other)
{
	if (other && (!*mtu || other < *mtu))
		*mtu = other;
}

/* Notes the interface; more uplinks than fit would be a very odd host. */
static int note_uplink(const struct cni_rt *rt, void *data)
{
	struct uplinks *uplinks = data;
	size_t i;

	lower(&uplinks->mtu, rt->mtu);
	for (i = 0; i < uplinks->count; i++)
		if (uplinks->index[i] == rt->index)
			return 0;
	if (rt->index && uplinks->count < MNL_ARRAY_SIZE(uplinks->index))
		uplinks->index[uplinks->count++] = rt->index;
	return 0;
}

int cni_rt_uplink_mtu(struct cni_nl *nl, uint32_t *ret_mtu,
		      struct cni_error *reterr)
{
	/*
	 * An address that nobody has a route of its own to: a.root-servers.net
	 * (root hints, IANA).  Documentation prefixes are blackholed by some.
	 */
	static const struct cni_addr outside[] = {
		{ AF_INET, { 198, 41, 0, 4 } },
		{ AF_INET6,
		  { 0x20, 0x01, 0x05, 0x03, 0xba, 0x3e, 0, 0, 0, 0, 0, 0, 0,
		    0x02, 0, 0x30 } },
	};
	struct uplinks uplinks = { 0 };
	struct cni_link link;
	size_t i;
	int ret;

	/* No way out, by absence or by a prohibiting route, is no error. */
	for (i = 0; i < MNL_ARRAY_SIZE(outside); i++)
		(void)ask(nl, &outside[i], note_uplink, &uplinks, NULL);
	for (i = 0; i < uplinks.count; i++) {
		ret = cni_link_get_index(nl, uplinks.index[i], &link, reterr);
		if (ret == -ENODEV)
			continue;
		if (ret < 0)
			return ret;
		lower(&uplinks.mtu, link.mtu);
	}
	*ret_mtu = uplinks.mtu;
	return 0;
}
