/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8.h - reading UTF-8, one character at a time
 */
#ifndef CNI_UTF8_H
#define CNI_UTF8_H

#include <stddef.h>
#include <stdint.h>

/**
 * cni_utf8_decode() - the character at the start of some bytes
 * @bytes: what to read
 * @len: how many bytes there are, at least 1
 * @ret_rune: the code point; untouched when the bytes are not UTF-8
 *
 * Overlong forms, surrogates and values beyond U+10FFFF are not UTF-8.  A
 * caller that wants to go on after bad bytes skips one byte, as Go does.
 *
 * Return: how many bytes the character takes, 1..4; 0 when it is not UTF-8.
 * Source: RFC 3629 section 4.
 */
size_t cni_utf8_decode(const void *bytes, size_t len, uint32_t *ret_rune);

#endif /* CNI_UTF8_H */
