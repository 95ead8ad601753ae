/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_gc.h - elements whose comment names an attachment that does not live
 */
#ifndef CNI_NFT_GC_H
#define CNI_NFT_GC_H

#include "nft_index.h"

/**
 * struct nft_gc_scope - what a GC looks at
 * @network: cni_owner_network_key() of the network
 * @living: its attachments that live
 */
struct nft_gc_scope {
	uint8_t network[CNI_OWNER_NETWORK_KEY];
	const struct nft_keys *living;
};

/** nft_gc_is_dead() - does the owner key belong to a dead attachment? */
bool nft_gc_is_dead(const struct nft_gc_scope *scope,
		    const uint8_t key[static CNI_OWNER_KEY]);

/* Bytes of a map's data that are kept: an address, or a policy. */
#define NFT_DEAD_DATA 16

/* Elements removed from a set in one transaction, which has to stay small. */
#define NFT_DEAD_MAX 1000

/**
 * struct nft_dead - elements to be removed
 * @items: their keys and data; owned
 * @count: how many, at most NFT_DEAD_MAX
 * @more: there are more
 */
struct nft_dead {
	struct nft_dead_element {
		uint8_t key[CNI_NFT_KEY_MAX];
		uint8_t data[NFT_DEAD_DATA];
	} * items;
	size_t count;
	size_t capacity;
	bool more;
};

/**
 * nft_dead_find() - elements of a network that belong to no living attachment
 * @nft: open handle
 * @set: where to look
 * @scope: whose
 * @ret_dead: free with nft_dead_done()
 * @reterr: code 999
 *
 * Return: 0 or a negative errno.
 */
int nft_dead_find(struct cni_nft *nft, const struct cni_nft_set *set,
		  const struct nft_gc_scope *scope, struct nft_dead *ret_dead,
		  struct cni_error *reterr);

/**
 * typedef nft_gc_step - removes what is dead, as far as one transaction goes
 *
 * Return: 1 when there is more; 0; -ERESTART; another negative errno.
 */
typedef int (*nft_gc_step)(struct cni_nft *nft,
			   const struct nft_gc_scope *scope,
			   struct cni_error *reterr);

/**
 * nft_gc_run() - do steps until nothing of a network's dead is left
 * @nft: open handle
 * @network: its name
 * @living: its attachments that live
 * @count: how many
 * @step: one transaction's worth
 * @reterr: the step's; -ENOMEM
 *
 * Return: 0 or a negative errno.
 */
int nft_gc_run(struct cni_nft *nft, const char *network,
	       const struct cni_owner *living, size_t count, nft_gc_step step,
	       struct cni_error *reterr);

/** nft_dead_remove() - append the removal of them all to a transaction */
void nft_dead_remove(struct cni_nft_batch *batch, const struct cni_nft_set *set,
		     const struct nft_dead *dead);

/** nft_dead_done() - free the list */
void nft_dead_done(struct nft_dead *dead);

CNI_DEFINE_CLEANUP(nft_dead, struct nft_dead, nft_dead_done);

#endif /* CNI_NFT_GC_H */
