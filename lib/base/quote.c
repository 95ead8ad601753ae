/* SPDX-License-Identifier: Apache-2.0 */
/* quote.c - foreign text inside error messages */
#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cni/quote.h"
#include "cni/utf8.h"

/* closing quote after an ellipsis */
#define TAIL "...\""

/* Longest form of one character: \U0001f600. */
#define PIECE_MAX 12

struct block {
	uint32_t first;
	uint32_t last;
};

static bool is_printable(uint32_t rune)
{
	static const struct block hidden[] = {
		{ 0x7f, 0xa0 },	      { 0xad, 0xad },	  { 0x1680, 0x1680 },
		{ 0x180e, 0x180e },   { 0x2000, 0x200f }, { 0x2028, 0x202f },
		{ 0x205f, 0x206f },   { 0x3000, 0x3000 }, { 0xe000, 0xf8ff },
		{ 0xfeff, 0xfeff },   { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
		{ 0xe0000, 0x10ffff }
	};

	if (rune < 0x20)
		return false;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (rune >= hidden[i].first && rune <= hidden[i].last)
			return false;
	}
	return true;
}

static void escape_ascii(char piece[PIECE_MAX], uint8_t byte)
{
	static const char from[] = "\a\b\f\n\r\t\v\\\"";
	static const char to[] = "abfnrtv\\\"";
	const char *found = byte ? strchr(from, byte) : NULL;

	if (found)
		(void)snprintf(piece, PIECE_MAX, "\\%c", to[found - from]);
	else if (is_printable(byte))
		(void)snprintf(piece, PIECE_MAX, "%c", byte);
	else
		(void)snprintf(piece, PIECE_MAX, "\\x%02x", byte);
}

/* Write the quoted form of the first character; return the bytes it took. */
static size_t quote_one(char piece[PIECE_MAX], const uint8_t *bytes, size_t len)
{
	uint32_t rune = 0;
	size_t used;

	if (bytes[0] < 0x80) {
		escape_ascii(piece, bytes[0]);
		return 1;
	}
	used = cni_utf8_decode(bytes, len, &rune);
	if (!used) {
		(void)snprintf(piece, PIECE_MAX, "\\x%02x", bytes[0]);
		return 1;
	}
	if (is_printable(rune))
		(void)snprintf(piece, PIECE_MAX, "%.*s", (int)used,
			       (const char *)bytes);
	else
		(void)snprintf(piece, PIECE_MAX,
			       rune > 0xffff ? "\\U%08x" : "\\u%04x", rune);
	return used;
}

const char *cni_quote(char *text, size_t size, const void *bytes, size_t len)
{
	const uint8_t *next = bytes;
	char piece[PIECE_MAX];
	size_t used = 1;
	size_t cut = 1; /* where the ellipsis still fits */

	assert(size >= 16);
	text[0] = '"';
	while (len) {
		size_t taken = quote_one(piece, next, len);

		if (used + strlen(piece) + sizeof("\"") > size) {
			memcpy(text + cut, TAIL, sizeof(TAIL));
			return text;
		}
		memcpy(text + used, piece, strlen(piece));
		used += strlen(piece);
		if (used + sizeof(TAIL) <= size)
			cut = used;
		next += taken;
		len -= taken;
	}
	memcpy(text + used, "\"", sizeof("\""));
	return text;
}

const char *cni_quote_string(char *text, size_t size, const char *string)
{
	return cni_quote(text, size, string, strlen(string));
}
