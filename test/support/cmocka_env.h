/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka_env.h - cmocka with the headers that 1.1.5 wants before it */
#ifndef CMOCKA_ENV_H
#define CMOCKA_ENV_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif /* CMOCKA_ENV_H */
