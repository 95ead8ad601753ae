/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_text.h - rules in nft's own language, read by the host's nft
 *
 * For what users may write in that language; everything else is built by
 * cni/nft_expr.h.
 */
#ifndef CNI_NFT_TEXT_H
#define CNI_NFT_TEXT_H

#include "cni/buf.h"
#include "cni/error.h"

/**
 * cni_nft_text_run() - have `nft -f -` carry out a script
 * @script: the script
 * @reterr: code 131 when there is no nft, 7 when it refuses the script: details
 *	has its words; else 999
 *
 * Return: 0; -ENOENT no nft; -EINVAL refused; another negative errno.
 */
int cni_nft_text_run(const struct cni_buf *script, struct cni_error *reterr);

#endif /* CNI_NFT_TEXT_H */
