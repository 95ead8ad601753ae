/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade_go.h - what the Go plugins' nftables masquerading left behind
 *
 * Source: containernetworking/plugins pkg/ip/ipmasq_nftables_linux.go: one rule
 * per address in chain masq_checks of table inet cni_plugins_masquerade, whose
 * comment starts with the owner's hashes.
 */
#ifndef CNI_MASQUERADE_GO_H
#define CNI_MASQUERADE_GO_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/nft.h"
#include "cni/owner.h"
#include "nft_gc.h"

/** masq_go_del() - add the removal of an attachment's rules to a batch */
int masq_go_del(struct cni_nft *nft, struct cni_nft_batch *batch,
		const struct cni_owner *owner, struct cni_error *reterr);

/**
 * masq_go_check() - has an attachment made by a Go plugin its rules?
 * @nft: open
 * @owner: the attachment
 * @wanted: how many of its addresses are masqueraded; one rule each
 *
 * Return: whether they are there; false, too, when they cannot be listed.
 */
bool masq_go_check(struct cni_nft *nft, const struct cni_owner *owner,
		   size_t wanted);

/** masq_go_gc() - the same for all of a network's that do not live */
int masq_go_gc(struct cni_nft *nft, struct cni_nft_batch *batch,
	       const struct nft_gc_scope *scope, struct cni_error *reterr);

#endif /* CNI_MASQUERADE_GO_H */
