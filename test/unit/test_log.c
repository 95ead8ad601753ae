/* SPDX-License-Identifier: Apache-2.0 */
/* test_log.c - one line per step, when asked for */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "protocol/fixture.h"

static void nothing_is_logged_unless_asked_for(void **state)
{
	struct fixture f = run_verb("ADD", NETNS, "\"cniVersion\":\"1.0.0\",",
				    "", NULL, "CNI_LOG_LEVEL=");

	(void)state;
	assert_string_equal(f.result.err, "");
	fixture_done(&f);
}

static void the_environment_turns_logging_on(void **state)
{
	struct fixture f = run_verb("ADD", NETNS, "\"cniVersion\":\"1.0.0\",",
				    "", NULL, "CNI_LOG_LEVEL=debug");

	(void)state;
	assert_memory_equal(f.result.err, "time=2", 6);
	assert_non_null(strstr(f.result.err,
			       "Z level=debug plugin=host-local verb=ADD "
			       "net=net id=\"c1\" if=\"eth0\" pid="));
	assert_non_null(strstr(f.result.err, " step=make ms="));
	assert_non_null(strstr(f.result.err, " level=info "));
	assert_int_equal(f.result.err[strlen(f.result.err) - 1], '\n');
	assert_non_null(strstr(f.result.out, "10.1.0.2/24"));
	fixture_done(&f);
}

static void failures_are_logged_with_code_errno_and_text(void **state)
{
	struct fixture f =
		run_verb("ADD", NETNS,
			 "\"cniVersion\":\"1.0.0\",\"logLevel\":\"error\",",
			 "\"fail\":{\"code\":11,\"msg\":\"a "
			 "\\\"b\\\"\",\"details\":\"d\"},",
			 NULL, NULL);

	(void)state;
	assert_non_null(strstr(f.result.err, " errno=5 code=11 msg=\"a "
					     "\\\"b\\\"\" details=\"d\"\n"));
	assert_null(strstr(f.result.err, "level=info"));
	fixture_done(&f);
}

static void a_log_file_is_appended_to(void **state)
{
	char *dir = temp_dir_new();
	char members[256];
	char *log;

	(void)state;
	(void)snprintf(members, sizeof(members),
		       "\"cniVersion\":\"1.0.0\",\"logFile\":\"%s/log\",", dir);
	for (int i = 0; i < 2; i++) {
		struct fixture f =
			run_verb("DEL", NETNS, members, "", NULL, NULL);

		assert_int_equal(f.result.status, 0);
		assert_string_equal(f.result.err, "");
		fixture_done(&f);
	}
	log = read_text(dir, "log");
	assert_non_null(strstr(log, "verb=DEL"));
	assert_non_null(strstr(strchr(log, '\n'), "verb=DEL"));
	free(log);
	temp_dir_remove(dir);
}

static void a_log_that_cannot_be_written_stops_nothing(void **state)
{
	static const struct {
		const char *members;
		const char *err;
	} table[] = {
		{ "\"logFile\":\"relative\",",
		  "not an absolute path, logging to" },
		{ "\"logFile\":\"/dev/null\",", "not a regular file" },
		{ "\"logFile\":\"/nonexistent/x\",", "No such file" },
		{ "\"logLevel\":\"loud\",", "\"loud\" is none of" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fixture f = run_verb("ADD", NETNS, table[i].members, "",
					    NULL, NULL);

		assert_int_equal(f.result.status, 0);
		assert_non_null(strstr(f.result.err, table[i].err));
		fixture_done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_logged_unless_asked_for),
		cmocka_unit_test(the_environment_turns_logging_on),
		cmocka_unit_test(failures_are_logged_with_code_errno_and_text),
		cmocka_unit_test(a_log_file_is_appended_to),
		cmocka_unit_test(a_log_that_cannot_be_written_stops_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
