/* SPDX-License-Identifier: Apache-2.0 */
/* store_internal.h - what the parts of the store share */
#ifndef HOST_LOCAL_STORE_INTERNAL_H
#define HOST_LOCAL_STORE_INTERNAL_H

#include "store.h"

/* A lease being written. */
#define HL_TEMP_NAME ".lease.tmp"

/**
 * struct hl_lease_text - a lease as read
 * @kind: what it is; when it cannot be read HL_LEASE_FOREIGN
 * @unreadable: 0; or a negative errno: it may be a lease all the same
 * @owner: points into @text
 * @text: the content
 */
struct hl_lease_text {
	enum hl_lease_kind kind;
	int unreadable;
	struct hl_owner owner;
	char text[HL_LEASE_MAX + 1];
};

/**
 * hl_store_read() - read a lease
 * @store: the store
 * @name: its name
 * @ret_lease: filled unless there is no such file
 *
 * Return: 0 or -ENOENT.
 */
int hl_store_read(const struct hl_store *store, const char *name,
		  struct hl_lease_text *ret_lease);

/** hl_store_error() - fill an error of code 103 about a name in the store */
int hl_store_error(struct cni_error *reterr, int ret, const char *what,
		   const char *name);

#endif /* HOST_LOCAL_STORE_INTERNAL_H */
