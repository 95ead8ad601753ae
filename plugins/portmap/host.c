/* SPDX-License-Identifier: Apache-2.0 */
/* host.c - what a mapping needs of the host's interfaces */
#include "cni/link.h"

#include "host.h"
#include "localnet.h"

/*
 * With bridge-nf-call-iptables, a frame whose destination was translated goes
 * back to the port it came from, when a pod asks for its own published port.
 */
static void let_pod_reach_itself(struct cni_nl *nl,
				 const struct portmap_record *record)
{
	struct cni_link link;

	if (!record->snat || !record->port[0] ||
	    cni_link_get_index(nl, record->port_index, &link, NULL) < 0 ||
	    !link.is_port || link.port.hairpin)
		return;
	if (cni_link_set_port(nl, link.index, true, link.port.isolated, NULL))
		cni_warn("cannot set hairpin mode of \"%s\": the container may "
			 "not reach its own published ports, ignoring",
			 link.name);
}

void portmap_host_set_up(struct cni_nl *nl, const struct portmap_record *record)
{
	struct cni_error err;

	let_pod_reach_itself(nl, record);
	if (record->localnet[0] &&
	    portmap_localnet_enable(record->localnet, &err) < 0)
		cni_warn("%s: published ports do not answer on 127.0.0.1, "
			 "ignoring",
			 err.msg);
}
