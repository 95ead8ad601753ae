/* SPDX-License-Identifier: Apache-2.0 */
/* table.c - error-value assertions for table-driven tests */
#include <string.h>

#include "cmocka_env.h"
#include "table.h"

void assert_error(const struct cni_error *err, int code, const char *msg)
{
	assert_int_equal(err->code, code);
	assert_string_equal(err->msg, msg);
}
