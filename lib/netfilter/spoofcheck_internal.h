/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spoofcheck_internal.h - names and rules of the MAC spoof check
 */
#ifndef CNI_SPOOFCHECK_INTERNAL_H
#define CNI_SPOOFCHECK_INTERNAL_H

#include "cni/nft.h"
#include "cni/owner.h"
#include "cni/spoofcheck.h"
#include "nft_rule.h"

#define SPOOF_BASE_CHAIN     "PREROUTING"
#define SPOOF_CHAIN_PREFIX   "cni-br-iface-"
#define SPOOF_MAC_SUFFIX     "-mac"
#define SPOOF_COMMENT_PREFIX "macspoofchk-"

/* What fits into a comment behind its prefix. */
#define SPOOF_ID_MAX (CNI_NFT_COMMENT_MAX - sizeof(SPOOF_COMMENT_PREFIX) + 1)

extern const struct cni_nft_table spoof_table;

/**
 * struct spoof_names - what one attachment's objects are called
 * @comment: of all its rules
 * @chain: of its port
 * @mac_chain: of its address
 */
struct spoof_names {
	char comment[CNI_NFT_COMMENT_MAX + 1];
	char chain[CNI_NFT_NAME_MAX];
	char mac_chain[CNI_NFT_NAME_MAX];
};

/** spoof_names_of() - names of an attachment's objects */
void spoof_names_of(const struct cni_owner *owner,
		    struct spoof_names *ret_names);

/** spoof_names_of_id() - the same, from what follows the prefixes */
void spoof_names_of_id(const char *id, struct spoof_names *ret_names);

/**
 * spoof_find_jump() - the rule that leads to an attachment's chain
 * @nft: open handle
 * @names: of the attachment, whose chain exists
 * @ret_rule: the first such rule
 * @reterr: code 999
 *
 * Return: 1; 0 when there is none; another negative errno.
 */
int spoof_find_jump(struct cni_nft *nft, const struct spoof_names *names,
		    struct nft_rule *ret_rule, struct cni_error *reterr);

/**
 * spoof_remove() - append the removal of an attachment's rules
 * @nft: open handle
 * @batch: gets the removals
 * @names: of the attachment
 * @with_chains: remove the chains, too, instead of emptying them
 * @reterr: code 999
 *
 * Return: a mask of the chains that are there, SPOOF_HAS_*; a negative errno.
 */
int spoof_remove(struct cni_nft *nft, struct cni_nft_batch *batch,
		 const struct spoof_names *names, bool with_chains,
		 struct cni_error *reterr);
#define SPOOF_HAS_CHAIN	    1
#define SPOOF_HAS_MAC_CHAIN 2

#endif /* CNI_SPOOFCHECK_INTERNAL_H */
