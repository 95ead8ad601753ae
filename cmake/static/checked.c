/* SPDX-License-Identifier: Apache-2.0 */
/*
 * checked.c - the checked libc functions that Debian's archives call
 *
 * libjson-c.a, libmnl.a and libmd.a are built with FORTIFY, so they call
 * functions that glibc has and musl has not.  Their interface is the one of
 * the Linux Standard Base (LSB Core 5.0, section 13.5 "Interface Definitions
 * for libc").  Overflows end the process, as they do with glibc; the `flag`
 * parameter only asks for checks of %n, which musl has no counterpart for and
 * these libraries do not use.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

uint32_t arc4random(void);
int __fprintf_chk(FILE *stream, int flag, const char *format, ...);
int __vfprintf_chk(FILE *stream, int flag, const char *format, va_list args);
int __snprintf_chk(char *text, size_t limit, int flag, size_t size,
		   const char *format, ...);
int __vsnprintf_chk(char *text, size_t limit, int flag, size_t size,
		    const char *format, va_list args);
int __sprintf_chk(char *text, int flag, size_t size, const char *format, ...);
int __vasprintf_chk(char **text, int flag, const char *format, va_list args);
char *__strcat_chk(char *to, const char *from, size_t size);
ssize_t __read_chk(int fd, void *bytes, size_t count, size_t size);
void __vsyslog_chk(int priority, int flag, const char *format, va_list args);
long long __isoc23_strtoll(const char *text, char **end, int base);
unsigned long long __isoc23_strtoull(const char *text, char **end, int base);

int __fprintf_chk(FILE *stream, int flag, const char *format, ...)
{
	va_list args;
	int len;

	(void)flag;
	va_start(args, format);
	len = vfprintf(stream, format, args);
	va_end(args);
	return len;
}

int __vfprintf_chk(FILE *stream, int flag, const char *format, va_list args)
{
	(void)flag;
	return vfprintf(stream, format, args);
}

int __vsnprintf_chk(char *text, size_t limit, int flag, size_t size,
		    const char *format, va_list args)
{
	(void)flag;
	if (limit > size)
		abort();
	return vsnprintf(text, limit, format, args);
}

int __snprintf_chk(char *text, size_t limit, int flag, size_t size,
		   const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = __vsnprintf_chk(text, limit, flag, size, format, args);
	va_end(args);
	return len;
}

int __sprintf_chk(char *text, int flag, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	(void)flag;
	va_start(args, format);
	len = vsnprintf(text, size, format, args);
	va_end(args);
	if (len >= 0 && (size_t)len >= size)
		abort();
	return len;
}

int __vasprintf_chk(char **text, int flag, const char *format, va_list args)
{
	(void)flag;
	return vasprintf(text, format, args);
}

char *__strcat_chk(char *to, const char *from, size_t size)
{
	if (strlen(to) + strlen(from) >= size)
		abort();
	return strcat(to, from);
}

ssize_t __read_chk(int fd, void *bytes, size_t count, size_t size)
{
	if (count > size)
		abort();
	return read(fd, bytes, count);
}

/* json-c's syslog channel, which nothing here turns on. */
void __vsyslog_chk(int priority, int flag, const char *format, va_list args)
{
	(void)priority;
	(void)flag;
	(void)format;
	(void)args;
}

/* Debian 13's json-c: glibc's names for the C23 variants, which accept 0b. */
long long __isoc23_strtoll(const char *text, char **end, int base)
{
	return strtoll(text, end, base);
}

unsigned long long __isoc23_strtoull(const char *text, char **end, int base)
{
	return strtoull(text, end, base);
}

/*
 * Debian 13's json-c seeds its hash tables with it.  Early in a machine's life
 * there may be no random numbers yet; that is no reason to wait or to fail.
 */
uint32_t arc4random(void)
{
	struct timespec now = { 0 };
	uint32_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) ==
	    (ssize_t)sizeof(number))
		return number;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_nsec ^ (uint32_t)getpid() << 16;
}
