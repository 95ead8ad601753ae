/* SPDX-License-Identifier: Apache-2.0 */
/* link.c - looking up, changing and deleting interfaces */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "cni/link.h"
#include "link_internal.h"

static int take_link(const struct nlmsghdr *message, void *data)
{
	return cni_link_parse(message, data);
}

/* Counters are a third of what the kernel would say about an interface. */
static struct ifinfomsg *begin_get(struct cni_nl_req *req)
{
	struct ifinfomsg *ifi;

	cni_nl_req_init(req);
	ifi = cni_nl_begin_unacked(req, RTM_GETLINK, 0, sizeof(*ifi));
	return ifi;
}

static int finish_get(struct cni_nl *nl, struct cni_nl_req *req,
		      struct cni_link *ret_link, struct cni_error *reterr)
{
	struct cni_link link = { 0 };
	int ret;

	cni_nl_put_u32(req, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	ret = cni_nl_talk(nl, req, take_link, &link, reterr);
	if (ret < 0)
		return ret;
	*ret_link = link;
	return 0;
}

int cni_link_get(struct cni_nl *nl, const char *name, struct cni_link *ret_link,
		 struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	(void)begin_get(&req);
	ret = cni_link_check_name(name, reterr);
	if (ret < 0)
		return ret;
	cni_nl_put_str(&req, IFLA_IFNAME, name);
	ret = finish_get(nl, &req, ret_link, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "link \"%s\"", name) : 0;
}

int cni_link_get_index(struct cni_nl *nl, uint32_t index,
		       struct cni_link *ret_link, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	begin_get(&req)->ifi_index = (int)index;
	ret = finish_get(nl, &req, ret_link, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "link %u", index) : 0;
}

int cni_link_check_name(const char *name, struct cni_error *reterr)
{
	size_t len = strlen(name);

	if (len == 0)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "link \"\": an interface needs a name");
	/* What the kernel answers; checked here because it cuts some. */
	if (len >= IFNAMSIZ)
		return cni_error_errno(reterr, CNI_CODE_INVALID_CONFIG, ERANGE,
				       "link \"%s\"", name);
	return 0;
}

/* Starts a change of one interface. */
static struct ifinfomsg *begin_set(struct cni_nl_req *req, uint16_t type,
				   uint32_t index)
{
	struct ifinfomsg *ifi;

	cni_nl_req_init(req);
	ifi = cni_nl_begin(req, type, 0, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	return ifi;
}

static int finish_set(struct cni_nl *nl, struct cni_nl_req *req, uint32_t index,
		      const char *what, struct cni_error *reterr)
{
	int ret = cni_nl_talk(nl, req, NULL, NULL, reterr);

	if (ret == -EXFULL && reterr)
		reterr->code = CNI_CODE_BRIDGE_FULL;
	return ret < 0 ? cni_error_prefix(reterr, ret, "link %u: %s", index,
					  what)
		       : 0;
}

int cni_link_set_flags(struct cni_nl *nl, uint32_t index, uint32_t mask,
		       uint32_t flags, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifinfomsg *ifi = begin_set(&req, RTM_SETLINK, index);

	ifi->ifi_change = mask;
	ifi->ifi_flags = flags & mask;
	return finish_set(nl, &req, index, "set flags", reterr);
}

int cni_link_set_master(struct cni_nl *nl, uint32_t index, uint32_t master,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)begin_set(&req, RTM_SETLINK, index);
	cni_nl_put_u32(&req, IFLA_MASTER, master);
	return finish_set(nl, &req, index, "set master", reterr);
}

int cni_link_set_mac(struct cni_nl *nl, uint32_t index,
		     const struct cni_mac *mac, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)begin_set(&req, RTM_SETLINK, index);
	cni_nl_put(&req, IFLA_ADDRESS, mac->bytes, sizeof(mac->bytes));
	return finish_set(nl, &req, index, "set mac", reterr);
}

int cni_link_set_mtu(struct cni_nl *nl, uint32_t index, uint32_t mtu,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)begin_set(&req, RTM_SETLINK, index);
	cni_nl_put_u32(&req, IFLA_MTU, mtu);
	return finish_set(nl, &req, index, "set mtu", reterr);
}

int cni_link_set_alias(struct cni_nl *nl, uint32_t index, const char *alias,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)begin_set(&req, RTM_SETLINK, index);
	cni_nl_put(&req, IFLA_IFALIAS, alias, strlen(alias));
	return finish_set(nl, &req, index, "set alias", reterr);
}

