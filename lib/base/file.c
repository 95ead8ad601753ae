/* SPDX-License-Identifier: Apache-2.0 */
/* file.c - small files and pipes */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cni/cleanup.h"
#include "cni/file.h"

static ssize_t read_some(int fd, void *bytes, size_t size)
{
	ssize_t got;

	do
		got = read(fd, bytes, size);
	while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

int cni_read_all(int fd, size_t limit, struct cni_buf *buf)
{
	char chunk[4096];
	size_t total = 0;
	ssize_t got;

	for (;;) {
		got = read_some(fd, chunk, sizeof(chunk));
		if (got <= 0)
			break;
		total += (size_t)got;
		if (total > limit)
			return -EFBIG;
		cni_buf_add_bytes(buf, chunk, (size_t)got);
	}
	return got < 0 ? (int)got : cni_buf_error(buf);
}

int cni_write_all(int fd, const void *bytes, size_t len)
{
	const char *next = bytes;

	while (len > 0) {
		ssize_t written = write(fd, next, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		next += written;
		len -= (size_t)written;
	}
	return 0;
}

ssize_t cni_read_file_at(int dirfd, const char *name, char *text, size_t size)
{
	CNI_CLEANUP(fd) int fd = -1;
	size_t used = 0;
	ssize_t got;

	fd = openat(dirfd, name,
		    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	/* All of @text is offered, so that a file one byte too long shows. */
	do {
		got = read_some(fd, text + used, size - used);
		if (got < 0)
			return got;
		used += (size_t)got;
	} while (got > 0 && used < size);
	if (used == size)
		return -EFBIG;
	text[used] = '\0';
	return (ssize_t)used;
}
