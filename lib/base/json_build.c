/* SPDX-License-Identifier: Apache-2.0 */
/* json_build.c - the tree of a text that is known to be JSON */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "cni/ascii.h"
#include "cni/cleanup.h"
#include "json_build.h"

/* Objects of more members are no configuration: there spelling matters. */
#define FOLDED_MAX 256

/* So many fit into an int64_t, whichever they are. */
#define SMALL_DIGITS 18

/**
 * struct build - a document being read
 * @next: first byte not yet read
 * @end: behind the last byte
 * @depth: open objects and arrays
 * @tokener: json-c's, for escapes and rare numbers; made when one comes
 * @reterr: receives what fails
 */
struct build {
	const char *next;
	const char *end;
	unsigned int depth;
	json_tokener *tokener;
	struct cni_error *reterr;
};

static int build_value(struct build *build, json_object **ret_value);

static int out_of_memory(const struct build *build)
{
	return cni_error_errno(build->reterr, CNI_CODE_INTERNAL, ENOMEM,
			       "parse JSON");
}

static void skip_space(struct build *build)
{
	while (build->next < build->end && strchr(" \t\r\n", *build->next))
		build->next++;
}

/* Behind the closing quote of the string at @text. */
static const char *string_end(const char *text)
{
	for (text++; *text != '"'; text++)
		text += *text == '\\';
	return text + 1;
}

static const char *scalar_end(const struct build *build)
{
	const char *end = build->next;

	if (*end == '"')
		return string_end(end);
	while (end < build->end && !strchr(",]} \t\r\n", *end))
		end++;
	return end;
}

static void skip_container(struct build *build)
{
	size_t depth = 0;

	do {
		char c = *build->next;

		if (c == '"') {
			build->next = string_end(build->next);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		build->next++;
	} while (depth);
}

/*
 * In json-c's default mode, because its strict mode refuses integers of more
 * than 64 bits in members that nobody reads.
 */
static int parse_scalar(struct build *build, size_t len,
			json_object **ret_value)
{
	enum json_tokener_error error;
	json_object *value;

	/* Its limit counts a scalar as a level. */
	if (!build->tokener)
		build->tokener = json_tokener_new_ex(2);
	if (!build->tokener)
		return out_of_memory(build);
	json_tokener_reset(build->tokener);
	value = json_tokener_parse_ex(build->tokener, build->next, (int)len);
	error = json_tokener_get_error(build->tokener);
	if (error == json_tokener_continue) {
		/* A number ends only where something follows it. */
		value = json_tokener_parse_ex(build->tokener, "", 1);
		error = json_tokener_get_error(build->tokener);
	}
	if (error != json_tokener_success)
		return cni_error_set(build->reterr, CNI_CODE_DECODE, EINVAL,
				     "parse JSON: %s",
				     json_tokener_error_desc(error));
	/* json-c 0.16 calls it a success when it runs out of memory. */
	if (!value)
		return out_of_memory(build);
	*ret_value = value;
	return 0;
}

/* json-c switches the locale for each number. */
static bool parse_small(const char *text, size_t len, int64_t *ret_number)
{
	bool negative = *text == '-';
	size_t i = negative;
	int64_t number = 0;

	if (len - i > SMALL_DIGITS)
		return false;
	for (; i < len; i++) {
		if (!cni_ascii_is_digit(text[i]))
			return false;
		number = number * 10 + (text[i] - '0');
	}
	*ret_number = negative ? -number : number;
	return true;
}

static int build_scalar(struct build *build, json_object **ret_value)
{
	const char *text = build->next;
	const char *end = scalar_end(build);
	size_t len = (size_t)(end - text);
	int64_t number;
	int ret = 0;

	if (*text == '"' && !memchr(text, '\\', len))
		*ret_value = json_object_new_string_len(text + 1, (int)len - 2);
	else if (*text == 't' || *text == 'f')
		*ret_value = json_object_new_boolean(*text == 't');
	else if (parse_small(text, len, &number))
		*ret_value = json_object_new_int64(number);
	else if (*text != 'n')
		ret = parse_scalar(build, len, ret_value);
	if (!ret && !*ret_value && *text != 'n')
		ret = out_of_memory(build);
	build->next = end;
	return ret;
}

/* The spelling that a member already has in @object, or NULL. */
static const char *find_name(json_object *object, const char *name,
			     json_object **ret_value)
{
	struct json_object_iterator at, end;

	if (json_object_object_length(object) > FOLDED_MAX)
		return json_object_object_get_ex(object, name, ret_value)
			       ? name
			       : NULL;
	at = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *known = json_object_iter_peek_name(&at);

		/* Most names begin with letters of their own. */
		if (((*known ^ *name) & ~0x20) || strcasecmp(known, name) != 0)
			continue;
		*ret_value = json_object_iter_peek_value(&at);
		return known;
	}
	return NULL;
}

