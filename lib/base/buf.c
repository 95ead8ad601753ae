/* SPDX-License-Identifier: Apache-2.0 */
/* buf.c - a growing text buffer with a sticky error */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cni/buf.h"

#define FIRST_CAPACITY 512

static char *reserve(struct cni_buf *buf, size_t more)
{
	size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
	char *data;

	if (buf->error)
		return NULL;
	if (more >= SIZE_MAX / 2 - buf->len) {
		buf->error = -ENOMEM;
		return NULL;
	}
	while (capacity < buf->len + more + 1)
		capacity *= 2;
	if (capacity != buf->capacity) {
		data = realloc(buf->data, capacity);
		if (!data) {
			buf->error = -ENOMEM;
			return NULL;
		}
		buf->data = data;
		buf->capacity = capacity;
	}
	return buf->data + buf->len;
}

void cni_buf_add_bytes(struct cni_buf *buf, const void *bytes, size_t len)
{
	char *end = reserve(buf, len);

	if (!end)
		return;
	if (len)
		memcpy(end, bytes, len);
	end[len] = '\0';
	buf->len += len;
}

void cni_buf_add(struct cni_buf *buf, const char *text)
{
	cni_buf_add_bytes(buf, text, strlen(text));
}

void cni_buf_addf(struct cni_buf *buf, const char *format, ...)
{
	va_list args;
	char *end;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0) {
		if (!buf->error)
			buf->error = -EINVAL;
		return;
	}
	end = reserve(buf, (size_t)len);
	if (!end)
		return;
	va_start(args, format);
	(void)vsnprintf(end, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

const char *cni_buf_text(const struct cni_buf *buf)
{
	return buf->data ? buf->data : "";
}

int cni_buf_error(const struct cni_buf *buf)
{
	return buf->error;
}

void cni_buf_done(struct cni_buf *buf)
{
	free(buf->data);
	*buf = (struct cni_buf) { 0 };
}
