/* SPDX-License-Identifier: Apache-2.0 */
/* test_invoke.c - delegated plugins: what they get, what they answer */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cmocka_env.h"

#include "cni/ip.h"
#include "protocol/delegate.h"
#include "table.h"

#define CONF "{\"cniVersion\":\"1.0.0\",\"name\":\"net\" }\n"

static void it_gets_our_input_and_environment_and_nothing_else(void **state)
{
	static const char script[] =
		"cat >$DIR/stdin; echo $0 $# >$DIR/argv\n"
		"env | grep -E '^(CNI_COM|CNI_ARGS|TEST_X)' | sort >$DIR/env\n"
		"ls /proc/$$/fd >$DIR/fds; pwd >$DIR/cwd";
	CNI_CLEANUP(fd) int inherited = open("/dev/null", O_RDONLY);
	struct delegates d;
	char expected[64];
	char *text;

	(void)state;
	assert_true(inherited >= 0);
	delegates_init(&d, CONF, script);
	(void)setenv("CNI_COMMAND", "ADD", 1);
	(void)setenv("CNI_ARGS", "A=b", 1);
	(void)setenv("TEST_X", "y", 1);
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_CHECK,
					  NULL, NULL),
			 0);
	text = read_text(d.dir, "stdin");
	assert_string_equal(text, CONF);
	free(text);
	text = read_text(d.dir, "env");
	assert_string_equal(text,
			    "CNI_ARGS=A=b\nCNI_COMMAND=CHECK\nTEST_X=y\n");
	free(text);
	text = read_text(d.dir, "argv");
	(void)snprintf(expected, sizeof(expected), "%s/ipam 0\n", d.dir);
	assert_string_equal(text, expected);
	free(text);
	text = read_text(d.dir, "fds");
	/* The shell holds its script on 10 or so; 3-9 would be ours. */
	assert_memory_equal(text, "0\n1\n", 4);
	assert_null(strpbrk(text, "3456789"));
	free(text);
	assert_string_equal(getenv("CNI_COMMAND"), "ADD");
	delegates_done(&d);
}

#define BLAMED "plugin \"ipam\" on DEL"

static const struct {
	const char *script;
	int code;
	const char *msg;
	const char *details;
} failures[] = {
	{ "echo '{\"code\":11,\"msg\":\"busy\",\"details\":\"d\"}'; exit 1", 11,
	  "busy", "d" },
	{ "echo '{\"cniVersion\":\"1.0.0\",\"CODE\":7,\"Msg\":\"m\"}'; exit 9",
	  7, "m", "" },
	{ "echo '{\"code\":100,\"msg\":\"m\"}'; echo more >&2; exit 1", 100,
	  "m", "" },
	{ "echo '{\"code\":7}'; exit 5", 7,
	  "netplugin failed with no error message: exit status 5", BLAMED },
	{ "echo oh no; exit 1", 0,
	  "netplugin failed but error parsing its diagnostic message \"oh "
	  "no\\n\": ",
	  BLAMED },
	{ "echo '[]'; exit 1", 0,
	  "netplugin failed but error parsing its diagnostic message "
	  "\"[]\\n\": it is no error object",
	  BLAMED },
	{ "echo '{\"code\":\"7\"}'; exit 1", 0,
	  "netplugin failed but error parsing its diagnostic message "
	  "\"{\\\"code\\\":\\\"7\\\"}\\n\": it is no error object",
	  BLAMED },
	{ "echo '{\"code\":-1}'; exit 1", 0,
	  "netplugin failed but error parsing its diagnostic message ",
	  BLAMED },
	{ "printf 'a\\tb' >&2; exit 1", 0, "netplugin failed: \"a\\tb\"",
	  BLAMED },
	{ "exit 5", 0, "netplugin failed with no error message: exit status 5",
	  BLAMED },
	{ "kill -9 $$", 0,
	  "netplugin failed with no error message: signal: killed", BLAMED },
	{ "kill -15 $$", 0,
	  "netplugin failed with no error message: signal: terminated",
	  BLAMED },
	/* a panic of a plugin in Go: a trace and exit status 2 */
	{ "echo 'panic: runtime error' >&2; exit 2", 0,
	  "netplugin failed: \"panic: runtime error\\n\"", BLAMED },
};

static void its_failures_are_told_in_the_words_of_the_go_plugins(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct cni_error err = { 0 };
		struct delegates d;

		delegates_init(&d, CONF, failures[i].script);
		assert_true(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_DEL,
					     NULL, &err) < 0);
		assert_int_equal(err.code, failures[i].code);
		assert_memory_equal(err.msg, failures[i].msg,
				    strlen(failures[i].msg));
		assert_string_equal(err.details, failures[i].details);
		delegates_done(&d);
	}
}

#define RESULT(version)                                  \
	"echo '{" version "\"ips\":[{\"version\":\"4\"," \
	"\"address\":\"10.0.0.5/8\"}]}'"

