/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc.h - looking at everything the table has
 */
#ifndef PORTMAP_GC_H
#define PORTMAP_GC_H

#include "nft_backend.h"

/**
 * portmap_nft_gc() - remove what belongs to no living attachment
 * @nft: open handle
 * @network_name: only this network's
 * @valid: attachments of the network that live
 * @count: how many
 * @reterr: the first failure
 *
 * With the last attachment of the node, the table goes, too.
 *
 * Return: 0 or a negative errno.
 */
int portmap_nft_gc(struct cni_nft *nft, const char *network_name,
		   const struct cni_owner *valid, size_t count,
		   struct cni_error *reterr);

/**
 * portmap_nft_del_orphans() - remove what an attachment has without a record
 * @nft: open handle
 * @owner: the attachment
 * @reterr: the kernel's refusal
 *
 * Looks at everything the table has: not for every DEL.
 *
 * Return: 0 or a negative errno.
 */
int portmap_nft_del_orphans(struct cni_nft *nft, const struct cni_owner *owner,
			    struct cni_error *reterr);

/**
 * struct portmap_key_list - keys of attachments; owned
 */
struct portmap_key_list {
	uint8_t (*items)[CNI_OWNER_KEY];
	size_t count;
};

/** portmap_key_list_done() - free the list; it is empty afterwards */
void portmap_key_list_done(struct portmap_key_list *list);

CNI_DEFINE_CLEANUP(portmap_keys, struct portmap_key_list,
		   portmap_key_list_done);

/**
 * portmap_list_keys() - keys of all attachments that have a record
 * @nft: open handle
 * @ret_list: free with portmap_key_list_done()
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int portmap_list_keys(struct cni_nft *nft, struct portmap_key_list *ret_list,
		      struct cni_error *reterr);

#endif /* PORTMAP_GC_H */
