/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - reading and writing JSON the way Go's encoding/json does
 *
 * DOC: Theory of Operation
 *
 * Runtimes are written in Go and the plugins they expect are, too, so what
 * counts as valid input is what Go's decoder takes: member names match without
 * regard to case (containerd really sends "HostPort"), of duplicates the last
 * wins, or is merged when both are objects, unknown members are ignored, null
 * leaves the default, a wrong type is an error, trailing bytes are an error,
 * invalid UTF-8 is replaced by U+FFFD, nesting ends at 10000 levels.  Stricter
 * than Go: input is limited to 16 MiB.
 *
 * The tree is one of json-c's objects, but json-c does not read the text: even
 * its strict mode takes "[1.]", "[NaN]" and control characters.  What lies
 * deeper than any known key is checked, but not kept.
 *
 * Plugins describe their keys in a table of struct cni_json_field and decode
 * with one call; json-c objects do not travel beyond the decoder except to be
 * handed on (the IPAM delegate's input, a passed-through result).
 *
 * Ownership follows json-c: parameters are borrowed, objects returned through
 * `ret_` are owned by the caller (json_object_put()), and what cni_json_get()
 * returns is borrowed from its parent.
 */
#ifndef CNI_JSON_H
#define CNI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>

#include "cni/buf.h"
#include "cni/error.h"

/* Input limits of this suite; see the theory of operation. */
#define CNI_JSON_MAX_DEPTH 10000
#define CNI_JSON_MAX_BYTES (16U * 1024 * 1024)

/* Objects and arrays below this level are null in the tree. */
#define CNI_JSON_KEPT_DEPTH 32

/**
 * enum cni_json_type - how a member is decoded
 * @CNI_JSON_BOOL: true/false into a bool
 * @CNI_JSON_INT: a number without fraction and exponent into an int64_t
 * @CNI_JSON_STRING: a string into a char *, allocated; an old value is freed;
 *	a NUL inside the string is an error
 * @CNI_JSON_ADDR: a bare address into a struct cni_addr; "" means none
 * @CNI_JSON_PREFIX: "address/length" into a struct cni_prefix; null and ""
 *	are errors here, as in Go
 * @CNI_JSON_OBJECT: an object into a struct json_object *, borrowed
 * @CNI_JSON_ARRAY: an array into a struct json_object *, borrowed
 * @CNI_JSON_ANY: any value into a struct json_object *, borrowed
 * @CNI_JSON_CUSTOM: handed to the field's own decode function
 */
enum cni_json_type {
	CNI_JSON_BOOL,
	CNI_JSON_INT,
	CNI_JSON_STRING,
	CNI_JSON_ADDR,
	CNI_JSON_PREFIX,
	CNI_JSON_OBJECT,
	CNI_JSON_ARRAY,
	CNI_JSON_ANY,
	CNI_JSON_CUSTOM,
};

/**
 * struct cni_json_field - one known member of an object
 * @key: its name, matched without regard to ASCII case
 * @type: how it is decoded
 * @offset: where in the output structure, offsetof()
 * @min: for CNI_JSON_INT: smallest accepted value; both 0 means no limit
 * @max: for CNI_JSON_INT: largest accepted value
 * @decode: for CNI_JSON_CUSTOM: reads @value (never null) into @field; the
 *	member's name is put in front of its error
 */
struct cni_json_field {
	const char *key;
	enum cni_json_type type;
	size_t offset;
	int64_t min;
	int64_t max;
	int (*decode)(json_object *value, void *field,
		      struct cni_error *reterr);
};

/**
 * cni_json_parse() - parse one JSON document
 * @text: the document; need not be NUL-terminated
 * @len: its bytes
 * @ret_object: owned; NULL for the document `null`
 * @reterr: code 6 with what is wrong; in the details where, counted from 1
 *
 * Return: 0; -EINVAL malformed, too deep or trailing bytes; -E2BIG larger than
 * CNI_JSON_MAX_BYTES; -ENOMEM.
 */
int cni_json_parse(const char *text, size_t len, json_object **ret_object,
		   struct cni_error *reterr);

/**
 * cni_json_get() - a member by name, as Go finds it
 * @object: an object, or NULL
 * @key: its name; ASCII case does not matter, the last duplicate that is not
 *	null wins
 *
 * Return: the value, borrowed; NULL when absent, null, or @object is no object.
 */
json_object *cni_json_get(json_object *object, const char *key);

/**
 * cni_json_decode() - read the known members of an object into a structure
 * @object: must be an object; NULL (a JSON null) leaves all defaults
 * @fields: the known members
 * @count: how many
 * @out: the structure; holds the defaults
 * @reterr: names the member and what was expected; the code is 7
 *
 * On failure @out is partly filled and still has to be released by its owner.
 *
 * Return: 0; -EINVAL a member has the wrong type or value; -ENOMEM.
 */
int cni_json_decode(json_object *object, const struct cni_json_field *fields,
		    size_t count, void *out, struct cni_error *reterr);

/**
 * cni_json_decode_value() - read one value that is no member
 * @value: the value; NULL (a JSON null) is of the wrong type
 * @type: any but CNI_JSON_CUSTOM
 * @out: where it goes, see enum cni_json_type
 * @reterr: what was expected; the code is 7
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int cni_json_decode_value(json_object *value, enum cni_json_type type,
			  void *out, struct cni_error *reterr);

/**
 * cni_json_decode_array() - read an array into an allocated C array
 * @value: must be an array; NULL (a JSON null) is an empty one
 * @item_size: bytes of one item
 * @decode: reads @element (never null) into @item, which is zeroed
 * @ret_items: address of the pointer that receives the items; it gets NULL
 *	when there are none. Owned by the caller, who frees it.
 * @ret_count: how many items there are; on failure, how many were begun: the
 *	caller has to release what they hold in either case
 * @reterr: names the element, counted from 0, in front of what @decode said;
 *	the code is 7. A null element is an error.
 *
 * Return: 0; -EINVAL; -ENOMEM; what @decode returned.
 */
int cni_json_decode_array(json_object *value, size_t item_size,
			  int (*decode)(json_object *element, void *item,
					struct cni_error *reterr),
			  void *ret_items, size_t *ret_count,
			  struct cni_error *reterr);

/**
 * cni_json_string() - the value as a C string
 * @value: any value, or NULL
 *
 * Return: borrowed text; NULL when @value is no string or contains a NUL.
 */
const char *cni_json_string(json_object *value);

/**
 * cni_json_type_name() - a word for a value's type, for error texts
 *
 * Return: "null", "boolean", "number", "string", "array" or "object".
 */
const char *cni_json_type_name(json_object *value);

/**
 * cni_json_format() - append a value as Go's MarshalIndent writes it
 * @value: any value; NULL is null
 * @indent: spaces per level; 0 writes one compact line
 * @buf: receives the text, without a newline at its end
 *
 * '<', '>' and '&', U+2028 and U+2029 are written as \u escapes; members keep
 * the order in which they were added.
 * Source: Go encoding/json, HTMLEscape and MarshalIndent.
 */
void cni_json_format(json_object *value, unsigned int indent,
		     struct cni_buf *buf);

/**
 * cni_json_write() - write a value for people, indented, and a newline
 * @fd: where to
 * @value: any value; NULL is null
 *
 * Return: 0 or a negative errno; nothing is written when memory runs out.
 */
int cni_json_write(int fd, json_object *value);

/**
 * cni_json_format_string() - append a JSON string, quotes included
 * @text: any bytes; what is not UTF-8 becomes \ufffd
 * @len: how many
 * @buf: receives the text
 */
void cni_json_format_string(const char *text, size_t len, struct cni_buf *buf);

#endif /* CNI_JSON_H */
