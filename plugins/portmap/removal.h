/* SPDX-License-Identifier: Apache-2.0 */
/*
 * removal.h - what attachments have in the table, and taking it out
 *
 * DOC: Theory of Operation
 *
 * First it is looked at what is really there and still the attachment's own
 * (another may have taken over a port meanwhile), then exactly that is put into
 * a transaction that demands the ruleset that was looked at.  So no deletion
 * can fail, and none can hit a stranger's element.
 */
#ifndef PORTMAP_REMOVAL_H
#define PORTMAP_REMOVAL_H

#include "cni/nft_elements.h"

#include "nft_table.h"

/**
 * struct portmap_doomed - an element to be removed
 * @set: of which set
 * @key: its key
 * @data: its data, as expiring elements have to be added with it
 */
struct portmap_doomed {
	const struct cni_nft_set *set;
	uint8_t key[36];
	uint8_t data[20];
};

/**
 * struct portmap_removal - everything to be removed; zero-initialise first
 * @items: elements; owned
 * @count: how many
 * @capacity: room in @items
 * @chains: names of chains with conditions, deleted with their rules; owned
 * @displaced: records of others whose mappings are among it, and have rules of
 *	iptables; owned
 * @displaced_count: how many
 */
struct portmap_removal {
	struct portmap_doomed *items;
	size_t count;
	size_t capacity;
	struct cni_string_list chains;
	struct portmap_record *displaced;
	size_t displaced_count;
};

/** portmap_removal_done() - free what it owns; it is empty afterwards */
void portmap_removal_done(struct portmap_removal *removal);

CNI_DEFINE_CLEANUP(portmap_removal, struct portmap_removal,
		   portmap_removal_done);

/** portmap_removal_is_empty() - is there nothing to remove? */
bool portmap_removal_is_empty(const struct portmap_removal *removal);

/**
 * portmap_removal_add() - remove an element
 * @removal: the list
 * @set: of which set
 * @element: as it is; must not be in the list
 *
 * Return: 0 or -ENOMEM.
 */
int portmap_removal_add(struct portmap_removal *removal,
			const struct cni_nft_set *set,
			const struct cni_nft_element *element);

/** portmap_removal_add_once() - the same, if it is not in the list already */
int portmap_removal_add_once(struct portmap_removal *removal,
			     const struct cni_nft_set *set,
			     const struct cni_nft_element *element);

/**
 * portmap_removal_displace() - remember whose rules of iptables have to follow
 * @removal: the list
 * @record: the owner's record; taken if it is published by iptables
 *
 * Return: 0 or -ENOMEM.
 */
int portmap_removal_displace(struct portmap_removal *removal,
			     struct portmap_record *record);

/**
 * portmap_removal_look() - add all that an attachment has
 * @nft: open handle
 * @key: the attachment's
 * @removal: what is found is added
 * @ret_record: its record; free with portmap_record_done()
 * @reterr: the kernel's refusal
 *
 * Return: 1; 0 when it has no record; a negative errno.
 */
int portmap_removal_look(struct cni_nft *nft,
			 const uint8_t key[static CNI_OWNER_KEY],
			 struct portmap_removal *removal,
			 struct portmap_record *ret_record,
			 struct cni_error *reterr);

/**
 * portmap_removal_look_chains() - add an attachment's chains with conditions
 * @nft: open handle
 * @owner: the attachment
 * @removal: what is found is added
 * @reterr: the kernel's refusal
 *
 * Return: 0; -ENOMEM, then @reterr is not filled; another negative errno.
 */
int portmap_removal_look_chains(struct cni_nft *nft,
				const struct cni_owner *owner,
				struct portmap_removal *removal,
				struct cni_error *reterr);

/**
 * enum portmap_removal_mode - how elements go
 * @PORTMAP_DELETE: at once, at the price of a wait when the handle is closed
 * @PORTMAP_EXPIRE: with the next tick of the kernel's timer, if it can
 */
enum portmap_removal_mode {
	PORTMAP_DELETE,
	PORTMAP_EXPIRE,
};

/** portmap_removal_put() - put it all into a transaction */
void portmap_removal_put(const struct portmap_removal *removal,
			 struct cni_nft_batch *batch,
			 enum portmap_removal_mode mode);

/** portmap_removal_can_expire() - or is there something only to be deleted? */
bool portmap_removal_can_expire(const struct portmap_removal *removal);

/**
 * portmap_record_read() - read an attachment's record
 * @nft: open handle
 * @key: the attachment's
 * @removal: its pieces are added; may be NULL
 * @ret_record: free with portmap_record_done()
 * @reterr: the kernel's refusal
 *
 * Pieces that do not make a record, or are about to expire, are no record.
 *
 * Return: 1; 0 when there is none; a negative errno.
 */
int portmap_record_read(struct cni_nft *nft,
			const uint8_t key[static CNI_OWNER_KEY],
			struct portmap_removal *removal,
			struct portmap_record *ret_record,
			struct cni_error *reterr);

/** portmap_piece_key() - key of a piece in the set "attachments" */
void portmap_piece_key(const uint8_t owner[static CNI_OWNER_KEY], size_t number,
		       uint8_t ret_key[static CNI_OWNER_KEY + 4]);

/** portmap_localnet_key() - key of an element of the set "localnet" */
void portmap_localnet_key(const char *bridge,
			  const uint8_t owner[static CNI_OWNER_KEY],
			  uint8_t ret_key[static IFNAMSIZ + CNI_OWNER_KEY]);

#endif /* PORTMAP_REMOVAL_H */
