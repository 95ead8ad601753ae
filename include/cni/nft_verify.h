/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_verify.h - is a ruleset what a transaction would make of it?
 *
 * For CHECK: the functions that build a table for ADD build it once more, and
 * instead of sending the transaction its tables, chains, sets and rules are
 * compared with those in the kernel, down to the expressions of the rules.
 */
#ifndef CNI_NFT_VERIFY_H
#define CNI_NFT_VERIFY_H

#include "cni/nft.h"

/**
 * cni_nft_verify() - is what a transaction would add there already?
 * @nft: open handle
 * @batch: adds tables, chains, rules and sets; what else it does is not looked
 *	at
 * @reterr: code 140, naming the first object that is missing or different
 *
 * A chain the batch adds must have exactly the rules the batch gives it, in
 * that order; rules for other chains must be somewhere in them.
 * Comments may differ: they do after the ruleset was saved and restored by nft.
 *
 * Return: 0; -ENOENT something is missing or different; another negative errno.
 */
int cni_nft_verify(struct cni_nft *nft, const struct cni_nft_batch *batch,
		   struct cni_error *reterr);

#endif /* CNI_NFT_VERIFY_H */
