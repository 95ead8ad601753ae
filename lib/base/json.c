/* SPDX-License-Identifier: Apache-2.0 */
/* json.c - parsing JSON and looking members up */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "cni/cleanup.h"
#include "cni/json.h"
#include "cni/utf8.h"
#include "json_build.h"
#include "json_scan.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void cni_cleanup_json(json_object **object)
{
	json_object_put(*object);
}

static int out_of_memory(struct cni_error *reterr)
{
	return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM, "parse JSON");
}

static void repair_utf8(const char *text, size_t len, struct cni_buf *buf)
{
	uint32_t rune;
	size_t used;

	while (len) {
		used = cni_utf8_decode(text, len, &rune);
		if (used)
			cni_buf_add_bytes(buf, text, used);
		else
			cni_buf_add(buf, REPLACEMENT);
		text += used ? used : 1;
		len -= used ? used : 1;
	}
}

int cni_json_parse(const char *text, size_t len, json_object **ret_object,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf repaired = { 0 };
	bool valid_utf8;
	int ret;

	if (len > CNI_JSON_MAX_BYTES)
		return cni_error_set(reterr, CNI_CODE_DECODE, E2BIG,
				     "JSON input is larger than %u bytes",
				     CNI_JSON_MAX_BYTES);
	ret = cni_json_scan(text, len, &valid_utf8, reterr);
	if (ret < 0)
		return ret;
	if (valid_utf8)
		return cni_json_build(text, len, ret_object, reterr);
	repair_utf8(text, len, &repaired);
	if (cni_buf_error(&repaired))
		return out_of_memory(reterr);
	return cni_json_build(repaired.data, repaired.len, ret_object, reterr);
}

json_object *cni_json_get(json_object *object, const char *key)
{
	struct json_object_iterator at, end;
	json_object *found = NULL;

	if (!json_object_is_type(object, json_type_object))
		return NULL;
	at = json_object_iter_begin(object);
	end = json_object_iter_end(object);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		json_object *value = json_object_iter_peek_value(&at);

		if (value && !strcasecmp(json_object_iter_peek_name(&at), key))
			found = value;
	}
	return found;
}

const char *cni_json_string(json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return NULL;
	return text;
}

const char *cni_json_type_name(json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return "null";
	case json_type_boolean:
		return "boolean";
	case json_type_int:
	case json_type_double:
		return "number";
	case json_type_string:
		return "string";
	case json_type_array:
		return "array";
	case json_type_object:
	default:
		return "object";
	}
}
