/* SPDX-License-Identifier: Apache-2.0 */
/* test_skel_verbs.c - which verbs run, and failing inputs and outputs */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "protocol/fixture.h"

static void each_verb_runs_its_function_once(void **state)
{
	static const char *const verbs[] = { "ADD", "CHECK", "DEL", "GC",
					     "STATUS" };

	(void)state;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		struct fixture f = run_verb(verbs[i], NETNS,
					    "\"cniVersion\":\"1.1.0\",", "",
					    NULL, NULL);
		char expected[64];

		(void)snprintf(expected, sizeof(expected), "%s net 1.1.0\n",
			       verbs[i]);
		assert_int_equal(f.result.status, 0);
		assert_string_equal(f.trace, expected);
		fixture_done(&f);
	}
}

static void an_error_of_a_verb_is_printed_as_it_is(void **state)
{
	struct fixture f = run_verb(
		"ADD", NETNS, "\"cniVersion\":\"1.0.0\",",
		"\"fail\":{\"code\":120,\"msg\":\"port <80>\",\"details\":"
		"\"owner \\\"c2\\\"\"},",
		NULL, NULL);

	(void)state;
	assert_int_equal(f.result.status, 1);
	assert_string_equal(f.result.out,
			    "{\n    \"code\": 120,\n    \"msg\": \"port "
			    "\\u003c80\\u003e\",\n    \"details\": \"owner "
			    "\\\"c2\\\"\"\n}");
	/* all-or-nothing is the verb's own business */
	assert_string_equal(f.trace, "ADD net 1.0.0\n");
	fixture_done(&f);
}

static void a_verb_that_says_nothing_still_gets_an_error_object(void **state)
{
	struct fixture f = run_verb("STATUS", NETNS,
				    "\"cniVersion\":\"1.1.0\",",
				    "\"silent\":true,", NULL, NULL);

	(void)state;
	assert_int_equal(f.result.status, 1);
	assert_string_equal(f.result.out, "{\n    \"code\": 999,\n    \"msg\": "
					  "\"STATUS failed\"\n}");
	fixture_done(&f);
}

static void no_verb_runs_in_the_plugins_own_namespace(void **state)
{
	static const char *const verbs[] = { "ADD", "DEL" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fixture f = run_verb(verbs[i], "/proc/self/ns/net",
					    "\"cniVersion\":\"1.0.0\",", "",
					    NULL, NULL);

		assert_int_equal(f.result.status, 1);
		assert_non_null(strstr(f.result.out, "\"code\": 8"));
		assert_string_equal(f.trace, "");
		fixture_done(&f);
	}
}

static void a_result_that_cannot_be_printed_is_undone(void **state)
{
	struct fixture f = run_verb("ADD", NETNS, "\"cniVersion\":\"0.2.0\",",
				    "\"addresses\":false,", NULL, NULL);

	(void)state;
	assert_int_equal(f.result.status, 1);
	assert_non_null(
		strstr(f.result.out, "cannot convert: no valid IP addresses"));
	assert_string_equal(f.trace, "ADD net 0.2.0\nADD net 0.2.0\n");
	fixture_done(&f);
}

static void a_result_that_cannot_be_written_is_undone(void **state)
{
	struct fixture f = run_verb("ADD", NETNS, "\"cniVersion\":\"1.0.0\",",
				    "", "/dev/full", NULL);

	(void)state;
	assert_int_equal(f.result.status, 1);
	assert_string_equal(f.trace, "ADD net 1.0.0\nADD net 1.0.0\n");
	assert_non_null(strstr(f.result.err, "No space left on device"));
	fixture_done(&f);
}

static void versions_that_cannot_be_written_are_a_failure(void **state)
{
	struct fixture f =
		run_verb("VERSION", NETNS, "", "", "/dev/full", NULL);

	(void)state;
	assert_int_equal(f.result.status, 1);
	fixture_done(&f);
}

