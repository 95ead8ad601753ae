/* SPDX-License-Identifier: Apache-2.0 */
/* test_nl_req.c - building and reading netlink messages, byte by byte */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "cmocka_env.h"

#include "cni/netlink.h"

static void messages_are_laid_out_as_netlink_wants(void **state)
{
	/* clang-format off */
	static const uint8_t expected[] = {
		/* header: length 60, type 16, flags REQUEST|ACK|CREATE */
		60, 0, 0, 0, 16, 0, 5, 4, 0, 0, 0, 0, 0, 0, 0, 0,
		AF_BRIDGE, 0, 0, 0,		/* rtgenmsg, padded */
		5, 0, 1, 0, 7, 0, 0, 0,		/* u8, padded */
		7, 0, 2, 0, 'a', 'b', 0, 0,	/* string with its NUL */
		24, 0, 3, 0x80,			/* nest */
		8, 0, 4, 0, 0x01, 0x02, 0x03, 0x04,
		8, 0, 5, 0, 192, 0, 2, 1,
		4, 0, 6, 0,
		/* second message */
		16, 0, 0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};
	/* clang-format on */
	static const struct cni_addr addr = { AF_INET, { 192, 0, 2, 1 } };
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct rtgenmsg *gen;
	size_t nest;

	(void)state;
	cni_nl_req_init(&req);
	gen = cni_nl_begin(&req, RTM_NEWLINK, NLM_F_CREATE, sizeof(*gen));
	gen->rtgen_family = AF_BRIDGE;
	cni_nl_put_u8(&req, 1, 7);
	cni_nl_put_str(&req, 2, "ab");
	nest = cni_nl_nest_begin(&req, 3);
	cni_nl_put_be32(&req, 4, 0x01020304);
	cni_nl_put_addr(&req, 5, &addr);
	cni_nl_put_flag(&req, 6);
	cni_nl_nest_end(&req, nest);
	(void)cni_nl_begin_unacked(&req, 3, 0, 0);

	assert_int_equal(req.error, 0);
	assert_int_equal(req.count, 2);
	assert_int_equal(req.len, sizeof(expected));
	assert_memory_equal(req.bytes, expected, sizeof(expected));
}

static void integers_keep_their_byte_order(void **state)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	const struct nlattr *table[7];
	uint64_t wide = 0x0102030405060708;
	static const uint8_t be64[] = { 1, 2, 3, 4, 5, 6, 7, 8 };

	(void)state;
	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, 16, 0, 0);
	cni_nl_put_u16(&req, 1, 0x0102);
	cni_nl_put_be16(&req, 2, 0x0102);
	cni_nl_put_u64(&req, 3, wide);
	cni_nl_put_be64(&req, 4, wide);
	cni_nl_put_u32(&req, 5, UINT32_MAX);
	assert_int_equal(cni_nl_parse((void *)req.bytes, 0, table, 7), 0);
	assert_int_equal(cni_nl_get_u16(table[1], 0), 0x0102);
	assert_memory_equal((const uint8_t *)table[2] + 4, be64, 2);
	assert_memory_equal((const uint8_t *)table[3] + 4, &wide, 8);
	assert_memory_equal((const uint8_t *)table[4] + 4, be64, 8);
	assert_int_equal(cni_nl_get_s32(table[5], 0), -1);
	assert_null(table[6]);
	/* Absent, or of another size: the default. */
	assert_int_equal(cni_nl_get_u32(table[6], 77), 77);
	assert_int_equal(cni_nl_get_u8(table[5], 78), 78);
}

static void long_requests_move_to_the_heap(void **state)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	const struct nlmsghdr *header;
	size_t nest;

	(void)state;
	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, 16, 0, 4);
	nest = cni_nl_nest_begin(&req, 1);
	for (uint32_t i = 0; i < 1000; i++)
		cni_nl_put_u32(&req, 2, i);
	cni_nl_nest_end(&req, nest);
	header = (void *)req.bytes;
	assert_int_equal(req.error, 0);
	assert_int_equal(header->nlmsg_len, 16 + 4 + 4 + 8 * 1000);
	assert_int_equal(req.len, header->nlmsg_len);
	assert_ptr_not_equal(req.bytes, req.inline_bytes);
}

