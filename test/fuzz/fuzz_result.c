/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_result.c - results of any version, written in every shape */
#include <string.h>

#include "cni/cleanup.h"
#include "cni/result.h"
#include "fuzz.h"

/* What was written can be read and then is written the same way again. */
static void check_stable(json_object *written, enum cni_version version)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(json) json_object *again = NULL;
	CNI_CLEANUP(buf) struct cni_buf first = { 0 };
	CNI_CLEANUP(buf) struct cni_buf second = { 0 };
	struct cni_error err;

	cni_json_format(written, 4, &first);
	if (cni_result_from_json(written, "", &result, &err)) {
		/* An absent address is written, but is no address. */
		fuzz_require(!!strstr(err.msg, "<nil>"));
		return;
	}
	fuzz_require(!cni_result_to_json(&result, version, &again, &err));
	cni_json_format(again, 4, &second);
	fuzz_require(!strcmp(cni_buf_text(&first), cni_buf_text(&second)));
}

static void check_every_shape(const struct cni_result *result)
{
	for (int i = 0; i < CNI_VERSION_COUNT; i++) {
		CNI_CLEANUP(json) json_object *written = NULL;
		enum cni_version version = (enum cni_version)i;

		if (cni_result_to_json(result, version, &written, NULL))
			fuzz_require(version <= CNI_VERSION_0_2_0);
		else
			check_stable(written, version);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CNI_CLEANUP(json) json_object *object = NULL;
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(result) struct cni_result prev = { 0 };
	struct cni_error err;

	if (cni_json_parse((const char *)data, size, &object, &err))
		return 0;
	(void)cni_result_prev(object, "1.1.0", &prev, &err);
	if (!cni_result_from_json(object, "1.1.0", &result, &err))
		check_every_shape(&result);
	return 0;
}
