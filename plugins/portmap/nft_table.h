/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_table.h - the nf_tables table of port mappings
 *
 * DOC: Theory of Operation
 *
 * One table for the node, `inet cni_portmap`; its chains and rules are the same
 * whatever is published (nft_rules.c has them in nft's words).  What is
 * published are elements of four maps from what a packet is addressed to to
 * where it goes:
 *
 * - ports4: protocol . port -> address . port
 * - ports4_ip: address . protocol . port -> address . port
 * - ports6 and ports6_ip, the same of IPv6
 *
 * One lookup each, however many there are; and since a key can be in a map only
 * once, the kernel itself refuses a second owner.  The comment of every element
 * starts with its owner's key (cni/owner.h).  Around them are
 *
 * - snat4, snat6: pods that are reached by themselves, siblings and localhost
 * - masqall4, masqall6: pods that see no client's address (masqAll)
 * - local4, local6: addresses of the node that were asked for a port; rules put
 *   them there, for a minute
 * - localnet: bridge . owner: who needs the bridge's route_localnet
 * - bridges: those bridges, and whether they had it before
 * - attachments: owner . number: records (record.h)
 * - conditions4 and so on: keys whose owner has conditions -> goto its chain
 *
 * What is published by iptables has its elements, too, so that a port has one
 * owner whatever the backends; conditions4 and so on keep packets from them.
 *
 * Elements expire instead of being deleted where the kernel can do that.
 */
#ifndef PORTMAP_NFT_TABLE_H
#define PORTMAP_NFT_TABLE_H

#include "cni/nft_set.h"

#include "record.h"

/**
 * enum portmap_map - where an entry of a mapping is
 */
enum portmap_map {
	PORTMAP_MAP_PORTS4,
	PORTMAP_MAP_PORTS4_IP,
	PORTMAP_MAP_PORTS6,
	PORTMAP_MAP_PORTS6_IP,
	PORTMAP_MAP_COUNT,
};

/* Priorities; docs/portmap.md tells why. Source: linux/netfilter_ipv4.h */
#define PORTMAP_PRIORITY_GUARD (-300) /* raw */
#define PORTMAP_PRIORITY_DNAT  (-90)  /* dstnat + 10 */
#define PORTMAP_PRIORITY_SNAT  110    /* srcnat + 10 */

extern const struct cni_nft_table portmap_table;

/* The maps and sets above. */
extern const struct cni_nft_set portmap_ports[PORTMAP_MAP_COUNT];
extern const struct cni_nft_set portmap_conditions[PORTMAP_MAP_COUNT];
extern const struct cni_nft_set portmap_localnet;
extern const struct cni_nft_set portmap_bridges;
extern const struct cni_nft_set portmap_attachments;

/** portmap_snat_set() - snat4, snat6, or with @all masqall4, masqall6 */
const struct cni_nft_set *portmap_snat_set(int family, bool all);

/** portmap_map_family() - AF_INET or AF_INET6 */
int portmap_map_family(enum portmap_map map);

/** portmap_map_is_ip() - are its keys of a certain address? */
bool portmap_map_is_ip(enum portmap_map map);

/**
 * enum portmap_table_purpose - what the table is put into a transaction for
 * @PORTMAP_TABLE_MAKE: there is none
 * @PORTMAP_TABLE_MEND: there is one that lacks something; elements stay, and so
 *	do rules that were added later
 * @PORTMAP_TABLE_COMPARE: to compare it, without the chains that get a rule per
 *	subnet: nothing of the rest changes later
 */
enum portmap_table_purpose {
	PORTMAP_TABLE_MAKE,
	PORTMAP_TABLE_MEND,
	PORTMAP_TABLE_COMPARE,
};

/**
 * portmap_put_table() - the table with its chains, rules and sets, unfilled
 * @batch: the transaction
 * @purpose: what for
 */
void portmap_put_table(struct cni_nft_batch *batch,
		       enum portmap_table_purpose purpose);

/**
 * enum portmap_table_state - what there is of the table
 * @PORTMAP_TABLE_ABSENT: nothing
 * @PORTMAP_TABLE_DAMAGED: rules or more are missing
 * @PORTMAP_TABLE_WHOLE: all, as far as it was looked at
 */
enum portmap_table_state {
	PORTMAP_TABLE_ABSENT,
	PORTMAP_TABLE_DAMAGED,
	PORTMAP_TABLE_WHOLE,
};

/**
 * portmap_table_look() - is the table there, and whole?
 * @nft: open handle
 * @thorough: look at everything, not only for what is likely to be missing
 * @ret_state: the answer
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int portmap_table_look(struct cni_nft *nft, bool thorough,
		       enum portmap_table_state *ret_state,
		       struct cni_error *reterr);

/**
 * portmap_siblings_chain() - name of the chain with a rule per subnet
 * @family: AF_INET or AF_INET6
 */
const char *portmap_siblings_chain(int family);

/**
 * portmap_put_subnet() - the rule for pods of one subnet that meet each other
 * @batch: the transaction
 * @subnet: the subnet; its text is the rule's comment
 */
void portmap_put_subnet(struct cni_nft_batch *batch,
			const struct cni_prefix *subnet);

/* "conditions4_ip-<hash>-<hash>" and NUL */
#define PORTMAP_CHAIN_SIZE (16 + CNI_OWNER_HASH_LEN + 1)

/**
 * portmap_conditions_chain() - name of an attachment's chain with conditions
 * @map: for keys of which map
 * @comment: the attachment's comment
 * @ret_name: the name
 */
void portmap_conditions_chain(enum portmap_map map, const char *comment,
			      char ret_name[static PORTMAP_CHAIN_SIZE]);

/**
 * portmap_hit_chain() - the chain that translates, for rules with conditions
 * @map: by which map
 */
const char *portmap_hit_chain(enum portmap_map map);

/** portmap_any_chain() - the chain that looks ports of any address up */
const char *portmap_any_chain(enum portmap_map map);

/**
 * portmap_put_conditions_end() - what happens where the conditions do not hold
 * @batch: the transaction
 * @map: for keys of which map
 * @chain: the attachment's chain
 *
 * The last rule of the chain.
 */
void portmap_put_conditions_end(struct cni_nft_batch *batch,
				enum portmap_map map, const char *chain);

/**
 * struct portmap_entry - one element of a map
 * @map: which map
 * @mapping: index of the mapping it is for
 * @key: key of the element
 * @data: its data
 */
struct portmap_entry {
	enum portmap_map map;
	size_t mapping;
	uint8_t key[24];
	uint8_t data[20];
};

/**
 * struct portmap_plan - all elements of an attachment's mappings; zero first
 * @items: sorted by map; owned
 * @count: how many
 * @first: where the entries of a map start; [PORTMAP_MAP_COUNT] is @count
 */
struct portmap_plan {
	struct portmap_entry *items;
	size_t count;
	size_t first[PORTMAP_MAP_COUNT + 1];
};

/** portmap_plan_done() - free what it owns; it is empty afterwards */
void portmap_plan_done(struct portmap_plan *plan);

CNI_DEFINE_CLEANUP(portmap_plan, struct portmap_plan, portmap_plan_done);

/**
 * portmap_plan_build() - mappings of a pod as elements of the maps
 * @mappings: what to publish
 * @target: where it leads
 * @ret_plan: free with portmap_plan_done()
 *
 * Mappings for a family in which the pod has no address have no entry.
 *
 * Return: 0 or -ENOMEM.
 */
int portmap_plan_build(const struct portmap_mapping_list *mappings,
		       const struct portmap_target *target,
		       struct portmap_plan *ret_plan);

/**
 * portmap_entry_mapping() - read an element of a map
 * @map: of which map
 * @element: the element
 * @ret_mapping: what is published
 * @ret_pod: where it leads
 */
void portmap_entry_mapping(enum portmap_map map,
			   const struct cni_nft_element *element,
			   struct portmap_mapping *ret_mapping,
			   struct cni_addr *ret_pod);

#endif /* PORTMAP_NFT_TABLE_H */
