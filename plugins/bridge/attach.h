/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attach.h - the steps of ADD and what they hand to each other
 *
 * DOC: Theory of Operation
 *
 * ADD (add.c) is a sequence of the steps declared here, each in a file of its
 * own.  They share one struct bridge_attach.  Order and why:
 *
 *   look		everything that can be refused is refused first: pod and
 *			bridge are looked at, nothing is changed
 *   ipam_start_early	the delegate runs while the bridge is made sure of, if
 *			it is one that does not look at the interface
 *   ensure_bridge
 *   wire_early		for the other delegates (dhcp): they find the interface,
 *   ipam_start		as they do with the Go plugin
 *   ipam_finish	the delegate answers; gateways and routes are computed,
 *			conflicts of addresses found
 *   wire		the veth; its pod end's MAC follows from the address
 *   set_vlans
 *   protect		masquerading and filters, before the pod can send
 *   configure_pod	sysctls, then addresses, up and routes in one request
 *   ensure_gateway	addresses on the bridge, forwarding: last, as others use
 *			them as soon as they are there, so they are not undone
 *   announce
 *
 * Half of a failing step is undone by the step itself, those before it by
 * add.c, which deletes the veth and releases the lease.
 */
#ifndef BRIDGE_ATTACH_H
#define BRIDGE_ATTACH_H

#include <net/if.h>
#include <stdbool.h>

#include "cni/error.h"
#include "cni/invoke.h"
#include "cni/link.h"
#include "cni/netlink.h"
#include "cni/nft.h"
#include "cni/result.h"
#include "cni/skel.h"

#include "conf.h"
#include "names.h"
#include "plan.h"

/**
 * struct bridge_attach - an attachment in the making
 * @call: the invocation
 * @conf: its decoded configuration
 * @owner: the attachment
 * @result: the answer; the IPAM plugin's until bridge_answer() completes it
 * @alias: of the host end, identifies the attachment
 * @netns_fd: the pod's network namespace
 * @host: NETLINK_ROUTE socket in the host's namespace
 * @pod: NETLINK_ROUTE socket in the pod's namespace
 * @bridge: the bridge; index 0 until it is known
 * @bridge_is_new: this ADD has created it
 * @mtu: of the veth and of a new bridge; 0 for the kernel's default
 * @host_name: name of the host end
 * @veth: the pair; host_index 0 until it exists
 * @pod_mac: MAC of the pod's end
 * @has_predecessor: the pod has this attachment's interface already
 * @ipam: the delegate
 * @ipam_started: it has to be told when ADD fails
 * @gateways: gateway addresses; after bridge_check_gateway() the missing ones
 * @router: interface that has them: the bridge or its VLAN interface
 * @router_is_new: it has no addresses yet
 * @nft: opened when something in netfilter is wanted
 * @lock_fd: what bridge_hold() holds; -1 nothing
 */
struct bridge_attach {
	const struct cni_call *call;
	struct bridge_conf conf;
	struct cni_owner owner;
	struct cni_result *result;
	char alias[BRIDGE_ALIAS_SIZE];
	int netns_fd;
	struct cni_nl host;
	struct cni_nl pod;
	struct cni_link bridge;
	bool bridge_is_new;
	uint32_t mtu;
	char host_name[IFNAMSIZ];
	struct cni_veth veth;
	struct cni_mac pod_mac;
	bool has_predecessor;
	struct cni_delegate ipam;
	bool ipam_started;
	struct bridge_prefix_list gateways;
	struct cni_link router;
	bool router_is_new;
	struct cni_nft nft;
	int lock_fd;
};

/**
 * bridge_look() - refuse what cannot work, before anything is changed
 * @attach: call, conf and result are set; sockets and @bridge are filled
 * @reterr: code 3, 8, 111, 112, 113
 *
 * Return: 0 or a negative errno.
 */
int bridge_look(struct bridge_attach *attach, struct cni_error *reterr);

/**
 * bridge_read_node() - what distinguishes this node from others
 * @ret_node: the machine id, else the boot id, else ""
 * @size: bytes available
 */
void bridge_read_node(char *ret_node, size_t size);

/** bridge_ensure_bridge() - make sure of bridge, its MAC and its flags */
int bridge_ensure_bridge(struct bridge_attach *attach,
			 struct cni_error *reterr);

/**
 * bridge_choose_mtu() - the veth's MTU
 *
 * The configured one; else the smallest of the uplinks', but not above an
 * existing bridge's.
 */
int bridge_choose_mtu(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_ipam_is_independent() - does it work without the interface? */
bool bridge_ipam_is_independent(const struct bridge_conf *conf);

/** bridge_ipam_start_early() - start a delegate that is independent */
int bridge_ipam_start_early(struct bridge_attach *attach,
			    struct cni_error *reterr);

/** bridge_ipam_start() - start the delegate, if that has not been done */
int bridge_ipam_start(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_ipam_finish() - take the delegate's answer, plan what follows */
int bridge_ipam_finish(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_ipam_abort() - give the lease back; failures are warned of */
void bridge_ipam_abort(struct bridge_attach *attach);

/** bridge_wire_early() - bridge_wire() for delegates that need it */
int bridge_wire_early(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_wire() - veth pair, host end in the bridge, pod end in the pod */
int bridge_wire(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_unwire() - delete the veth pair again; failures are warned of */
void bridge_unwire(struct bridge_attach *attach);

/** bridge_protect() - masquerading, spoof check, isolation, see firewall.h */
int bridge_protect(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_unprotect() - undo bridge_protect(); failures are warned of */
void bridge_unprotect(struct bridge_attach *attach);

/** bridge_configure_pod() - addresses, routes and sysctls of the pod's end */
int bridge_configure_pod(struct bridge_attach *attach,
			 struct cni_error *reterr);

/** bridge_raise_pod() - layer-2 mode: set the pod's end up, if it is wanted */
int bridge_raise_pod(struct bridge_attach *attach, struct cni_error *reterr);

/**
 * bridge_check_gateway() - do the gateway addresses fit the bridge?
 *
 * Return: 0; -EADDRINUSE with code 110 when another address is in the way.
 */
int bridge_check_gateway(struct bridge_attach *attach,
			 struct cni_error *reterr);

/**
 * bridge_look_for_gateways() - which gateway addresses are missing
 *
 * Fills gateways and router, again when the bridge is another one by now.
 *
 * Return: as bridge_check_gateway(); -ENOMEM.
 */
int bridge_look_for_gateways(struct bridge_attach *attach,
			     struct cni_error *reterr);

/** bridge_ensure_gateway() - gateway addresses and forwarding */
int bridge_ensure_gateway(struct bridge_attach *attach,
			  struct cni_error *reterr);

/** bridge_announce() - wait until the port forwards, then announce the pod */
int bridge_announce(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_answer() - complete the result: interfaces and dns */
int bridge_answer(struct bridge_attach *attach, struct cni_error *reterr);

#endif /* BRIDGE_ATTACH_H */
