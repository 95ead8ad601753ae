/* SPDX-License-Identifier: Apache-2.0 */
/* iptables.c - names and comments of iptables rules, as the Go plugins' */
#include <string.h>

#include "cni/hash.h"
#include "cni/iptables.h"

void cni_iptables_chain_name(char ret_name[static CNI_IPTABLES_CHAIN_MAX + 1],
			     const char *prefix, const char *network,
			     const char *container_id)
{
	const char *const parts[] = { network, container_id };
	size_t len = strlen(prefix);

	memcpy(ret_name, prefix, len);
	cni_hash_hex(CNI_IPTABLES_CHAIN_MAX - len, ret_name + len, parts, 2);
}

/*
 * A multi-byte character that is cut in half does no harm: the comment is
 * bytes to the kernel and to iptables.
 */
void cni_iptables_add_comment(struct cni_buf *script, const char *text)
{
	cni_buf_add(script, " -m comment --comment \"");
	for (size_t i = 0; text[i] && i < CNI_IPTABLES_COMMENT_MAX; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte < ' ' || byte == 0x7f)
			byte = '?';
		if (byte == '"' || byte == '\\')
			cni_buf_add_bytes(script, "\\", 1);
		cni_buf_add_bytes(script, &byte, 1);
	}
	cni_buf_add(script, "\"");
}
