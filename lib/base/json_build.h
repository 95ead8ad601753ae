/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_build.h - the tree of a text that is known to be JSON
 *
 * Not json-c's tokener: of duplicate members it keeps the last, where Go
 * decodes one after the other into the same place, and it cuts member names at
 * \u0000.
 */
#ifndef LIB_JSON_BUILD_H
#define LIB_JSON_BUILD_H

#include <stddef.h>

#include "cni/json.h"

/**
 * cni_json_build() - make the tree
 * @text: what cni_json_scan() has accepted, of valid UTF-8
 * @len: its bytes
 * @ret_object: owned; NULL for the document `null`
 * @reterr: says what failed
 *
 * Return: 0; -EINVAL when json-c does not take a scalar; -ENOMEM.
 */
int cni_json_build(const char *text, size_t len, json_object **ret_object,
		   struct cni_error *reterr);

#endif /* LIB_JSON_BUILD_H */
