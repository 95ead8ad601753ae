/* SPDX-License-Identifier: Apache-2.0 */
/* look.c - refuse what cannot work, before anything is changed */
#include <errno.h>
#include <string.h>

#include "cni/bridge.h"
#include "cni/netns.h"

#include "attach.h"
#include "hostend.h"
#include "ports.h"

static int open_sockets(struct bridge_attach *attach, struct cni_error *reterr)
{
	const char *path = attach->call->args.netns;
	int ret;

	ret = cni_netns_open(path, &attach->netns_fd, reterr);
	if (ret == 0)
		ret = cni_nl_open_at(attach->netns_fd, NETLINK_ROUTE,
				     &attach->pod, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"failed to open netns \"%s\"", path);
	return cni_nl_open(&attach->host, NETLINK_ROUTE, reterr);
}

static int refuse_taken_ifname(const struct bridge_attach *attach,
			       struct cni_error *reterr)
{
	const char *ifname = attach->call->args.ifname;
	char host_name[IFNAMSIZ];
	int ret;

	bridge_host_name(attach->alias, 0, host_name);
	ret = cni_error_set(reterr, CNI_CODE_INTERFACE_EXISTS, EEXIST,
			    "container veth name (\"%s\") peer provided "
			    "(\"%s\") already exists",
			    ifname, host_name);
	cni_error_details(reterr,
			  "the pod has an interface \"%s\" that belongs to "
			  "something else: remove it or attach under another "
			  "name",
			  ifname);
	return ret;
}

/* What an interrupted ADD of this attachment left is replaced later. */
static int check_ifname(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_link link;
	int ret;

	ret = cni_link_get(&attach->pod, attach->call->args.ifname, &link,
			   reterr);
	if (ret == -ENODEV)
		return 0;
	if (ret < 0)
		return ret;
	ret = bridge_find_host_end(&attach->host, attach->alias, &link, reterr);
	if (ret == -ENODEV)
		return refuse_taken_ifname(attach, reterr);
	attach->has_predecessor = ret == 0;
	return ret;
}

static int check_bridge(struct bridge_attach *attach, struct cni_error *reterr)
{
	const char *name = attach->conf.bridge;
	int ret;

	ret = cni_link_get(&attach->host, name, &attach->bridge, reterr);
	if (ret == -ENODEV) {
		attach->bridge = (struct cni_link) { 0 };
		return 0;
	}
	if (ret < 0)
		return ret;
	if (strcmp(attach->bridge.kind, "bridge") != 0) {
		ret = cni_error_set(reterr, CNI_CODE_NOT_A_BRIDGE, EEXIST,
				    "failed to create bridge \"%s\": \"%s\" "
				    "already exists but is not a bridge",
				    name, name);
		cni_error_details(reterr,
				  "it is of kind \"%s\": remove it or "
				  "configure another bridge name",
				  attach->bridge.kind);
		return ret;
	}
	return bridge_check_port_limit(&attach->host, name, 1, reterr);
}

int bridge_look(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	ret = open_sockets(attach, reterr);
	if (ret < 0)
		return ret;
	ret = check_ifname(attach, reterr);
	if (ret < 0)
		return ret;
	return check_bridge(attach, reterr);
}
