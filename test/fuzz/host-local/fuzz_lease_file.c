/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_lease_file.c - content and names of lease files, lines of /proc/locks */
#include <string.h>

#include "cni/cleanup.h"
#include "fuzz.h"
#include "lease.h"
#include "lock.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(free) char *text = malloc(size + 1);
	struct hl_owner owner = { "", "" };
	struct hl_lock_line line;
	struct cni_addr addr;
	char again[CNI_ADDR_STRLEN];
	enum hl_lease_kind kind;

	fuzz_require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	(void)hl_lock_parse_line(text, &line);
	if (hl_lease_addr(text, &addr))
		fuzz_require(strcmp(cni_addr_format(&addr, again), text) == 0);
	kind = hl_lease_parse(text, size, &owner);
	if (kind == HL_LEASE_FULL)
		fuzz_require(owner.id[0] && !strpbrk(owner.id, "\r\n/ "));
	if (kind == HL_LEASE_ID_ONLY)
		fuzz_require(owner.id[0] && !owner.ifname[0]);
	return 0;
}