static void the_first_failure_sticks(void **state)
{
	static uint8_t big[60000];
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct cni_error err;
	struct cni_nl closed = { 0 };
	struct rtgenmsg *scrap;
	size_t nest;

	(void)state;
	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, 16, 0, 4);
	nest = cni_nl_nest_begin(&req, 1);
	cni_nl_put(&req, 2, big, sizeof(big));
	cni_nl_put(&req, 2, big, sizeof(big));
	cni_nl_nest_end(&req, nest);
	assert_int_equal(req.error, -EMSGSIZE);
	/* Nothing after it does harm, and nothing is sent. */
	scrap = cni_nl_begin(&req, 16, 0, sizeof(*scrap));
	scrap->rtgen_family = 1;
	cni_nl_put_u32(&req, 1, 1);
	assert_int_equal(cni_nl_talk(&closed, &req, NULL, NULL, &err),
			 -EMSGSIZE);
	assert_string_equal(err.msg, "Message too long");
}

static void a_request_has_an_upper_limit(void **state)
{
	static uint8_t big[60000];
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	(void)state;
	cni_nl_req_init(&req);
	(void)cni_nl_begin(&req, 16, 0, 0);
	for (int i = 0; i < 20; i++)
		cni_nl_put(&req, 1, big, sizeof(big));
	assert_int_equal(req.error, -EMSGSIZE);
}

static void malformed_attributes_are_refused(void **state)
{
	struct {
		struct nlmsghdr header;
		struct nlattr attr;
		uint8_t payload[4];
	} message = {
		.header = { .nlmsg_len = sizeof(message) },
		.attr = { .nla_len = 8, .nla_type = 1 },
	};
	const struct nlattr *table[2];

	(void)state;
	assert_int_equal(cni_nl_parse(&message.header, 0, table, 2), 0);
	assert_non_null(table[1]);
	message.attr.nla_len = 9;
	assert_int_equal(cni_nl_parse(&message.header, 0, table, 2), -EBADMSG);
	message.attr.nla_len = 3;
	assert_int_equal(cni_nl_parse(&message.header, 0, table, 2), -EBADMSG);
	/* Shorter than its family header; exactly as long as it. */
	message.header.nlmsg_len = 18;
	assert_int_equal(cni_nl_parse(&message.header, 4, table, 2), -EBADMSG);
	message.header.nlmsg_len = 20;
	assert_int_equal(cni_nl_parse(&message.header, 4, table, 2), 0);
	assert_null(table[1]);
}

static void strings_are_cut_and_terminated(void **state)
{
	struct {
		struct nlattr attr;
		char text[8];
	} unterminated = { { .nla_len = 12, .nla_type = 1 }, "abcdefgh" };
	char text[5];
	char longer[20];

	(void)state;
	cni_nl_get_str(&unterminated.attr, text, sizeof(text));
	assert_string_equal(text, "abcd");
	cni_nl_get_str(&unterminated.attr, longer, sizeof(longer));
	assert_string_equal(longer, "abcdefgh");
	cni_nl_get_str(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	assert_int_equal(cni_nl_get_addr(&unterminated.attr).family, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_laid_out_as_netlink_wants),
		cmocka_unit_test(integers_keep_their_byte_order),
		cmocka_unit_test(long_requests_move_to_the_heap),
		cmocka_unit_test(the_first_failure_sticks),
		cmocka_unit_test(a_request_has_an_upper_limit),
		cmocka_unit_test(malformed_attributes_are_refused),
		cmocka_unit_test(strings_are_cut_and_terminated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
