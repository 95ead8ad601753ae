/* SPDX-License-Identifier: Apache-2.0 */
/* test_ip.c - addresses and prefixes: text as Go has it, arithmetic */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "cni/ip.h"

static struct cni_addr addr(const char *text)
{
	struct cni_addr result = { 0 };

	if (cni_addr_parse(text, &result))
		fail_msg("\"%s\" is no address", text);
	return result;
}

static struct cni_prefix prefix(const char *text)
{
	struct cni_prefix result = { 0 };

	if (cni_prefix_parse(text, &result))
		fail_msg("\"%s\" is no prefix", text);
	return result;
}

static void assert_addr(const struct cni_addr *actual, const char *expected)
{
	char text[CNI_ADDR_STRLEN];

	assert_string_equal(cni_addr_format(actual, text), expected);
}

static void assert_prefix(const struct cni_prefix *actual, const char *expected)
{
	char text[CNI_PREFIX_STRLEN];

	assert_string_equal(cni_prefix_format(actual, text), expected);
}

static const struct {
	const char *text;
	const char *printed;
	int family;
} good_addrs[] = {
	{ "0.0.0.0", "0.0.0.0", AF_INET },
	{ "10.1.0.2", "10.1.0.2", AF_INET },
	{ "255.255.255.255", "255.255.255.255", AF_INET },
	{ "::", "::", AF_INET6 },
	{ "::1", "::1", AF_INET6 },
	{ "1::", "1::", AF_INET6 },
	{ "fd00::2", "fd00::2", AF_INET6 },
	{ "FD00:0:0:0:0:0:0:00AB", "fd00::ab", AF_INET6 },
	{ "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", AF_INET6 },
	{ "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", AF_INET6 },
	{ "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", AF_INET6 },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", AF_INET6 },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1", AF_INET6 },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", AF_INET6 },
	{ "a:b:c:d:e:f:0:0", "a:b:c:d:e:f::", AF_INET6 },
	{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6 },
	/* glibc prints ::1.2.3.4, Go does not */
	{ "::1.2.3.4", "::102:304", AF_INET6 },
	{ "64:ff9b::192.0.2.33", "64:ff9b::c000:221", AF_INET6 },
	{ "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", AF_INET6 },
	{ "::ffff:1.2.3.4", "1.2.3.4", AF_INET },
	{ "::ffff:102:304", "1.2.3.4", AF_INET },
	{ "0:0:0:0:0:FFFF:0102:0304", "1.2.3.4", AF_INET },
};

static void addresses_are_read_and_printed_like_go(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good_addrs) / sizeof(*good_addrs); i++) {
		struct cni_addr parsed = addr(good_addrs[i].text);

		assert_addr(&parsed, good_addrs[i].printed);
		assert_int_equal(parsed.family, good_addrs[i].family);
	}
}

static const char *const bad_addrs[] = {
	"",
	" ",
	"1",
	"1.2.3",
	"1.2.3.4.5",
	"1.2.3.4 ",
	" 1.2.3.4",
	"1.2.3.4\n",
	"01.2.3.4",
	"1.2.3.00",
	"1.2.3.256",
	"1.2.3.99999999999",
	"1.2..4",
	".1.2.3",
	"1.2.3.",
	"1.2.3.-4",
	"0x1.2.3.4",
	"10.1.0.1/24",
	":",
	":::",
	":1",
	"1:",
	"1:2",
	"1::2::3",
	":1:2:3:4:5:6:7:8",
	"1:2:3:4:5:6:7:8:",
	"1:2:3:4:5:6:7:8:9",
	"1:2:3:4:5:6:7:8::",
	"::1:2:3:4:5:6:7:8",
	"1:2:3:4::5:6:7:8",
	"12345::",
	"::g",
	"::1%eth0",
	"fe80::1%",
	"::1.2.3",
	"::1.2.3.04",
	"::1.2.3.4:5",
	"1:2:3:4:5:1.2.3.4",
	"1:2:3:4:5:6:7:1.2.3.4",
	"1:2:3:4:5:6::1.2.3.4",
	"::1/64",
	"[::1]",
	"localhost",
	"\xff\xff",
};

static void anything_else_is_no_address(void **state)
{
	struct cni_addr untouched = { .family = 99 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad_addrs) / sizeof(*bad_addrs); i++) {
		if (cni_addr_parse(bad_addrs[i], &untouched) != -EINVAL)
			fail_msg("accepted \"%s\"", bad_addrs[i]);
		assert_int_equal(untouched.family, 99);
	}
}

