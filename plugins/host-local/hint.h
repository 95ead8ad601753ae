/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hint.h - last_reserved_ip.N: the address given last in range set N
 *
 * It decides only where the search for a free address begins, so whatever
 * cannot be read or understood is no hint.
 */
#ifndef HOST_LOCAL_HINT_H
#define HOST_LOCAL_HINT_H

#include <stddef.h>

#include "cni/cleanup.h"
#include "cni/error.h"
#include "cni/ip.h"

/**
 * struct hl_hint - a hint file
 * @fd: open for reading and writing, or -1
 * @len: its bytes
 * @addr: the address in it; unset when there is none
 */
struct hl_hint {
	int fd;
	size_t len;
	struct cni_addr addr;
};

#define HL_HINT_INIT     \
	{                \
		.fd = -1 \
	}

/**
 * hl_hint_load() - read a hint
 * @dir: the store's directory
 * @set: index of the range set
 * @hint: filled
 */
void hl_hint_load(int dir, size_t set, struct hl_hint *hint);

/**
 * hl_hint_save() - note the address that is given now
 * @dir: the store's directory
 * @set: index of the range set
 * @hint: from hl_hint_load()
 * @addr: the address
 * @reterr: code 103
 *
 * The file is overwritten in place: truncating it first would make ext4 flush
 * it when it is closed.
 *
 * Return: 0 or a negative errno.
 */
int hl_hint_save(int dir, size_t set, struct hl_hint *hint,
		 const struct cni_addr *addr, struct cni_error *reterr);

/** hl_hint_done() - close the file */
void hl_hint_done(struct hl_hint *hint);

#endif /* HOST_LOCAL_HINT_H */