static const struct {
	const char *script;
	int ret;
	const char *msg;
} results[] = {
	{ RESULT("\"cniVersion\":\"1.0.0\","), 0, NULL },
	{ RESULT("\"cniVersion\":\"0.4.0\","), 0, NULL },
	{ RESULT("\"cniVersion\":\"\","), 0, NULL },
	{ RESULT(""), 0, NULL },
	{ "echo '{\"cniVersion\":\"0.2.0\",\"ip4\":{\"ip\":\"10.0.0.5/8\"}}'",
	  0, NULL },
	{ "true", -EINVAL,
	  "failed to unmarshal raw result: unexpected end of JSON input" },
	{ "echo '{'", -EINVAL, "failed to unmarshal raw result: " },
	{ "echo '{\"cniVersion\":\"9.9.9\"}'", -EPROTONOSUPPORT,
	  "unsupported CNI result version \"9.9.9\"" },
	{ "echo '{\"cniVersion\":\"1.0.0\",\"ips\":[null]}'", -EINVAL, "" },
	{ "echo '{\"cniVersion\":\"1.0.0\",\"routes\":[null]}'", -EINVAL, "" },
};

static void its_result_is_understood_in_every_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		CNI_CLEANUP(result) struct cni_result result = { 0 };
		struct cni_error err = { 0 };
		struct delegates d;
		int ret;

		delegates_init(&d, CONF, results[i].script);
		ret = cni_delegate_run(&d.call, "ipam", CNI_COMMAND_ADD,
				       &result, &err);
		assert_int_equal(ret, results[i].ret);
		if (ret)
			assert_memory_equal(err.msg, results[i].msg,
					    strlen(results[i].msg));
		else
			assert_int_equal(result.ips[0].address.len, 8);
		delegates_done(&d);
	}
}

static void a_null_result_is_an_empty_one(void **state)
{
	CNI_CLEANUP(result) struct cni_result result = { 0 };
	struct delegates d;

	(void)state;
	delegates_init(&d, CONF, "echo null");
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_ADD,
					  &result, NULL),
			 0);
	assert_int_equal(result.ip_count, 0);
	delegates_done(&d);
}

static void what_other_verbs_print_is_ignored(void **state)
{
	struct delegates d;

	(void)state;
	delegates_init(&d, CONF, "echo garbage");
	assert_int_equal(cni_delegate_run(&d.call, "ipam", CNI_COMMAND_DEL,
					  NULL, NULL),
			 0);
	delegates_done(&d);
}

static void its_stderr_is_handed_on(void **state)
{
	static const char *const scripts[] = { "echo warn >&2",
					       "echo warn >&2; exit 1" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		int saved = dup(STDERR_FILENO);
		struct delegates d;
		char path[128];
		char *text;
		int fd;

		delegates_init(&d, CONF, scripts[i]);
		(void)snprintf(path, sizeof(path), "%s/err", d.dir);
		fd = open(path, O_RDWR | O_CREAT, 0600);
		assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
		(void)cni_delegate_run(&d.call, "ipam", CNI_COMMAND_DEL, NULL,
				       NULL);
		assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
		text = read_text(d.dir, "err");
		assert_string_equal(text, "warn\n");
		free(text);
		(void)close(fd);
		(void)close(saved);
		delegates_done(&d);
	}
}

static const struct {
	const char *conf;
	enum cni_command command;
	int code;
} limits[] = {
	{ "{\"delegateTimeoutSeconds\":5}", CNI_COMMAND_ADD, -1 },
	{ "{\"delegateTimeoutSeconds\":null}", CNI_COMMAND_ADD, -1 },
	{ "{\"delegateTimeoutSeconds\":0}", CNI_COMMAND_ADD, 7 },
	{ "{\"delegateTimeoutSeconds\":3601}", CNI_COMMAND_CHECK, 7 },
	{ "{\"delegateTimeoutSeconds\":\"5\"}", CNI_COMMAND_ADD, 7 },
	{ "{\"delegateTimeoutSeconds\":1.5}", CNI_COMMAND_STATUS, 7 },
	/* a removal is not stopped by it */
	{ "{\"delegateTimeoutSeconds\":\"5\"}", CNI_COMMAND_DEL, -1 },
	{ "{\"delegateTimeoutSeconds\":-1}", CNI_COMMAND_GC, -1 },
};

static void a_bad_time_limit_stops_everything_but_removals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct cni_error err = { .code = -1 };
		struct delegates d;
		int ret;

		delegates_init(&d, limits[i].conf, "exit 0");
		ret = cni_delegate_run(&d.call, "ipam", limits[i].command, NULL,
				       &err);
		assert_int_equal(ret, limits[i].code < 0 ? 0 : -EINVAL);
		assert_int_equal(err.code, limits[i].code);
		delegates_done(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			it_gets_our_input_and_environment_and_nothing_else),
		cmocka_unit_test(
			its_failures_are_told_in_the_words_of_the_go_plugins),
		cmocka_unit_test(its_result_is_understood_in_every_version),
		cmocka_unit_test(a_null_result_is_an_empty_one),
		cmocka_unit_test(what_other_verbs_print_is_ignored),
		cmocka_unit_test(its_stderr_is_handed_on),
		cmocka_unit_test(
			a_bad_time_limit_stops_everything_but_removals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
