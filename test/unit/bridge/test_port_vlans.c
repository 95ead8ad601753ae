/* SPDX-License-Identifier: Apache-2.0 */
/* test_port_vlans.c - which VLANs a pod's port gets, and how they are compared
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_env.h"

#include "compare.h"
#include "table.h"
#include "vlan.h"

/* "1-4 5* 6-9": ranges, '*' for the untagged PVID */
static void assert_plan(const struct bridge_conf *conf, const char *expected)
{
	CNI_CLEANUP(vlan_list) struct cni_vlan_list list = { 0 };
	char text[256] = "";
	size_t len = 0;

	assert_int_equal(bridge_plan_vlans(conf, &list, NULL), 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct cni_vlan_range *range = &list.items[i];

		assert_int_equal(range->pvid, range->untagged);
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%s%u-%u%s", i ? " " : "", range->first,
					range->last, range->pvid ? "*" : "");
	}
	assert_string_equal(text, expected);
}

static void the_native_vlan_is_cut_out_of_the_trunk(void **state)
{
	struct bridge_vlan_range ranges[] = { { 5, 10 }, { 20, 30 } };
	struct bridge_conf conf = {
		.trunk = { .ranges = ranges, .count = 2, .present = true },
	};
	static const struct {
		int64_t vlan;
		const char *expected;
	} rows[] = {
		{ 0, "1-1* 5-10 20-30" },	   { 4, "4-4* 5-10 20-30" },
		{ 5, "5-5* 6-10 20-30" },	   { 7, "5-6 7-7* 8-10 20-30" },
		{ 10, "5-9 10-10* 20-30" },	   { 15, "5-10 15-15* 20-30" },
		{ 25, "5-10 20-24 25-25* 26-30" }, { 40, "5-10 20-30 40-40*" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conf.vlan = rows[i].vlan;
		assert_plan(&conf, rows[i].expected);
	}
}

static void a_vlan_alone_is_untagged(void **state)
{
	struct bridge_conf conf = { .vlan = 100 };

	(void)state;
	assert_plan(&conf, "100-100*");
}

static void differing_vlans_are_named(void **state)
{
	static struct cni_vlan_range wanted[] = { { 5, 9, false, false },
						  { 100, 100, true, true } };
	static const struct {
		struct cni_vlan_range have[3];
		size_t count;
		bool others_allowed;
		const char *msg;
	} rows[] = {
		{ { { 5, 9, false, false }, { 100, 100, true, true } },
		  2,
		  false,
		  NULL },
		{ { { 5, 6, false, false },
		    { 7, 9, false, false },
		    { 100, 100, true, true } },
		  3,
		  false,
		  NULL },
		{ { { 1, 1, false, true },
		    { 5, 9, false, false },
		    { 100, 100, true, true } },
		  3,
		  true,
		  NULL },
		{ { { 1, 1, false, true },
		    { 5, 9, false, false },
		    { 100, 100, true, true } },
		  3,
		  false,
		  "interface \"v0\": VLAN 1 is untagged instead of absent" },
		{ { { 5, 8, false, false }, { 100, 100, true, true } },
		  2,
		  false,
		  "interface \"v0\": VLAN 9 is absent instead of tagged" },
		{ { { 5, 9, false, false }, { 100, 100, false, true } },
		  2,
		  false,
		  "interface \"v0\": VLAN 100 is untagged instead of untagged "
		  "and pvid" },
		{ { { 5, 9, false, false }, { 100, 100, true, false } },
		  2,
		  false,
		  "interface \"v0\": VLAN 100 is tagged and pvid instead of "
		  "untagged and pvid" },
	};
	struct cni_vlan_list want = { .items = wanted, .count = 2 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cni_vlan_range copy[3];
		struct cni_vlan_list have = { .items = copy,
					      .count = rows[i].count };
		struct cni_error err;
		int ret;

		memcpy(copy, rows[i].have, sizeof(copy));
		ret = bridge_compare_vlans("v0", &want, &have,
					   rows[i].others_allowed, &err);
		if (!rows[i].msg) {
			assert_int_equal(ret, 0);
			continue;
		}
		assert_int_equal(ret, -ESTALE);
		assert_error(&err, CNI_CODE_CHECK_FAILED, rows[i].msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_native_vlan_is_cut_out_of_the_trunk),
		cmocka_unit_test(a_vlan_alone_is_untagged),
		cmocka_unit_test(differing_vlans_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
