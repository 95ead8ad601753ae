/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bridge.h - bridges and the VLANs of their ports
 */
#ifndef CNI_BRIDGE_H
#define CNI_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/link.h"
#include "cni/netlink.h"

/* Ports a bridge can have. Source: BR_MAX_PORTS, net/bridge/br_private.h. */
#define CNI_BRIDGE_PORTS_MAX 1023

/* The VLAN ids that exist. Source: IEEE 802.1Q; VLAN_VID_MASK, if_vlan.h. */
#define CNI_VLAN_MIN 1
#define CNI_VLAN_MAX 4094

/**
 * struct cni_bridge_spec - the bridge to have
 * @name: name
 * @mac: address given at creation, so that it never changes with the ports;
 *	none lets the kernel choose
 * @mtu: bytes; 0 for the kernel's default
 * @vlan_filtering: make it VLAN aware
 * @group: IFLA_GROUP; 0 for the default group
 */
struct cni_bridge_spec {
	const char *name;
	struct cni_mac mac;
	uint32_t mtu;
	bool vlan_filtering;
	uint32_t group;
};

/**
 * cni_bridge_ensure() - look a bridge up, create it when there is none
 * @nl: NETLINK_ROUTE socket
 * @spec: used in full only when the bridge is created
 * @ret_link: the bridge
 * @ret_created: true when this call created it; may be NULL
 * @reterr: code 113 `"<name>" already exists but is not a bridge`;
 *	`could not add "<name>": ...` when it cannot be created
 *
 * A new bridge comes up complete and IFF_UP in one message.  An existing one
 * that is down is set up; VLAN filtering is switched on when asked for and
 * never off; nothing else of it is changed.  Two processes may do this at the
 * same time: one creates, the other finds.
 *
 * Return: 0; -EEXIST the name belongs to something else; -EOPNOTSUPP the kernel
 * lacks bridges or (code 130) VLAN filtering; -EINVAL, -ERANGE bad name or MTU.
 */
int cni_bridge_ensure(struct cni_nl *nl, const struct cni_bridge_spec *spec,
		      struct cni_link *ret_link, bool *ret_created,
		      struct cni_error *reterr);

/**
 * cni_bridge_set_vlan_filtering() - make a bridge VLAN aware, or not
 * @nl: NETLINK_ROUTE socket
 * @index: ifindex of the bridge
 * @on: new value
 * @reterr: code 130 when the kernel lacks it
 *
 * Return: 0; -EOPNOTSUPP the kernel lacks it; another negative errno.
 */
int cni_bridge_set_vlan_filtering(struct cni_nl *nl, uint32_t index, bool on,
				  struct cni_error *reterr);

/**
 * struct cni_vlan_range - consecutive VLANs of a port
 * @first: VLAN id, CNI_VLAN_MIN..CNI_VLAN_MAX
 * @last: VLAN id, not below @first
 * @pvid: untagged frames received belong to it; only for single VLANs
 * @untagged: frames are sent without a tag
 */
struct cni_vlan_range {
	uint16_t first;
	uint16_t last;
	bool pvid;
	bool untagged;
};

/**
 * struct cni_vlan_list - the VLANs of one port, ascending
 * @items: allocated; a zeroed structure is empty
 * @count: number of @items
 */
struct cni_vlan_list {
	struct cni_vlan_range *items;
	size_t count;
};

/** cni_vlan_list_done() - free the list */
void cni_vlan_list_done(struct cni_vlan_list *list);

CNI_DEFINE_CLEANUP(vlan_list, struct cni_vlan_list, cni_vlan_list_done);

/**
 * cni_bridge_vlan_put() - append the message that changes a port's VLANs
 * @req: the request
 * @type: RTM_SETLINK adds, RTM_DELLINK removes
 * @port: ifindex of the port
 * @ranges: valid ones; each is sent as its two ends
 * @count: number of @ranges, at least 1
 *
 * Source: IFLA_BRIDGE_VLAN_INFO, BRIDGE_VLAN_INFO_RANGE_BEGIN and _END,
 * include/uapi/linux/if_bridge.h.
 */
void cni_bridge_vlan_put(struct cni_nl_req *req, uint16_t type, uint32_t port,
			 const struct cni_vlan_range *ranges, size_t count);

/**
 * cni_bridge_vlan_add() - put VLANs on a bridge port
 * @nl: NETLINK_ROUTE socket of the bridge's namespace
 * @port: ifindex of the port
 * @ranges: the VLANs; sent as ranges
 * @count: number of @ranges
 * @reterr: code 130 when the kernel has no VLAN filtering, 7 for a bad range
 *
 * All ranges go in one message. A VLAN that is there already is replaced.
 *
 * Return: 0; -EINVAL bad range or no bridge port; -EOPNOTSUPP; -ENODEV.
 */
int cni_bridge_vlan_add(struct cni_nl *nl, uint32_t port,
			const struct cni_vlan_range *ranges, size_t count,
			struct cni_error *reterr);

/**
 * cni_bridge_vlan_del() - take VLANs off a bridge port
 *
 * As cni_bridge_vlan_add(); VLANs that are not there are no error.
 */
int cni_bridge_vlan_del(struct cni_nl *nl, uint32_t port,
			const struct cni_vlan_range *ranges, size_t count,
			struct cni_error *reterr);

/**
 * cni_bridge_vlan_list() - the VLANs of one port
 * @nl: NETLINK_ROUTE socket of the bridge's namespace
 * @port: ifindex of the port
 * @ret_list: to be freed; empty when the bridge does no VLAN filtering
 * @reterr: code 999
 *
 * Return: 0; -ENODEV; another negative errno.
 */
int cni_bridge_vlan_list(struct cni_nl *nl, uint32_t port,
			 struct cni_vlan_list *ret_list,
			 struct cni_error *reterr);

/**
 * cni_bridge_ports() - how many ports a bridge has
 * @nl: NETLINK_ROUTE socket
 * @bridge: ifindex
 * @ret_count: number of ports
 * @reterr: code 999
 *
 * A dump that the kernel filters by master: for STATUS, not for ADD.
 *
 * Return: 0 or a negative errno.
 */
int cni_bridge_ports(struct cni_nl *nl, uint32_t bridge, size_t *ret_count,
		     struct cni_error *reterr);

/**
 * cni_bridge_each_port() - hand every port of a bridge to a function
 * @nl: NETLINK_ROUTE socket
 * @bridge: ifindex
 * @cb: gets RTM_NEWLINK messages (cni_link_parse()), and NULL at each start
 * @data: handed to @cb
 * @reterr: code 999; 11 when the list kept changing
 *
 * For GC and for deciding whether a bridge is unused.
 *
 * Return: 0; -EAGAIN; what @cb returned; another negative errno.
 */
int cni_bridge_each_port(struct cni_nl *nl, uint32_t bridge, cni_nl_cb cb,
			 void *data, struct cni_error *reterr);

#endif /* CNI_BRIDGE_H */
