/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_expr.h - the expressions of nf_tables rules
 *
 * Each function appends one expression to the rule begun with
 * cni_nft_rule_begin().  An expression loads something into a register,
 * compares a register, or acts.  Registers are those of 4 bytes,
 * NFT_REG32_00 ... NFT_REG32_15; a concatenated key is loaded part by part
 * into consecutive ones.
 *
 * Source: include/uapi/linux/netfilter/nf_tables.h.
 */
#ifndef CNI_NFT_EXPR_H
#define CNI_NFT_EXPR_H

#include <linux/netfilter/nf_tables.h>

#include "cni/nft.h"

/** cni_nft_meta() - load `meta <key>` (NFT_META_*) */
void cni_nft_meta(struct cni_nft_batch *batch, enum nft_meta_keys key,
		  enum nft_registers reg);

/** cni_nft_ct() - load `ct <key>` (NFT_CT_*) */
void cni_nft_ct(struct cni_nft_batch *batch, enum nft_ct_keys key,
		enum nft_registers reg);

/**
 * cni_nft_ct_dir() - load `ct original <key>` or `ct reply <key>`
 * @direction: IP_CT_DIR_ORIGINAL (0) or IP_CT_DIR_REPLY (1)
 */
void cni_nft_ct_dir(struct cni_nft_batch *batch, enum nft_ct_keys key,
		    uint8_t direction, enum nft_registers reg);

/** cni_nft_payload() - load @len bytes at @offset of a header */
void cni_nft_payload(struct cni_nft_batch *batch, enum nft_payload_bases base,
		     uint32_t offset, uint32_t len, enum nft_registers reg);

/** cni_nft_saddr() - load the source address of the IP header */
void cni_nft_saddr(struct cni_nft_batch *batch, int family,
		   enum nft_registers reg);

/** cni_nft_daddr() - load the destination address of the IP header */
void cni_nft_daddr(struct cni_nft_batch *batch, int family,
		   enum nft_registers reg);

/** cni_nft_cmp() - go on only when the register compares so with @data */
void cni_nft_cmp(struct cni_nft_batch *batch, enum nft_registers reg,
		 enum nft_cmp_ops op, const void *data, size_t len);

/** cni_nft_cmp_u8() - as cni_nft_cmp() with one byte, e.g. a protocol */
void cni_nft_cmp_u8(struct cni_nft_batch *batch, enum nft_registers reg,
		    enum nft_cmp_ops op, uint8_t value);

/** cni_nft_cmp_u32() - as cni_nft_cmp() with 32 bits in host byte order */
void cni_nft_cmp_u32(struct cni_nft_batch *batch, enum nft_registers reg,
		     enum nft_cmp_ops op, uint32_t value);

/** cni_nft_and() - register = register & mask, @len bytes */
void cni_nft_and(struct cni_nft_batch *batch, enum nft_registers reg,
		 const void *mask, size_t len);

/**
 * cni_nft_prefix() - go on only when an address is (not) in a prefix
 * @reg: an address loaded before; changed
 * @prefix: the prefix; its host bits are ignored
 * @inside: whether it must be inside or outside
 */
void cni_nft_prefix(struct cni_nft_batch *batch, enum nft_registers reg,
		    const struct cni_prefix *prefix, bool inside);

/**
 * cni_nft_saddr_in() / cni_nft_daddr_in() - go on only when the address of the
 * IP header is (not) in a prefix
 *
 * As nft does it: of a prefix of whole bytes, only those are loaded. Uses
 * NFT_REG32_00; the packet must be known to be of the prefix's family.
 */
void cni_nft_saddr_in(struct cni_nft_batch *batch,
		      const struct cni_prefix *prefix, bool inside);
void cni_nft_daddr_in(struct cni_nft_batch *batch,
		      const struct cni_prefix *prefix, bool inside);

/** cni_nft_range() - go on only when first <= register <= last */
void cni_nft_range(struct cni_nft_batch *batch, enum nft_registers reg,
		   const void *first, const void *last, size_t len);

/** cni_nft_family() - go on only for packets of that family (inet tables) */
void cni_nft_family(struct cni_nft_batch *batch, int family);

/** cni_nft_ifname() - go on only for this input or output interface
 * @key: NFT_META_IIFNAME or NFT_META_OIFNAME
 */
void cni_nft_ifname(struct cni_nft_batch *batch, enum nft_meta_keys key,
		    const char *ifname);

/**
 * cni_nft_ct_status() - go on only when (no) bit of `ct status` is set
 * @bits: IPS_*
 * @set: any bit must be set, or none
 */
void cni_nft_ct_status(struct cni_nft_batch *batch, uint32_t bits, bool set);

/** cni_nft_ct_state() - go on only in one of these states (NF_CT_STATE_BIT) */
void cni_nft_ct_state(struct cni_nft_batch *batch, uint32_t bits);

/** cni_nft_fib_daddr_type() - load the route type of the destination, e.g.
 * RTN_LOCAL */
void cni_nft_fib_daddr_type(struct cni_nft_batch *batch,
			    enum nft_registers reg);

/** cni_nft_lookup() - go on only when the key is (not) in the set */
void cni_nft_lookup(struct cni_nft_batch *batch, const char *set,
		    enum nft_registers key, bool inverted);

/**
 * cni_nft_map() - look the key up; go on with the data when it is found
 * @data: NFT_REG_VERDICT for a verdict map
 */
void cni_nft_map(struct cni_nft_batch *batch, const char *map,
		 enum nft_registers key, enum nft_registers data);

/**
 * cni_nft_update() - put the key into a dynamic set, or renew its lifetime
 *
 * Ends the rule when the set is full.
 */
void cni_nft_update(struct cni_nft_batch *batch, const char *set,
		    enum nft_registers key);

/** cni_nft_load() - load constant bytes */
void cni_nft_load(struct cni_nft_batch *batch, enum nft_registers reg,
		  const void *data, size_t len);

/**
 * cni_nft_verdict() - end the rule with a verdict
 * @verdict: NF_ACCEPT, NF_DROP, NFT_RETURN, NFT_JUMP or NFT_GOTO
 * @chain: for the last two, else NULL
 */
void cni_nft_verdict(struct cni_nft_batch *batch, int32_t verdict,
		     const char *chain);

/**
 * cni_nft_dnat() - destination NAT
 * @family: AF_INET or AF_INET6
 * @address: register with the address
 * @port: register with the port
 */
void cni_nft_dnat(struct cni_nft_batch *batch, int family,
		  enum nft_registers address, enum nft_registers port);

/** cni_nft_masquerade() - source NAT to the outgoing interface's address
 * @flags: NF_NAT_RANGE_*
 */
void cni_nft_masquerade(struct cni_nft_batch *batch, uint32_t flags);

#endif /* CNI_NFT_EXPR_H */
