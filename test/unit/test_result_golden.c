/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_result_golden.c - every version's result in every version's shape
 *
 * golden/result-A-to-A.json is a result of version A; read and written as
 * version B it must be golden/result-A-to-B.json to the byte.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/file.h"
#include "cni/result.h"
#include "json_text.h"

#define GOLDEN_MAX 4096

static void read_golden(const char *from, const char *to, char *text)
{
	char path[sizeof(CNI_SOURCE_DIR) + 64];

	(void)snprintf(path, sizeof(path),
		       CNI_SOURCE_DIR "/test/unit/golden/result-%s-to-%s.json",
		       from, to);
	if (cni_read_file_at(AT_FDCWD, path, text, GOLDEN_MAX) < 0)
		fail_msg("cannot read %s", path);
}

static void check_conversion(const char *from, enum cni_version to)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	CNI_CLEANUP(json) json_object *object = NULL;
	CNI_CLEANUP(json) json_object *converted = NULL;
	struct cni_error err = { 0 };
	char text[GOLDEN_MAX];

	read_golden(from, from, text);
	object = parse_json(text);
	if (cni_result_from_json(object, "", &result, &err))
		fail_msg("reading %s: %s", from, err.msg);
	if (cni_result_to_json(&result, to, &converted, &err))
		fail_msg("%s to %s: %s", from, cni_version_text(to), err.msg);
	read_golden(from, cni_version_text(to), text);
	assert_json_text(converted, 4, text);
}

static void results_of_every_version_are_written_in_every_shape(void **state)
{
	(void)state;
	for (int from = 0; from < CNI_VERSION_COUNT; from++) {
		for (int to = 0; to < CNI_VERSION_COUNT; to++)
			check_conversion(
				cni_version_text((enum cni_version)from),
				(enum cni_version)to);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			results_of_every_version_are_written_in_every_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
