/* SPDX-License-Identifier: Apache-2.0 */
/* json_text.c - JSON documents of test tables, parsed and compared */
#include <string.h>

#include "cmocka_env.h"

#include "json_text.h"

json_object *parse_json(const char *text)
{
	struct cni_error err = { 0 };
	json_object *object = NULL;

	if (cni_json_parse(text, strlen(text), &object, &err))
		fail_msg("%s: %s", text, err.msg);
	return object;
}

void assert_json_text(json_object *object, unsigned int indent,
		      const char *expected)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	cni_json_format(object, indent, &buf);
	assert_int_equal(cni_buf_error(&buf), 0);
	assert_string_equal(cni_buf_text(&buf), expected);
}
