/* SPDX-License-Identifier: Apache-2.0 */
/* test_range.c - completing and validating ranges and sets of them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_env.h"

#include "conf.h"
#include "json_text.h"
#include "table.h"

/**
 * struct range_row - one range as configured
 * @subnet: NULL for none
 * @start: rangeStart, @end: rangeEnd, @gateway: NULL for the default
 * @expected: "start-end gateway", or the error's text
 */
struct range_row {
	const char *subnet;
	const char *start;
	const char *end;
	const char *gateway;
	const char *expected;
};

static const struct range_row good_ranges[] = {
	{ "192.0.2.0/24", NULL, NULL, NULL, "192.0.2.1-192.0.2.254 192.0.2.1" },
	{ "192.0.2.0/25", NULL, NULL, NULL, "192.0.2.1-192.0.2.126 192.0.2.1" },
	{ "192.0.2.12/30", NULL, NULL, NULL,
	  "192.0.2.13-192.0.2.14 192.0.2.13" },
	{ "2001:db8:1::/64", NULL, NULL, NULL,
	  "2001:db8:1::1-2001:db8:1:0:ffff:ffff:ffff:ffff 2001:db8:1::1" },
	{ "2001:db8::/126", NULL, NULL, NULL,
	  "2001:db8::1-2001:db8::3 "
	  "2001:db8::1" },
	{ "192.0.2.0/24", "192.0.2.40", "192.0.2.50", "192.0.2.254",
	  "192.0.2.40-192.0.2.50 192.0.2.254" },
	{ "2001:db8:1::/64", "2001:db8:1::40", "2001:db8:1::50",
	  "2001:db8:1::ff:ff",
	  "2001:db8:1::40-2001:db8:1::50 2001:db8:1::ff:ff" },
	{ "2001:db8::/126", NULL, NULL, "fe80::1",
	  "2001:db8::1-2001:db8::3 fe80::1" },
	/* network and broadcast address may be named */
	{ "10.0.0.0/24", "10.0.0.0", "10.0.0.255", NULL,
	  "10.0.0.0-10.0.0.255 10.0.0.1" },
	{ "10.0.0.0/24", "10.0.0.7", "10.0.0.7", NULL,
	  "10.0.0.7-10.0.0.7 10.0.0.1" },
	{ "0.0.0.0/0", NULL, NULL, NULL, "0.0.0.1-255.255.255.254 0.0.0.1" },
	/* a successor that fits into four bytes stays IPv6 */
	{ "::/96", "::fe", "::ff", NULL, "::fe-::ff ::1" },
};

