/* SPDX-License-Identifier: Apache-2.0 */
/* index_file.h - reading and writing parts of the index's table */
#ifndef HOST_LOCAL_INDEX_FILE_H
#define HOST_LOCAL_INDEX_FILE_H

#include "index.h"

/** hl_index_hash() - FNV-1a, folded */
uint64_t hl_index_hash(const void *bytes, size_t len);

/**
 * hl_index_read() - read a part of the table
 * @index: the index
 * @offset: bytes from the table's beginning
 * @bytes: receives the part
 * @len: its bytes
 *
 * Return: 0 or -EIO, also when the file is too short.
 */
int hl_index_read(const struct hl_index *index, uint64_t offset, void *bytes,
		  size_t len);

/** hl_index_write() - write a part of the table; Return: 0 or -EIO */
int hl_index_write(const struct hl_index *index, uint64_t offset,
		   const void *bytes, size_t len);

#endif /* HOST_LOCAL_INDEX_FILE_H */
