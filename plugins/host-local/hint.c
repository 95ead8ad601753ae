/* SPDX-License-Identifier: Apache-2.0 */
/* hint.c - last_reserved_ip.N: the address given last in range set N */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hint.h"

#define FLAGS (O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

struct name {
	char text[sizeof("last_reserved_ip.") + 20];
};

static const char *make_name(struct name *name, size_t set)
{
	(void)snprintf(name->text, sizeof(name->text), "last_reserved_ip.%zu",
		       set);
	return name->text;
}

void hl_hint_load(int dir, size_t set, struct hl_hint *hint)
{
	char text[CNI_ADDR_STRLEN];
	struct name name;
	ssize_t len;

	*hint = (struct hl_hint)HL_HINT_INIT;
	hint->fd = openat(dir, make_name(&name, set), FLAGS);
	if (hint->fd < 0)
		return;
	len = pread(hint->fd, text, sizeof(text) - 1, 0);
	if (len < 0)
		return;
	text[len] = '\0';
	hint->len = (size_t)len < sizeof(text) - 1 ? (size_t)len : SIZE_MAX;
	/* The Go plugin, too, takes a newline for a broken file. */
	if (strlen(text) == (size_t)len)
		(void)cni_addr_parse(text, &hint->addr);
}

int hl_hint_save(int dir, size_t set, struct hl_hint *hint,
		 const struct cni_addr *addr, struct cni_error *reterr)
{
	char text[CNI_ADDR_STRLEN];
	struct name name;
	ssize_t written;
	size_t len;

	cni_addr_format(addr, text);
	len = strlen(text);
	if (hint->fd < 0) {
		/* A requested address is given without a look at the last one.
		 */
		hint->fd = openat(dir, make_name(&name, set), FLAGS | O_CREAT,
				  0600);
		hint->len = SIZE_MAX;
	}
	if (hint->fd < 0)
		return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE, errno,
				       "open \"%s\"", make_name(&name, set));
	written = pwrite(hint->fd, text, len, 0);
	if (written == (ssize_t)len &&
	    (len >= hint->len || ftruncate(hint->fd, (off_t)len) == 0))
		return 0;
	return cni_error_errno(reterr, CNI_CODE_STORE_UNUSABLE,
			       written < 0 || written == (ssize_t)len ? errno
								      : ENOSPC,
			       "write \"%s\"", make_name(&name, set));
}

void hl_hint_done(struct hl_hint *hint)
{
	if (hint->fd >= 0)
		(void)close(hint->fd);
	hint->fd = -1;
}
