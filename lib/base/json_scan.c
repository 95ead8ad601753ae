/* SPDX-License-Identifier: Apache-2.0 */
/* json_scan.c - is a text exactly one JSON value? */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cni/ascii.h"
#include "cni/json.h"
#include "cni/quote.h"
#include "cni/utf8.h"
#include "json_scan.h"

/**
 * struct scan - a document being read
 * @start: first byte
 * @next: first byte not yet read
 * @end: behind the last byte
 * @depth: open objects and arrays
 * @objects: a bit for each of them: is it an object?
 * @valid_utf8: no bad bytes seen so far
 * @problem: what is wrong about the character at @next; NULL as long as
 *	nothing is
 * @literal: the word that was begun, if that is the problem
 * @expected: how it would go on
 */
struct scan {
	const char *start;
	const char *next;
	const char *end;
	unsigned int depth;
	uint8_t objects[(CNI_JSON_MAX_DEPTH + 7) / 8];
	bool valid_utf8;
	const char *problem;
	const char *literal;
	const char *expected;
};

/* The byte at @next, or -1 at the end. */
static int peek(const struct scan *scan)
{
	return scan->next < scan->end ? (unsigned char)*scan->next : -1;
}

static bool refuse(struct scan *scan, const char *problem)
{
	scan->problem = problem;
	return false;
}

static void skip_space(struct scan *scan)
{
	int c = peek(scan);

	while (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
		scan->next++;
		c = peek(scan);
	}
}

static bool scan_literal(struct scan *scan, const char *word)
{
	for (const char *c = word; *c; c++, scan->next++) {
		if (peek(scan) == *c)
			continue;
		scan->literal = word;
		scan->expected = c;
		return refuse(scan, "in literal");
	}
	return true;
}

static bool scan_digits(struct scan *scan, const char *problem)
{
	if (!cni_ascii_is_digit(peek(scan)))
		return refuse(scan, problem);
	while (cni_ascii_is_digit(peek(scan)))
		scan->next++;
	return true;
}

static bool scan_number(struct scan *scan)
{
	if (peek(scan) == '-')
		scan->next++;
	/* A zero stands alone; what follows it is refused by the caller. */
	if (peek(scan) == '0')
		scan->next++;
	else if (!scan_digits(scan, "in numeric literal"))
		return false;
	if (peek(scan) == '.') {
		scan->next++;
		if (!scan_digits(scan,
				 "after decimal point in numeric literal"))
			return false;
	}
	if (peek(scan) == 'e' || peek(scan) == 'E') {
		scan->next++;
		if (peek(scan) == '+' || peek(scan) == '-')
			scan->next++;
		if (!scan_digits(scan, "in exponent of numeric literal"))
			return false;
	}
	return true;
}

/* What follows a backslash. */
static bool scan_escape(struct scan *scan)
{
	int c = peek(scan);

	if (c < 0 || !memchr("\"\\/bfnrtu", c, 9))
		return refuse(scan, "in string escape code");
	scan->next++;
	if (c != 'u')
		return true;
	for (int i = 0; i < 4; i++, scan->next++) {
		if (cni_ascii_hex_value(peek(scan)) < 0)
			return refuse(scan,
				      "in \\u hexadecimal character escape");
	}
	return true;
}

static void scan_character(struct scan *scan)
{
	size_t left = (size_t)(scan->end - scan->next);
	uint32_t rune;
	size_t used = cni_utf8_decode(scan->next, left, &rune);

	if (!used)
		scan->valid_utf8 = false;
	scan->next += used ? used : 1;
}

static bool scan_string(struct scan *scan)
{
	scan->next++;
	for (;;) {
		int c = peek(scan);

		if (c < 0x20)
			return refuse(scan, "in string literal");
		if (c == '\\') {
			scan->next++;
			if (!scan_escape(scan))
				return false;
			continue;
		}
		if (c == '"') {
			scan->next++;
			return true;
		}
		scan_character(scan);
	}
}

/* A member's name and the colon behind it. */
static bool scan_name(struct scan *scan)
{
	skip_space(scan);
	if (peek(scan) != '"')
		return refuse(scan,
			      "looking for beginning of object key string");
	if (!scan_string(scan))
		return false;
	skip_space(scan);
	if (peek(scan) != ':')
		return refuse(scan, "after object key");
	scan->next++;
	return true;
}

