/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fortify.h - _FORTIFY_SOURCE for a libc without it (musl)
 *
 * Included before every source of the static build.  The functions that write
 * into a caller's buffer check its size wherever the compiler knows it, and
 * end the process when it is too small: what glibc does with level 3.
 */
#ifndef CNI_FORTIFY_H
#define CNI_FORTIFY_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#define CNI_FORTIFIED static inline __attribute__((always_inline, unused))

/* A macro: the size must be taken where the caller's object is visible. */
#define CNI_FITS(buffer, size)                                      \
	((void)(__builtin_dynamic_object_size((buffer), 0) < (size) \
			? (__builtin_trap(), 0)                     \
			: 0))

CNI_FORTIFIED void *cni_fortified_memcpy(void *to, const void *from,
					 size_t size)
{
	CNI_FITS(to, size);
	return (memcpy)(to, from, size);
}

CNI_FORTIFIED void *cni_fortified_memmove(void *to, const void *from,
					  size_t size)
{
	CNI_FITS(to, size);
	return (memmove)(to, from, size);
}

CNI_FORTIFIED void *cni_fortified_memset(void *to, int byte, size_t size)
{
	CNI_FITS(to, size);
	return (memset)(to, byte, size);
}

CNI_FORTIFIED ssize_t cni_fortified_read(int fd, void *to, size_t size)
{
	CNI_FITS(to, size);
	return (read)(fd, to, size);
}

CNI_FORTIFIED ssize_t cni_fortified_recv(int fd, void *to, size_t size,
					 int flags)
{
	CNI_FITS(to, size);
	return (recv)(fd, to, size, flags);
}

CNI_FORTIFIED __attribute__((format(printf, 3, 0))) int
cni_fortified_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	CNI_FITS(to, size);
	return (vsnprintf)(to, size, format, args);
}

#define memcpy(to, from, size)	  cni_fortified_memcpy(to, from, size)
#define memmove(to, from, size)	  cni_fortified_memmove(to, from, size)
#define memset(to, byte, size)	  cni_fortified_memset(to, byte, size)
#define read(fd, to, size)	  cni_fortified_read(fd, to, size)
#define recv(fd, to, size, flags) cni_fortified_recv(fd, to, size, flags)
#define vsnprintf(to, size, format, args) \
	cni_fortified_vsnprintf(to, size, format, args)
/* Variadic functions cannot be inlined: check in front of the call. */
#define snprintf(to, size, ...) \
	(CNI_FITS(to, size), (snprintf)(to, size, __VA_ARGS__))

#endif /* CNI_FORTIFY_H */
