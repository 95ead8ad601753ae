/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link.h - network interfaces: look up, create veth pairs, change, delete
 *
 * DOC: Theory of Operation
 *
 * Interfaces are looked up one by one, by name or index; nothing here dumps.
 *
 * A veth pair is made in one message from the host's socket: the host end with
 * its name, address, MTU, bridge and IFF_UP, the other end *born in the pod*.
 * Moving an interface between namespaces would wait for an RCU grace period
 * under the lock that all network configuration of the node shares (10-35 ms).
 * What a create message cannot carry (port flags are ignored, the alias, too)
 * follows in a second message, addressed by the index that the first one
 * echoed and never by name: if the name belonged to somebody else, the first
 * message fails and the second one must not change a stranger's interface.
 * The pod's end stays down (IFF_UP at birth fails with ENOTCONN); it goes up
 * with cni_ifsetup_apply().
 */
#ifndef CNI_LINK_H
#define CNI_LINK_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/mac.h"
#include "cni/netlink.h"

/* Longest interface alias, with its NUL. Source: IFALIASZ, linux/if.h. */
#define CNI_LINK_ALIAS_MAX 256

/**
 * enum cni_operstate - IFLA_OPERSTATE
 *
 * Source: IF_OPER_*, linux/if.h (which cannot be included next to net/if.h
 * with every C library); RFC 2863 section 3.1.14.
 */
enum cni_operstate {
	CNI_OPERSTATE_UNKNOWN,
	CNI_OPERSTATE_NOTPRESENT,
	CNI_OPERSTATE_DOWN,
	CNI_OPERSTATE_LOWERLAYERDOWN,
	CNI_OPERSTATE_TESTING,
	CNI_OPERSTATE_DORMANT,
	CNI_OPERSTATE_UP,
};

/**
 * struct cni_link_port - how a bridge sees one of its ports
 * @state: BR_STATE_* (0 disabled, 3 forwarding)
 * @hairpin: frames may leave through the port they came from
 * @isolated: frames between isolated ports are dropped
 */
struct cni_link_port {
	uint8_t state;
	bool hairpin;
	bool isolated;
};

/**
 * struct cni_link_bridge - what is particular to a bridge
 * @can_filter_vlans: the kernel has that (CONFIG_BRIDGE_VLAN_FILTERING)
 * @vlan_filtering: VLAN aware
 * @default_pvid: VLAN new ports get; 0 none
 * @stp: STP_STATE, 0 off
 */
struct cni_link_bridge {
	bool can_filter_vlans;
	bool vlan_filtering;
	uint16_t default_pvid;
	uint32_t stp;
};

/**
 * struct cni_link - an interface as the kernel described it
 * @index: ifindex, unique in its namespace
 * @name: name
 * @kind: "veth", "bridge", ...; "" for hardware
 * @alias: IFLA_IFALIAS; "" when unset
 * @flags: IFF_*
 * @mtu: bytes
 * @mac: address; none for interfaces without an Ethernet one
 * @master: ifindex of the bridge it is a port of; 0 none
 * @group: IFLA_GROUP; 0 is the default group
 * @peer: ifindex of a veth's other end (IFLA_LINK); 0 none
 * @peer_netnsid: id, in this namespace, of the one @peer is in; -1 when it is
 *	this one
 * @operstate: enum cni_operstate
 * @promiscuity: how many users asked for promiscuous mode, IFF_PROMISC included
 * @tx_queues: number of transmit queues
 * @tx_queue_len: packets
 * @is_port: @port is filled (its master is a bridge)
 * @port: as a bridge port
 * @bridge: filled when @kind is "bridge"
 */
