/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz.h - what every fuzz target has */
#ifndef TEST_FUZZ_H
#define TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* LLVMFuzzerTestOneInput() - try one input; returns 0, aborts on a bug */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* fuzz_require() - a property that holds for every input; checked also where
 * assert() is compiled out */
static inline void fuzz_require(int holds)
{
	if (!holds)
		abort();
}

#endif /* TEST_FUZZ_H */
