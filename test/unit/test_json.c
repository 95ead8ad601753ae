/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c - what counts as JSON, member lookup, the text written */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/json.h"
#include "json_text.h"
#include "table.h"

static void valid_documents_are_kept_as_they_are(void **state)
{
	static const char *const cases[][2] = {
		{ "null", "null" },
		{ "true", "true" },
		{ " 12 ", "12" },
		{ "0", "0" },
		{ "-0", "0" },
		{ "-12", "-12" },
		{ "\"\"", "\"\"" },
		{ "{}", "{}" },
		{ "[]", "[]" },
		{ "\t{ \"a\" : [ ] , \"b\" :{ } }\r\n", "{\"a\":[],\"b\":{}}" },
		{ "[1,2.50,1E400,1e-2,-0.0]", "[1,2.50,1E400,1e-2,-0.0]" },
		{ "[0.1000000000000000055511151231257827]",
		  "[0.1000000000000000055511151231257827]" },
		{ "[9223372036854775807,-9223372036854775808]",
		  "[9223372036854775807,-9223372036854775808]" },
		{ "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
		  "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]" },
		{ "[\"\\u0000\\u001f\\u007f\"]", "[\"\\u0000\\u001f\x7f\"]" },
		{ "[\"<&>\\u2028\\u2029\"]",
		  "[\"\\u003c\\u0026\\u003e\\u2028\\u2029\"]" },
		{ "[\"\\u00e9\\ud83d\\ude00\"]",
		  "[\"\xc3\xa9\xf0\x9f\x98\x80\"]" },
		/* lone surrogates and bad bytes become U+FFFD */
		{ "[\"\\ud800\",\"\\udc00x\",\"\\ud800\\u0041\"]",
		  "[\"\xef\xbf\xbd\",\"\xef\xbf\xbdx\",\"\xef\xbf\xbd"
		  "A\"]" },
		{ "[\"\xff\",\"a\xc0\x80z\",\"\xed\xa0\x80\"]",
		  "[\"\xef\xbf\xbd\",\"a\xef\xbf\xbd\xef\xbf\xbdz\","
		  "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "{\"\xfe\":1}", "{\"\xef\xbf\xbd\":1}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CNI_CLEANUP(json) json_object *object = parse_json(cases[i][0]);

		assert_json_text(object, 0, cases[i][1]);
	}
}

static const struct {
	const char *text;
	const char *msg;
} malformed[] = {
	{ "", "unexpected end of JSON input" },
	{ "  ", "unexpected end of JSON input" },
	{ "{", "unexpected end of JSON input" },
	{ "{\"a\"", "unexpected end of JSON input" },
	{ "{\"a\":", "unexpected end of JSON input" },
	{ "{\"a\":1", "unexpected end of JSON input" },
	{ "[1", "unexpected end of JSON input" },
	{ "[1,", "unexpected end of JSON input" },
	{ "tru", "unexpected end of JSON input" },
	{ "\"abc", "unexpected end of JSON input" },
	{ "\"\\", "unexpected end of JSON input" },
	{ "\"\\u12", "unexpected end of JSON input" },
	{ "-", "unexpected end of JSON input" },
	{ "1.", "unexpected end of JSON input" },
	{ "1e+", "unexpected end of JSON input" },
	{ "hello", "invalid character 'h' looking for beginning of value "
		   "at byte 1" },
	{ "{} x", "invalid character 'x' after top-level value at byte 4" },
	{ "{}{}", "invalid character '{' after top-level value at byte 3" },
	{ "[1,]", "invalid character ']' looking for beginning of value "
		  "at byte 4" },
	{ "[,1]", "invalid character ',' looking for beginning of value "
		  "at byte 2" },
	{ "[1 2]", "invalid character '2' after array element at byte 4" },
	{ "[1}", "invalid character '}' after array element at byte 3" },
	{ "{a:1}", "invalid character 'a' looking for beginning of object key "
		   "string at byte 2" },
	{ "{'a':1}", "invalid character '\\'' looking for beginning of object "
		     "key string at byte 2" },
	{ "{\"a\":1,}", "invalid character '}' looking for beginning of object "
			"key string at byte 8" },
	{ "[tRUE]", "invalid character 'R' in literal true (expecting 'r') "
		    "at byte 3" },
	{ "[\x85]", "invalid character '\\u0085' looking for beginning of "
		    "value at byte 2" },
	{ "{\"a\" 1}", "invalid character '1' after object key at byte 6" },
	{ "{\"a\":1 \"b\"}",
	  "invalid character '\"' after object key:value pair at byte 8" },
	{ "{\"a\":}", "invalid character '}' looking for beginning of value "
		      "at byte 6" },
	{ "TRUE", "invalid character 'T' looking for beginning of value "
		  "at byte 1" },
	{ "[nul]", "invalid character ']' in literal null (expecting 'l') "
		   "at byte 5" },
	{ "[NaN]", "invalid character 'N' looking for beginning of value "
		   "at byte 2" },
	{ "[Infinity]", "invalid character 'I' looking for beginning of value "
			"at byte 2" },
	{ "[-Infinity]", "invalid character 'I' in numeric literal at byte 3" },
	{ "[01]", "invalid character '1' after array element at byte 3" },
	{ "[+1]", "invalid character '+' looking for beginning of value "
		  "at byte 2" },
	{ "[.5]", "invalid character '.' looking for beginning of value "
		  "at byte 2" },
	{ "[1.]", "invalid character ']' after decimal point in numeric "
		  "literal at byte 4" },
	{ "[1e]", "invalid character ']' in exponent of numeric literal "
		  "at byte 4" },
	{ "[0x10]", "invalid character 'x' after array element at byte 3" },
	{ "[\"\x01\"]", "invalid character '\\x01' in string literal "
			"at byte 3" },
	{ "[\"a\nb\"]", "invalid character '\\n' in string literal at byte 4" },
	{ "[\"\\x41\"]", "invalid character 'x' in string escape code "
			 "at byte 4" },
	{ "[\"\\u12g4\"]", "invalid character 'g' in \\u hexadecimal character "
			   "escape at byte 7" },
	{ "/* */ {}", "invalid character '/' looking for beginning of value "
		      "at byte 1" },
	{ "\xef\xbb\xbf{}",
	  "invalid character '\xc3\xaf' looking for beginning "
	  "of value at byte 1" },
	{ "[\xff]",
	  "invalid character '\xc3\xbf' looking for beginning of value "
	  "at byte 2" },
};

/* What is wrong is Go's text, the place is ours. */
static void assert_refused(const struct cni_error *err, const char *expected)
{
	char text[2 * CNI_ERROR_TEXT_MAX];

	(void)snprintf(text, sizeof(text), "%s%s%s", err->msg,
		       err->details[0] ? " " : "", err->details);
	assert_int_equal(err->code, CNI_CODE_DECODE);
	assert_string_equal(text, expected);
	assert_null(strstr(err->msg, "at byte"));
}

static void anything_else_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(*malformed); i++) {
		struct cni_error err = { 0 };
		json_object *object = NULL;
		int ret = cni_json_parse(malformed[i].text,
					 strlen(malformed[i].text), &object,
					 &err);

		assert_int_equal(ret, -EINVAL);
		assert_null(object);
		assert_refused(&err, malformed[i].msg);
	}
}

