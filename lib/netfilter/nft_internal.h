/* SPDX-License-Identifier: Apache-2.0 */
/* nft_internal.h - what the files of the nf_tables module share */
#ifndef CNI_NFT_INTERNAL_H
#define CNI_NFT_INTERNAL_H

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "cni/nft_set.h"

/**
 * nft_begin() - append a message of the nf_tables subsystem to a request
 * @req: the request
 * @type: NFT_MSG_*
 * @flags: NLM_F_*
 * @family: NFPROTO_*
 */
void nft_begin(struct cni_nl_req *req, uint16_t type, uint16_t flags,
	       uint8_t family);

/** nft_change() - begin a message of a transaction; acknowledged as a whole */
void nft_change(struct cni_nft_batch *batch, uint16_t type, uint16_t flags,
		uint8_t family);

/**
 * nft_get() - ask for one object
 * @nft: open handle
 * @req: a request begun with nft_begin()
 * @cb: takes the object
 * @data: handed to @cb
 * @reterr: code 999
 *
 * Return: 1; 0 when there is none; another negative errno.
 */
int nft_get(struct cni_nft *nft, struct cni_nl_req *req, cni_nl_cb cb,
	    void *data, struct cni_error *reterr);

/** nft_dump() - ask for a list; a missing table or chain is an empty one */
int nft_dump(struct cni_nft *nft, struct cni_nl_req *req, cni_nl_cb cb,
	     void *data, struct cni_error *reterr);

/**
 * nft_put_userdata() - append userdata with a comment and private bytes
 * @req: the request
 * @attribute: NFTA_*_USERDATA
 * @comment: NULL or "" for none; cut to CNI_NFT_COMMENT_MAX
 * @bytes: private bytes
 * @len: how many; 0 for none
 */
void nft_put_userdata(struct cni_nl_req *req, uint16_t attribute,
		      const char *comment, const void *bytes, size_t len);

/**
 * nft_get_userdata() - the reverse
 * @attr: NFTA_*_USERDATA, may be NULL
 * @type: NFT_UDATA_COMMENT or NFT_UDATA_PRIVATE
 * @ret_len: bytes found
 *
 * Return: the bytes, inside @attr; NULL when there are none.
 */
const uint8_t *nft_get_userdata(const struct nlattr *attr, uint8_t type,
				size_t *ret_len);

/**
 * nft_put_record() - write one record of userdata
 * @to: where, at least @len + 2 bytes
 * @type: NFT_UDATA_*
 * @bytes: its value
 * @len: how many, up to 255
 *
 * Return: bytes written.
 */
size_t nft_put_record(uint8_t *to, uint8_t type, const void *bytes, size_t len);

/** nft_put_set_name() - append the names of table and set */
void nft_put_set_name(struct cni_nl_req *req, const struct cni_nft_set *set);

/**
 * nft_put_element() - append an element to an open list of them
 * @req: the request
 * @set: of which set
 * @element: the element
 * @whole: with its data, not only its key
 */
void nft_put_element(struct cni_nl_req *req, const struct cni_nft_set *set,
		     const struct cni_nft_element *element, bool whole);

/**
 * struct nft_elements - who takes the elements of an answer
 */
struct nft_elements {
	cni_nft_element_cb cb;
	void *data;
};

/** nft_take_elements() - a cni_nl_cb for struct nft_elements */
int nft_take_elements(const struct nlmsghdr *message, void *data);

/** nft_get_be64() - 64 bits in network byte order; 0 when absent */
uint64_t nft_get_be64(const struct nlattr *attr);

/*
 * Types of the records in userdata.  0 is nft's comment everywhere
 * (libnftnl include/libnftnl/udata.h); nft passes over types it does not know.
 */
#define NFT_UDATA_COMMENT 0
#define NFT_UDATA_PRIVATE 0xcb

#endif /* CNI_NFT_INTERNAL_H */
