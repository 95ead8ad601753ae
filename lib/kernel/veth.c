/* SPDX-License-Identifier: Apache-2.0 */
/* veth.c - creating veth pairs with both ends in their places */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <string.h>

#include "cni/link.h"
#include "link_internal.h"

/* What both ends have. */
static void put_end(struct cni_nl_req *req, const struct cni_veth_spec *spec,
		    const char *name, const struct cni_mac *mac)
{
	cni_nl_put_str(req, IFLA_IFNAME, name);
	if (cni_mac_is_set(mac))
		cni_nl_put(req, IFLA_ADDRESS, mac->bytes, sizeof(mac->bytes));
	if (spec->mtu)
		cni_nl_put_u32(req, IFLA_MTU, spec->mtu);
	if (spec->queues) {
		cni_nl_put_u32(req, IFLA_NUM_TX_QUEUES, spec->queues);
		cni_nl_put_u32(req, IFLA_NUM_RX_QUEUES, spec->queues);
	}
}

static void put_peer(struct cni_nl_req *req, const struct cni_veth_spec *spec)
{
	/* IFF_UP here fails with ENOTCONN: the pair is not connected yet. */
	static const struct ifinfomsg down;
	size_t info = cni_nl_nest_begin(req, IFLA_LINKINFO);
	size_t data;
	size_t peer;

	cni_nl_put_str(req, IFLA_INFO_KIND, "veth");
	data = cni_nl_nest_begin(req, IFLA_INFO_DATA);
	peer = cni_nl_nest_begin(req, VETH_INFO_PEER);
	cni_nl_put_struct(req, &down, sizeof(down));
	put_end(req, spec, spec->peer_name, &spec->peer_mac);
	if (spec->peer_netns_fd >= 0)
		cni_nl_put_u32(req, IFLA_NET_NS_FD,
			       (uint32_t)spec->peer_netns_fd);
	cni_nl_nest_end(req, peer);
	cni_nl_nest_end(req, data);
	cni_nl_nest_end(req, info);
}

static int take_echo(const struct nlmsghdr *message, void *data)
{
	return cni_link_parse(message, data);
}

/*
 * The kernel says EEXIST for either end.  With the host's name free it must
 * have been the pod's.
 */
static int tell_collision(struct cni_nl *nl, const struct cni_veth_spec *spec,
			  struct cni_error *reterr)
{
	struct cni_link link;

	if (cni_link_get(nl, spec->host_name, &link, NULL) == 0)
		return cni_error_set(reterr, CNI_CODE_INTERNAL, ENOTUNIQ,
				     "host veth name \"%s\" already exists",
				     spec->host_name);
	return cni_error_set(reterr, CNI_CODE_INTERFACE_EXISTS, EEXIST,
			     "container veth name (\"%s\") peer provided "
			     "(\"%s\") already exists",
			     spec->peer_name, spec->host_name);
}

static int create_pair(struct cni_nl *nl, const struct cni_veth_spec *spec,
		       struct cni_link *ret_host, struct cni_error *reterr)
{
	const uint16_t flags = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ECHO;
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct ifinfomsg *ifi;
	int ret;

	cni_nl_req_init(&req);
	ifi = cni_nl_begin(&req, RTM_NEWLINK, flags, sizeof(*ifi));
	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	put_end(&req, spec, spec->host_name, &spec->host_mac);
	if (spec->master)
		cni_nl_put_u32(&req, IFLA_MASTER, spec->master);
	put_peer(&req, spec);
	ret = cni_nl_talk(nl, &req, take_echo, ret_host, reterr);
	if (ret == -EEXIST)
		return tell_collision(nl, spec, reterr);
	if (ret == -EXFULL && reterr)
		reterr->code = CNI_CODE_BRIDGE_FULL;
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"failed to make veth pair");
	/* Before Linux 6.2 RTM_NEWLINK ignores NLM_F_ECHO. */
	if (!ret_host->index)
		ret = cni_link_get(nl, spec->host_name, ret_host, reterr);
	if (ret < 0)
		(void)cni_link_delete(nl, spec->host_name, NULL);
	return ret;
}

/* Addressed by index: the name may have been a stranger's, see cni/link.h. */
static int finish_host(struct cni_nl *nl, const struct cni_veth_spec *spec,
		       uint32_t index, struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	bool has_alias = spec->host_alias && spec->host_alias[0];
	struct ifinfomsg *ifi;
	int ret;

	cni_nl_req_init(&req);
	if (!has_alias && !spec->master)
		return 0;
	ifi = cni_nl_begin(&req, RTM_NEWLINK, 0, sizeof(*ifi));
	ifi->ifi_index = (int)index;
	if (has_alias)
		cni_nl_put(&req, IFLA_IFALIAS, spec->host_alias,
			   strlen(spec->host_alias));
	if (spec->master)
		cni_link_put_port(&req, spec->hairpin, spec->isolated);
	ret = cni_nl_talk(nl, &req, NULL, NULL, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to set up port \"%s\"",
					  spec->host_name)
		       : 0;
}

int cni_veth_create(struct cni_nl *nl, const struct cni_veth_spec *spec,
		    struct cni_veth *ret_veth, struct cni_error *reterr)
{
	struct cni_link host = { 0 };
	int ret;

	ret = cni_link_check_name(spec->host_name, reterr);
	if (ret == 0)
		ret = cni_link_check_name(spec->peer_name, reterr);
	if (ret == 0)
		ret = create_pair(nl, spec, &host, reterr);
	if (ret < 0)
		return ret;
	ret = finish_host(nl, spec, host.index, reterr);
	if (ret < 0)
		goto undo_pair;
	ret_veth->host_index = host.index;
	ret_veth->host_mac = host.mac;
	ret_veth->peer_index = host.peer;
	return 0;

undo_pair:
	(void)cni_link_delete_index(nl, host.index, NULL);
	return ret;
}