struct cni_link {
	uint32_t index;
	char name[IFNAMSIZ];
	char kind[IFNAMSIZ];
	char alias[CNI_LINK_ALIAS_MAX];
	uint32_t flags;
	uint32_t mtu;
	struct cni_mac mac;
	uint32_t master;
	uint32_t group;
	uint32_t peer;
	int32_t peer_netnsid;
	uint8_t operstate;
	uint32_t promiscuity;
	uint32_t tx_queues;
	uint32_t tx_queue_len;
	bool is_port;
	struct cni_link_port port;
	struct cni_link_bridge bridge;
};

/**
 * cni_link_get() - look up an interface by name
 * @nl: NETLINK_ROUTE socket of the namespace to look in
 * @name: name, 1 to 15 bytes
 * @ret_link: filled on success
 * @reterr: `link "<name>": No such device`
 *
 * Return: 0; -ENODEV no such interface; -EINVAL a name the kernel cannot have;
 * another negative errno.
 */
int cni_link_get(struct cni_nl *nl, const char *name, struct cni_link *ret_link,
		 struct cni_error *reterr);

/**
 * cni_link_get_index() - look up an interface by index
 * @index: ifindex
 *
 * Otherwise as cni_link_get().
 */
int cni_link_get_index(struct cni_nl *nl, uint32_t index,
		       struct cni_link *ret_link, struct cni_error *reterr);

/**
 * cni_link_parse() - read an RTM_NEWLINK message
 * @message: an answer, an echo, or an event of RTNLGRP_LINK
 * @ret_link: filled on success
 *
 * Return: 0; -EBADMSG when it is something else or malformed.
 */
int cni_link_parse(const struct nlmsghdr *message, struct cni_link *ret_link);

/**
 * cni_link_operstate_name() - "up", "down", ... as the Go plugins say it
 * @operstate: enum cni_operstate
 *
 * Return: static text; "unknown" for anything undefined.
 * Source: RFC 2863; vishvananda/netlink link.go (LinkOperState.String).
 */
const char *cni_link_operstate_name(uint8_t operstate);

/**
 * struct cni_veth_spec - the veth pair to create
 * @host_name: name of the end in the socket's namespace
 * @host_mac: its address; none lets the kernel choose (and udev change it)
 * @host_alias: its alias; NULL or "" for none; at most 255 bytes
 * @master: bridge the host end becomes a port of; 0 none
 * @hairpin: port flag, set with @master
 * @isolated: port flag, set with @master
 * @peer_netns_fd: namespace in which the other end is born; -1 for the
 *	socket's own
 * @peer_name: name of the other end
 * @peer_mac: its address; none lets the kernel choose
 * @mtu: of both ends, bytes; 0 for the kernel's default
 * @queues: transmit and receive queues of both ends; 0 for the kernel's
 *	default (1 per possible CPU for multi-queue capable kernels). 1 saves
 *two RCU grace periods (35-40 % of the time the creation takes).
 */
struct cni_veth_spec {
	const char *host_name;
	struct cni_mac host_mac;
	const char *host_alias;
	uint32_t master;
	bool hairpin;
	bool isolated;
	int peer_netns_fd;
	const char *peer_name;
	struct cni_mac peer_mac;
	uint32_t mtu;
	uint32_t queues;
};

/**
 * struct cni_veth - the veth pair that was created
 * @host_index: ifindex in the socket's namespace
 * @host_mac: address of the host end
 * @peer_index: ifindex in the peer's namespace
 */
struct cni_veth {
	uint32_t host_index;
	struct cni_mac host_mac;
	uint32_t peer_index;
};

/**
 * cni_veth_create() - create a veth pair, both ends in their places
 * @nl: NETLINK_ROUTE socket of the host's namespace
 * @spec: what to create
 * @ret_veth: filled on success
 * @reterr: code 111 when @peer_name is taken in the pod, with the text of the
 *	Go plugin; 112 when the bridge has no free port (EXFULL); else 999
 *
 * The host end is up when the function returns, the peer is down.  On failure
 * nothing is left.
 *
 * Return: 0; -EEXIST @peer_name is taken in the pod; -ENOTUNIQ @host_name is
 * taken here (choose another, or remove a leftover); -EXFULL; -EADDRNOTAVAIL
 * a MAC that no interface can have; another negative errno.
 */