static void a_nul_byte_is_not_the_end_of_the_input(void **state)
{
	json_object *object = NULL;
	struct cni_error err;

	(void)state;
	assert_int_equal(cni_json_parse("{}\0", 3, &object, &err), -EINVAL);
	assert_refused(&err, "invalid character '\\x00' after top-level value "
			     "at byte 3");
	assert_int_equal(cni_json_parse("[\"a\0\"]", 6, &object, &err),
			 -EINVAL);
	assert_refused(&err,
		       "invalid character '\\x00' in string literal at byte 4");
}

static void the_input_ends_where_its_length_says(void **state)
{
	CNI_CLEANUP(json) json_object *object = NULL;

	(void)state;
	assert_int_equal(cni_json_parse("123456", 3, &object, NULL), 0);
	assert_json_text(object, 0, "123");
}

/* @depth arrays inside each other; owned by the caller */
static char *nested(size_t depth)
{
	char *text = calloc(1, 2 * depth + 1);

	assert_non_null(text);
	memset(text, '[', depth);
	memset(text + depth, ']', depth);
	return text;
}

static void nesting_is_limited_as_in_go(void **state)
{
	CNI_CLEANUP(free) char *deepest = nested(CNI_JSON_MAX_DEPTH);
	CNI_CLEANUP(free) char *deeper = nested(CNI_JSON_MAX_DEPTH + 1);
	json_object *none = NULL;
	struct cni_error err;

	(void)state;
	json_object_put(parse_json(deepest));
	assert_int_equal(cni_json_parse(deeper, strlen(deeper), &none, &err),
			 -EINVAL);
	assert_null(none);
	assert_refused(&err, "invalid character '[' exceeded max depth "
			     "at byte 10001");
}

