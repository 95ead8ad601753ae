/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_backend.h - port mappings in nf_tables
 */
#ifndef PORTMAP_NFT_BACKEND_H
#define PORTMAP_NFT_BACKEND_H

#include "publication.h"
#include "removal.h"

/**
 * portmap_nft_add() - publish
 * @nft: open handle
 * @pub: what
 * @reterr: code 120 naming the owner of a port that is in use; code 130 when
 *	the kernel cannot
 *
 * All or nothing.  Replaces what the attachment has published before, what
 * attachments have left that are no more, and, with onConflict "replace",
 * mappings of others.
 *
 * Return: 0; -EADDRINUSE; -EOPNOTSUPP; another negative errno.
 */
int portmap_nft_add(struct cni_nft *nft, const struct portmap_publication *pub,
		    struct cni_error *reterr);

/**
 * portmap_conflicts_look() - who has what is to be published?
 * @nft: open handle
 * @pub: what
 * @removal: what has to go is added
 * @reterr: code 120
 *
 * Return: 0; -EAGAIN something was just going, look at all of it again;
 * -EADDRINUSE; another negative errno.
 */
int portmap_conflicts_look(struct cni_nft *nft,
			   const struct portmap_publication *pub,
			   struct portmap_removal *removal,
			   struct cni_error *reterr);

/**
 * portmap_owner_is_gone() - can an attachment be taken for removed?
 * @record: its record
 *
 * It is gone when its interface on the host is, or where it had none, when the
 * network namespace is.
 */
bool portmap_owner_is_gone(const struct portmap_record *record);

/**
 * portmap_entry_is_own() - is an element (still) this attachment's?
 * @nft: open handle
 * @entry: the element
 * @key: the attachment's
 *
 * Another may have replaced it.
 */
bool portmap_entry_is_own(struct cni_nft *nft,
			  const struct portmap_entry *entry,
			  const uint8_t key[static CNI_OWNER_KEY]);

/**
 * struct portmap_leaving - an attachment whose mappings are going
 * @record: what it had
 * @key: its key
 * @found: there was a record
 * @expiring: its elements are going to expire
 * @last: the last of them to do so
 */
struct portmap_leaving {
	struct portmap_record record;
	uint8_t key[CNI_OWNER_KEY];
	bool found;
	bool expiring;
	struct portmap_doomed last;
};

/** portmap_leaving_done() - free what it owns; it is empty afterwards */
void portmap_leaving_done(struct portmap_leaving *leaving);

CNI_DEFINE_CLEANUP(portmap_leaving, struct portmap_leaving,
		   portmap_leaving_done);

/**
 * portmap_nft_del() - take an attachment's mappings back
 * @nft: open handle
 * @key: the attachment's
 * @ret_leaving: what it had; for portmap_nft_del_finish()
 * @reterr: the kernel's refusal
 *
 * Return: 0, also when there is nothing; a negative errno.
 */
int portmap_nft_del(struct cni_nft *nft,
		    const uint8_t key[static CNI_OWNER_KEY],
		    struct portmap_leaving *ret_leaving,
		    struct cni_error *reterr);

/**
 * portmap_nft_del_finish() - wait until the mappings are gone, forget flows
 * @nft: open handle
 * @leaving: of portmap_nft_del()
 * @reterr: the kernel's refusal
 *
 * Apart from portmap_nft_del(), so that other work can be done meanwhile.
 *
 * Return: 0 or a negative errno.
 */
int portmap_nft_del_finish(struct cni_nft *nft, struct portmap_leaving *leaving,
			   struct cni_error *reterr);

/**
 * portmap_nft_check() - is everything there that an ADD makes?
 * @nft: open handle
 * @pub: what
 * @reterr: code 140, naming what is missing or different
 *
 * Return: 0; -ENOENT something is missing or different; another negative errno.
 */
int portmap_nft_check(struct cni_nft *nft,
		      const struct portmap_publication *pub,
		      struct cni_error *reterr);

/**
 * portmap_nft_check_owner() - the part of it that tells whose the ports are
 *
 * Parameters and return value as for portmap_nft_check().
 */
int portmap_nft_check_owner(struct cni_nft *nft,
			    const struct portmap_publication *pub,
			    struct cni_error *reterr);

#endif /* PORTMAP_NFT_BACKEND_H */
