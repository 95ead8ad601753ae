/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease.h - the content of lease files
 *
 * A lease file is named by its address and says whose it is: the container id,
 * CR LF and the interface name, without a newline at the end.  Old versions of
 * the Go plugin wrote the id alone.  Whatever surrounds the text as white space
 * does not count.
 *
 * Source: containernetworking/plugins host-local backend/disk/backend.go.
 */
#ifndef HOST_LOCAL_LEASE_H
#define HOST_LOCAL_LEASE_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/ip.h"

/* Longest content; containerd's is 64 + 2 + 4 bytes. */
#define HL_LEASE_MAX 4096

/**
 * enum hl_lease_kind - what a file of an address' name holds
 * @HL_LEASE_TORN: nothing, or what is left of a write that was cut short: the
 *	address is free
 * @HL_LEASE_FULL: container id and interface name
 * @HL_LEASE_ID_ONLY: the old format
 * @HL_LEASE_FOREIGN: nothing that a plugin wrote; the address is in use
 */
enum hl_lease_kind {
	HL_LEASE_TORN,
	HL_LEASE_FULL,
	HL_LEASE_ID_ONLY,
	HL_LEASE_FOREIGN,
};

/**
 * struct hl_owner - an attachment
 * @id: container id
 * @ifname: interface name; "" in the old format
 */
struct hl_owner {
	const char *id;
	const char *ifname;
};

/**
 * hl_lease_parse() - whose lease is it?
 * @text: the content, NUL-terminated; changed: @ret_owner points into it
 * @len: its bytes without the NUL
 * @ret_owner: set for HL_LEASE_FULL and HL_LEASE_ID_ONLY
 *
 * Bytes of value 0 are what a file system leaves of a file that it had not
 * written yet when the power failed.
 */
enum hl_lease_kind hl_lease_parse(char *text, size_t len,
				  struct hl_owner *ret_owner);

/**
 * hl_lease_format() - the content for an attachment
 * @owner: the attachment
 * @text: receives it, without a NUL
 * @size: bytes available at @text
 *
 * Return: its length; 0 when it does not fit.
 */
size_t hl_lease_format(const struct hl_owner *owner, char *text, size_t size);

/**
 * hl_lease_addr() - the address that a directory entry is named by
 * @name: the entry's name
 * @ret_addr: the address
 *
 * Only the spelling that plugins use counts: lower case, compressed.
 *
 * Return: false when it is no such name.
 */
bool hl_lease_addr(const char *name, struct cni_addr *ret_addr);

#endif /* HOST_LOCAL_LEASE_H */
