/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_decode.c - members of an object into a C structure */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/cleanup.h"
#include "cni/ip.h"
#include "cni/json.h"
#include "json_text.h"
#include "table.h"

struct inner {
	int64_t number;
};

struct outer {
	bool flag;
	int64_t number;
	int64_t port;
	char *text;
	struct cni_addr addr;
	struct cni_prefix prefix;
	json_object *object;
	json_object *array;
	json_object *any;
	struct inner inner;
};

static int decode_inner(json_object *value, void *field,
			struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "number",
		  .type = CNI_JSON_INT,
		  .offset = offsetof(struct inner, number) },
	};

	return cni_json_decode(value, fields, 1, field, reterr);
}

#define FIELD(name, kind)                              \
	{                                              \
		.key = #name, .type = kind,            \
		.offset = offsetof(struct outer, name) \
	}

static const struct cni_json_field fields[] = {
	FIELD(flag, CNI_JSON_BOOL),
	FIELD(number, CNI_JSON_INT),
	{ .key = "hostPort",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct outer, port),
	  .min = 1,
	  .max = 65535 },
	FIELD(text, CNI_JSON_STRING),
	FIELD(addr, CNI_JSON_ADDR),
	FIELD(prefix, CNI_JSON_PREFIX),
	FIELD(object, CNI_JSON_OBJECT),
	FIELD(array, CNI_JSON_ARRAY),
	FIELD(any, CNI_JSON_ANY),
	{ .key = "inner",
	  .type = CNI_JSON_CUSTOM,
	  .offset = offsetof(struct outer, inner),
	  .decode = decode_inner },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(*fields))

static void known_members_are_read(void **state)
{
	CNI_CLEANUP(json)
	json_object *object = parse_json(
		"{\"FLAG\":true,\"number\":-5,\"HostPort\":65535,"
		"\"unknown\":99999999999999999999,\"text\":\"a\","
		"\"Text\":\"b\",\"addr\":\"::ffff:10.0.0.1\","
		"\"prefix\":\"10.0.0.2/8\",\"object\":{\"k\":1},"
		"\"array\":[1,2],\"any\":\"x\",\"inner\":{\"number\":7}}");
	struct outer out = { 0 };
	char text[CNI_PREFIX_STRLEN];

	(void)state;
	assert_int_equal(
		cni_json_decode(object, fields, FIELD_COUNT, &out, NULL), 0);
	assert_true(out.flag);
	assert_int_equal(out.number, -5);
	assert_int_equal(out.port, 65535);
	assert_string_equal(out.text, "b");
	assert_string_equal(cni_addr_format(&out.addr, text), "10.0.0.1");
	assert_string_equal(cni_prefix_format(&out.prefix, text), "10.0.0.2/8");
	assert_int_equal(json_object_object_length(out.object), 1);
	assert_int_equal(json_object_array_length(out.array), 2);
	assert_string_equal(cni_json_string(out.any), "x");
	assert_int_equal(out.inner.number, 7);
	free(out.text);
}

static void null_and_absent_members_leave_the_defaults(void **state)
{
	CNI_CLEANUP(json)
	json_object *object = parse_json("{\"flag\":null,\"number\":null,"
					 "\"text\":null,\"addr\":null,"
					 "\"object\":null,\"inner\":null}");
	struct outer out = { .flag = true, .number = 3 };

	(void)state;
	assert_int_equal(
		cni_json_decode(object, fields, FIELD_COUNT, &out, NULL), 0);
	assert_int_equal(cni_json_decode(NULL, fields, FIELD_COUNT, &out, NULL),
			 0);
	assert_true(out.flag);
	assert_int_equal(out.number, 3);
	assert_null(out.text);
	assert_null(out.object);
	assert_false(cni_addr_is_set(&out.addr));
}

static void an_empty_address_means_none(void **state)
{
	CNI_CLEANUP(json) json_object *object = parse_json("{\"addr\":\"\"}");
	struct outer out = { .addr = { .family = 99 } };

	(void)state;
	assert_int_equal(
		cni_json_decode(object, fields, FIELD_COUNT, &out, NULL), 0);
	assert_false(cni_addr_is_set(&out.addr));
}

