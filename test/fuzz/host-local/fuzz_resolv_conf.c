/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_resolv_conf.c - resolv.conf */
#include <string.h>

#include "cni/cleanup.h"
#include "fuzz.h"
#include "resolv_conf.h"

static void check_words(const struct cni_string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		fuzz_require(list->items[i][0] &&
			     !strpbrk(list->items[i], " \t\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(dns) struct cni_dns dns = { 0 };
	CNI_CLEANUP(free) char *text = malloc(size + 1);

	fuzz_require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	(void)hl_resolv_conf_parse(text, &dns, NULL);
	check_words(&dns.nameservers);
	check_words(&dns.search);
	check_words(&dns.options);
	return 0;
}