int cni_veth_create(struct cni_nl *nl, const struct cni_veth_spec *spec,
		    struct cni_veth *ret_veth, struct cni_error *reterr);

/**
 * cni_link_set_flags() - turn interface flags on or off
 * @nl: NETLINK_ROUTE socket
 * @index: ifindex
 * @mask: the IFF_* to change: IFF_UP, IFF_PROMISC ...
 * @flags: their new values
 * @reterr: code 999
 *
 * Return: 0; -ENODEV; another negative errno.
 */
int cni_link_set_flags(struct cni_nl *nl, uint32_t index, uint32_t mask,
		       uint32_t flags, struct cni_error *reterr);

/** cni_link_set_master() - attach to bridge @master, 0 detaches; -EXFULL full
 */
int cni_link_set_master(struct cni_nl *nl, uint32_t index, uint32_t master,
			struct cni_error *reterr);

/** cni_link_set_mac() - set the Ethernet address (address assign type 3) */
int cni_link_set_mac(struct cni_nl *nl, uint32_t index,
		     const struct cni_mac *mac, struct cni_error *reterr);

/** cni_link_set_mtu() - set the MTU, bytes */
int cni_link_set_mtu(struct cni_nl *nl, uint32_t index, uint32_t mtu,
		     struct cni_error *reterr);

/** cni_link_set_alias() - set the alias; "" removes it */
int cni_link_set_alias(struct cni_nl *nl, uint32_t index, const char *alias,
		       struct cni_error *reterr);

/**
 * cni_link_set_port() - set a bridge port's hairpin and isolated flags
 * @nl: NETLINK_ROUTE socket
 * @index: ifindex of the port
 * @hairpin: new value
 * @isolated: new value
 * @reterr: code 999
 *
 * Return: 0; -ENODEV; -EINVAL or -EOPNOTSUPP not a bridge port.
 */
int cni_link_set_port(struct cni_nl *nl, uint32_t index, bool hairpin,
		      bool isolated, struct cni_error *reterr);

/**
 * cni_link_delete() - delete an interface by name
 * @nl: NETLINK_ROUTE socket
 * @name: name
 * @reterr: code 999
 *
 * Deleting a veth's end deletes the other one.  The kernel answers after an
 * RCU grace period (12-35 ms); the name is free long before.
 *
 * Return: 0; -ENODEV no such interface (callers that only want it gone treat
 * this as success); another negative errno.
 */
int cni_link_delete(struct cni_nl *nl, const char *name,
		    struct cni_error *reterr);

/** cni_link_delete_index() - as cni_link_delete(), by index */
int cni_link_delete_index(struct cni_nl *nl, uint32_t index,
			  struct cni_error *reterr);

/**
 * cni_link_wait_forwarding() - wait until a bridge port passes frames
 * @nl: NETLINK_ROUTE socket of the bridge's namespace
 * @index: ifindex of the port
 * @deadline_ms: on cni_nl_now_ms()'s clock
 * @reterr: code 114, `bridge port in error state: <operstate>`
 *
 * Waits for events; with spanning tree off the port forwards as soon as both
 * ends of the veth are up, and the first look already succeeds.
 *
 * Return: 0; -ETIMEDOUT; -ENODEV the port went away; another negative errno.
 */
int cni_link_wait_forwarding(struct cni_nl *nl, uint32_t index,
			     int64_t deadline_ms, struct cni_error *reterr);

/**
 * cni_link_wait_up() - wait until both ends of a veth are up
 *
 * As cni_link_wait_forwarding(), whatever spanning tree lets through.
 */
int cni_link_wait_up(struct cni_nl *nl, uint32_t index, int64_t deadline_ms,
		     struct cni_error *reterr);

#endif /* CNI_LINK_H */
