/* SPDX-License-Identifier: Apache-2.0 */
/* json_text.h - JSON documents of test tables, parsed and compared */
#ifndef TEST_JSON_TEXT_H
#define TEST_JSON_TEXT_H

#include "cni/json.h"

/* parse_json() - the document @text, owned by the caller; fails the test when
 * it is not valid */
json_object *parse_json(const char *text);

/* assert_json_text() - @object is written as exactly @expected; @indent as
 * for cni_json_format() */
void assert_json_text(json_object *object, unsigned int indent,
		      const char *expected);

#endif /* TEST_JSON_TEXT_H */
