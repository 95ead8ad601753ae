/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_gc.h - elements whose comment names an attachment that does not live
 */
#ifndef CNI_NFT_GC_H
#define CNI_NFT_GC_H

#include "nft_index.h"

/* Room for the name of a chain of ours. */
#define NFT_DEAD_CHAIN_SIZE 40

/**
 * struct nft_dead - elements to be removed
 * @items: their keys, and the chains they lead to ("" for none); owned
 * @count: how many
 */
struct nft_dead {
	struct nft_dead_element {
		uint8_t key[CNI_NFT_KEY_MAX];
		char chain[NFT_DEAD_CHAIN_SIZE];
	} * items;
	size_t count;
	size_t capacity;
};

/**
 * nft_dead_find() - elements of a network that belong to no living attachment
 * @nft: open handle
 * @set: where to look
 * @network: network name
 * @living: attachments that live
 * @ret_dead: free with nft_dead_done()
 * @reterr: code 999
 *
 * Return: 0 or a negative errno.
 */
int nft_dead_find(struct cni_nft *nft, const struct cni_nft_set *set,
		  const char *network, const struct nft_keys *living,
		  struct nft_dead *ret_dead, struct cni_error *reterr);

/** nft_dead_remove() - append the removal of them all to a transaction */
void nft_dead_remove(struct cni_nft_batch *batch, const struct cni_nft_set *set,
		     const struct nft_dead *dead);

/** nft_dead_done() - free the list */
void nft_dead_done(struct nft_dead *dead);

CNI_DEFINE_CLEANUP(nft_dead, struct nft_dead, nft_dead_done);

#endif /* CNI_NFT_GC_H */