static const struct range_row bad_ranges[] = {
	{ NULL, NULL, NULL, NULL, "IP <nil> not v4 nor v6" },
	{ NULL, "10.0.0.2", NULL, NULL, "IP <nil> not v4 nor v6" },
	{ "192.0.2.0/31", NULL, NULL, NULL,
	  "Network 192.0.2.0/31 too small to allocate from" },
	{ "192.0.2.0/32", NULL, NULL, NULL,
	  "Network 192.0.2.0/32 too small to allocate from" },
	{ "2001:db8:1::/127", NULL, NULL, NULL,
	  "Network 2001:db8:1::/127 too small to allocate from" },
	{ "2001:db8:1::/128", NULL, NULL, NULL,
	  "Network 2001:db8:1::/128 too small to allocate from" },
	{ "192.0.2.1/24", NULL, NULL, NULL,
	  "Network has host bits set. For a subnet mask of length 24 the "
	  "network address is 192.0.2.0" },
	{ "2001:db8:1::1/64", NULL, NULL, NULL,
	  "Network has host bits set. For a subnet mask of length 64 the "
	  "network address is 2001:db8:1::" },
	{ "::ffff:10.0.0.0/120", NULL, NULL, NULL,
	  "IPNet IP and Mask version mismatch" },
	{ "192.0.2.0/24", "192.0.3.0", NULL, NULL,
	  "RangeStart 192.0.3.0 not in network 192.0.2.0/24" },
	{ "192.0.2.0/24", NULL, "192.0.4.0", NULL,
	  "RangeEnd 192.0.4.0 not in network 192.0.2.0/24" },
	{ "192.0.2.0/24", "192.0.2.50", "192.0.2.40", NULL,
	  "RangeStart 192.0.2.50 not in network 192.0.2.0/24" },
	{ "192.0.2.0/24", "2001:db8::1", NULL, NULL,
	  "RangeStart 2001:db8::1 not in network 192.0.2.0/24" },
	{ "2001:db8::/64", NULL, "192.0.2.9", NULL,
	  "RangeEnd 192.0.2.9 not in network 2001:db8::/64" },
	{ "192.0.2.0/24", "192.0.2.255", NULL, NULL,
	  "RangeStart 192.0.2.255 not in network 192.0.2.0/24" },
	{ "192.0.2.0/24", NULL, NULL, "192.0.3.1",
	  "Gateway 192.0.3.1 not in network 192.0.2.0/24" },
	{ "192.0.2.0/24", NULL, NULL, "2001:db8::1",
	  "Gateway 2001:db8::1 not in network 192.0.2.0/24" },
	{ "2001:db8::/64", NULL, NULL, "192.0.2.1",
	  "Gateway 192.0.2.1 not in network 2001:db8::/64" },
	{ "2001:db8::/64", NULL, NULL, "2001:db9::1",
	  "Gateway 2001:db9::1 not in network 2001:db8::/64" },
	{ "192.0.2.0/24", NULL, NULL, "fe80::1",
	  "Gateway fe80::1 not in network 192.0.2.0/24" },
	{ "192.0.2.0/24", NULL, NULL, "169.254.1.1",
	  "Gateway 169.254.1.1 not in network 192.0.2.0/24" },
	{ "2001:db8::/64", NULL, NULL, "169.254.1.1",
	  "Gateway 169.254.1.1 not in network 2001:db8::/64" },
};

static void parse_or_none(const char *text, struct cni_addr *addr)
{
	if (text)
		assert_int_equal(cni_addr_parse(text, addr), 0);
}

static struct hl_range range_of(const struct range_row *row)
{
	struct hl_range range = { 0 };

	if (row->subnet)
		assert_int_equal(cni_prefix_parse(row->subnet, &range.subnet),
				 0);
	parse_or_none(row->start, &range.start);
	parse_or_none(row->end, &range.end);
	parse_or_none(row->gateway, &range.gateway);
	return range;
}

static void ranges_are_completed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good_ranges) / sizeof(*good_ranges);
	     i++) {
		struct hl_range range = range_of(&good_ranges[i]);
		struct hl_range_set set = { &range, 1 };
		CNI_CLEANUP(buf) struct cni_buf text = { 0 };
		char gateway[CNI_ADDR_STRLEN];

		assert_int_equal(hl_range_canonicalise(&range, NULL), 0);
		hl_range_set_format(&set, &text);
		cni_buf_addf(&text, " %s",
			     cni_addr_format(&range.gateway, gateway));
		assert_string_equal(cni_buf_text(&text),
				    good_ranges[i].expected);
		/* Doing it again changes nothing. */
		assert_int_equal(hl_range_canonicalise(&range, NULL), 0);
	}
}

static void bad_ranges_are_refused(void **state)
{
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_ranges) / sizeof(*bad_ranges); i++) {
		struct hl_range range = range_of(&bad_ranges[i]);

		assert_int_equal(hl_range_canonicalise(&range, &err), -EINVAL);
		assert_error(&err, CNI_CODE_INVALID_CONFIG,
			     bad_ranges[i].expected);
	}
}