static const struct {
	const char *text;
	const char *msg;
} wrong[] = {
	{ "[]", "must be an object, not an array" },
	{ "\"x\"", "must be an object, not a string" },
	{ "{\"flag\":\"true\"}", "\"flag\": must be a boolean, not a string" },
	{ "{\"flag\":1}", "\"flag\": must be a boolean, not a number" },
	{ "{\"number\":\"1400\"}",
	  "\"number\": must be an integer, not a string" },
	{ "{\"number\":true}",
	  "\"number\": must be an integer, not a boolean" },
	{ "{\"number\":1400.0}", "\"number\": must be an integer, not 1400.0" },
	{ "{\"number\":1e2}", "\"number\": must be an integer, not 1e2" },
	{ "{\"number\":9223372036854775808}",
	  "\"number\": does not fit into 64 bits" },
	{ "{\"number\":99999999999999999999}",
	  "\"number\": does not fit into 64 bits" },
	{ "{\"number\":-99999999999999999999}",
	  "\"number\": does not fit into 64 bits" },
	{ "{\"hostPort\":0}", "\"hostPort\": must be from 1 to 65535, not 0" },
	{ "{\"HOSTPORT\":65536}",
	  "\"hostPort\": must be from 1 to 65535, not 65536" },
	{ "{\"text\":1}", "\"text\": must be a string, not a number" },
	{ "{\"text\":\"a\\u0000\"}",
	  "\"text\": must not contain a NUL character" },
	{ "{\"addr\":\"10.1.0.1/24\"}",
	  "\"addr\": invalid IP address: 10.1.0.1/24" },
	{ "{\"addr\":5}", "\"addr\": must be a string, not a number" },
	{ "{\"prefix\":null}", "\"prefix\": invalid CIDR address: " },
	{ "{\"prefix\":\"\"}", "\"prefix\": invalid CIDR address: " },
	{ "{\"prefix\":\"10.1.0.0\"}",
	  "\"prefix\": invalid CIDR address: 10.1.0.0" },
	{ "{\"prefix\":[]}", "\"prefix\": must be a string, not an array" },
	{ "{\"object\":[]}", "\"object\": must be an object, not an array" },
	{ "{\"array\":{}}", "\"array\": must be an array, not an object" },
	{ "{\"inner\":{\"number\":\"x\"}}",
	  "\"inner\": \"number\": must be an integer, not a string" },
};

static void a_wrong_type_or_value_names_the_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		CNI_CLEANUP(json)
		json_object *object = parse_json(wrong[i].text);
		struct cni_error err = { 0 };
		struct outer out = { 0 };

		assert_int_equal(cni_json_decode(object, fields, FIELD_COUNT,
						 &out, &err),
				 -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, wrong[i].msg);
		free(out.text);
	}
}

static void arrays_are_decoded_item_by_item(void **state)
{
	CNI_CLEANUP(json)
	json_object *object = parse_json("[{\"number\":1},{},{\"number\":3}]");
	CNI_CLEANUP(free) struct inner *items = NULL;
	size_t count = 0;

	(void)state;
	assert_int_equal(cni_json_decode_array(object, sizeof(*items),
					       decode_inner, &items, &count,
					       NULL),
			 0);
	assert_int_equal(count, 3);
	assert_int_equal(items[0].number, 1);
	assert_int_equal(items[1].number, 0);
	assert_int_equal(items[2].number, 3);
}

static void a_bad_array_entry_is_named_by_its_index(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		const char *msg;
	} cases[] = {
		{ "{}", 0, "must be an array, not an object" },
		{ "[{},null]", 2, "entry 1: must not be null" },
		{ "[{\"number\":1},{\"number\":\"x\"},{}]", 2,
		  "entry 1: \"number\": must be an integer, not a string" },
		{ "[7]", 1, "entry 0: must be an object, not a number" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CNI_CLEANUP(json)
		json_object *object = parse_json(cases[i].text);
		CNI_CLEANUP(free) struct inner *items = NULL;
		struct cni_error err = { 0 };
		size_t count = 99;

		assert_int_equal(cni_json_decode_array(object, sizeof(*items),
						       decode_inner, &items,
						       &count, &err),
				 -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG, cases[i].msg);
		assert_int_equal(count, cases[i].count);
	}
}

static void an_empty_array_needs_no_memory(void **state)
{
	CNI_CLEANUP(json) json_object *object = parse_json("[]");
	struct inner *items = NULL;
	size_t count = 99;

	(void)state;
	assert_int_equal(cni_json_decode_array(object, sizeof(*items),
					       decode_inner, &items, &count,
					       NULL),
			 0);
	assert_null(items);
	assert_int_equal(count, 0);
	assert_int_equal(cni_json_decode_array(NULL, sizeof(*items),
					       decode_inner, &items, &count,
					       NULL),
			 0);
	assert_null(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_members_are_read),
		cmocka_unit_test(null_and_absent_members_leave_the_defaults),
		cmocka_unit_test(an_empty_address_means_none),
		cmocka_unit_test(a_wrong_type_or_value_names_the_member),
		cmocka_unit_test(arrays_are_decoded_item_by_item),
		cmocka_unit_test(a_bad_array_entry_is_named_by_its_index),
		cmocka_unit_test(an_empty_array_needs_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
