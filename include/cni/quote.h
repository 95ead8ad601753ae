/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quote.h - foreign text inside error messages
 */
#ifndef CNI_QUOTE_H
#define CNI_QUOTE_H

#include <stddef.h>

/**
 * cni_quote() - quote bytes as Go's %q does
 * @text: receives the quoted text, NUL-terminated
 * @size: bytes available at @text, at least 16
 * @bytes: what to quote; any bytes
 * @len: how many
 *
 * Text that does not fit ends with `..."`.  Printable characters stay as they
 * are, invalid UTF-8 becomes \x.., what cannot be printed \n, \u.... and so on.
 * Source: Go strconv.Quote().  Beyond ASCII, the control, space, format and
 * private characters are told apart by blocks instead of Go's full tables.
 *
 * Return: @text, for use as an argument.
 */
const char *cni_quote(char *text, size_t size, const void *bytes, size_t len);

/** cni_quote_string() - the same for a NUL-terminated string */
const char *cni_quote_string(char *text, size_t size, const char *string);

#endif /* CNI_QUOTE_H */
