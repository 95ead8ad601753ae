/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_index.h - from an attachment's identity to its addresses
 *
 * Maps that packets are looked up in have addresses for keys.  So that an
 * attachment's elements can be found without reading all of them, a table of
 * ours also has two maps from (owner key, number) to address:
 *
 *	map owners4 { type ipv6_addr . inet_service : ipv4_addr; }
 *	map owners6 { type ipv6_addr . inet_service : ipv6_addr; }
 *
 * The 16 bytes of the owner key are shown as an IPv6 address; the comment says
 * who it is.  An attachment's entries are numbered from 0 without gaps.  They
 * survive being saved and loaded as text.
 */
#ifndef CNI_NFT_INDEX_H
#define CNI_NFT_INDEX_H

#include "cni/ip.h"
#include "cni/nft_set.h"
#include "cni/owner.h"

/* An attachment with more addresses than this is refused. */
#define NFT_INDEX_MAX 64

/**
 * struct nft_addresses - addresses of both families, in no particular order
 */
struct nft_addresses {
	struct cni_addr items[NFT_INDEX_MAX];
	size_t count;
};

/** nft_addresses_have() - is the address in the list? */
bool nft_addresses_have(const struct nft_addresses *list,
			const struct cni_addr *addr);

/**
 * nft_addresses_put() - append an address unless it is there
 *
 * Return: 0 or -E2BIG.
 */
int nft_addresses_put(struct nft_addresses *list, const struct cni_addr *addr);

/** nft_addresses_equal() - the same set of addresses? */
bool nft_addresses_equal(const struct nft_addresses *a,
			 const struct nft_addresses *b);

/** nft_index_set() - the map of one family */
struct cni_nft_set nft_index_set(const struct cni_nft_table *table, int family);

/** nft_index_sets_add() - add the two maps to a table */
void nft_index_sets_add(struct cni_nft_batch *batch,
			const struct cni_nft_table *table);

/**
 * nft_index_read() - an attachment's addresses
 * @nft: open handle
 * @table: the table
 * @key: owner key
 * @ret_list: empty when there is no such table, or nothing of the attachment
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int nft_index_read(struct cni_nft *nft, const struct cni_nft_table *table,
		   const uint8_t owner_key[static CNI_OWNER_KEY],
		   struct nft_addresses *ret_list, struct cni_error *reterr);

/** nft_index_add() - enter addresses for an attachment that has none yet */
void nft_index_add(struct cni_nft_batch *batch,
		   const struct cni_nft_table *table,
		   const struct cni_owner *owner,
		   const struct nft_addresses *list);

/** nft_index_del() - remove an attachment's entries, all that were read */
void nft_index_del(struct cni_nft_batch *batch,
		   const struct cni_nft_table *table,
		   const uint8_t key[static CNI_OWNER_KEY],
		   const struct nft_addresses *list);

/**
 * struct nft_keys - owner keys, sorted
 * @items: owned
 * @count: how many
 */
struct nft_keys {
	uint8_t (*items)[CNI_OWNER_KEY];
	size_t count;
	size_t capacity;
};

/** nft_keys_of() - the keys of these attachments; 0 or -ENOMEM */
int nft_keys_of(const struct cni_owner *owners, size_t count,
		struct nft_keys *ret_keys);

/** nft_keys_put() - append a key; the list is not sorted then; 0 or -ENOMEM */
int nft_keys_put(struct nft_keys *keys,
		 const uint8_t key[static CNI_OWNER_KEY]);

/** nft_keys_sort() - sort, and drop repetitions */
void nft_keys_sort(struct nft_keys *keys);

/** nft_keys_have() - is the key among them? */
bool nft_keys_have(const struct nft_keys *keys,
		   const uint8_t key[static CNI_OWNER_KEY]);

/** nft_keys_done() - free them */
void nft_keys_done(struct nft_keys *keys);

CNI_DEFINE_CLEANUP(nft_keys, struct nft_keys, nft_keys_done);

#endif /* CNI_NFT_INDEX_H */