static void prefixes_keep_their_host_bits(void **state)
{
	static const char *const good[][2] = {
		{ "10.1.0.2/24", "10.1.0.2/24" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "10.1.0.2/32", "10.1.0.2/32" },
		{ "10.1.0.2/024", "10.1.0.2/24" },
		{ "fd00::2/64", "fd00::2/64" },
		{ "::/0", "::/0" },
		{ "fd00::2/128", "fd00::2/128" },
		{ "::1.2.3.4/120", "::102:304/120" },
		{ "::ffff:1.2.3.4/120", "1.2.3.4/24" },
		{ "::ffff:1.2.3.4/96", "1.2.3.4/0" },
		{ "::ffff:1.2.3.4/64", "1.2.3.4/0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct cni_prefix parsed = prefix(good[i][0]);

		assert_prefix(&parsed, good[i][1]);
	}
}

static void anything_else_is_no_prefix(void **state)
{
	static const char *const bad[] = {
		"",
		"/",
		"/24",
		"10.1.0.2",
		"10.1.0.2/",
		"10.1.0.2/33",
		"10.1.0.2/-1",
		"10.1.0.2/+1",
		"10.1.0.2/ 1",
		"10.1.0.2/1 ",
		"10.1.0.2/x",
		"10.1.0/24",
		"::/129",
		"::",
		"::/64/64",
		"fe80::1%e/64",
		"10.1.0.2/4294967320",
		"10.1.0.2/255.255.255.0",
	};
	struct cni_prefix untouched = { .len = 99 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (cni_prefix_parse(bad[i], &untouched) != -EINVAL)
			fail_msg("accepted \"%s\"", bad[i]);
		assert_int_equal(untouched.len, 99);
	}
}

static void no_address_is_printed_as_nil(void **state)
{
	struct cni_prefix none = { .len = 24 };

	(void)state;
	assert_addr(&none.addr, "<nil>");
	assert_prefix(&none, "<nil>");
	assert_int_equal(cni_addr_bits(&none.addr), 0);
	assert_false(cni_addr_is_set(&none.addr));
}

static void neighbours_carry_and_stop_at_the_ends(void **state)
{
	static const char *const pairs[][2] = {
		{ "192.168.0.255", "192.168.1.0" },
		{ "0.0.0.0", "0.0.0.1" },
		{ "9.255.255.255", "10.0.0.0" },
		{ "ab12::ffff", "ab12::1:0" },
		{ "::ffff:ffff", "::1:0:0" },
	};
	struct cni_addr a, b;

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		a = addr(pairs[i][0]);
		b = cni_addr_next(&a);
		assert_addr(&b, pairs[i][1]);
		b = cni_addr_prev(&b);
		assert_addr(&b, pairs[i][0]);
	}
	a = addr("255.255.255.255");
	b = cni_addr_next(&a);
	assert_addr(&b, "<nil>");
	a = addr("::");
	b = cni_addr_prev(&a);
	assert_addr(&b, "<nil>");
	b = cni_addr_next(&b);
	assert_addr(&b, "<nil>");
}

static void addresses_are_ordered_by_family_and_value(void **state)
{
	static const char *const ascending[] = {
		"0.0.0.0", "1.0.0.0", "1.0.0.255", "1.0.1.0", "255.0.0.0",
		"::",	   "::1",     "1::",	   "ff::",
	};
	struct cni_addr none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(ascending) / sizeof(*ascending); i++) {
		struct cni_addr a = addr(ascending[i]);

		assert_true(cni_addr_equal(&a, &a));
		assert_true(cni_addr_cmp(&none, &a) < 0);
		for (size_t j = 0; j < i; j++) {
			struct cni_addr b = addr(ascending[j]);

			assert_true(cni_addr_cmp(&a, &b) > 0);
			assert_true(cni_addr_cmp(&b, &a) < 0);
		}
	}
	assert_true(cni_addr_equal(&none, &none));
}

