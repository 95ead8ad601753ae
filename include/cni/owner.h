/* SPDX-License-Identifier: Apache-2.0 */
/*
 * owner.h - whose an object is: the identity of an attachment
 *
 * DOC: Theory of Operation
 *
 * An attachment is (network, container id, interface name).  Objects that can
 * carry text (nf_tables rules and elements) carry a comment that starts with
 * two hashes of it and goes on with the names for people; objects that are
 * looked up by identity use the hashes as a key of 16 bytes.  The first half
 * belongs to the network alone, so that everything of one network can be found.
 *
 * Source: containernetworking/plugins pkg/ip/ipmasq_nftables_linux.go, whose
 * comments have the same form.
 */
#ifndef CNI_OWNER_H
#define CNI_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct cni_owner - an attachment's identity; strings are borrowed
 */
struct cni_owner {
	const char *network;
	const char *container_id;
	const char *ifname;
};

#define CNI_OWNER_NETWORK_KEY 8
#define CNI_OWNER_KEY	      16

/* "<16 hex>-<16 hex>": what an owner's comment starts with, without NUL. */
#define CNI_OWNER_HASH_LEN 33

/*
 * Longest comment nft accepts, and the NUL.
 * Source: nftables include/rule.h, NFTNL_UDATA_COMMENT_MAXLEN (128).
 */
#define CNI_OWNER_COMMENT_SIZE 129

/**
 * cni_owner_key() - the identity in 16 bytes
 * @owner: the attachment
 * @ret_key: 8 bytes of the network's hash, 8 of "<ifname>:<container id>"
 */
void cni_owner_key(const struct cni_owner *owner,
		   uint8_t ret_key[static CNI_OWNER_KEY]);

/** cni_owner_network_key() - the first 8 bytes of all keys of a network */
void cni_owner_network_key(const char *network,
			   uint8_t ret_key[static CNI_OWNER_NETWORK_KEY]);

/**
 * cni_owner_comment() - the identity as a comment
 * @owner: the attachment
 * @ret_text: `<hash>-<hash>, net: <network>, if: <ifname>, id: <id>`, cut to
 *	128 bytes; double quotes are left out, since nft cannot print them
 */
void cni_owner_comment(const struct cni_owner *owner,
		       char ret_text[static CNI_OWNER_COMMENT_SIZE]);

/**
 * cni_owner_matches() - does a comment name this attachment?
 * @owner: the attachment
 * @comment: any comment
 */
bool cni_owner_matches(const struct cni_owner *owner, const char *comment);

/**
 * cni_owner_key_of() - the key a comment starts with
 * @comment: any comment
 * @ret_key: written when there is one
 *
 * Return: whether @comment starts with "<16 hex>-<16 hex>" and ends there or
 * goes on with a comma.
 */
bool cni_owner_key_of(const char *comment,
		      uint8_t ret_key[static CNI_OWNER_KEY]);

/**
 * cni_owner_in() - does a comment or key belong to one of these attachments?
 * @owners: attachments
 * @count: how many
 * @key: CNI_OWNER_KEY bytes
 */
bool cni_owner_in(const struct cni_owner *owners, size_t count,
		  const uint8_t key[static CNI_OWNER_KEY]);

#endif /* CNI_OWNER_H */
