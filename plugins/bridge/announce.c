/* SPDX-License-Identifier: Apache-2.0 */
/* announce.c - wait until the port forwards, then announce the pod */
#include <errno.h>

#include "cni/announce.h"
#include "cni/neigh.h"

#include "attach.h"
#include "ready.h"

/*
 * A worker of the kernel reports the carrier; a burst of pods on a slow machine
 * holds it up for seconds.  The Go plugin gives up after 2.55 s.
 */
#define PORT_TIMEOUT_MS 10000

/*
 * What the host remembers of an address' former owner may be an entry that no
 * announcement updates (permanent, or failed and backing off).
 */
static void forget_neighbours(struct bridge_attach *attach)
{
	for (size_t i = 0; i < attach->result->ip_count; i++) {
		const struct cni_addr *addr =
			&attach->result->ips[i].address.addr;
		struct cni_error err;

		if (cni_neigh_del(&attach->host, attach->router.index, addr,
				  &err) < 0)
			cni_warn("%s, ignoring", err.msg);
	}
}

/*
 * A bridge of somebody else may do spanning tree: then its ports listen and
 * learn for half a minute, which nobody waits for.
 */
static int await_port(struct bridge_attach *attach, struct cni_error *reterr)
{
	const int64_t deadline = cni_nl_now_ms() + PORT_TIMEOUT_MS;
	int ret;

	if (!attach->bridge.bridge.stp)
		return cni_link_wait_forwarding(&attach->host,
						attach->veth.host_index,
						deadline, reterr);
	ret = cni_link_wait_up(&attach->host, attach->veth.host_index, deadline,
			       reterr);
	if (ret == 0)
		cni_warn("bridge \"%s\" does spanning tree: nothing reaches "
			 "the pod before port \"%s\" forwards",
			 attach->bridge.name, attach->host_name);
	return ret;
}

int bridge_announce(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct cni_error err;
	int ret;

	if (attach->conf.disable_container_interface)
		return 0;
	ret = await_port(attach, reterr);
	if (ret < 0)
		return ret;
	if (attach->result->ip_count == 0)
		return 0;
	for (size_t i = 0; i < attach->result->ip_count; i++)
		bridge_await_ready(&attach->pod,
				   &attach->result->ips[i].address, 1);
	if (attach->router.index)
		forget_neighbours(attach);
	if (cni_announce(&attach->pod, attach->veth.peer_index,
			 &attach->pod_mac, &err) < 0)
		cni_warn("%s, ignoring", err.msg);
	return 0;
}
