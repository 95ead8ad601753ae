/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_nft_rule.c - the kernel's description of an nf_tables rule */
#include <string.h>

#include "../../lib/netfilter/nft_rule.h"
#include "fuzz.h"

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
	if (nft_rule_parse(message, &rule) == 0) {
		fuzz_require(memchr(rule.comment, 0, sizeof(rule.comment)) !=
			     NULL);
		fuzz_require(rule.source.len <= 128);
	}
	free(message);
	return 0;
}
