/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mac.h - stable MAC addresses for the links the plugin makes
 *
 * DOC: Theory of Operation
 *
 * Every link the plugin makes gets an explicit MAC in the message that creates
 * it, so that neither udev nor the kernel's bridge code changes it later
 * (addr_assign_type NET_ADDR_SET).  The addresses are derived, not random:
 *
 * - the pod's from network and address: an address that is used again has the
 *   MAC that its neighbours remember;
 * - the host end's from the attachment, beginning with fe: a bridge without an
 *   own MAC takes the lowest of its ports, which is then never this one;
 * - the bridge's from the node and its name: several nodes may be connected on
 *   layer 2 through an uplink in the bridge.
 *
 * All are locally administered unicast addresses.
 */
#ifndef BRIDGE_MAC_H
#define BRIDGE_MAC_H

#include "cni/error.h"
#include "cni/ip.h"
#include "cni/mac.h"

/**
 * bridge_mac_parse() - read a requested MAC
 * @text: see cni_mac_parse()
 * @ret_mac: the address
 * @reterr: code 7
 *
 * Source: the kernel's is_valid_ether_addr() for multicast and zero.
 *
 * Return: 0 or -EINVAL.
 */
int bridge_mac_parse(const char *text, struct cni_mac *ret_mac,
		     struct cni_error *reterr);

/**
 * bridge_mac_for_address() - a pod's MAC in layer-3 mode
 * @network: network name
 * @addr: the pod's first address
 * @attempt: 0; counts up when the MAC is taken on the bridge
 *
 * Return: the address.
 */
struct cni_mac bridge_mac_for_address(const char *network,
				      const struct cni_addr *addr,
				      unsigned int attempt);

/**
 * bridge_mac_for_pod() - a pod's MAC in layer-2 mode
 * @key: the attachment's alias, see names.h
 * @attempt: as above
 *
 * Return: the address.
 */
struct cni_mac bridge_mac_for_pod(const char *key, unsigned int attempt);

/**
 * bridge_mac_for_port() - the MAC of a host end
 * @key: the attachment's alias, or any other name of the port
 *
 * Return: the address; its first byte is fe.
 */
struct cni_mac bridge_mac_for_port(const char *key);

/**
 * bridge_mac_for_bridge() - the MAC of a bridge or of its VLAN interface
 * @node: what distinguishes this node from others, e.g. its machine id
 * @name: interface name
 *
 * Return: the address.
 */
struct cni_mac bridge_mac_for_bridge(const char *node, const char *name);

/**
 * bridge_mac_is_borrowed() - is a bridge's MAC one that its ports may change?
 *
 * No address at all (a bridge whose last port has left), or a host end's.
 */
bool bridge_mac_is_borrowed(const struct cni_mac *mac);

#endif /* BRIDGE_MAC_H */
