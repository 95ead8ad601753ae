/* SPDX-License-Identifier: Apache-2.0 */
/* conntrack.c - forget the flows of published ports */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "cni/conntrack.h"
#include "cni/netlink.h"
#include "cni/route.h"

/*
 * Compare the protocol of the original direction only.
 * Source: net/netfilter/nf_conntrack_netlink.c, CTA_FILTER_F_CTA_PROTO_NUM.
 */
#define FILTER_FLAG_PROTO_NUM (1U << 3)

/* A tuple of addresses and ports, IPv6: 4 + 2 * 20 + 4 + 3 * 8 bytes. */
#define TUPLE_MAX 96

/**
 * struct flow - what is needed of one entry
 * @tuple: CTA_TUPLE_ORIG as the kernel sent it, to name the entry
 */
struct flow {
	uint8_t tuple[TUPLE_MAX];
	size_t tuple_len;
	uint8_t protocol;
	uint16_t port;
	struct cni_addr destination;
	struct cni_addr answering;
};

/**
 * struct flush - a run
 * @routes: tells which addresses are the node's own
 * @flows: those to be deleted
 * @local: address asked about last, and the answer
 */
struct flush {
	const struct cni_conntrack_port *ports;
	size_t count;
	struct cni_nl routes;
	struct flow *flows;
	size_t found;
	size_t capacity;
	struct cni_addr local;
	bool is_local;
};

static int compare_ports(const void *a, const void *b)
{
	const struct cni_conntrack_port *x = a;
	const struct cni_conntrack_port *y = b;

	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	return x->port < y->port ? -1 : x->port > y->port;
}

static void parse_address(const struct nlattr *nest, bool source,
			  struct cni_addr *ret_addr)
{
	const struct nlattr *attr[CTA_IP_V6_DST + 1];
	size_t v4 = source ? CTA_IP_V4_SRC : CTA_IP_V4_DST;
	size_t v6 = source ? CTA_IP_V6_SRC : CTA_IP_V6_DST;

	*ret_addr = (struct cni_addr) { 0 };
	if (nest && cni_nl_parse_nested(nest, attr, CTA_IP_V6_DST + 1) == 0)
		*ret_addr = cni_nl_get_addr(attr[v4] ? attr[v4] : attr[v6]);
}

static int parse_flow(const struct nlmsghdr *message, struct flow *flow)
{
	const struct nlattr *attr[CTA_TUPLE_REPLY + 1];
	const struct nlattr *orig[CTA_TUPLE_PROTO + 1];
	const struct nlattr *reply[CTA_TUPLE_PROTO + 1];
	const struct nlattr *proto[CTA_PROTO_DST_PORT + 1];

	if (cni_nl_parse(message, sizeof(struct nfgenmsg), attr,
			 CTA_TUPLE_REPLY + 1) < 0 ||
	    !attr[CTA_TUPLE_ORIG] || !attr[CTA_TUPLE_REPLY] ||
	    cni_nl_parse_nested(attr[CTA_TUPLE_ORIG], orig,
				CTA_TUPLE_PROTO + 1) < 0 ||
	    cni_nl_parse_nested(attr[CTA_TUPLE_REPLY], reply,
				CTA_TUPLE_PROTO + 1) < 0 ||
	    !orig[CTA_TUPLE_PROTO] ||
	    cni_nl_parse_nested(orig[CTA_TUPLE_PROTO], proto,
				CTA_PROTO_DST_PORT + 1) < 0)
		return -EBADMSG;
	flow->tuple_len = attr[CTA_TUPLE_ORIG]->nla_len - sizeof(struct nlattr);
	if (flow->tuple_len > TUPLE_MAX)
		return -EBADMSG;
	memcpy(flow->tuple, attr[CTA_TUPLE_ORIG] + 1, flow->tuple_len);
	flow->protocol = cni_nl_get_u8(proto[CTA_PROTO_NUM], 0);
	flow->port = ntohs(cni_nl_get_u16(proto[CTA_PROTO_DST_PORT], 0));
	parse_address(orig[CTA_TUPLE_IP], false, &flow->destination);
	parse_address(reply[CTA_TUPLE_IP], true, &flow->answering);
	return 0;
}

/* Flows come in bunches of one destination: the last answer is kept. */
static bool is_own_address(struct flush *flush, const struct cni_addr *addr)
{
	if (cni_addr_equal(&flush->local, addr))
		return flush->is_local;
	flush->local = *addr;
	flush->is_local = cni_rt_is_local(&flush->routes, addr, NULL) > 0;
	return flush->is_local;
}

static bool belongs_to(struct flush *flush, const struct flow *flow,
		       const struct cni_conntrack_port *port)
{
	if (cni_addr_is_set(&port->pod) &&
	    !cni_addr_equal(&port->pod, &flow->answering))
		return false;
	if (cni_addr_is_set(&port->address))
		return cni_addr_equal(&port->address, &flow->destination);
	return is_own_address(flush, &flow->destination);
}

static bool is_wanted(struct flush *flush, const struct flow *flow)
{
	const struct cni_conntrack_port key = { .protocol = flow->protocol,
						.port = flow->port };
	const struct cni_conntrack_port *end = flush->ports + flush->count;
	const struct cni_conntrack_port *port;

	port = bsearch(&key, flush->ports, flush->count, sizeof(key),
		       compare_ports);
	if (!port)
		return false;
	/* Several addresses can publish one port. */
	while (port > flush->ports && compare_ports(port - 1, &key) == 0)
		port--;
	for (; port < end && compare_ports(port, &key) == 0; port++)
		if (belongs_to(flush, flow, port))
			return true;
	return false;
}

