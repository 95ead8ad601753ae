/* SPDX-License-Identifier: Apache-2.0 */
/* test_args.c - the CNI_* environment and the CNI_ARGS variable */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/args.h"
#include "cni/cleanup.h"
#include "table.h"

static const char *const names[] = { "CNI_COMMAND",	  "CNI_CONTAINERID",
				     "CNI_NETNS",	  "CNI_IFNAME",
				     "CNI_ARGS",	  "CNI_PATH",
				     "CNI_NETNS_OVERRIDE" };

/*
 * set_environment() - replace all CNI_* variables
 * @values: one per name, in the order of names[]; NULL unsets
 */
static void set_environment(const char *const values[7])
{
	for (size_t i = 0; i < 7; i++) {
		if (values[i])
			assert_int_equal(setenv(names[i], values[i], 1), 0);
		else
			assert_int_equal(unsetenv(names[i]), 0);
	}
}

static const struct {
	const char *values[7];
	enum cni_command command;
	int ret;
	const char *msg;
	const char *details;
} cases[] = {
	{ { "ADD", "c1", "/ns", "eth0", NULL, "/bin", NULL },
	  CNI_COMMAND_ADD,
	  0,
	  NULL,
	  NULL },
	{ { "CHECK", "c1", "/ns", "eth0", "K=V", "/bin", NULL },
	  CNI_COMMAND_CHECK,
	  0,
	  NULL,
	  NULL },
	{ { "DEL", "c1", NULL, "eth0", NULL, "/bin", NULL },
	  CNI_COMMAND_DEL,
	  0,
	  NULL,
	  NULL },
	{ { "GC", "", "", "", "", "/bin", NULL },
	  CNI_COMMAND_GC,
	  0,
	  NULL,
	  NULL },
	{ { "GC", "-bad id", NULL, "a/b", NULL, "/bin", NULL },
	  CNI_COMMAND_GC,
	  0,
	  NULL,
	  NULL },
	{ { "STATUS", NULL, NULL, NULL, NULL, "/bin", NULL },
	  CNI_COMMAND_STATUS,
	  0,
	  NULL,
	  NULL },
	{ { "VERSION", NULL, NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_VERSION,
	  0,
	  NULL,
	  NULL },
	{ { "FOO", NULL, NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_UNKNOWN,
	  0,
	  NULL,
	  NULL },
	{ { "add", NULL, NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_UNKNOWN,
	  0,
	  NULL,
	  NULL },
	{ { NULL, "-bad", NULL, "a/b", NULL, NULL, NULL },
	  CNI_COMMAND_NONE,
	  -ENOENT,
	  "required env variables [CNI_COMMAND] missing",
	  "" },
	{ { "", NULL, NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_NONE,
	  -ENOENT,
	  "required env variables [CNI_COMMAND] missing",
	  "" },
	{ { "ADD", "c1", NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_ADD,
	  -ENOENT,
	  "required env variables [CNI_NETNS,CNI_IFNAME,CNI_PATH] missing",
	  "" },
	{ { "ADD", "", "", "", "", "", "" },
	  CNI_COMMAND_ADD,
	  -ENOENT,
	  "required env variables "
	  "[CNI_CONTAINERID,CNI_NETNS,CNI_IFNAME,CNI_PATH] missing",
	  "" },
	{ { "DEL", NULL, NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_DEL,
	  -ENOENT,
	  "required env variables [CNI_CONTAINERID,CNI_IFNAME,CNI_PATH] "
	  "missing",
	  "" },
	{ { "STATUS", NULL, NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_STATUS,
	  -ENOENT,
	  "required env variables [CNI_PATH] missing",
	  "" },
	/* an invalid value wins over a missing one */
	{ { "ADD", "../x", NULL, NULL, NULL, NULL, NULL },
	  CNI_COMMAND_ADD,
	  -EINVAL,
	  "invalid characters in containerID",
	  "../x" },
	/* and the first invalid one over the second */
	{ { "ADD", "-x", NULL, "a/b", NULL, NULL, NULL },
	  CNI_COMMAND_ADD,
	  -EINVAL,
	  "invalid characters in containerID",
	  "-x" },
	{ { "DEL", NULL, NULL, "abcdefghijklmnop", NULL, NULL, NULL },
	  CNI_COMMAND_DEL,
	  -EINVAL,
	  "interface name is too long",
	  "interface name should be less than 16 characters" },
};

static void the_environment_is_checked_in_the_go_plugins_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cni_error err = { 0 };
		struct cni_args args;

		set_environment(cases[i].values);
		assert_int_equal(cni_args_from_env(&args, &err), cases[i].ret);
		assert_int_equal(args.command, cases[i].command);
		if (!cases[i].ret)
			continue;
		assert_error(&err, 4, cases[i].msg);
		assert_string_equal(err.details, cases[i].details);
	}
}

static void unset_variables_read_as_empty(void **state)
{
	const char *const none[7] = { "GC", NULL, NULL, NULL, NULL, "/x", NULL };
	struct cni_args args;

	(void)state;
	set_environment(none);
	assert_int_equal(cni_args_from_env(&args, NULL), 0);
	assert_string_equal(args.command_text, "GC");
	assert_string_equal(args.container_id, "");
	assert_string_equal(args.netns, "");
	assert_string_equal(args.ifname, "");
	assert_string_equal(args.args, "");
	assert_string_equal(args.path, "/x");
	assert_false(args.netns_override);
}

static void the_override_is_1_or_true_in_any_case(void **state)
{
	static const struct {
		const char *value;
		bool on;
	} table[] = {
		{ "1", true },	  { "true", true }, { "TRUE", true },
		{ "True", true }, { "0", false },   { "yes", false },
		{ "01", false },  { "", false },
	};
	struct cni_args args;

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *const values[7] = { "VERSION",     NULL, NULL,
						NULL,	       NULL, NULL,
						table[i].value };

		set_environment(values);
		assert_int_equal(cni_args_from_env(&args, NULL), 0);
		assert_int_equal(args.netns_override, table[i].on);
	}
}

static void ids_follow_the_grammar(void **state)
{
	static const char *const good[] = { "a", "0", "A-b_c.d", "x..", "9--" };
	static const char *const bad[] = { "",	  ".a",	      "-a",
					   "_a",  "a b",      "a/b",
					   "a\n", "\xc3\xa9", "a:b" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(cni_valid_id(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(cni_valid_id(bad[i]));
}

static void interface_names_follow_the_grammar(void **state)
{
	static const struct {
		const char *ifname;
		const char *msg;
	} bad[] = {
		{ "", "interface name is empty" },
		{ "0123456789abcdef", "interface name is too long" },
		{ ".", "interface name is . or .." },
		{ "..", "interface name is . or .." },
		{ "a/b", "interface name contains / or : or whitespace "
			 "characters" },
		{ "a:b", "interface name contains / or : or whitespace "
			 "characters" },
		{ "a b", "interface name contains / or : or whitespace "
			 "characters" },
		{ "a\n", "interface name contains / or : or whitespace "
			 "characters" },
		{ "a\xc2\xa0", "interface name contains / or : or whitespace "
			       "characters" },
		{ "a\xe3\x80\x80z", "interface name contains / or : or "
				    "whitespace characters" },
	};
	static const char *const good[] = { "eth0", "0123456789abcde", "...",
					    "\xe2\x80\x8b", "a\x01" };
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(cni_check_ifname(bad[i].ifname, &err),
				 -EINVAL);
		assert_error(&err, 4, bad[i].msg);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(cni_check_ifname(good[i], &err), 0);
}

static const struct {
	const char *text;
	const char *ip;
	const char *mac;
	const char *msg;
} arg_cases[] = {
	{ "", NULL, NULL, NULL },
	{ "IP=10.0.0.1", "10.0.0.1", NULL, NULL },
	{ "IP=", "", NULL, NULL },
	{ "IP=1;MAC=2;IP=3", "3", "2", NULL },
	{ "IP=1;", "1", NULL, NULL },
	{ ";IP=1", "1", NULL, NULL },
	{ "IP=a=b", "a=b", NULL, NULL },
	{ "IgnoreUnknown=1;K8S_POD_NAME=x;IP=1", "1", NULL, NULL },
	{ "K8S_POD_NAME=a=b;IgnoreUnknown=TRUE", NULL, NULL, NULL },
	{ "IP", NULL, NULL, "ARGS: invalid pair \"IP\"" },
	{ "a\"b", NULL, NULL, "ARGS: invalid pair \"a\\\"b\"" },
	{ "IgnoreUnknown=1;junk", NULL, NULL, "ARGS: invalid pair \"junk\"" },
	{ "FOO=bar;IP=1;A=b", "1", NULL,
	  "ARGS: unknown args [\"FOO=bar\" \"A=b\"]" },
	{ "ip=1", NULL, NULL, "ARGS: unknown args [\"ip=1\"]" },
	{ "FOO=bar;IgnoreUnknown=false", NULL, NULL,
	  "ARGS: unknown args [\"FOO=bar\"]" },
	{ "IgnoreUnknown=yes", NULL, NULL,
	  "ARGS: error parsing value of pair \"IgnoreUnknown=yes\": boolean "
	  "unmarshal error: invalid input yes" },
	{ "IgnoreUnknown=", NULL, NULL,
	  "ARGS: error parsing value of pair \"IgnoreUnknown=\": boolean "
	  "unmarshal error: invalid input " },
};

static void check_value(const char *value, const char *expected)
{
	if (expected)
		assert_string_equal(value, expected);
	else
		assert_null(value);
}

static void arguments_are_parsed_more_tolerantly_than_in_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(arg_cases) / sizeof(arg_cases[0]); i++) {
		CNI_CLEANUP(free) char *ip = NULL;
		CNI_CLEANUP(free) char *mac = NULL;
		const struct cni_arg known[] = { { "IP", &ip },
						 { "MAC", &mac } };
		struct cni_error err = { 0 };
		int ret = cni_args_parse(arg_cases[i].text, known, 2, &err);

		assert_int_equal(ret, arg_cases[i].msg ? -EINVAL : 0);
		if (ret)
			assert_error(&err, 7, arg_cases[i].msg);
		check_value(ip, arg_cases[i].ip);
		check_value(mac, arg_cases[i].mac);
	}
}

static void thousands_of_unknown_arguments_are_cut_in_the_error(void **state)
{
	static const char expected[] = "ARGS: unknown args [\"AB=cd\" \"AB";
	char text[8192] = "";
	struct cni_error err;

	(void)state;
	while (strlen(text) + 8 < sizeof(text))
		strcat(text, "AB=cd;");
	assert_int_equal(cni_args_parse(text, NULL, 0, &err), -EINVAL);
	assert_int_equal(err.code, 7);
	assert_memory_equal(err.msg, expected, strlen(expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_environment_is_checked_in_the_go_plugins_order),
		cmocka_unit_test(unset_variables_read_as_empty),
		cmocka_unit_test(the_override_is_1_or_true_in_any_case),
		cmocka_unit_test(ids_follow_the_grammar),
		cmocka_unit_test(interface_names_follow_the_grammar),
		cmocka_unit_test(
			arguments_are_parsed_more_tolerantly_than_in_go),
		cmocka_unit_test(
			thousands_of_unknown_arguments_are_cut_in_the_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
