/* SPDX-License-Identifier: Apache-2.0 */
/* json_scan.c - is a text exactly one JSON value? */
#include <errno.h>
#include <stdint.h>
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
 * @valid_utf8: no bad bytes seen so far
 * @problem: what is wrong; NULL as long as nothing is
 * @at_character: @problem continues "invalid character 'x'", about @next
 */
struct scan {
	const char *start;
	const char *next;
	const char *end;
	unsigned int depth;
	bool valid_utf8;
	const char *problem;
	bool at_character;
};

static bool scan_value(struct scan *scan);

/* The byte at @next, or -1 at the end. */
static int peek(const struct scan *scan)
{
	return scan->next < scan->end ? (unsigned char)*scan->next : -1;
}

static bool refuse(struct scan *scan, const char *problem)
{
	scan->problem = problem;
	scan->at_character = true;
	return false;
}

static bool refuse_item(struct scan *scan, const char *item,
			const char *problem)
{
	scan->problem = problem;
	scan->next = item;
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
	for (; *word; word++, scan->next++) {
		if (peek(scan) != *word)
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

/* What follows a backslash; *@has_nul becomes true for \u0000. */
static bool scan_escape(struct scan *scan, bool *has_nul)
{
	int c = peek(scan);
	int unit = 0;

	if (c < 0 || !memchr("\"\\/bfnrtu", c, 9))
		return refuse(scan, "in string escape code");
	scan->next++;
	if (c != 'u')
		return true;
	for (int i = 0; i < 4; i++, scan->next++) {
		int digit = cni_ascii_hex_value(peek(scan));

		if (digit < 0)
			return refuse(scan,
				      "in \\u hexadecimal character escape");
		unit = unit << 4 | digit;
	}
	*has_nul = *has_nul || unit == 0;
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

static bool scan_string(struct scan *scan, bool *ret_has_nul)
{
	*ret_has_nul = false;
	scan->next++;
	for (;;) {
		int c = peek(scan);

		if (c < 0x20)
			return refuse(scan, "in string literal");
		if (c == '\\') {
			scan->next++;
			if (!scan_escape(scan, ret_has_nul))
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

static bool scan_member(struct scan *scan)
{
	const char *name = scan->next;
	bool has_nul;

	if (peek(scan) != '"')
		return refuse(scan,
			      "looking for beginning of object key string");
	if (!scan_string(scan, &has_nul))
		return false;
	if (has_nul)
		return refuse_item(scan, name, "NUL character in object key");
	skip_space(scan);
	if (peek(scan) != ':')
		return refuse(scan, "after object key");
	scan->next++;
	return scan_value(scan);
}

static bool scan_element(struct scan *scan)
{
	return scan_value(scan);
}

/* An object or array: items with commas between them, up to @close. */
static bool scan_container(struct scan *scan, char close,
			   bool (*scan_item)(struct scan *),
			   const char *after_item)
{
	if (scan->depth == CNI_JSON_MAX_DEPTH)
		return refuse_item(scan, scan->next, "exceeded max depth");
	scan->depth++;
	scan->next++;
	skip_space(scan);
	if (peek(scan) != close) {
		for (;;) {
			if (!scan_item(scan))
				return false;
			if (peek(scan) != ',')
				break;
			scan->next++;
			skip_space(scan);
		}
		if (peek(scan) != close)
			return refuse(scan, after_item);
	}
	scan->next++;
	scan->depth--;
	return true;
}

static bool scan_bare_value(struct scan *scan)
{
	bool has_nul;
	int c = peek(scan);

	switch (c) {
	case '{':
		return scan_container(scan, '}', scan_member,
				      "after object key:value pair");
	case '[':
		return scan_container(scan, ']', scan_element,
				      "after array element");
	case '"':
		return scan_string(scan, &has_nul);
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

static bool scan_value(struct scan *scan)
{
	skip_space(scan);
	if (!scan_bare_value(scan))
		return false;
	skip_space(scan);
	return true;
}

/* 'x' as Go writes it: like "x", but with the other quotes. */
static void quote_character(char *text, size_t size, const char *character,
			    size_t len)
{
	if (*character == '"') {
		memcpy(text, "'\"'", sizeof("'\"'"));
		return;
	}
	if (*character == '\'') {
		memcpy(text, "'\\''", sizeof("'\\''"));
		return;
	}
	(void)cni_quote(text, size, character, len);
	text[0] = '\'';
	text[strlen(text) - 1] = '\'';
}

static int report(const struct scan *scan, struct cni_error *reterr)
{
	size_t left = (size_t)(scan->end - scan->next);
	size_t offset = (size_t)(scan->next - scan->start) + 1;
	uint32_t rune;
	size_t used;
	char quoted[32];

	if (!left)
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "unexpected end of JSON input");
	if (!scan->at_character)
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "%s at byte %zu", scan->problem, offset);
	used = cni_utf8_decode(scan->next, left, &rune);
	quote_character(quoted, sizeof(quoted), scan->next, used ? used : 1);
	return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
			     "invalid character %s %s at byte %zu", quoted,
			     scan->problem, offset);
}

int cni_json_scan(const char *text, size_t len, bool *ret_valid_utf8,
		  struct cni_error *reterr)
{
	struct scan scan = { .start = text,
			     .next = text,
			     .end = text + len,
			     .valid_utf8 = true };

	if (!scan_value(&scan))
		return report(&scan, reterr);
	if (scan.next < scan.end) {
		(void)refuse(&scan, "after top-level value");
		return report(&scan, reterr);
	}
	*ret_valid_utf8 = scan.valid_utf8;
	return 0;
}