static bool scan_scalar(struct scan *scan)
{
	int c = peek(scan);

	switch (c) {
	case '"':
		return scan_string(scan);
	case 't':
		return scan_literal(scan, "true");
	case 'f':
		return scan_literal(scan, "false");
	case 'n':
		return scan_literal(scan, "null");
	default:
		if (c == '-' || cni_ascii_is_digit(c))
			return scan_number(scan);
		return refuse(scan, "looking for beginning of value");
	}
}

static bool in_object(const struct scan *scan)
{
	unsigned int level = scan->depth - 1;

	return scan->objects[level / 8] >> level % 8 & 1;
}

/* Goes into the object or array; *@ret_empty: there is nothing in it. */
static bool scan_opening(struct scan *scan, bool *ret_empty)
{
	bool is_object = peek(scan) == '{';
	uint8_t bit = (uint8_t)(1U << scan->depth % 8);
	uint8_t *byte;

	if (scan->depth == CNI_JSON_MAX_DEPTH)
		return refuse(scan, "exceeded max depth");
	byte = &scan->objects[scan->depth++ / 8];
	*byte = is_object ? *byte | bit : *byte & (uint8_t)~bit;
	scan->next++;
	skip_space(scan);
	*ret_empty = peek(scan) == (is_object ? '}' : ']');
	return *ret_empty || !is_object || scan_name(scan);
}

/* Closes what ends here; *@ret_more: another value comes in what is open. */
static bool scan_after_value(struct scan *scan, bool *ret_more)
{
	for (;;) {
		int c;

		skip_space(scan);
		*ret_more = false;
		if (!scan->depth)
			return true;
		c = peek(scan);
		if (c == ',') {
			scan->next++;
			*ret_more = true;
			return !in_object(scan) || scan_name(scan);
		}
		if (c != (in_object(scan) ? '}' : ']'))
			return refuse(scan, in_object(scan)
						    ? "after object key:value "
						      "pair"
						    : "after array element");
		scan->next++;
		scan->depth--;
	}
}

/* Without recursion, because the stack has no room for so many levels. */
static bool scan_document(struct scan *scan)
{
	bool more = true;

	while (more) {
		bool empty = true;
		int c;

		skip_space(scan);
		c = peek(scan);
		if (c == '{' || c == '[') {
			if (!scan_opening(scan, &empty))
				return false;
		} else if (!scan_scalar(scan)) {
			return false;
		}
		if (empty && !scan_after_value(scan, &more))
			return false;
	}
	return true;
}

/*
 * 'x' as Go writes it: like "x", but with the other quotes; a byte beyond ASCII
 * as the character of that number.
 */
static void quote_character(char *text, size_t size, char character)
{
	uint8_t byte = (uint8_t)character;
	const char wide[] = { (char)(0xc0 | byte >> 6),
			      (char)(0x80 | (byte & 0x3f)) };

	if (character == '"') {
		memcpy(text, "'\"'", sizeof("'\"'"));
		return;
	}
	if (character == '\'') {
		memcpy(text, "'\\''", sizeof("'\\''"));
		return;
	}
	if (byte < 0x80)
		(void)cni_quote(text, size, &character, 1);
	else
		(void)cni_quote(text, size, wide, sizeof(wide));
	text[0] = '\'';
	text[strlen(text) - 1] = '\'';
}

static int report(const struct scan *scan, struct cni_error *reterr)
{
	char quoted[32];
	char expected[64] = "";
	int ret;

	if (scan->next == scan->end)
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "unexpected end of JSON input");
	quote_character(quoted, sizeof(quoted), *scan->next);
	if (scan->literal)
		(void)snprintf(expected, sizeof(expected),
			       " %s (expecting '%c')", scan->literal,
			       *scan->expected);
	ret = cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
			    "invalid character %s %s%s", quoted, scan->problem,
			    expected);
	cni_error_details(reterr, "at byte %zu",
			  (size_t)(scan->next - scan->start) + 1);
	return ret;
}

int cni_json_scan(const char *text, size_t len, bool *ret_valid_utf8,
		  struct cni_error *reterr)
{
	struct scan scan = { .start = text,
			     .next = text,
			     .end = text + len,
			     .valid_utf8 = true };

	if (!scan_document(&scan))
		return report(&scan, reterr);
	if (scan.next < scan.end) {
		(void)refuse(&scan, "after top-level value");
		return report(&scan, reterr);
	}
	*ret_valid_utf8 = scan.valid_utf8;
	return 0;
}
