/* SPDX-License-Identifier: Apache-2.0 */
/* test_bridge_vlan.c - the messages that change a port's VLANs */
#include <errno.h>
#include <linux/rtnetlink.h>

#include "cmocka_env.h"

#include "cni/bridge.h"
#include "table.h"

static void ranges_are_sent_as_their_ends(void **state)
{
	static const struct cni_vlan_range ranges[] = {
		{ .first = 5, .last = 5, .pvid = true, .untagged = true },
		{ .first = 100, .last = 4094 },
	};
	/* clang-format off */
	static const uint8_t expected[] = {
		/* RTM_SETLINK, REQUEST|ACK */
		60, 0, 0, 0, 19, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		7, 0, 0, 0, 0x34, 0x12, 0, 0,	/* AF_BRIDGE, ifindex 0x1234 */
		0, 0, 0, 0, 0, 0, 0, 0,
		28, 0, 26, 0x80,		/* IFLA_AF_SPEC */
		8, 0, 2, 0, 0x06, 0, 5, 0,	/* PVID|UNTAGGED */
		8, 0, 2, 0, 0x08, 0, 100, 0,	/* RANGE_BEGIN */
		8, 0, 2, 0, 0x10, 0, 0xfe, 0x0f, /* RANGE_END */
	};
	/* clang-format on */
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)state;
	cni_nl_req_init(&req);
	cni_bridge_vlan_put(&req, RTM_SETLINK, 0x1234, ranges, 2);
	assert_int_equal(req.error, 0);
	assert_int_equal(req.len, sizeof(expected));
	assert_memory_equal(req.bytes, expected, sizeof(expected));
}

static void a_bad_range_is_refused_before_anything_is_sent(void **state)
{
	static const struct cni_vlan_range bad[] = {
		{ .first = 0, .last = 5 },
		{ .first = 1, .last = 4095 },
		{ .first = 6, .last = 5 },
		{ .first = 1, .last = 2, .pvid = true },
	};
	struct cni_nl closed = { 0 };
	struct cni_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(cni_bridge_vlan_add(&closed, 1, &bad[i], 1,
						     &err),
				 -EINVAL);
		assert_int_equal(err.code, CNI_CODE_INVALID_CONFIG);
	}
	assert_error(&err, CNI_CODE_INVALID_CONFIG, "add VLANs: bad range 1-2");
}

static void nothing_to_do_needs_no_kernel(void **state)
{
	struct cni_nl closed = { 0 };

	(void)state;
	assert_int_equal(cni_bridge_vlan_del(&closed, 1, NULL, 0, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_sent_as_their_ends),
		cmocka_unit_test(
			a_bad_range_is_refused_before_anything_is_sent),
		cmocka_unit_test(nothing_to_do_needs_no_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