static void the_size_counts_both_ends(void **state)
{
	static const struct {
		struct range_row row;
		uint64_t size;
	} rows[] = {
		{ { "10.0.0.0/24", NULL, NULL, NULL, "" }, 254 },
		{ { "10.0.0.0/24", "10.0.0.9", "10.0.0.9", NULL, "" }, 1 },
		{ { "10.0.0.0/8", NULL, NULL, NULL, "" }, (1U << 24) - 2 },
		{ { "10.0.0.0/16", "10.0.0.255", "10.0.1.0", NULL, "" }, 2 },
		{ { "fd00::/112", NULL, NULL, NULL, "" }, 65535 },
		{ { "fd00::/64", NULL, NULL, NULL, "" }, UINT64_MAX },
		{ { "fd00::/8", NULL, NULL, NULL, "" }, UINT64_MAX },
		{ { "fd00::/56", "fd00::ffff:ffff:ffff:ffff", "fd00:0:0:1::1",
		    NULL, "" },
		  3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct hl_range range = range_of(&rows[i].row);

		assert_int_equal(hl_range_canonicalise(&range, NULL), 0);
		assert_true(hl_range_size(&range) == rows[i].size);
	}
}

/**
 * struct sets_row - range sets as configured
 * @version: cniVersion
 * @json: value of `ranges`
 * @expected: the sets separated by blanks, or the error's text
 */
struct sets_row {
	const char *version;
	const char *json;
	const char *expected;
};

#define V4(n)	"{\"subnet\":\"192.168." #n ".0/24\"}"
#define PART(s) "{\"subnet\":\"10.0.0.0/8\"," s "}"

static const struct sets_row good_sets[] = {
	{ "1.0.0", "[[" V4(0) "]]", "192.168.0.1-192.168.0.254" },
	{ "0.1.0", "[[" V4(0) "],[{\"subnet\":\"fd00::/64\"}]]",
	  "192.168.0.1-192.168.0.254 fd00::1-fd00::ffff:ffff:ffff:ffff" },
	{ "0.3.0", "[[" V4(0) "],[" V4(1) "]]",
	  "192.168.0.1-192.168.0.254 192.168.1.1-192.168.1.254" },
	{ "0.2.0", "[[" V4(0) "," V4(1) "]]",
	  "192.168.0.1-192.168.0.254,192.168.1.1-192.168.1.254" },
	/* parts of one subnet */
	{ "1.0.0",
	  "[[" PART("\"rangeStart\":\"10.0.0.1\",\"rangeEnd\":\"10.0.0."
		    "9\"") "],"
			   "[" PART("\"rangeStart\":\"10.0.0.10\"") "]]",
	  "10.0.0.1-10.0.0.9 10.0.0.10-10.255.255.254" },
};

static const struct sets_row bad_sets[] = {
	{ "1.0.0", "[]", "no IP ranges specified" },
	{ "1.0.0", "[[]]", "invalid range set 0: empty range set" },
	{ "1.0.0", "[[" V4(0) "],[]]", "invalid range set 1: empty range set" },
	{ "1.0.0", "[[{}]]", "invalid range set 0: IP <nil> not v4 nor v6" },
	{ "1.0.0", "[[" V4(0) ",{\"subnet\":\"fd00::/64\"}]]",
	  "invalid range set 0: mixed address families" },
	{ "1.0.0", "[[" V4(0) "," V4(0) "]]",
	  "invalid range set 0: subnets 192.168.0.1-192.168.0.254 and "
	  "192.168.0.1-192.168.0.254 overlap" },
	{ "1.0.0",
	  "[[" PART("\"rangeEnd\":\"10.0.0.9\"") "," PART(
		  "\"rangeStart\":\"10.0.0.9\"") "]]",
	  "invalid range set 0: subnets 10.0.0.1-10.0.0.9 and "
	  "10.0.0.9-10.255.255.254 overlap" },
	/* one inside of the other */
	{ "1.0.0",
	  "[[" PART("\"rangeEnd\":\"10.0.0.9\"") ","
						 "{\"subnet\":"
						 "\"10.0.0.4/30\"}]]",
	  "invalid range set 0: subnets 10.0.0.1-10.0.0.9 and "
	  "10.0.0.5-10.0.0.6 overlap" },
	{ "1.0.0", "[[" V4(0) "],[" V4(0) "]]", "range set 0 overlaps with 1" },
	{ "1.0.0",
	  "[[" V4(0) "],[" V4(1) "],[{\"subnet\":"
				 "\"192.168.0.0/22\"}]]",
	  "range set 0 overlaps with 2" },
	{ "0.2.0", "[[" V4(0) "],[" V4(1) "]]",
	  "CNI version 0.2.0 does not support more than 1 address per family" },
	{ "", "[[{\"subnet\":\"fd00::/64\"}],[{\"subnet\":\"fd01::/64\"}]]",
	  "CNI version  does not support more than 1 address per family" },
	{ "1.0.0", "[[" V4(0) "],[{\"subnet\":\"192.168.3.1/24\"}]]",
	  "invalid range set 1: Network has host bits set. For a subnet mask "
	  "of length 24 the network address is 192.168.3.0" },
};

static int decode_sets(const struct sets_row *row, struct hl_conf *conf,
		       struct cni_error *err)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	CNI_CLEANUP(json) json_object *json = NULL;
	struct cni_call call = {
		.args.args = "",
		.cni_version = row->version,
	};

	cni_buf_addf(&text, "{\"ipam\":{\"ranges\":%s}}", row->json);
	json = parse_json(cni_buf_text(&text));
	call.conf = json;
	assert_int_equal(cni_version_lookup(row->version, &call.version, NULL),
			 0);
	return hl_conf_decode(&call, conf, err);
}

