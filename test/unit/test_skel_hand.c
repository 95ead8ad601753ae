/* SPDX-License-Identifier: Apache-2.0 */
/* test_skel_hand.c - a plugin run by a person */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "protocol/fixture.h"

static struct run_result run_options(const char *const *argv)
{
	static const char *const env[] = { "CNI_IFNAME=a/b", NULL };
	const struct run run = { .path = PLUGIN, .argv = argv, .env = env };
	struct run_result result;

	run_program(&run, &result);
	return result;
}

static void by_hand_it_introduces_itself_on_stderr(void **state)
{
	struct run_result result = run_options(NULL);

	(void)state;
	assert_int_equal(result.status, 0);
	assert_string_equal(result.out, "");
	assert_memory_equal(result.err, "CNI host-local plugin v1.", 25);
	assert_non_null(strstr(result.err,
			       "\nCNI protocol versions supported: 0.1.0, "
			       "0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0\n"));
	run_result_done(&result);
}

static void options_are_for_people(void **state)
{
	static const struct {
		const char *argv[3];
		int status;
		const char *out;
		const char *err;
	} table[] = {
		{ { "--version" }, 0, "CNI host-local plugin v", "" },
		{ { "--help" }, 0, "steers what it does", "" },
		{ { "-h" }, 0, "--check-config FILE", "" },
		{ { "--answer" }, 0, "42\n", "" },
		{ { "--nonsense" }, 2, "", "unknown option \"--nonsense\"" },
		{ { "--check-config" }, 2, "", "needs one FILE" },
		{ { "--version", "x" }, 2, "", "or wrong arguments" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct run_result result = run_options(table[i].argv);

		assert_int_equal(result.status, table[i].status);
		assert_non_null(strstr(result.out, table[i].out));
		assert_non_null(strstr(result.err, table[i].err));
		run_result_done(&result);
	}
}

static const struct {
	const char *text;
	int status;
	const char *err;
} files[] = {
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"host-local\"}",
	  0, "" },
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":"
	  "\"other\",\"x\":1},{\"type\":\"host-local\"}]}",
	  0, "" },
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":"
	  "\"bridge\",\"isGateway\":true,\"ipam\":{\"type\":\"host-local\"}}]}",
	  0, "" },
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":"
	  "\"other\"}]}",
	  1, "nothing of type \"host-local\" in it, only other\n" },
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"plugins\":[{\"type\":"
	  "\"host-local\",\"isGatway\":true}]}",
	  1,
	  "plugins[0]: unknown key \"isGatway\", did you mean \"isGateway\"?" },
	{ "{\"cniVersion\":\"1.0.0\",\"name\":\"n\",\"type\":\"host-local\","
	  "\"zzzzzzzz\":1}",
	  1, ": unknown key \"zzzzzzzz\"\n" },
	{ "{\"cniVersion\":\"1.0.0\",\"nam\":\"n\",\"plugins\":[]}", 1,
	  "unknown key \"nam\", did you mean \"name\"?" },
	{ "{\"cniVersion\":\"1.0.0\",\"plugins\":[{\"type\":\"host-local\"}]}",
	  1, "plugins[0]: missing network name" },
	{ "{\"cniVersion\":\"1.0\",\"name\":\"n\",\"type\":\"host-local\"}", 1,
	  "incompatible CNI versions: config is \"1.0\"" },
	{ "{\"name\":\"n\",\"plugins\":[null]}", 1,
	  "plugins[0]: must be an object, not null" },
	{ "[]", 1, "must be an object, not array" },
	{ "{\"name\":\"n\",\"plugins\":{}}", 1, "\"plugins\"" },
	{ "{\"name\":\"n\",\"plugins\":[{}]}", 1,
	  "plugins[0]: \"type\" is missing" },
	{ "{\"name\":\"n\",\"plugins\":[{\"type\":5}]}", 1,
	  "plugins[0]: \"type\" must be a string, not number" },
	{ "{\"name\":\"n\",\"plugin\":[{\"type\":\"host-local\"}]}", 1,
	  "neither a plugin, with \"type\", nor a list, with \"plugins\"" },
	{ "{\"name\":\"n\",\"type\":\"other\",\"ipam\":{\"tpye\":"
	  "\"host-local\"}}",
	  1, "\"ipam\": \"type\" is missing" },
	{ "{\"name\":\"n\",\"type\":\"host-local\",\"ipam\":{}}", 0, "" },
	{ "{", 1, "file.conf: " },
};

static void files_are_checked_offline(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char *dir = temp_dir_new();
		char path[128];
		const char *const argv[] = { "--check-config", path, NULL };
		struct run_result result;

		write_file(dir, "file.conf", files[i].text, 0600);
		(void)snprintf(path, sizeof(path), "%s/file.conf", dir);
		result = run_options(argv);
		assert_int_equal(result.status, files[i].status);
		assert_non_null(strstr(result.err, files[i].err));
		if (!files[i].status)
			assert_non_null(strstr(result.out, "valid for"));
		run_result_done(&result);
		temp_dir_remove(dir);
	}
}

static void a_missing_file_is_a_failed_check(void **state)
{
	const char *const argv[] = { "--check-config", "/nonexistent", NULL };
	struct run_result result = run_options(argv);

	(void)state;
	assert_int_equal(result.status, 1);
	assert_string_equal(result.err, "/nonexistent: read: No such file or "
					"directory\n");
	run_result_done(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand_it_introduces_itself_on_stderr),
		cmocka_unit_test(options_are_for_people),
		cmocka_unit_test(files_are_checked_offline),
		cmocka_unit_test(a_missing_file_is_a_failed_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