static bool is_container(json_object *value)
{
	return json_object_is_type(value, json_type_object) ||
	       json_object_is_type(value, json_type_array);
}

static bool add_member(json_object *object, const char *name,
		       json_object *value);

static bool merge(json_object *object, json_object *more)
{
	struct json_object_iterator at = json_object_iter_begin(more);
	struct json_object_iterator end = json_object_iter_end(more);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		if (!add_member(object, json_object_iter_peek_name(&at),
				json_object_iter_peek_value(&at)))
			return false;
	}
	return true;
}

/*
 * As Go decodes into a structure: a member that comes again changes what is
 * there, and null changes no scalar.
 */
static bool add_member(json_object *object, const char *name,
		       json_object *value)
{
	json_object *old = NULL;
	const char *known = find_name(object, name, &old);
	unsigned int options = known ? 0 : JSON_C_OBJECT_ADD_KEY_IS_NEW;

	if (json_object_is_type(old, json_type_object) &&
	    json_object_is_type(value, json_type_object))
		return merge(old, value);
	if (old && !value && !is_container(old))
		return true;
	if (json_object_object_add_ex(object, known ? known : name,
				      json_object_get(value), options) == 0)
		return true;
	json_object_put(value);
	return false;
}

static int build_member(struct build *build, json_object *object)
{
	CNI_CLEANUP(json) json_object *name = NULL;
	CNI_CLEANUP(json) json_object *value = NULL;
	const char *text;
	int ret = build_scalar(build, &name);

	if (ret)
		return ret;
	skip_space(build);
	build->next++;
	ret = build_value(build, &value);
	if (ret)
		return ret;
	/* With a NUL in it, it is the name of nothing that we know. */
	text = cni_json_string(name);
	return !text || add_member(object, text, value) ? 0
							: out_of_memory(build);
}

static int build_element(struct build *build, json_object *array)
{
	CNI_CLEANUP(json) json_object *value = NULL;
	int ret = build_value(build, &value);

	if (ret)
		return ret;
	if (json_object_array_add(array, value))
		return out_of_memory(build);
	(void)cni_take_ptr(value);
	return 0;
}

static int build_container(struct build *build, json_object **ret_value)
{
	bool is_object = *build->next == '{';
	CNI_CLEANUP(json) json_object *container = NULL;
	int ret;

	container = is_object ? json_object_new_object()
			      : json_object_new_array();
	if (!container)
		return out_of_memory(build);
	build->next++;
	skip_space(build);
	while (*build->next != '}' && *build->next != ']') {
		ret = is_object ? build_member(build, container)
				: build_element(build, container);
		if (ret)
			return ret;
		skip_space(build);
		if (*build->next == ',')
			build->next++;
		skip_space(build);
	}
	build->next++;
	*ret_value = cni_take_ptr(container);
	return 0;
}

static int build_value(struct build *build, json_object **ret_value)
{
	int ret;

	skip_space(build);
	if (*build->next != '{' && *build->next != '[')
		return build_scalar(build, ret_value);
	if (build->depth == CNI_JSON_KEPT_DEPTH) {
		skip_container(build);
		return 0;
	}
	build->depth++;
	ret = build_container(build, ret_value);
	build->depth--;
	return ret;
}

int cni_json_build(const char *text, size_t len, json_object **ret_object,
		   struct cni_error *reterr)
{
	struct build build = { .next = text,
			       .end = text + len,
			       .reterr = reterr };
	int ret;

	*ret_object = NULL;
	ret = build_value(&build, ret_object);
	if (build.tokener)
		json_tokener_free(build.tokener);
	return ret;
}
