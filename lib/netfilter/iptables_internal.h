/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iptables_internal.h - what the files of the iptables module share
 */
#ifndef CNI_IPTABLES_INTERNAL_H
#define CNI_IPTABLES_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/iptables.h"

/**
 * struct cni_iptables_blob - a legacy table as the kernel keeps it
 * @bytes: the entries, one after the other; owned; NULL when there is no table
 * @size: how many bytes
 * @policy_at: offset of the FORWARD chain's policy entry, in the filter table
 * @has_forward: whether the table has that hook
 */
struct cni_iptables_blob {
	unsigned char *bytes;
	size_t size;
	size_t policy_at;
	bool has_forward;
};

void cni_iptables_blob_done(struct cni_iptables_blob *blob);

CNI_DEFINE_CLEANUP(iptables_blob, struct cni_iptables_blob,
		   cni_iptables_blob_done);

/**
 * cni_iptables_legacy_read() - get a legacy table without libiptc
 * @family: AF_INET or AF_INET6
 * @table: e.g. "nat"
 * @ret_blob: empty when this netns has no such table
 *
 * Return: 0; -ENOMEM; -EAGAIN when the table kept changing.
 */
int cni_iptables_legacy_read(int family, const char *table,
			     struct cni_iptables_blob *ret_blob);

/**
 * cni_iptables_legacy_search() - does a legacy table contain these bytes?
 * @family: AF_INET or AF_INET6
 * @table: e.g. "nat"
 * @bytes: with a NUL at the end, to find whole names and comments only
 * @len: how many
 *
 * Return: as cni_iptables_legacy_mentions().
 */
int cni_iptables_legacy_search(int family, const char *table, const void *bytes,
			       size_t len);

/**
 * cni_iptables_legacy_forward_drops() - is `iptables-legacy -P FORWARD DROP`?
 * @family: AF_INET or AF_INET6
 *
 * Return: 1 or 0; a negative errno of cni_iptables_legacy_read().
 */
int cni_iptables_legacy_forward_drops(int family);

/**
 * cni_iptables_view_keep() - put a rule into a view if its filter wants it
 *
 * Return: 0 or -ENOMEM.
 */
int cni_iptables_view_keep(struct cni_iptables_view *view,
			   const struct cni_iptables_rule *rule);

/* cni_iptables_nft_read() - cni_iptables_view_read() by netlink */
int cni_iptables_nft_read(struct cni_nft *nft, struct cni_iptables_view *view,
			  struct cni_error *reterr);

/* cni_iptables_nft_apply() - cni_iptables_view_apply() by netlink */
int cni_iptables_nft_apply(struct cni_nft *nft,
			   const struct cni_iptables_view *view,
			   const char *const *chains, size_t chain_count,
			   struct cni_error *reterr);

#endif /* CNI_IPTABLES_INTERNAL_H */