void cni_link_put_port(struct cni_nl_req *req, bool hairpin, bool isolated)
{
	size_t info = cni_nl_nest_begin(req, IFLA_LINKINFO);
	size_t data;

	cni_nl_put_str(req, IFLA_INFO_SLAVE_KIND, "bridge");
	data = cni_nl_nest_begin(req, IFLA_INFO_SLAVE_DATA);
	cni_nl_put_u8(req, IFLA_BRPORT_MODE, hairpin);
	cni_nl_put_u8(req, IFLA_BRPORT_ISOLATED, isolated);
	cni_nl_nest_end(req, data);
	cni_nl_nest_end(req, info);
}

int cni_link_set_port(struct cni_nl *nl, uint32_t index, bool hairpin,
		      bool isolated, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	/* Only RTM_NEWLINK looks at IFLA_INFO_SLAVE_DATA. */
	(void)begin_set(&req, RTM_NEWLINK, index);
	cni_link_put_port(&req, hairpin, isolated);
	return finish_set(nl, &req, index, "set port flags", reterr);
}

int cni_link_delete(struct cni_nl *nl, const char *name,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	int ret;

	(void)begin_set(&req, RTM_DELLINK, 0);
	ret = cni_link_check_name(name, reterr);
	if (ret < 0)
		return ret;
	cni_nl_put_str(&req, IFLA_IFNAME, name);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to delete \"%s\"", name)
		       : 0;
}

int cni_link_delete_index(struct cni_nl *nl, uint32_t index,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)begin_set(&req, RTM_DELLINK, index);
	return finish_set(nl, &req, index, "delete", reterr);
}

/**
 * struct port_watch - a bridge port that is waited for
 * @index: which
 * @any_state: with its operstate up, the state that spanning tree gave it does
 *	not matter
 * @link: what it looked like last
 */
struct port_watch {
	uint32_t index;
	bool any_state;
	struct cni_link link;
};

/* An event about the interface, or the loss of events: time to look again. */
static int is_about(const struct nlmsghdr *message, void *data)
{
	const struct port_watch *port = data;
	const struct ifinfomsg *ifi;

	if (!message)
		return 1;
	if ((message->nlmsg_type != RTM_NEWLINK &&
	     message->nlmsg_type != RTM_DELLINK) ||
	    message->nlmsg_len < sizeof(*message) + sizeof(*ifi))
		return 0;
	ifi = (const void *)(message + 1);
	return (uint32_t)ifi->ifi_index == port->index;
}

static int is_forwarding(struct cni_nl *nl, void *data,
			 struct cni_error *reterr)
{
	struct port_watch *port = data;
	int ret = cni_link_get_index(nl, port->index, &port->link, reterr);

	if (ret < 0)
		return ret;
	return port->link.operstate == CNI_OPERSTATE_UP &&
	       (port->any_state || !port->link.is_port ||
		port->link.port.state == BR_STATE_FORWARDING);
}

static int wait_port(struct cni_nl *nl, struct port_watch *port,
		     int64_t deadline_ms, struct cni_error *reterr)
{
	const struct cni_nl_watch watch = {
		.group = RTNLGRP_LINK,
		.look = is_forwarding,
		.about = is_about,
		.data = port,
	};
	int ret = cni_nl_await(nl, &watch, deadline_ms, reterr);

	if (ret != -ETIMEDOUT)
		return ret;
	if (port->link.operstate == CNI_OPERSTATE_UP)
		return cni_error_set(reterr, CNI_CODE_LINK_NOT_UP, ETIMEDOUT,
				     "bridge port in error state: "
				     "not forwarding (STP state %u)",
				     port->link.port.state);
	return cni_error_set(reterr, CNI_CODE_LINK_NOT_UP, ETIMEDOUT,
			     "bridge port in error state: %s",
			     cni_link_operstate_name(port->link.operstate));
}

int cni_link_wait_forwarding(struct cni_nl *nl, uint32_t index,
			     int64_t deadline_ms, struct cni_error *reterr)
{
	struct port_watch port = { .index = index };

	return wait_port(nl, &port, deadline_ms, reterr);
}

int cni_link_wait_up(struct cni_nl *nl, uint32_t index, int64_t deadline_ms,
		     struct cni_error *reterr)
{
	struct port_watch port = { .index = index, .any_state = true };

	return wait_port(nl, &port, deadline_ms, reterr);
}