static void what_is_too_deep_to_matter_is_null(void **state)
{
	CNI_CLEANUP(free) char *kept = nested(CNI_JSON_KEPT_DEPTH);
	CNI_CLEANUP(json) json_object *object = parse_json(kept);
	CNI_CLEANUP(json) json_object *cut = NULL;
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	CNI_CLEANUP(buf) struct cni_buf expected = { 0 };

	(void)state;
	assert_json_text(object, 0, kept);

	cni_buf_add_bytes(&text, kept, CNI_JSON_KEPT_DEPTH);
	cni_buf_add(&text, " {\"a\\\"}]\":[{}, \"[\"]} ,7");
	cni_buf_add(&text, kept + CNI_JSON_KEPT_DEPTH);
	cni_buf_add_bytes(&expected, kept, CNI_JSON_KEPT_DEPTH);
	cni_buf_add(&expected, "null,7");
	cni_buf_add(&expected, kept + CNI_JSON_KEPT_DEPTH);
	cut = parse_json(cni_buf_text(&text));
	assert_json_text(cut, 0, cni_buf_text(&expected));
}

/* The verdicts of Go's decoder, given structures with these members. */
static void members_that_come_again_change_what_is_there(void **state)
{
	static const char *const cases[][2] = {
		{ "{\"a\":1,\"a\":2}", "{\"a\":2}" },
		{ "{\"a\":1,\"A\":2,\"a\":3}", "{\"a\":3}" },
		{ "{\"a\":\"x\",\"A\":null}", "{\"a\":\"x\"}" },
		{ "{\"a\":null,\"a\":\"x\"}", "{\"a\":\"x\"}" },
		{ "{\"a\":{\"b\":1},\"A\":null}", "{\"a\":null}" },
		{ "{\"a\":[1,2],\"a\":[3]}", "{\"a\":[3]}" },
		{ "{\"a\":{\"b\":1,\"c\":{\"d\":2}},"
		  "\"A\":{\"C\":{\"e\":3},\"B\":4,\"f\":5}}",
		  "{\"a\":{\"b\":4,\"c\":{\"d\":2,\"e\":3},\"f\":5}}" },
		{ "{\"a\":{\"b\":1},\"a\":2,\"a\":{}}", "{\"a\":{}}" },
		/* no name that anybody looks for */
		{ "{\"a\\u0000\":1,\"b\":2}", "{\"b\":2}" },
		{ "{\"\\u0061\":1,\"a\":2}", "{\"a\":2}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CNI_CLEANUP(json) json_object *object = parse_json(cases[i][0]);

		assert_json_text(object, 0, cases[i][1]);
	}
}

static void too_large_input_is_refused_unread(void **state)
{
	CNI_CLEANUP(free) char *text = malloc(CNI_JSON_MAX_BYTES + 1);
	json_object *object = NULL;
	struct cni_error err;

	(void)state;
	assert_non_null(text);
	memset(text, ' ', CNI_JSON_MAX_BYTES + 1);
	text[0] = '1';
	assert_int_equal(
		cni_json_parse(text, CNI_JSON_MAX_BYTES, &object, &err), 0);
	json_object_put(object);
	object = NULL;
	assert_int_equal(cni_json_parse(text, CNI_JSON_MAX_BYTES + 1, &object,
					&err),
			 -E2BIG);
	assert_error(&err, CNI_CODE_DECODE,
		     "JSON input is larger than 16777216 bytes");
}

static void members_are_found_without_regard_to_case(void **state)
{
	CNI_CLEANUP(json)
	json_object *object =
		parse_json("{\"HostPort\":1,\"x\":2,\"hostport\":3,"
			   "\"HOSTPORT\":null,\"y\":4,\"y\":5,"
			   "\"z\":null}");

	(void)state;
	assert_int_equal(json_object_get_int(cni_json_get(object, "hostPort")),
			 3);
	assert_int_equal(json_object_get_int(cni_json_get(object, "X")), 2);
	assert_int_equal(json_object_get_int(cni_json_get(object, "y")), 5);
	assert_null(cni_json_get(object, "z"));
	assert_null(cni_json_get(object, "absent"));
	assert_null(cni_json_get(NULL, "x"));
	assert_null(cni_json_get(cni_json_get(object, "x"), "x"));
}

static void a_string_with_a_nul_is_no_c_string(void **state)
{
	CNI_CLEANUP(json)
	json_object *object = parse_json("{\"a\":\"x\",\"b\":\"x\\u0000y\","
					 "\"c\":1}");

	(void)state;
	assert_string_equal(cni_json_string(cni_json_get(object, "a")), "x");
	assert_null(cni_json_string(cni_json_get(object, "b")));
	assert_null(cni_json_string(cni_json_get(object, "c")));
	assert_null(cni_json_string(NULL));
}

static void types_have_names(void **state)
{
	static const char *const cases[][2] = {
		{ "null", "null" },  { "true", "boolean" }, { "1", "number" },
		{ "1.5", "number" }, { "\"\"", "string" },  { "[]", "array" },
		{ "{}", "object" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CNI_CLEANUP(json) json_object *object = parse_json(cases[i][0]);

		assert_string_equal(cni_json_type_name(object), cases[i][1]);
	}
}

static void indented_text_is_that_of_marshal_indent(void **state)
{
	CNI_CLEANUP(json)
	json_object *object = parse_json("{\"b\":[1,{\"c\":{}}],\"a\":[],"
					 "\"d\":null}");

	(void)state;
	assert_json_text(object, 4,
			 "{\n"
			 "    \"b\": [\n"
			 "        1,\n"
			 "        {\n"
			 "            \"c\": {}\n"
			 "        }\n"
			 "    ],\n"
			 "    \"a\": [],\n"
			 "    \"d\": null\n"
			 "}");
}

static void strings_outside_utf8_are_written_as_replacements(void **state)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	(void)state;
	cni_json_format_string("a\xff\0<", 4, &buf);
	assert_string_equal(cni_buf_text(&buf), "\"a\\ufffd\\u0000\\u003c\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_documents_are_kept_as_they_are),
		cmocka_unit_test(anything_else_is_refused_with_its_place),
		cmocka_unit_test(a_nul_byte_is_not_the_end_of_the_input),
		cmocka_unit_test(the_input_ends_where_its_length_says),
		cmocka_unit_test(nesting_is_limited_as_in_go),
		cmocka_unit_test(what_is_too_deep_to_matter_is_null),
		cmocka_unit_test(members_that_come_again_change_what_is_there),
		cmocka_unit_test(too_large_input_is_refused_unread),
		cmocka_unit_test(members_are_found_without_regard_to_case),
		cmocka_unit_test(a_string_with_a_nul_is_no_c_string),
		cmocka_unit_test(types_have_names),
		cmocka_unit_test(indented_text_is_that_of_marshal_indent),
		cmocka_unit_test(
			strings_outside_utf8_are_written_as_replacements),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
