/* SPDX-License-Identifier: Apache-2.0 */
/* test_quote.c - foreign text inside error messages */
#include <string.h>

#include "cmocka_env.h"

#include "cni/quote.h"

/* The expected texts are what Go's fmt prints with %q. */
static const struct {
	const char *in;
	const char *out;
} vectors[] = {
	{ "", "\"\"" },
	{ "plain text", "\"plain text\"" },
	{ "a\"b\\c", "\"a\\\"b\\\\c\"" },
	{ "\a\b\f\n\r\t\v", "\"\\a\\b\\f\\n\\r\\t\\v\"" },
	{ "\x01\x1b\x7f", "\"\\x01\\x1b\\x7f\"" },
	{ "caf\xc3\xa9 \xe6\x97\xa5", "\"caf\xc3\xa9 \xe6\x97\xa5\"" },
	{ "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"" },
	{ "\xc2\xa0\xe2\x80\xa8\xef\xbb\xbf", "\"\\u00a0\\u2028\\ufeff\"" },
	{ "\xf3\xa0\x80\x81", "\"\\U000e0001\"" },
	{ "\xff\xc0\x80\xe2\x82", "\"\\xff\\xc0\\x80\\xe2\\x82\"" },
	{ "\xed\xa0\x80", "\"\\xed\\xa0\\x80\"" },
	{ "\xf4\x90\x80\x80", "\"\\xf4\\x90\\x80\\x80\"" },
};

static void text_is_quoted_as_go_does(void **state)
{
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		assert_string_equal(cni_quote_string(text, sizeof(text),
						     vectors[i].in),
				    vectors[i].out);
	assert_string_equal(cni_quote(text, sizeof(text), "a\0b", 3),
			    "\"a\\x00b\"");
}

static void long_text_is_cut_with_an_ellipsis(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(cni_quote_string(text, sizeof(text),
					     "1234567890123"),
			    "\"1234567890123\"");
	assert_string_equal(cni_quote_string(text, sizeof(text),
					     "12345678901234"),
			    "\"1234567890...\"");
	assert_string_equal(cni_quote_string(text, sizeof(text),
					     "123456789\xff\xff\xff\xff"),
			    "\"123456789...\"");
}

/* Whatever the length, nothing is written behind the buffer. */
static void no_length_overflows(void **state)
{
	char in[64];
	char text[40];

	(void)state;
	memset(in, '\1', sizeof(in));
	for (size_t len = 0; len < sizeof(in); len++) {
		for (size_t size = 16; size < sizeof(text); size++) {
			memset(text, 'x', sizeof(text));
			(void)cni_quote(text, size, in, len);
			assert_true(strlen(text) < size);
			assert_int_equal(text[size], 'x');
			assert_int_equal(text[strlen(text) - 1], '"');
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_quoted_as_go_does),
		cmocka_unit_test(long_text_is_cut_with_an_ellipsis),
		cmocka_unit_test(no_length_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
