/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - names derived from an attachment
 *
 * DOC: Theory of Operation
 *
 * An attachment is (network, container id, ifname).  The host end of its veth
 * can be found from these three alone: its name is derived from them and its
 * alias (IFLA_IFALIAS) begins with their hashes, which are those of the
 * comments in nf_tables rules:
 *
 *	cni:<H(network)>-<H(ifname:id)>, net: <network>, if: <ifname>, id: <id>
 *
 * A name has only 32 bits of hash, so somebody else's link may have it.  ADD
 * then takes the next candidate; DEL looks at all of them.  The alias tells
 * whose link it is.
 */
#ifndef BRIDGE_NAMES_H
#define BRIDGE_NAMES_H

#include <net/if.h>
#include <stdbool.h>

/* Source: linux/if.h IFALIASZ, which counts the NUL. */
#define BRIDGE_ALIAS_SIZE 256

/* "cni:" + 16 digits + '-' (the network), + 16 digits (the attachment) */
#define BRIDGE_ALIAS_NETWORK_LEN    21
#define BRIDGE_ALIAS_ATTACHMENT_LEN 37

/* Alias of a bridge that this plugin has created. */
#define BRIDGE_ALIAS_OF_BRIDGE "cni:bridge"

/* Candidates for a host veth's name. */
#define BRIDGE_HOST_NAME_TRIES 4

/**
 * bridge_alias() - alias of an attachment's host veth
 * @network: network name
 * @container_id: CNI_CONTAINERID
 * @ifname: CNI_IFNAME
 * @ret_alias: NUL-terminated; cut when the names are long
 */
void bridge_alias(const char *network, const char *container_id,
		  const char *ifname, char ret_alias[static BRIDGE_ALIAS_SIZE]);

/**
 * bridge_alias_same() - do two aliases name the same attachment?
 * @alias: of a link; NULL or "" when it has none
 * @key: from bridge_alias()
 */
bool bridge_alias_same(const char *alias, const char *key);

/**
 * bridge_alias_in_network() - is a link's alias one of this network?
 * @alias: of a link; NULL or "" when it has none
 * @key: from bridge_alias() for any attachment of the network
 */
bool bridge_alias_in_network(const char *alias, const char *key);

/**
 * bridge_host_name() - a candidate for the host veth's name
 * @key: from bridge_alias()
 * @attempt: 0 .. BRIDGE_HOST_NAME_TRIES - 1
 * @ret_name: "veth" and 8 hex digits
 */
void bridge_host_name(const char *key, unsigned int attempt,
		      char ret_name[static IFNAMSIZ]);

#endif /* BRIDGE_NAMES_H */
