/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf.h - a growing text buffer with a sticky error
 *
 * Appending never needs a check: the first failure (out of memory, limit
 * reached) is remembered, later appends do nothing, and the user looks at
 * cni_buf_error() once at the end.
 */
#ifndef CNI_BUF_H
#define CNI_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "cni/cleanup.h"

/**
 * struct cni_buf - the buffer; zero-initialise before first use
 * @data: NUL-terminated bytes, or NULL when nothing was ever appended
 * @len: bytes in use, without the NUL
 * @capacity: bytes allocated
 * @error: 0 or the negative errno of the first failure
 */
struct cni_buf {
	char *data;
	size_t len;
	size_t capacity;
	int error;
};

/** cni_buf_add() - append a NUL-terminated string */
void cni_buf_add(struct cni_buf *buf, const char *text);

/** cni_buf_add_bytes() - append @len bytes, which may contain NULs */
void cni_buf_add_bytes(struct cni_buf *buf, const void *bytes, size_t len);

/** cni_buf_addf() - append printf-formatted text */
void cni_buf_addf(struct cni_buf *buf, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * cni_buf_text() - the text so far
 *
 * Return: a NUL-terminated string owned by @buf; "" when empty.
 */
const char *cni_buf_text(const struct cni_buf *buf);

/**
 * cni_buf_error() - has any append failed?
 *
 * Return: 0, or the negative errno (-ENOMEM) of the first failure.
 */
int cni_buf_error(const struct cni_buf *buf);

/** cni_buf_done() - free the memory; the buffer is empty afterwards */
void cni_buf_done(struct cni_buf *buf);

CNI_DEFINE_CLEANUP(buf, struct cni_buf, cni_buf_done);

#endif /* CNI_BUF_H */
