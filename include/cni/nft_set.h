/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_set.h - sets and maps of nf_tables and their elements
 *
 * Changes are part of a transaction, see cni/nft.h.
 */
#ifndef CNI_NFT_SET_H
#define CNI_NFT_SET_H

#include "cni/nft.h"

/*
 * nft's numbers for data types; the kernel stores them for nft's sake.
 * Source: nftables include/datatype.h, enum datatypes.
 */
enum {
	CNI_NFT_TYPE_VERDICT = 1,
	CNI_NFT_TYPE_INTEGER = 4,
	CNI_NFT_TYPE_IPV4_ADDR = 7,
	CNI_NFT_TYPE_IPV6_ADDR = 8,
	CNI_NFT_TYPE_ETHER_ADDR = 9,
	CNI_NFT_TYPE_INET_PROTO = 12,
	CNI_NFT_TYPE_INET_SERVICE = 13,
	CNI_NFT_TYPE_IFNAME = 41,
};

/* CNI_NFT_CONCAT() - a concatenation's type: 6 bits for each of its parts */
#define CNI_NFT_CONCAT(a, b) ((uint32_t)(a) << 6 | (uint32_t)(b))

/* Parts of concatenated keys start at multiples of 4 bytes. */
#define CNI_NFT_KEY_MAX 64

/**
 * struct cni_nft_set - a set or map
 * @table: of which table
 * @name: its name
 * @key_type: CNI_NFT_TYPE_*, concatenated or not
 * @key_len: bytes of a key
 * @data_type: of a map; CNI_NFT_TYPE_VERDICT for a verdict map; 0 for a set
 * @data_len: bytes of a map's data; unused for verdicts
 * @interval: elements are ranges: each has a start and an end
 * @expiring: elements can have a lifetime, see cni/nft_elements.h
 * @dynamic: rules add elements (cni_nft_update()), which live @lifetime_ms
 * @lifetime_ms: of elements added without one; 0 is for ever
 * @size: most elements there can be; 0 is no limit
 * @comment: shown by nft; NULL for none
 */
struct cni_nft_set {
	const struct cni_nft_table *table;
	const char *name;
	uint32_t key_type;
	uint32_t key_len;
	uint32_t data_type;
	uint32_t data_len;
	bool interval;
	bool expiring;
	bool dynamic;
	uint64_t lifetime_ms;
	uint32_t size;
	const char *comment;
};

/** cni_nft_add_set() - `add set` or `add map`; look first whether it exists */
void cni_nft_add_set(struct cni_nft_batch *batch,
		     const struct cni_nft_set *set);

/** cni_nft_del_set() - `delete set`; nothing may refer to it */
void cni_nft_del_set(struct cni_nft_batch *batch,
		     const struct cni_nft_set *set);

/**
 * cni_nft_has_set() - does it exist?
 *
 * Return: 1 or 0; another negative errno.
 */
int cni_nft_has_set(struct cni_nft *nft, const struct cni_nft_set *set,
		    struct cni_error *reterr);

/*
 * What an element can carry besides key, data and comment.
 * Source: include/uapi/linux/netfilter/nf_tables.h, NFT_USERDATA_MAXLEN (256):
 * both together, with two bytes of header each.
 */
#define CNI_NFT_PRIVATE_MAX 248

/**
 * struct cni_nft_element - an element, to be changed or as it is
 * @key: @key_len of the set; parts padded with zeros to 4 bytes
 * @data: a map's data
 * @verdict: of a verdict map: NFT_JUMP, NFT_GOTO, NF_DROP ...
 * @chain: for NFT_JUMP and NFT_GOTO
 * @interval_end: of an interval set: this is the first key after a range
 * @lifetime_ms: of an expiring set: milliseconds from addition to the end; 0 is
 *	for ever (or the set's)
 * @comment: shown by nft; "" for none
 * @private_data: bytes for this suite only, which nft does not show
 * @private_len: how many
 */
struct cni_nft_element {
	uint8_t key[CNI_NFT_KEY_MAX];
	uint8_t data[CNI_NFT_KEY_MAX];
	int32_t verdict;
	char chain[CNI_NFT_NAME_MAX];
	bool interval_end;
	uint64_t lifetime_ms;
	char comment[CNI_NFT_COMMENT_MAX + 1];
	uint8_t private_data[CNI_NFT_PRIVATE_MAX];
	size_t private_len;
};

/**
 * cni_nft_add_element() - `add element`
 * @batch: the transaction
 * @set: of which set
 * @element: the element
 * @exclusive: -EEXIST when the key is there; else the kernel accepts the same
 *	data again and refuses other data
 */
void cni_nft_add_element(struct cni_nft_batch *batch,
			 const struct cni_nft_set *set,
			 const struct cni_nft_element *element, bool exclusive);

/** cni_nft_del_element() - `delete element`; only key and interval_end count */
void cni_nft_del_element(struct cni_nft_batch *batch,
			 const struct cni_nft_set *set,
			 const struct cni_nft_element *element);

/**
 * cni_nft_get_element() - look an element up by its key
 * @nft: open handle
 * @set: of which set
 * @key: @key_len bytes
 * @ret_element: filled
 * @reterr: code 999
 *
 * Return: 1 when there is one; 0, also when the set or the table is missing;
 * another negative errno.
 */
int cni_nft_get_element(struct cni_nft *nft, const struct cni_nft_set *set,
			const uint8_t *key, struct cni_nft_element *ret_element,
			struct cni_error *reterr);

/**
 * typedef cni_nft_element_cb - takes one element of a list
 * @element: NULL when the list starts over
 *
 * Return: 0 to go on; negative errno to stop.
 */
typedef int (*cni_nft_element_cb)(const struct cni_nft_element *element,
				  void *data);

/**
 * cni_nft_list_elements() - all elements of a set; for GC and lists only
 * @nft: open handle
 * @set: which set
 * @cb: gets each
 * @data: handed to @cb
 * @reterr: code 999
 *
 * Return: 0, also when there is no such set; what @cb returned; another
 * negative errno.
 */
int cni_nft_list_elements(struct cni_nft *nft, const struct cni_nft_set *set,
			  cni_nft_element_cb cb, void *data,
			  struct cni_error *reterr);

#endif /* CNI_NFT_SET_H */
