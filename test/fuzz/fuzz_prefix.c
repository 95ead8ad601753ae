/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_prefix.c - text of addresses and prefixes */
#include <string.h>

#include "cni/cleanup.h"
#include "cni/ip.h"
#include "fuzz.h"

static void check_addr(const char *text)
{
	struct cni_addr addr, again, next;
	char printed[CNI_ADDR_STRLEN];

	if (cni_addr_parse(text, &addr))
		return;
	fuzz_require(!cni_addr_is_mapped(&addr));
	fuzz_require(!cni_addr_parse(cni_addr_format(&addr, printed), &again));
	fuzz_require(cni_addr_equal(&addr, &again));
	next = cni_addr_next(&addr);
	if (!cni_addr_is_set(&next))
		return;
	fuzz_require(cni_addr_cmp(&addr, &next) < 0);
	next = cni_addr_prev(&next);
	fuzz_require(cni_addr_equal(&addr, &next));
}

static void check_prefix(const char *text)
{
	struct cni_prefix prefix, plain, again, network;
	struct cni_addr last;
	char printed[CNI_PREFIX_STRLEN];

	if (cni_prefix_parse(text, &prefix))
		return;
	plain = cni_prefix_unmap(&prefix);
	fuzz_require(
		!cni_prefix_parse(cni_prefix_format(&prefix, printed), &again));
	fuzz_require(cni_prefix_equal(&plain, &again));
	network = cni_prefix_network(&plain);
	last = cni_prefix_last(&plain);
	fuzz_require(cni_addr_cmp(&network.addr, &plain.addr) <= 0);
	fuzz_require(cni_addr_cmp(&plain.addr, &last) <= 0);
	fuzz_require(cni_prefix_contains(&network, &last));
	fuzz_require(cni_prefix_overlaps(&network, &plain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(free) char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_addr(text);
	check_prefix(text);
	return 0;
}
