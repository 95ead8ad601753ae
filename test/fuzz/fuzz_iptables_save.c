/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_iptables_save.c - the text of iptables-save */
#include <string.h>
#include <sys/socket.h>

#include "cni/iptables.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cni_iptables_rule rule;
	char *text = malloc(size + 1);
	char *cursor = text;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	while (cni_iptables_next_rule(&cursor, size % 2 ? AF_INET : AF_INET6,
				      &rule)) {
		/* What a rule is deleted by must be its own line. */
		fuzz_require(strncmp(rule.line, "-A ", 3) == 0);
		fuzz_require(!strchr(rule.line, '\n') && rule.chain[0]);
	}
	free(text);
	return 0;
}
