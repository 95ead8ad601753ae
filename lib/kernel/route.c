/* SPDX-License-Identifier: Apache-2.0 */
/* route.c - adding, removing and describing routes */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/route.h"

/* Appends to a text of CNI_RT_STRLEN bytes, which has room for all fields. */
#define ADD(text, ...)                                                       \
	((void)snprintf((text) + strlen(text), CNI_RT_STRLEN - strlen(text), \
			__VA_ARGS__))

const char *cni_rt_format(const struct cni_rt *rt,
			  char ret_text[static CNI_RT_STRLEN])
{
	char addr[CNI_PREFIX_STRLEN];

	ret_text[0] = '\0';
	ADD(ret_text, "%s", cni_prefix_format(&rt->dst, addr));
	if (cni_addr_is_set(&rt->gw))
		ADD(ret_text, " via %s", cni_addr_format(&rt->gw, addr));
	if (cni_addr_is_set(&rt->src))
		ADD(ret_text, " src %s", cni_addr_format(&rt->src, addr));
	if (rt->priority)
		ADD(ret_text, " metric %u", rt->priority);
	if (rt->table)
		ADD(ret_text, " table %u", rt->table);
	if (rt->scope)
		ADD(ret_text, " scope %u", rt->scope);
	if (rt->mtu)
		ADD(ret_text, " mtu %u", rt->mtu);
	if (rt->advmss)
		ADD(ret_text, " advmss %u", rt->advmss);
	return ret_text;
}

static void put_metrics(struct cni_nl_req *req, const struct cni_rt *rt)
{
	size_t nest;

	if (!rt->mtu && !rt->advmss)
		return;
	nest = cni_nl_nest_begin(req, RTA_METRICS);
	if (rt->mtu)
		cni_nl_put_u32(req, RTAX_MTU, rt->mtu);
	if (rt->advmss)
		cni_nl_put_u32(req, RTAX_ADVMSS, rt->advmss);
	cni_nl_nest_end(req, nest);
}

static void put_message(struct cni_nl_req *req, uint16_t type, uint16_t flags,
			const struct cni_rt *rt)
{
	uint32_t table = rt->table ? rt->table : RT_TABLE_MAIN;
	struct rtmsg *rtm = cni_nl_begin(req, type, flags, sizeof(*rtm));

	rtm->rtm_family = rt->dst.addr.family;
	rtm->rtm_dst_len = rt->dst.len;
	/* The header's field has 8 bits. */
	rtm->rtm_table = table <= UINT8_MAX ? (uint8_t)table : RT_TABLE_UNSPEC;
	rtm->rtm_scope = rt->scope;
	rtm->rtm_protocol = rt->protocol;
	if (type == RTM_NEWROUTE) {
		rtm->rtm_type = RTN_UNICAST;
		if (!rt->protocol)
			rtm->rtm_protocol = RTPROT_BOOT;
	} else if (!rt->scope) {
		/* Universe is a scope, not "any scope". */
		rtm->rtm_scope = RT_SCOPE_NOWHERE;
	}
	if (table > UINT8_MAX)
		cni_nl_put_u32(req, RTA_TABLE, table);
	cni_nl_put_addr(req, RTA_DST, &rt->dst.addr);
	if (cni_addr_is_set(&rt->gw))
		cni_nl_put_addr(req, RTA_GATEWAY, &rt->gw);
	if (cni_addr_is_set(&rt->src))
		cni_nl_put_addr(req, RTA_PREFSRC, &rt->src);
	if (rt->index)
		cni_nl_put_u32(req, RTA_OIF, rt->index);
	if (rt->priority)
		cni_nl_put_u32(req, RTA_PRIORITY, rt->priority);
}

void cni_rt_put(struct cni_nl_req *req, const struct cni_rt *rt)
{
	put_message(req, RTM_NEWROUTE, NLM_F_CREATE, rt);
	put_metrics(req, rt);
}

static int explain(struct cni_error *reterr, int ret, const char *what,
		   const struct cni_rt *rt)
{
	char text[CNI_RT_STRLEN];

	return cni_error_prefix(reterr, ret, "%s route %s", what,
				cni_rt_format(rt, text));
}

int cni_rt_add(struct cni_nl *nl, const struct cni_rt *rt,
	       struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	cni_rt_put(&req, rt);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	return ret < 0 ? explain(reterr, ret, "add", rt) : 0;
}

int cni_rt_del(struct cni_nl *nl, const struct cni_rt *rt,
	       struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	cni_nl_req_init(&req);
	put_message(&req, RTM_DELROUTE, 0, rt);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	return ret < 0 ? explain(reterr, ret, "remove", rt) : 0;
}
