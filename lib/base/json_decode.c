/* SPDX-License-Identifier: Apache-2.0 */
/* json_decode.c - members of an object into a C structure, by a table */
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cni/ip.h"
#include "cni/json.h"

/* "must be <expected>, not <what it is>"; @expected comes with its article. */
static int wrong_type(json_object *value, const char *expected,
		      struct cni_error *reterr)
{
	const char *actual = cni_json_type_name(value);

	if (!value)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must be %s, not null", expected);
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "must be %s, not %s %s", expected,
			     *actual == 'o' || *actual == 'a' ? "an" : "a",
			     actual);
}

static int out_of_memory(struct cni_error *reterr)
{
	return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
			       "decode JSON");
}

static int decode_bool(json_object *value, bool *out, struct cni_error *reterr)
{
	if (!json_object_is_type(value, json_type_boolean))
		return wrong_type(value, "a boolean", reterr);
	*out = json_object_get_boolean(value);
	return 0;
}

/*
 * json-c clamps what does not fit: above, to a value that only uint64_t holds;
 * below, to INT64_MIN, which is refused with it.
 */
static bool get_int(json_object *value, int64_t *ret_number)
{
	if (json_object_get_uint64(value) > INT64_MAX)
		return false;
	*ret_number = json_object_get_int64(value);
	return *ret_number != INT64_MIN;
}

static int decode_int(json_object *value, const struct cni_json_field *field,
		      int64_t *out, struct cni_error *reterr)
{
	bool limited = field->min || field->max;
	int64_t number;

	if (json_object_is_type(value, json_type_double))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must be an integer, not %s",
				     json_object_get_string(value));
	if (!json_object_is_type(value, json_type_int))
		return wrong_type(value, "an integer", reterr);
	if (!get_int(value, &number))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "does not fit into 64 bits");
	if (limited && (number < field->min || number > field->max))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must be from %" PRId64 " to %" PRId64
				     ", not %" PRId64,
				     field->min, field->max, number);
	*out = number;
	return 0;
}

static int get_text(json_object *value, const char **ret_text,
		    struct cni_error *reterr)
{
	if (!json_object_is_type(value, json_type_string))
		return wrong_type(value, "a string", reterr);
	*ret_text = cni_json_string(value);
	if (!*ret_text)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must not contain a NUL character");
	return 0;
}

static int decode_string(json_object *value, char **out,
			 struct cni_error *reterr)
{
	const char *text = NULL;
	char *copy;
	int ret = get_text(value, &text, reterr);

	if (ret < 0)
		return ret;
	copy = strdup(text);
	if (!copy)
		return out_of_memory(reterr);
	free(*out);
	*out = copy;
	return 0;
}

static int decode_addr(json_object *value, struct cni_addr *out,
		       struct cni_error *reterr)
{
	const char *text = "";
	int ret = get_text(value, &text, reterr);

	if (ret < 0)
		return ret;
	if (!*text) {
		*out = (struct cni_addr) { 0 };
		return 0;
	}
	if (cni_addr_parse(text, out))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "invalid IP address: %s", text);
	return 0;
}

static int decode_prefix(json_object *value, struct cni_prefix *out,
			 struct cni_error *reterr)
{
	const char *text = "";
	int ret = value ? get_text(value, &text, reterr) : 0;

	if (ret < 0)
		return ret;
	if (cni_prefix_parse(text, out))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "invalid CIDR address: %s", text);
	return 0;
}

static int decode_tree(json_object *value, json_type type, const char *expected,
		       json_object **out, struct cni_error *reterr)
{
	if (!json_object_is_type(value, type))
		return wrong_type(value, expected, reterr);
	*out = value;
	return 0;
}

static int decode_field(json_object *value, const struct cni_json_field *field,
			void *out, struct cni_error *reterr)
{
	switch (field->type) {
	case CNI_JSON_BOOL:
		return decode_bool(value, out, reterr);
	case CNI_JSON_INT:
		return decode_int(value, field, out, reterr);
	case CNI_JSON_STRING:
		return decode_string(value, out, reterr);
	case CNI_JSON_ADDR:
		return decode_addr(value, out, reterr);
	case CNI_JSON_PREFIX:
		return decode_prefix(value, out, reterr);
	case CNI_JSON_OBJECT:
		return decode_tree(value, json_type_object, "an object", out,
				   reterr);
	case CNI_JSON_ARRAY:
		return decode_tree(value, json_type_array, "an array", out,
				   reterr);
	case CNI_JSON_ANY:
		*(json_object **)out = value;
		return 0;
	case CNI_JSON_CUSTOM:
		return field->decode(value, out, reterr);
	}
	assert(!"unknown field type");
	return -EINVAL;
}

int cni_json_decode_value(json_object *value, enum cni_json_type type,
			  void *out, struct cni_error *reterr)
{
	const struct cni_json_field field = { .type = type };

	assert(type != CNI_JSON_CUSTOM);
	return decode_field(value, &field, out, reterr);
}

static int decode_member(const char *name, json_object *value,
			 const struct cni_json_field *fields, size_t count,
			 void *out, struct cni_error *reterr)
{
	int ret;

	for (size_t i = 0; i < count; i++) {
		if (strcasecmp(fields[i].key, name) != 0)
			continue;
		if (!value && fields[i].type != CNI_JSON_PREFIX)
			return 0;
		ret = decode_field(value, &fields[i],
				   (char *)out + fields[i].offset, reterr);
		if (ret < 0)
			return cni_error_prefix(reterr, ret, "\"%s\"",
						fields[i].key);
		return 0;
	}
	return 0;
}

int cni_json_decode(json_object *object, const struct cni_json_field *fields,
		    size_t count, void *out, struct cni_error *reterr)
{
	struct json_object_iterator at, end;
	int ret;

	if (!object)
		return 0;
	if (!json_object_is_type(object, json_type_object))
		return wrong_type(object, "an object", reterr);
	at = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		ret = decode_member(json_object_iter_peek_name(&at),
				    json_object_iter_peek_value(&at), fields,
				    count, out, reterr);
		if (ret < 0)
			return ret;
	}
	return 0;
}

int cni_json_decode_array(json_object *value, size_t item_size,
			  int (*decode)(json_object *element, void *item,
					struct cni_error *reterr),
			  void *ret_items, size_t *ret_count,
			  struct cni_error *reterr)
{
	char *items = NULL;
	size_t count = 0;
	int ret = 0;

	memcpy(ret_items, &items, sizeof(items));
	*ret_count = 0;
	if (!value)
		return 0;
	if (!json_object_is_type(value, json_type_array))
		return wrong_type(value, "an array", reterr);
	count = json_object_array_length(value);
	if (!count)
		return 0;
	items = calloc(count, item_size);
	if (!items)
		return out_of_memory(reterr);
	memcpy(ret_items, &items, sizeof(items));
	for (size_t i = 0; i < count && ret >= 0; i++) {
		json_object *element = json_object_array_get_idx(value, i);

		*ret_count = i + 1;
		if (element)
			ret = decode(element, items + i * item_size, reterr);
		else
			ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					    EINVAL, "must not be null");
		if (ret < 0)
			ret = cni_error_prefix(reterr, ret, "entry %zu", i);
	}
	return ret < 0 ? ret : 0;
}
