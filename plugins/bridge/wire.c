/* SPDX-License-Identifier: Apache-2.0 */
/* wire.c - the veth pair: host end in the bridge, pod end in the pod */
#include <errno.h>

#include "cni/linger.h"

#include "attach.h"
#include "autoremove.h"
#include "fdb.h"
#include "hostend.h"
#include "mac.h"

/* Derived MACs tried until one is free on the bridge. */
#define MAC_TRIES 8

static struct cni_mac derive_pod_mac(const struct bridge_attach *attach,
				     unsigned int attempt)
{
	/* A reused address has the MAC that its neighbours remember. */
	if (attach->result->ip_count)
		return bridge_mac_for_address(
			attach->call->name,
			&attach->result->ips[0].address.addr, attempt);
	return bridge_mac_for_pod(attach->alias, attempt);
}

static int choose_pod_mac(struct bridge_attach *attach,
			  struct cni_error *reterr)
{
	attach->pod_mac = attach->conf.mac;
	if (cni_mac_is_set(&attach->pod_mac))
		return 0;
	for (unsigned int i = 0; i < MAC_TRIES; i++) {
		bool taken = false;
		int ret;

		attach->pod_mac = derive_pod_mac(attach, i);
		ret = bridge_mac_is_taken(&attach->host, attach->bridge.index,
					  &attach->pod_mac, &taken, reterr);
		if (ret < 0 || !taken)
			return ret;
	}
	return cni_error_set(reterr, CNI_CODE_INTERNAL, EADDRINUSE,
			     "failed to find a MAC address that is free on "
			     "bridge \"%s\"",
			     attach->conf.bridge);
}

static int create_veth(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_veth_spec spec = {
		.host_name = attach->host_name,
		.host_mac = bridge_mac_for_port(attach->alias),
		.host_alias = attach->alias,
		.master = attach->bridge.index,
		.hairpin = attach->conf.hairpin_mode,
		.isolated = attach->conf.port_isolation,
		.peer_netns_fd = attach->netns_fd,
		.peer_name = attach->call->args.ifname,
		.peer_mac = attach->pod_mac,
		.mtu = attach->mtu,
		/* As many as are active by default, without the RCU waits. */
		.queues = 1,
	};

	return cni_veth_create(&attach->host, &spec, &attach->veth, reterr);
}

/* The kernel may have made it although its answer could not be received. */
static int create_or_undo(struct bridge_attach *attach,
			  struct cni_error *reterr)
{
	struct cni_error err;
	int ret = create_veth(attach, reterr);
	int undone;

	if (ret == 0 || ret == -EEXIST || ret == -ENOTUNIQ)
		return ret;
	undone = bridge_delete_host_end(&attach->host, attach->alias, &err);
	if (undone < 0 && undone != -ENODEV)
		cni_warn("delete \"%s\" after a failed ADD: %s, ignoring",
			 attach->host_name, err.msg);
	return ret;
}

/*
 * Return: 0 created; -EEXIST and -ENOTUNIQ when a name is taken by something
 * that is not this attachment's; another negative errno.
 */
static int create_or_replace(struct bridge_attach *attach,
			     struct cni_error *reterr)
{
	int ret = create_or_undo(attach, reterr);

	if (ret != -EEXIST && ret != -ENOTUNIQ)
		return ret;
	/* What an interrupted ADD of the same attachment has left. */
	if (bridge_delete_host_end(&attach->host, attach->alias, NULL) < 0)
		return ret;
	return create_or_undo(attach, reterr);
}

static int wire(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret = choose_pod_mac(attach, reterr);

	if (ret < 0)
		return ret;
	for (unsigned int i = 0; i < BRIDGE_HOST_NAME_TRIES; i++) {
		bridge_host_name(attach->alias, i, attach->host_name);
		ret = create_or_replace(attach, reterr);
		if (ret != -ENOTUNIQ)
			return ret;
	}
	return ret;
}

int bridge_wire(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret;

	if (attach->veth.host_index)
		return 0;
	ret = bridge_hold(attach, reterr);
	if (ret == 0)
		ret = wire(attach, reterr);
	bridge_let_go(attach);
	return ret;
}

/*
 * What is there may be this very attachment at work: it is not replaced before
 * the IPAM plugin has agreed, and there is an interface for it to look at.
 */
int bridge_wire_early(struct bridge_attach *attach, struct cni_error *reterr)
{
	if (bridge_ipam_is_independent(&attach->conf) ||
	    attach->has_predecessor)
		return 0;
	return bridge_wire(attach, reterr);
}

void bridge_unwire(struct bridge_attach *attach)
{
	struct cni_error err;
	int ret;

	if (!attach->veth.host_index)
		return;
	ret = cni_linger_delete_link(&attach->host, attach->veth.host_index,
				     &err);
	attach->veth.host_index = 0;
	if (ret < 0 && ret != -ENODEV)
		cni_warn("delete \"%s\" after a failed ADD: %s, ignoring",
			 attach->host_name, err.msg);
}