static void classes_include_mapped_addresses(void **state)
{
	static const struct {
		const char *text;
		bool unspecified, loopback, multicast, link_local;
	} cases[] = {
		{ "0.0.0.0/0", true, false, false, false },
		{ "::/0", true, false, false, false },
		{ "::ffff:0.0.0.0/96", true, false, false, false },
		{ "127.1.2.3/8", false, true, false, false },
		{ "::ffff:127.0.0.1/96", false, true, false, false },
		{ "::1/128", false, true, false, false },
		{ "::2/128", false, false, false, false },
		{ "128.0.0.1/8", false, false, false, false },
		{ "224.0.0.1/4", false, false, true, false },
		{ "239.255.255.255/4", false, false, true, false },
		{ "240.0.0.1/4", false, false, false, false },
		{ "ff02::1/128", false, false, true, false },
		{ "169.254.1.1/16", false, false, false, true },
		{ "fe80::1/64", false, false, false, true },
		{ "febf::1/64", false, false, false, true },
		{ "fec0::1/64", false, false, false, false },
		{ "fd00::1/64", false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cni_prefix p = prefix(cases[i].text);
		const struct cni_addr *a = &p.addr;

		assert_int_equal(cni_addr_is_unspecified(a),
				 cases[i].unspecified);
		assert_int_equal(cni_addr_is_loopback(a), cases[i].loopback);
		assert_int_equal(cni_addr_is_multicast(a), cases[i].multicast);
		assert_int_equal(cni_addr_is_link_local(a),
				 cases[i].link_local);
	}
}

static void network_and_last_address_follow_the_length(void **state)
{
	static const char *const cases[][3] = {
		{ "10.1.2.3/24", "10.1.2.0/24", "10.1.2.255" },
		{ "10.1.2.3/22", "10.1.0.0/22", "10.1.3.255" },
		{ "10.1.2.3/32", "10.1.2.3/32", "10.1.2.3" },
		{ "10.1.2.3/0", "0.0.0.0/0", "255.255.255.255" },
		{ "10.1.2.3/31", "10.1.2.2/31", "10.1.2.3" },
		{ "fd00::abcd/64", "fd00::/64", "fd00::ffff:ffff:ffff:ffff" },
		{ "fd00::abcd/127", "fd00::abcc/127", "fd00::abcd" },
		{ "fd00::abcd/121", "fd00::ab80/121", "fd00::abff" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cni_prefix p = prefix(cases[i][0]);
		struct cni_prefix network = cni_prefix_network(&p);
		struct cni_addr last = cni_prefix_last(&p);

		assert_prefix(&network, cases[i][1]);
		assert_addr(&last, cases[i][2]);
	}
}

static void containment_needs_the_same_family(void **state)
{
	static const struct {
		const char *prefix;
		const char *addr;
		bool contains;
	} cases[] = {
		{ "10.1.2.0/24", "10.1.2.255", true },
		{ "10.1.2.9/24", "10.1.2.0", true },
		{ "10.1.2.0/24", "10.1.3.0", false },
		{ "10.1.2.0/25", "10.1.2.128", false },
		{ "0.0.0.0/0", "255.1.1.1", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "10.0.0.1", false },
		{ "fd00::/63", "fd00:0:0:1::5", true },
		{ "fd00::/64", "fd00:0:0:1::5", false },
		{ "::ffff:10.1.2.0/120", "10.1.2.3", true },
	};
	struct cni_addr none = { 0 };
	struct cni_prefix all = prefix("0.0.0.0/0");
	struct cni_prefix low = prefix("::/80");
	/* ::ffff:255.255.255.255 */
	struct cni_addr last = cni_prefix_last(&low);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct cni_prefix p = prefix(cases[i].prefix);
		struct cni_addr a = addr(cases[i].addr);

		assert_int_equal(cni_prefix_contains(&p, &a),
				 cases[i].contains);
	}
	assert_false(cni_prefix_contains(&all, &none));
	assert_true(cni_prefix_contains(&low, &last));
}

static void overlap_and_equality_of_prefixes(void **state)
{
	struct cni_prefix wide = prefix("10.0.0.0/8");
	struct cni_prefix narrow = prefix("10.1.2.3/24");
	struct cni_prefix sibling = prefix("10.1.2.4/24");
	struct cni_prefix other = prefix("11.0.0.0/24");

	(void)state;
	assert_true(cni_prefix_overlaps(&wide, &narrow));
	assert_true(cni_prefix_overlaps(&narrow, &wide));
	assert_true(cni_prefix_overlaps(&narrow, &sibling));
	assert_false(cni_prefix_overlaps(&wide, &other));
	assert_true(cni_prefix_equal(&narrow, &narrow));
	assert_false(cni_prefix_equal(&narrow, &sibling));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_and_printed_like_go),
		cmocka_unit_test(anything_else_is_no_address),
		cmocka_unit_test(prefixes_keep_their_host_bits),
		cmocka_unit_test(anything_else_is_no_prefix),
		cmocka_unit_test(no_address_is_printed_as_nil),
		cmocka_unit_test(neighbours_carry_and_stop_at_the_ends),
		cmocka_unit_test(addresses_are_ordered_by_family_and_value),
		cmocka_unit_test(classes_include_mapped_addresses),
		cmocka_unit_test(network_and_last_address_follow_the_length),
		cmocka_unit_test(containment_needs_the_same_family),
		cmocka_unit_test(overlap_and_equality_of_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
