/* SPDX-License-Identifier: Apache-2.0 */
/* wrap.h - let one allocation fail */
#ifndef OOM_WRAP_H
#define OOM_WRAP_H

#include <stdbool.h>

/* fail_allocation() - the n-th allocation from now fails, and no other; 0 lets
 * all succeed */
void fail_allocation(unsigned int n);

/* allocation_has_failed() - was the n-th one reached? */
bool allocation_has_failed(void);

#endif /* OOM_WRAP_H */
