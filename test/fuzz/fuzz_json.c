/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_json.c - JSON documents: parsed, written, and parsed again */
#include <errno.h>
#include <string.h>

#include "cni/cleanup.h"
#include "cni/ip.h"
#include "cni/json.h"
#include "fuzz.h"

struct sample {
	bool flag;
	int64_t number;
	char *text;
	struct cni_addr addr;
	struct cni_prefix prefix;
	json_object *array;
};

static void decode(json_object *object)
{
	static const struct cni_json_field fields[] = {
		{ .key = "flag",
		  .type = CNI_JSON_BOOL,
		  .offset = offsetof(struct sample, flag) },
		{ .key = "number",
		  .type = CNI_JSON_INT,
		  .offset = offsetof(struct sample, number) },
		{ .key = "text",
		  .type = CNI_JSON_STRING,
		  .offset = offsetof(struct sample, text) },
		{ .key = "addr",
		  .type = CNI_JSON_ADDR,
		  .offset = offsetof(struct sample, addr) },
		{ .key = "prefix",
		  .type = CNI_JSON_PREFIX,
		  .offset = offsetof(struct sample, prefix) },
		{ .key = "array",
		  .type = CNI_JSON_ARRAY,
		  .offset = offsetof(struct sample, array) },
	};
	struct sample sample = { 0 };
	struct cni_error err;
	int ret;

	ret = cni_json_decode(object, fields, sizeof(fields) / sizeof(*fields),
			      &sample, &err);
	fuzz_require(ret == 0 || ret == -EINVAL || ret == -ENOMEM);
	free(sample.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	CNI_CLEANUP(json) json_object *again = NULL;
	CNI_CLEANUP(buf) struct cni_buf first = { 0 };
	CNI_CLEANUP(buf) struct cni_buf second = { 0 };
	struct cni_error err;

	if (cni_json_parse((const char *)data, size, &object, &err)) {
		/* What the scanner takes, json-c has to take. */
		fuzz_require(strncmp(err.msg, "parse JSON", 10) != 0);
		return 0;
	}
	decode(object);
	cni_json_format(object, 0, &first);
	if (first.len > CNI_JSON_MAX_BYTES)
		return 0;
	fuzz_require(
		!cni_json_parse(cni_buf_text(&first), first.len, &again, &err));
	cni_json_format(again, 0, &second);
	fuzz_require(!strcmp(cni_buf_text(&first), cni_buf_text(&second)));
	return 0;
}
