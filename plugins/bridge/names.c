/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - names derived from an attachment */
#include <stdio.h>
#include <string.h>

#include "cni/hash.h"

#include "names.h"

#define HASH_DIGITS 16

void bridge_alias(const char *network, const char *container_id,
		  const char *ifname, char ret_alias[static BRIDGE_ALIAS_SIZE])
{
	const char *attachment[] = { ifname, ":", container_id };
	char network_hash[HASH_DIGITS + 1];
	char attachment_hash[HASH_DIGITS + 1];

	cni_hash_hex(HASH_DIGITS, network_hash, &network, 1);
	cni_hash_hex(HASH_DIGITS, attachment_hash, attachment, 3);
	(void)snprintf(ret_alias, BRIDGE_ALIAS_SIZE,
		       "cni:%s-%s, net: %s, if: %s, id: %s", network_hash,
		       attachment_hash, network, ifname, container_id);
}

bool bridge_alias_same(const char *alias, const char *key)
{
	return alias && strncmp(alias, key, BRIDGE_ALIAS_ATTACHMENT_LEN) == 0;
}

bool bridge_alias_in_network(const char *alias, const char *key)
{
	return alias && strncmp(alias, key, BRIDGE_ALIAS_NETWORK_LEN) == 0;
}

void bridge_host_name(const char *key, unsigned int attempt,
		      char ret_name[static IFNAMSIZ])
{
	/* Only the hashes: the readable rest may have been cut. */
	char hashes[BRIDGE_ALIAS_ATTACHMENT_LEN + 1];
	char hex[9];
	char count[4];
	const char *parts[] = { "veth\n", hashes, "\n", count };

	(void)snprintf(hashes, sizeof(hashes), "%.*s",
		       BRIDGE_ALIAS_ATTACHMENT_LEN, key);
	(void)snprintf(count, sizeof(count), "%u", attempt % 100);
	cni_hash_hex(sizeof(hex) - 1, hex, parts,
		     sizeof(parts) / sizeof(parts[0]));
	(void)snprintf(ret_name, IFNAMSIZ, "veth%s", hex);
}
