/* SPDX-License-Identifier: Apache-2.0 */
/* table.h - error-value assertions for table-driven tests */
#ifndef TEST_TABLE_H
#define TEST_TABLE_H

#include "cni/error.h"

/* assert_error() - the error has this code and exactly this message */
void assert_error(const struct cni_error *err, int code, const char *msg);

#endif /* TEST_TABLE_H */
