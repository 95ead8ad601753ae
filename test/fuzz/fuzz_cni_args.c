/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_cni_args.c - CNI_ARGS, container ids and interface names */
#include <errno.h>
#include <string.h>

#include "cni/args.h"
#include "cni/cleanup.h"
#include "cni/quote.h"
#include "fuzz.h"

/* Every pair that was found must have been in the text. */
static void check_value(const char *text, const char *key, const char *value)
{
	char pair[128];

	if (!value || strlen(value) > 64)
		return;
	(void)snprintf(pair, sizeof(pair), "%s=%s", key, value);
	fuzz_require(strstr(text, pair) != NULL);
}

static void check_quote(const char *text)
{
	char quoted[64];
	size_t len;

	(void)cni_quote_string(quoted, sizeof(quoted), text);
	len = strlen(quoted);
	fuzz_require(len >= 2 && len < sizeof(quoted) && quoted[0] == '"' &&
		     quoted[len - 1] == '"');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(free) char *text = malloc(size + 1);
	CNI_CLEANUP(free) char *ip = NULL;
	CNI_CLEANUP(free) char *mac = NULL;
	const struct cni_arg known[] = { { "IP", &ip }, { "MAC", &mac } };
	struct cni_error err = { 0 };
	int ret;

	fuzz_require(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	ret = cni_args_parse(text, known, 2, &err);
	fuzz_require(ret == 0 || (ret == -EINVAL && err.code == 7 &&
				  strncmp(err.msg, "ARGS: ", 6) == 0));
	check_value(text, "IP", ip);
	check_value(text, "MAC", mac);
	check_quote(text);
	if (cni_valid_id(text))
		fuzz_require(!strpbrk(text, "/ \n:;=\"") && text[0] != '.');
	if (cni_check_ifname(text, &err) == 0)
		fuzz_require(strlen(text) < 16 && !strpbrk(text, "/ \n:"));
	return 0;
}