static void sets_are_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good_sets) / sizeof(*good_sets); i++) {
		CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
		CNI_CLEANUP(buf) struct cni_buf text = { 0 };

		assert_int_equal(decode_sets(&good_sets[i], &conf, NULL), 0);
		for (size_t j = 0; j < conf.sets.count; j++) {
			if (j)
				cni_buf_add(&text, " ");
			hl_range_set_format(&conf.sets.items[j], &text);
		}
		assert_string_equal(cni_buf_text(&text), good_sets[i].expected);
	}
}

static void bad_sets_are_refused(void **state)
{
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_sets) / sizeof(*bad_sets); i++) {
		CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };

		assert_true(decode_sets(&bad_sets[i], &conf, &err) < 0);
		assert_error(&err, CNI_CODE_INVALID_CONFIG,
			     bad_sets[i].expected);
	}
}

static void a_range_contains_its_ends_only_of_its_family(void **state)
{
	struct hl_range range = { 0 };
	struct cni_addr addr;

	(void)state;
	assert_int_equal(cni_prefix_parse("10.0.0.0/24", &range.subnet), 0);
	assert_int_equal(cni_addr_parse("10.0.0.4", &range.start), 0);
	assert_int_equal(cni_addr_parse("10.0.0.6", &range.end), 0);
	for (const char *const *text =
		     (const char *const[]) { "10.0.0.4", "10.0.0.5", "10.0.0.6",
					     NULL };
	     *text; text++) {
		assert_int_equal(cni_addr_parse(*text, &addr), 0);
		assert_true(hl_range_contains(&range, &addr));
	}
	for (const char *const *text =
		     (const char *const[]) { "10.0.0.3", "10.0.0.7", "10.0.1.5",
					     "::5", NULL };
	     *text; text++) {
		assert_int_equal(cni_addr_parse(*text, &addr), 0);
		assert_false(hl_range_contains(&range, &addr));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_completed),
		cmocka_unit_test(bad_ranges_are_refused),
		cmocka_unit_test(the_size_counts_both_ends),
		cmocka_unit_test(sets_are_accepted),
		cmocka_unit_test(bad_sets_are_refused),
		cmocka_unit_test(a_range_contains_its_ends_only_of_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
