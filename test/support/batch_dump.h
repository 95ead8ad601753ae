/* SPDX-License-Identifier: Apache-2.0 */
/* batch_dump.h - a transaction of nf_tables as text, and golden files of it */
#ifndef TEST_BATCH_DUMP_H
#define TEST_BATCH_DUMP_H

#include "cni/buf.h"
#include "cni/nft.h"

/*
 * dump_batch() - append the messages of a transaction as they are sent
 *
 * A line for each message, and below it one for each expression or element.
 * Attributes have the kernel's names; numbers are read as big endian, other
 * bytes are hex digits in the order in which they are sent.  What the table of
 * names lacks is written as "?<number>".
 */
void dump_batch(const struct cni_nft_batch *batch, struct cni_buf *text);

/*
 * assert_golden() - the text is that of test/unit/golden/@name
 *
 * With CNI_GOLDEN_UPDATE=1 in the environment, the file is written first.
 */
#define assert_golden(name, text) \
	assert_golden_file(CNI_SOURCE_DIR "/test/unit/golden/" name, text)

void assert_golden_file(const char *path, const char *text);

#endif /* TEST_BATCH_DUMP_H */
