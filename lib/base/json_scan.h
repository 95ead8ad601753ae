/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan.h - is a text exactly one JSON value?
 *
 * json-c's tokener, strict or not, lets pass what is not JSON ("[1.]", "[NaN]",
 * control characters inside strings).  What counts as JSON is therefore decided
 * here.
 */
#ifndef LIB_JSON_SCAN_H
#define LIB_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/error.h"

/**
 * cni_json_scan() - check the grammar of RFC 8259 and this suite's limits
 * @text: the document; need not be NUL-terminated
 * @len: its bytes
 * @ret_valid_utf8: false when strings hold bytes that are not UTF-8
 * @reterr: code 6 in the words of Go's encoding/json, the offset in the details
 *
 * Return: 0 or -EINVAL.
 */
int cni_json_scan(const char *text, size_t len, bool *ret_valid_utf8,
		  struct cni_error *reterr);

#endif /* LIB_JSON_SCAN_H */
