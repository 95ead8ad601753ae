/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h - what CHECK compares: what ADD answered, and what is there
 *
 * Pure.  Every function returns 0, or fills code 140 with a text that names the
 * object and both values, and returns -ENOENT for something missing, -ESTALE
 * for something different.  Only what the previous result tells is expected:
 * plugins further down the list may have changed things and said so in it.
 */
#ifndef BRIDGE_COMPARE_H
#define BRIDGE_COMPARE_H

#include "cni/addr.h"
#include "cni/bridge.h"
#include "cni/link.h"
#include "cni/result.h"

#include "conf.h"

/**
 * struct bridge_parts - the entries of a previous result that are ours
 * @bridge: the bridge
 * @host: the veth's host end
 * @container: the pod's interface
 * @router: the VLAN interface; NULL without `vlan` and isGateway
 *
 * Borrowed from the result.
 */
struct bridge_parts {
	const struct cni_result_interface *bridge;
	const struct cni_result_interface *host;
	const struct cni_result_interface *container;
	const struct cni_result_interface *router;
};

/**
 * bridge_find_parts() - tell the entries of a previous result apart
 * @conf: the configuration
 * @call: CNI_IFNAME, CNI_NETNS
 * @prev: the previous result
 * @ret_parts: filled on success
 * @reterr: which one is missing
 */
int bridge_find_parts(const struct bridge_conf *conf,
		      const struct cni_call *call,
		      const struct cni_result *prev,
		      struct bridge_parts *ret_parts, struct cni_error *reterr);

/** bridge_compare_bridge() - kind, MAC, up, promiscuous, VLAN filtering */
int bridge_compare_bridge(const struct bridge_conf *conf,
			  const struct cni_result_interface *want,
			  const struct cni_link *have,
			  struct cni_error *reterr);

/** bridge_compare_container() - kind, MAC, MTU, up */
int bridge_compare_container(const struct bridge_conf *conf,
			     const struct cni_result_interface *want,
			     const struct cni_link *have,
			     struct cni_error *reterr);

/**
 * bridge_compare_host() - kind, MAC, MTU, up, peer, master, port flags
 * @conf: the configuration
 * @want: its entry of the previous result
 * @have: the host end
 * @container: the pod's end
 * @bridge: the bridge
 * @reterr: what differs
 */
int bridge_compare_host(const struct bridge_conf *conf,
			const struct cni_result_interface *want,
			const struct cni_link *have,
			const struct cni_link *container,
			const struct cni_link *bridge,
			struct cni_error *reterr);

/**
 * bridge_compare_router() - MAC and up of the VLAN interface
 * @want: its entry of the previous result
 * @have: as it is
 * @reterr: what differs
 */
int bridge_compare_router(const struct cni_result_interface *want,
			  const struct cni_link *have,
			  struct cni_error *reterr);

/**
 * bridge_compare_vlans() - the VLANs of a port
 * @port: its name
 * @want: from bridge_plan_vlans()
 * @have: from the kernel
 * @others_allowed: further VLANs may be there (preserveDefaultVlan)
 * @reterr: the first VLAN that differs
 */
int bridge_compare_vlans(const char *port, const struct cni_vlan_list *want,
			 const struct cni_vlan_list *have, bool others_allowed,
			 struct cni_error *reterr);

/**
 * bridge_compare_address() - is an address on an interface, and usable?
 * @ifname: the interface
 * @want: the address
 * @have: the interface's addresses
 * @reterr: the address
 */
int bridge_compare_address(const char *ifname, const struct cni_prefix *want,
			   const struct cni_ifaddr_list *have,
			   struct cni_error *reterr);

#endif /* BRIDGE_COMPARE_H */
