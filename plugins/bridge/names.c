/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - names derived from an attachment */
#include <stdio.h>
#include <string.h>

#include "cni/hash.h"

#include "names.h"

void bridge_alias(const struct cni_owner *owner,
		  char ret_alias[static BRIDGE_ALIAS_SIZE])
{
	char comment[CNI_OWNER_COMMENT_SIZE];

	cni_owner_comment(owner, comment);
	(void)snprintf(ret_alias, BRIDGE_ALIAS_SIZE, BRIDGE_ALIAS_PREFIX "%s",
		       comment);
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
		       (int)BRIDGE_ALIAS_ATTACHMENT_LEN, key);
	(void)snprintf(count, sizeof(count), "%u", attempt % 100);
	cni_hash_hex(sizeof(hex) - 1, hex, parts,
		     sizeof(parts) / sizeof(parts[0]));
	(void)snprintf(ret_name, IFNAMSIZ, "veth%s", hex);
}
