/* SPDX-License-Identifier: Apache-2.0 */
/* json_format.c - writing JSON as Go's MarshalIndent does */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "cni/file.h"
#include "cni/json.h"
#include "cni/utf8.h"

/* The letter of a two-character escape, or 0. */
static char short_escape(uint32_t rune)
{
	switch (rune) {
	case '"':
	case '\\':
		return (char)rune;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static bool needs_escape(uint32_t rune)
{
	return rune < 0x20 || rune == '<' || rune == '>' || rune == '&' ||
	       rune == 0x2028 || rune == 0x2029;
}

void cni_json_format_string(const char *text, size_t len, struct cni_buf *buf)
{
	const char *plain = text;
	const char *end = text + len;
	uint32_t rune;
	size_t used;

	cni_buf_add(buf, "\"");
	for (; text < end; text += used) {
		char letter = 0;

		used = cni_utf8_decode(text, (size_t)(end - text), &rune);
		if (used) {
			letter = short_escape(rune);
			if (!letter && !needs_escape(rune))
				continue;
		} else {
			used = 1;
			rune = 0xfffd;
		}
		cni_buf_add_bytes(buf, plain, (size_t)(text - plain));
		plain = text + used;
		if (letter)
			cni_buf_add_bytes(buf, (char[]) { '\\', letter }, 2);
		else
			cni_buf_addf(buf, "\\u%04x", rune);
	}
	cni_buf_add_bytes(buf, plain, (size_t)(end - plain));
	cni_buf_add(buf, "\"");
}

static void new_line(size_t spaces, struct cni_buf *buf)
{
	static const char blanks[] = "                ";

	cni_buf_add(buf, "\n");
	for (; spaces >= sizeof(blanks); spaces -= sizeof(blanks) - 1)
		cni_buf_add(buf, blanks);
	cni_buf_add_bytes(buf, blanks, spaces);
}

/* A parsed double keeps its text in json-c, so no digit gets lost. */
static void format_number(json_object *value, struct cni_buf *buf)
{
	const char *text = json_object_to_json_string(value);

	if (text)
		cni_buf_add(buf, text);
	else
		buf->error = -ENOMEM;
}

static void format_value(json_object *value, size_t indent, size_t spaces,
			 struct cni_buf *buf);

static void format_object(json_object *value, size_t indent, size_t spaces,
			  struct cni_buf *buf)
{
	struct json_object_iterator at = json_object_iter_begin(value);
	struct json_object_iterator end = json_object_iter_end(value);
	bool first = true;

	cni_buf_add(buf, "{");
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		if (!first)
			cni_buf_add(buf, ",");
		first = false;
		if (indent)
			new_line(spaces + indent, buf);
		cni_json_format_string(name, strlen(name), buf);
		cni_buf_add(buf, indent ? ": " : ":");
		format_value(json_object_iter_peek_value(&at), indent,
			     spaces + indent, buf);
	}
	if (indent && !first)
		new_line(spaces, buf);
	cni_buf_add(buf, "}");
}

static void format_array(json_object *value, size_t indent, size_t spaces,
			 struct cni_buf *buf)
{
	size_t count = json_object_array_length(value);

	cni_buf_add(buf, "[");
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			cni_buf_add(buf, ",");
		if (indent)
			new_line(spaces + indent, buf);
		format_value(json_object_array_get_idx(value, i), indent,
			     spaces + indent, buf);
	}
	if (indent && count)
		new_line(spaces, buf);
	cni_buf_add(buf, "]");
}

static void format_value(json_object *value, size_t indent, size_t spaces,
			 struct cni_buf *buf)
{
	switch (json_object_get_type(value)) {
	case json_type_object:
		format_object(value, indent, spaces, buf);
		break;
	case json_type_array:
		format_array(value, indent, spaces, buf);
		break;
	case json_type_string:
		cni_json_format_string(
			json_object_get_string(value),
			(size_t)json_object_get_string_len(value), buf);
		break;
	case json_type_null:
		cni_buf_add(buf, "null");
		break;
	case json_type_boolean:
		cni_buf_add(buf,
			    json_object_get_boolean(value) ? "true" : "false");
		break;
	case json_type_int:
	case json_type_double:
	default:
		format_number(value, buf);
		break;
	}
}

void cni_json_format(json_object *value, unsigned int indent,
		     struct cni_buf *buf)
{
	format_value(value, indent, 0, buf);
}

int cni_json_write(int fd, json_object *value)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };

	cni_json_format(value, 4, &text);
	cni_buf_add(&text, "\n");
	if (cni_buf_error(&text))
		return cni_buf_error(&text);
	return cni_write_all(fd, text.data, text.len);
}
