/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names.h - names derived from an attachment
 *
 * DOC: Theory of Operation
 *
 * The host end of an attachment's veth can be found from the attachment's
 * identity alone: its name is derived from it and its alias (IFLA_IFALIAS) is
 * "cni:" and the comment that objects of the attachment carry in nf_tables,
 * which begins with two hashes (cni/owner.h).
 *
 * A name has only 32 bits of hash, so somebody else's link may have it.  ADD
 * then takes the next candidate; DEL looks at all of them.  The alias tells
 * whose link it is.
 */
#ifndef BRIDGE_NAMES_H
#define BRIDGE_NAMES_H

#include <net/if.h>
#include <stdbool.h>

#include "cni/owner.h"

#define BRIDGE_ALIAS_PREFIX "cni:"

/* Room for an alias, its NUL included; the kernel's limit is 256. */
#define BRIDGE_ALIAS_SIZE \
	(sizeof(BRIDGE_ALIAS_PREFIX) - 1 + CNI_OWNER_COMMENT_SIZE)

/* The prefix and both hashes: what identifies an attachment. */
#define BRIDGE_ALIAS_ATTACHMENT_LEN \
	(sizeof(BRIDGE_ALIAS_PREFIX) - 1 + CNI_OWNER_HASH_LEN)

/* The prefix, the first hash and '-': what identifies a network. */
#define BRIDGE_ALIAS_NETWORK_LEN (BRIDGE_ALIAS_ATTACHMENT_LEN - 16)

/* Alias of a bridge that this plugin has created. */
#define BRIDGE_ALIAS_OF_BRIDGE "cni:bridge"

/* Alias of a VLAN interface's port begins with this; the name follows. */
#define BRIDGE_ALIAS_OF_VLAN "cni:vlan "

/* Candidates for a host veth's name. */
#define BRIDGE_HOST_NAME_TRIES 4

/**
 * bridge_alias() - alias of an attachment's host veth
 * @owner: the attachment
 * @ret_alias: NUL-terminated; cut when the names are long
 */
void bridge_alias(const struct cni_owner *owner,
		  char ret_alias[static BRIDGE_ALIAS_SIZE]);

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
