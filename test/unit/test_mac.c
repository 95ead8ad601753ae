/* SPDX-License-Identifier: Apache-2.0 */
/* test_mac.c - Ethernet addresses as text */
#include <errno.h>

#include "cmocka_env.h"

#include "cni/mac.h"

static void reads_what_go_reads(void **state)
{
	static const char *const texts[] = { "02:42:ac:11:00:0f",
					     "02-42-AC-11-00-0F",
					     "0242.ac11.000f" };
	char back[CNI_MAC_STRLEN];
	struct cni_mac mac;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(cni_mac_parse(texts[i], &mac), 0);
		assert_string_equal(cni_mac_format(&mac, back),
				    "02:42:ac:11:00:0f");
	}
}

static void refuses_what_is_no_address(void **state)
{
	static const char *const texts[] = {
		"",
		"zz",
		"02",
		"02:42:ac:11:00",
		"02:42:ac:11:00:",
		"02:42:ac:11:00:0f:",
		"02:42:ac:11:00-0f",
		"2:42:ac:11:0:f",
		"02:42:ac:11:00:0g",
		"0242ac11000f",
		"0242.ac11.000",
		"02:42:ac:11:00:0f:01",
		"0242.ac11.000f.",
		" 02:42:ac:11:00:0f",
	};
	struct cni_mac mac = { { 9 } };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(cni_mac_parse(texts[i], &mac), -EINVAL);
	assert_int_equal(mac.bytes[0], 9);
}

static void longer_addresses_are_told_apart(void **state)
{
	struct cni_mac mac;

	(void)state;
	assert_int_equal(cni_mac_parse("02:00:5e:10:00:00:00:01", &mac),
			 -EAFNOSUPPORT);
	assert_int_equal(cni_mac_parse("00:00:00:00:fe:80:00:00:00:00:00:00:02:"
				       "00:5e:10:00:00:00:01",
				       &mac),
			 -EAFNOSUPPORT);
	assert_int_equal(cni_mac_parse("00:00:00:00:fe:80:00:00:00:00:00:00:02:"
				       "00:5e:10:00:00:00:01:02",
				       &mac),
			 -EINVAL);
}

static void tells_none_and_multicast(void **state)
{
	struct cni_mac none = { 0 };
	struct cni_mac group = { { 1, 0, 0x5e, 0, 0, 1 } };

	(void)state;
	assert_false(cni_mac_is_set(&none));
	assert_true(cni_mac_is_set(&group));
	assert_true(cni_mac_is_multicast(&group));
	assert_false(cni_mac_is_multicast(&none));
	assert_false(cni_mac_equal(&none, &group));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_go_reads),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(longer_addresses_are_told_apart),
		cmocka_unit_test(tells_none_and_multicast),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
