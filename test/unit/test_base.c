/* SPDX-License-Identifier: Apache-2.0 */
/* test_base.c - error values, buffers, hashes */
#include <errno.h>
#include <string.h>

#include "cmocka_env.h"

#include "cni/buf.h"
#include "cni/error.h"
#include "cni/hash.h"
#include "table.h"

static void prefix_puts_context_in_front(void **state)
{
	struct cni_error err;
	int ret;

	(void)state;
	ret = cni_error_errno(&err, CNI_CODE_INTERNAL, ERANGE, "create %s",
			      "v0");
	ret = cni_error_prefix(&err, ret, "bridge \"%s\"", "cni0");
	assert_int_equal(ret, -ERANGE);
	assert_error(
		&err, 999,
		"bridge \"cni0\": create v0: Numerical result out of range");
	assert_string_equal(err.details, "");
}

static void a_missing_error_is_tolerated(void **state)
{
	(void)state;
	assert_int_equal(cni_error_set(NULL, 7, 0, "x"), -EINVAL);
	assert_int_equal(cni_error_prefix(NULL, -EIO, "x"), -EIO);
}

static void gather_keeps_the_first_failure(void **state)
{
	struct cni_error kept = { 0 };
	struct cni_error step = { 0 };
	int first = 0;

	(void)state;
	first = cni_error_gather(first, &kept, 0, &step);
	assert_int_equal(first, 0);
	first = cni_error_gather(first, &kept,
				 cni_error_set(&step, 7, EIO, "one"), &step);
	first = cni_error_gather(first, &kept,
				 cni_error_set(&step, 8, EPERM, "two"), &step);
	assert_int_equal(first, -EIO);
	assert_error(&kept, 7, "one");
}

static void a_buffer_grows_and_keeps_embedded_nuls(void **state)
{
	CNI_CLEANUP(buf) struct cni_buf buf = { 0 };

	(void)state;
	assert_string_equal(cni_buf_text(&buf), "");
	for (int i = 0; i < 1000; i++)
		cni_buf_addf(&buf, "%d,", i);
	cni_buf_add_bytes(&buf, "a\0b", 3);
	assert_int_equal(cni_buf_error(&buf), 0);
	assert_int_equal(buf.len, 3890 + 3);
	assert_memory_equal(buf.data + 3890, "a\0b", 4);
}

/* Vectors seen on the Go plugins: masquerade chain of net1/c1 and others. */
static void hash_matches_the_go_plugins(void **state)
{
	const char *const net1[] = { "net1", "c1" };
	const char *const test[] = { "test", "1234" };
	char hex[25];

	(void)state;
	cni_hash_hex(24, hex, net1, 2);
	assert_string_equal(hex, "c2d892b58e87e28a12fe6479");
	cni_hash_hex(24, hex, test, 2);
	assert_string_equal(hex, "2bbe0c48b91a7d1b8a6753a8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefix_puts_context_in_front),
		cmocka_unit_test(a_missing_error_is_tolerated),
		cmocka_unit_test(gather_keeps_the_first_failure),
		cmocka_unit_test(a_buffer_grows_and_keeps_embedded_nuls),
		cmocka_unit_test(hash_matches_the_go_plugins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