static int take_flow(const struct nlmsghdr *message, void *data)
{
	struct flush *flush = data;
	struct flow flow;
	struct flow *flows;

	if (!message) {
		flush->found = 0;
		return 0;
	}
	if (parse_flow(message, &flow) < 0 || !is_wanted(flush, &flow))
		return 0;
	if (flush->found == flush->capacity) {
		size_t capacity = flush->capacity ? flush->capacity * 2 : 64;

		flows = realloc(flush->flows, capacity * sizeof(*flows));
		if (!flows)
			return -ENOMEM;
		flush->flows = flows;
		flush->capacity = capacity;
	}
	flush->flows[flush->found++] = flow;
	return 0;
}

static void begin(struct cni_nl_req *req, uint16_t type, int family)
{
	struct nfgenmsg *header;

	header = cni_nl_begin(req,
			      (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | type), 0,
			      sizeof(*header));
	header->nfgen_family = (uint8_t)family;
	header->version = NFNETLINK_V0;
}

/* The kernel leaves out other protocols; older ones send everything. */
static void put_protocol_filter(struct cni_nl_req *req, uint8_t protocol)
{
	size_t tuple = cni_nl_nest_begin(req, CTA_TUPLE_ORIG);
	size_t proto = cni_nl_nest_begin(req, CTA_TUPLE_PROTO);
	size_t filter;

	cni_nl_put_u8(req, CTA_PROTO_NUM, protocol);
	cni_nl_nest_end(req, proto);
	cni_nl_nest_end(req, tuple);
	filter = cni_nl_nest_begin(req, CTA_FILTER);
	cni_nl_put_u32(req, CTA_FILTER_ORIG_FLAGS, FILTER_FLAG_PROTO_NUM);
	cni_nl_put_u32(req, CTA_FILTER_REPLY_FLAGS, 0);
	cni_nl_nest_end(req, filter);
}

static int find_flows(struct cni_nl *nl, int family, uint8_t protocol,
		      struct flush *flush, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	cni_nl_req_init(&req);
	begin(&req, IPCTNL_MSG_CT_GET, family);
	put_protocol_filter(&req, protocol);
	return cni_nl_dump(nl, &req, take_flow, flush, reterr);
}

/* One request each, since one that is gone by now must not hide the others. */
static int delete_flows(struct cni_nl *nl, int family, struct flush *flush,
			struct cni_error *reterr)
{
	for (size_t i = 0; i < flush->found; i++) {
		CNI_CLEANUP(nl_req) struct cni_nl_req req;
		int ret;

		cni_nl_req_init(&req);
		begin(&req, IPCTNL_MSG_CT_DELETE, family);
		cni_nl_put(&req, CTA_TUPLE_ORIG | NLA_F_NESTED,
			   flush->flows[i].tuple, flush->flows[i].tuple_len);
		ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
		if (ret < 0 && ret != -ENOENT)
			return ret;
	}
	return (int)flush->found;
}

static int flush_protocol(struct cni_nl *nl, int family, uint8_t protocol,
			  struct flush *flush, struct cni_error *reterr)
{
	struct cni_error err;
	int ret;

	flush->found = 0;
	ret = find_flows(nl, family, protocol, flush, &err);
	if (ret == 0)
		ret = delete_flows(nl, family, flush, &err);
	if (ret < 0 && reterr)
		*reterr = err;
	return ret;
}

static bool has_protocol(const struct cni_conntrack_port *ports, size_t count,
			 uint8_t protocol)
{
	for (size_t i = 0; i < count; i++)
		if (ports[i].protocol == protocol)
			return true;
	return false;
}

static int flush_all(struct cni_nl *nl, int family, struct flush *flush,
		     struct cni_error *reterr)
{
	static const uint8_t protocols[] = { IPPROTO_UDP, IPPROTO_SCTP };
	int total = 0;

	for (size_t i = 0; i < sizeof(protocols); i++) {
		int ret;

		if (!has_protocol(flush->ports, flush->count, protocols[i]))
			continue;
		ret = flush_protocol(nl, family, protocols[i], flush, reterr);
		if (ret < 0)
			return cni_error_prefix(reterr, ret,
						"connection tracking");
		total += ret;
	}
	return total;
}

int cni_conntrack_flush(int family, struct cni_conntrack_port *ports,
			size_t count, struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };
	struct flush flush = { .ports = ports, .count = count };
	struct cni_error err;
	int ret;

	if (!has_protocol(ports, count, IPPROTO_UDP) &&
	    !has_protocol(ports, count, IPPROTO_SCTP))
		return 0;
	qsort(ports, count, sizeof(*ports), compare_ports);
	ret = cni_nl_open(&nl, NETLINK_NETFILTER, &err);
	if (ret == 0)
		ret = cni_nl_open(&flush.routes, NETLINK_ROUTE, &err);
	if (ret == 0)
		ret = flush_all(&nl, family, &flush, &err);
	cni_nl_close(&flush.routes);
	free(flush.flows);
	/* No such subsystem: nothing is tracked. */
	if (ret == -EPROTONOSUPPORT || ret == -EOPNOTSUPP || ret == -EINVAL)
		return 0;
	if (ret < 0 && reterr)
		*reterr = err;
	return ret;
}
