/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - what an attachment published, as a line of text
 *
 * DOC: Theory of Operation
 *
 * DEL, CHECK and --list know nothing but an attachment's identity.  ADD leaves
 * them a record: words separated by spaces,
 *
 *	net=k8s id=7d3f if=eth0 dev=veth1a2b/17 ns=/run/netns/cni-1
 *	ip=10.1.0.2/24 ip=fd00:1::2/64 snat local=cni0
 *	tcp:8080>80 udp:[::1]:53>5353 tcp:10.0.0.5:9000-9099>9000
 *
 * in comments of elements of a set that are looked up by the attachment's key
 * and a number.  A comment holds 128 bytes, so a record is cut into pieces
 * ("2/3 ..."), whose first number is the piece and second how many there are.
 * Being text in comments, records show in `nft list` and survive when a ruleset
 * is saved and restored by nft.
 *
 * Whoever can change the ruleset can change records, so reading one trusts
 * nothing in it.
 */
#ifndef PORTMAP_RECORD_H
#define PORTMAP_RECORD_H

#include <net/if.h>

#include "cni/buf.h"
#include "cni/owner.h"

#include "mapping.h"
#include "target.h"

/**
 * struct portmap_record - what ADD knew; zero-initialise before use
 * @network: network name
 * @container_id: container id
 * @ifname: interface name in the pod
 * @port: the pod's interface on the host; "" when it has none
 * @port_index: its ifindex
 * @sandbox: CNI_NETNS
 * @target: addresses only
 * @snat: hairpin, siblings and localhost are served
 * @masq_all: everybody's source address is translated
 * @conditions: has chains of its own with conditions
 * @iptables: is published by iptables; the table only tells whose ports are
 * @mark_chain: externalSetMarkChain of those; NULL when there is none
 * @localnet: the bridge whose route_localnet the mappings need; "" for none
 * @mappings: what is published
 */
struct portmap_record {
	char *network;
	char *container_id;
	char *ifname;
	char port[IFNAMSIZ];
	uint32_t port_index;
	char *sandbox;
	struct portmap_target target;
	bool snat;
	bool masq_all;
	bool conditions;
	bool iptables;
	char *mark_chain;
	char localnet[IFNAMSIZ];
	struct portmap_mapping_list mappings;
};

/** portmap_record_done() - free what it owns; it is empty afterwards */
void portmap_record_done(struct portmap_record *record);

CNI_DEFINE_CLEANUP(portmap_record, struct portmap_record, portmap_record_done);

/**
 * portmap_record_set_owner() - fill in the identity
 * @record: the record
 * @owner: copied
 * @sandbox: CNI_NETNS, copied
 *
 * Return: 0 or -ENOMEM.
 */
int portmap_record_set_owner(struct portmap_record *record,
			     const struct cni_owner *owner,
			     const char *sandbox);

/** portmap_record_owner() - its identity; borrowed */
struct cni_owner portmap_record_owner(const struct portmap_record *record);

/**
 * portmap_record_format() - write a record
 * @record: mappings of consecutive ports are joined
 * @buf: the words are appended
 */
void portmap_record_format(const struct portmap_record *record,
			   struct cni_buf *buf);

/**
 * portmap_record_parse() - read a record
 * @text: the words
 * @ret_record: filled; free with portmap_record_done(), also after a failure
 *
 * Unknown words are passed over.
 *
 * Return: 0; -EBADMSG it is not one of ours; -ENOMEM.
 */
int portmap_record_parse(const char *text, struct portmap_record *ret_record);

/* Bytes of the record in one piece: 128 less "65535/65535 ". */
#define PORTMAP_PIECE_TEXT 116

/** portmap_piece_count() - how many pieces a record of @len bytes takes */
size_t portmap_piece_count(size_t len);

/**
 * portmap_piece_format() - one piece as a comment
 * @text: the whole record
 * @number: which piece, from 0
 * @ret_comment: receives it
 */
void portmap_piece_format(const char *text, size_t number,
			  char ret_comment[static CNI_OWNER_COMMENT_SIZE]);

/**
 * portmap_piece_parse() - read a piece
 * @comment: any comment
 * @ret_number: which piece, from 0
 * @ret_count: of how many
 *
 * Return: its text, inside @comment; NULL when it is none.
 */
const char *portmap_piece_parse(const char *comment, size_t *ret_number,
				size_t *ret_count);

#endif /* PORTMAP_RECORD_H */
