/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_skel.c - environment and input of a plugin: what it answers
 *
 * Every row of the table runs a small plugin of ours, and Go's host-local
 * beside it where CNI_REF_PATH (default /usr/lib/cni) has one.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "cmocka_env.h"

#include "protocol/skel_rows.h"
#include "run.h"

#define PLUGIN CNI_BIN_DIR "/../test/test-plugin"

/* The input with every @ replaced by the row's directory. */
static char *expand(const char *input, const char *dir)
{
	size_t size = strlen(input) + 2 * strlen(dir) + 1;
	char *text = calloc(1, size);
	const char *at = strchr(input, '@');

	assert_non_null(text);
	if (at)
		(void)snprintf(text, size, "%.*s%s%s", (int)(at - input), input,
			       dir, at + 1);
	else
		(void)snprintf(text, size, "%s", input);
	return text;
}

static void run_row(const char *plugin, const struct row *row,
		    struct run_result *ret_result)
{
	char *dir = temp_dir_new();
	char *input = expand(row->input, dir);
	const struct run run = { .path = plugin,
				 .env = row->env,
				 .input = input };

	run_program(&run, ret_result);
	free(input);
	temp_dir_remove(dir);
}

/* The one document on stdout; NULL when it is empty or more than one. */
static json_object *parse(const struct run_result *result)
{
	struct json_tokener *tokener = json_tokener_new();
	json_object *object;

	assert_non_null(tokener);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	object = json_tokener_parse_ex(tokener, result->out,
				       (int)result->out_len + 1);
	json_tokener_free(tokener);
	return object;
}

static const char *member(json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static void assert_message(const char *msg, const char *expected)
{
	size_t len = strlen(expected);

	assert_non_null(msg);
	if (len && expected[len - 1] == '*')
		assert_memory_equal(msg, expected, len - 1);
	else
		assert_string_equal(msg, expected);
}

static void assert_answer(const struct row *row,
			  const struct run_result *result)
{
	json_object *object;

	assert_int_equal(result->status, row->status);
	assert_string_equal(result->err, "");
	if (row->code < 0) {
		assert_string_equal(result->out, row->msg);
		return;
	}
	object = parse(result);
	assert_non_null(object);
	assert_int_equal(
		json_object_get_int(json_object_object_get(object, "code")),
		row->code);
	assert_message(member(object, "msg"), row->msg);
	if (row->details)
		assert_message(member(object, "details"), row->details);
	else
		assert_null(json_object_object_get(object, "details"));
	json_object_put(object);
}

static void plugins_answer_as_the_table_says(void **state)
{
	(void)state;
	assert_true(ROW_COUNT >= 60);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct run_result result;

		run_row(PLUGIN, &rows[i], &result);
		if (result.status != rows[i].status)
			print_message("row \"%s\": %s\n%s\n", rows[i].what,
				      result.out, result.err);
		assert_answer(&rows[i], &result);
		run_result_done(&result);
	}
}

/* Does the reference know 1.1.0?  Plugins before 1.6.0 do not. */
static bool is_current(const char *plugin)
{
	static const struct row version = { .env = { "CNI_COMMAND=VERSION" },
					    .input = "" };
	struct run_result result;
	bool same;

	run_row(plugin, &version, &result);
	same = strcmp(result.out, VERSION_LINE) == 0;
	run_result_done(&result);
	return same;
}

/* Is the row about something that older plugins do not have? */
static bool needs_current(const struct row *row)
{
	return row->oracle == CURRENT || strstr(row->input, "1.1.0") ||
	       strcmp(row->env[0], "CNI_COMMAND=VERSION") == 0 ||
	       strcmp(row->env[0], STAT) == 0 || strcmp(row->env[0], GC) == 0 ||
	       (row->details && strstr(row->details, "plugin supports"));
}

/* Older plugins print an empty dns in 1.0.0, too. */
static void drop_empty_dns(json_object *object)
{
	json_object *dns = json_object_object_get(object, "dns");

	if (dns && json_object_object_length(dns) == 0)
		json_object_object_del(object, "dns");
}

static bool same_answer(const struct row *row, const struct run_result *ours,
			const struct run_result *theirs)
{
	json_object *one = parse(ours);
	json_object *other = parse(theirs);
	bool same = ours->status == theirs->status;

	drop_empty_dns(one);
	drop_empty_dns(other);
	if (row->oracle == CODE)
		same = same && one && other &&
		       json_object_equal(json_object_object_get(one, "code"),
					 json_object_object_get(other, "code"));
	else
		same = same && json_object_equal(one, other);
	json_object_put(one);
	json_object_put(other);
	return same;
}

static void plugins_answer_as_the_go_plugins_do(void **state)
{
	const char *dir = getenv("CNI_REF_PATH");
	char plugin[512];
	int different = 0;
	int compared = 0;
	bool current;

	(void)state;
	(void)snprintf(plugin, sizeof(plugin), "%s/host-local",
		       dir ? dir : "/usr/lib/cni");
	if (access(plugin, X_OK) < 0) {
		print_message("there is no %s to compare with\n", plugin);
		skip();
	}
	current = is_current(plugin);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct run_result ours;
		struct run_result theirs;

		if (rows[i].oracle == OURS ||
		    (!current && needs_current(&rows[i])))
			continue;
		compared++;
		run_row(PLUGIN, &rows[i], &ours);
		run_row(plugin, &rows[i], &theirs);
		if (!same_answer(&rows[i], &ours, &theirs)) {
			print_message("row \"%s\": ours %d %s\nGo's %d %s\n",
				      rows[i].what, ours.status, ours.out,
				      theirs.status, theirs.out);
			different++;
		}
		run_result_done(&ours);
		run_result_done(&theirs);
	}
	print_message("%d rows compared with %s\n", compared, plugin);
	assert_int_equal(different, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plugins_answer_as_the_table_says),
		cmocka_unit_test(plugins_answer_as_the_go_plugins_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
