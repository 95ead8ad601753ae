/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_nft_rule.c - the kernel's description of an nf_tables rule */
#include <stdlib.h>
#include <string.h>

#include "../../lib/netfilter/nft_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nlmsghdr *message;
	struct nft_rule rule;

	if (size < sizeof(*message) + 4)
		return 0;
	message = malloc(size);
	if (!message)
		return 0;
	memcpy(message, data, size);
	/* The transport hands over only messages that are complete. */
	message->nlmsg_len = (uint32_t)size;
	if (nft_rule_parse(message, &rule) == 0 &&
	    (strlen(rule.comment) >= sizeof(rule.comment) ||
	     rule.source.len > 128))
		abort();
	free(message);
	return 0;
}
