/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - small files and pipes
 */
#ifndef CNI_FILE_H
#define CNI_FILE_H

#include <stddef.h>
#include <sys/types.h>

#include "cni/buf.h"

/**
 * cni_read_all() - read a descriptor to its end
 * @fd: file or pipe
 * @limit: largest number of bytes accepted
 * @buf: what was read is appended
 *
 * EINTR is retried.
 *
 * Return: 0; -EFBIG when there is more than @limit; another negative errno.
 */
int cni_read_all(int fd, size_t limit, struct cni_buf *buf);

/**
 * cni_write_all() - write all bytes
 * @fd: file or pipe
 * @bytes: what to write
 * @len: how many bytes
 *
 * Short writes and EINTR are continued.
 *
 * Return: 0 or a negative errno.
 */
int cni_write_all(int fd, const void *bytes, size_t len);

/**
 * cni_read_file_at() - read a small file
 * @dirfd: directory, or AT_FDCWD
 * @name: path relative to it
 * @text: receives the content, NUL-terminated
 * @size: bytes available at @text, the NUL included
 *
 * The file is opened with O_NOFOLLOW and O_NONBLOCK (a FIFO in the way must
 * not hang a plugin) and O_CLOEXEC.
 *
 * Return: bytes read; -EFBIG when it does not fit; another negative errno.
 */
ssize_t cni_read_file_at(int dirfd, const char *name, char *text, size_t size);

#endif /* CNI_FILE_H */
