/* SPDX-License-Identifier: Apache-2.0 */
/* error.c - the error value that every failing function fills */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cni/error.h"

static int vset(struct cni_error *reterr, int code, int sys_errno,
		const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

static int vset(struct cni_error *reterr, int code, int sys_errno,
		const char *format, va_list args)
{
	if (reterr) {
		reterr->code = code;
		reterr->sys_errno = sys_errno;
		(void)vsnprintf(reterr->msg, sizeof(reterr->msg), format, args);
		reterr->details[0] = '\0';
	}
	return sys_errno > 0 ? -sys_errno : -EINVAL;
}

int cni_error_set(struct cni_error *reterr, int code, int sys_errno,
		  const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = vset(reterr, code, sys_errno, format, args);
	va_end(args);
	return ret;
}

int cni_error_errno(struct cni_error *reterr, int code, int sys_errno,
		    const char *format, ...)
{
	va_list args;
	size_t used;
	int ret;

	va_start(args, format);
	ret = vset(reterr, code, sys_errno, format, args);
	va_end(args);
	if (reterr) {
		used = strlen(reterr->msg);
		(void)snprintf(reterr->msg + used, sizeof(reterr->msg) - used,
			       ": %s", strerror(sys_errno));
	}
	return ret;
}

int cni_error_prefix(struct cni_error *reterr, int ret, const char *format, ...)
{
	char old[CNI_ERROR_TEXT_MAX];
	va_list args;
	size_t used;

	if (!reterr)
		return ret;
	memcpy(old, reterr->msg, sizeof(old));
	va_start(args, format);
	(void)vsnprintf(reterr->msg, sizeof(reterr->msg), format, args);
	va_end(args);
	used = strlen(reterr->msg);
	(void)snprintf(reterr->msg + used, sizeof(reterr->msg) - used, ": %.*s",
		       (int)sizeof(old) - 1, old);
	return ret;
}

void cni_error_details(struct cni_error *reterr, const char *format, ...)
{
	va_list args;

	if (!reterr)
		return;
	va_start(args, format);
	(void)vsnprintf(reterr->details, sizeof(reterr->details), format, args);
	va_end(args);
}

int cni_error_gather(int first, struct cni_error *reterr, int ret,
		     const struct cni_error *step_err)
{
	if (first < 0)
		return first;
	if (ret < 0 && reterr)
		*reterr = *step_err;
	return ret < 0 ? ret : 0;
}

void cni_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
}