static void input_beyond_the_limit_is_refused(void **state)
{
	static const char *const env[] = { "CNI_COMMAND=STATUS",
					   "CNI_PATH=/bin", NULL };
	size_t len = (size_t)16 * 1024 * 1024 + 1;
	char *text = malloc(len);
	const struct run run = {
		.path = PLUGIN, .env = env, .input = text, .input_len = len
	};
	struct run_result result;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', len);
	run_program(&run, &result);
	assert_int_equal(result.status, 1);
	assert_string_equal(result.out,
			    "{\n    \"code\": 5,\n    \"msg\": \"error reading "
			    "from stdin: more than 16777216 bytes\"\n}");
	run_result_done(&result);
	free(text);
}

/* What a shell's redirection closes must not receive the answer elsewhere. */
static void closed_descriptors_are_failures_not_traps(void **state)
{
	static const char script[] =
		"export CNI_COMMAND=ADD CNI_CONTAINERID=c1 CNI_IFNAME=eth0 "
		"CNI_PATH=/bin CNI_NETNS=/dev/null\n"
		"conf='{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"test\":"
		"{\"trace\":\"'$1'/trace\"}}'\n"
		"\"$0\" <&- && exit 1\n"
		"test -e \"$1/trace\" && exit 2\n"
		"echo \"$conf\" | \"$0\" >&- && exit 3\n"
		"test \"$(cat \"$1/trace\")\" = 'ADD net 1.0.0\n"
		"ADD net 1.0.0' || exit 4\n"
		"echo \"$conf\" | \"$0\" 2>&- | grep -q 10.1.0.2 || exit 5\n";
	char *dir = temp_dir_new();
	const char *const argv[] = { "-c", script, PLUGIN, dir, NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	const struct run run = { .path = "/bin/sh", .argv = argv, .env = env };
	struct run_result result;

	(void)state;
	run_program(&run, &result);
	assert_int_equal(result.status, 0);
	assert_non_null(strstr(result.out, "\"code\": 5"));
	run_result_done(&result);
	temp_dir_remove(dir);
}

static void a_reader_that_is_gone_is_an_undone_add(void **state)
{
	static const char script[] =
		"export CNI_COMMAND=ADD CNI_CONTAINERID=c1 CNI_IFNAME=eth0 "
		"CNI_PATH=/bin CNI_NETNS=/dev/null\n"
		"mkfifo $1/in\n"
		"{ \"$0\" <$1/in; echo $? >$1/status; } | true &\n"
		"sleep 0.2\n"
		"echo '{\"cniVersion\":\"1.0.0\",\"name\":\"net\",\"test\":"
		"{\"trace\":\"'$1'/trace\"}}' >$1/in\n"
		"wait\n";
	char *dir = temp_dir_new();
	const char *const argv[] = { "-c", script, PLUGIN, dir, NULL };
	static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };
	const struct run run = { .path = "/bin/sh", .argv = argv, .env = env };
	struct run_result result;
	char *status;
	char *trace;

	(void)state;
	run_program(&run, &result);
	status = read_text(dir, "status");
	trace = read_text(dir, "trace");
	assert_string_equal(status, "1\n");
	assert_string_equal(trace, "ADD net 1.0.0\nADD net 1.0.0\n");
	assert_non_null(strstr(result.err, "Broken pipe"));
	free(status);
	free(trace);
	run_result_done(&result);
	temp_dir_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verb_runs_its_function_once),
		cmocka_unit_test(an_error_of_a_verb_is_printed_as_it_is),
		cmocka_unit_test(
			a_verb_that_says_nothing_still_gets_an_error_object),
		cmocka_unit_test(no_verb_runs_in_the_plugins_own_namespace),
		cmocka_unit_test(a_result_that_cannot_be_printed_is_undone),
		cmocka_unit_test(a_result_that_cannot_be_written_is_undone),
		cmocka_unit_test(versions_that_cannot_be_written_are_a_failure),
		cmocka_unit_test(input_beyond_the_limit_is_refused),
		cmocka_unit_test(closed_descriptors_are_failures_not_traps),
		cmocka_unit_test(a_reader_that_is_gone_is_an_undone_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
