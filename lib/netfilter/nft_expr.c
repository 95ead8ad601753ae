/* SPDX-License-Identifier: Apache-2.0 */
/* nft_expr.c - the expressions of nf_tables rules */
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_nat.h>

#include "cni/nft_expr.h"
#include "nft_internal.h"

/* Offsets in the IP headers. Source: RFC 791 section 3.1, RFC 8200 section 3 */
#define IPV4_SADDR 12
#define IPV4_DADDR 16
#define IPV6_SADDR 8
#define IPV6_DADDR 24

static void begin(struct cni_nft_batch *batch, const char *name, size_t *outer,
		  size_t *inner)
{
	*outer = cni_nl_nest_begin(&batch->req, NFTA_LIST_ELEM);
	cni_nl_put_str(&batch->req, NFTA_EXPR_NAME, name);
	*inner = cni_nl_nest_begin(&batch->req, NFTA_EXPR_DATA);
}

static void end(struct cni_nft_batch *batch, size_t outer, size_t inner)
{
	cni_nl_nest_end(&batch->req, inner);
	cni_nl_nest_end(&batch->req, outer);
}

/*
 * The words that begin a register of 16 bytes are called by its name, as nft
 * and the kernel's own lists do, so that rules can be compared by their bytes.
 */
static void put_register(struct cni_nl_req *req, uint16_t attribute,
			 uint32_t reg)
{
	if (reg >= NFT_REG32_00 && reg % 4 == 0)
		reg = NFT_REG_1 + (reg - NFT_REG32_00) / 4;
	cni_nl_put_be32(req, attribute, reg);
}

static void put_value(struct cni_nl_req *req, uint16_t attribute,
		      const void *data, size_t len)
{
	size_t nest = cni_nl_nest_begin(req, attribute);

	cni_nl_put(req, NFTA_DATA_VALUE, data, len);
	cni_nl_nest_end(req, nest);
}

/* An expression that loads something, named by a number, into a register. */
static void load_key(struct cni_nft_batch *batch, const char *name,
		     uint16_t key_attribute, uint32_t key,
		     uint16_t register_attribute, enum nft_registers reg)
{
	size_t outer;
	size_t inner;

	begin(batch, name, &outer, &inner);
	cni_nl_put_be32(&batch->req, key_attribute, key);
	put_register(&batch->req, register_attribute, reg);
	end(batch, outer, inner);
}

void cni_nft_meta(struct cni_nft_batch *batch, enum nft_meta_keys key,
		  enum nft_registers reg)
{
	load_key(batch, "meta", NFTA_META_KEY, key, NFTA_META_DREG, reg);
}

void cni_nft_ct(struct cni_nft_batch *batch, enum nft_ct_keys key,
		enum nft_registers reg)
{
	load_key(batch, "ct", NFTA_CT_KEY, key, NFTA_CT_DREG, reg);
}

void cni_nft_ct_dir(struct cni_nft_batch *batch, enum nft_ct_keys key,
		    uint8_t direction, enum nft_registers reg)
{
	size_t outer;
	size_t inner;

	begin(batch, "ct", &outer, &inner);
	cni_nl_put_be32(&batch->req, NFTA_CT_KEY, key);
	put_register(&batch->req, NFTA_CT_DREG, reg);
	cni_nl_put_u8(&batch->req, NFTA_CT_DIRECTION, direction);
	end(batch, outer, inner);
}

void cni_nft_payload(struct cni_nft_batch *batch, enum nft_payload_bases base,
		     uint32_t offset, uint32_t len, enum nft_registers reg)
{
	size_t outer;
	size_t inner;

	begin(batch, "payload", &outer, &inner);
	put_register(&batch->req, NFTA_PAYLOAD_DREG, reg);
	cni_nl_put_be32(&batch->req, NFTA_PAYLOAD_BASE, base);
	cni_nl_put_be32(&batch->req, NFTA_PAYLOAD_OFFSET, offset);
	cni_nl_put_be32(&batch->req, NFTA_PAYLOAD_LEN, len);
	end(batch, outer, inner);
}

void cni_nft_saddr(struct cni_nft_batch *batch, int family,
		   enum nft_registers reg)
{
	bool v4 = family == AF_INET;

	cni_nft_payload(batch, NFT_PAYLOAD_NETWORK_HEADER,
			v4 ? IPV4_SADDR : IPV6_SADDR, v4 ? 4 : 16, reg);
}

void cni_nft_daddr(struct cni_nft_batch *batch, int family,
		   enum nft_registers reg)
{
	bool v4 = family == AF_INET;

	cni_nft_payload(batch, NFT_PAYLOAD_NETWORK_HEADER,
			v4 ? IPV4_DADDR : IPV6_DADDR, v4 ? 4 : 16, reg);
}

void cni_nft_cmp(struct cni_nft_batch *batch, enum nft_registers reg,
		 enum nft_cmp_ops op, const void *data, size_t len)
{
	size_t outer;
	size_t inner;

	begin(batch, "cmp", &outer, &inner);
	put_register(&batch->req, NFTA_CMP_SREG, reg);
	cni_nl_put_be32(&batch->req, NFTA_CMP_OP, op);
	put_value(&batch->req, NFTA_CMP_DATA, data, len);
	end(batch, outer, inner);
}

void cni_nft_cmp_u8(struct cni_nft_batch *batch, enum nft_registers reg,
		    enum nft_cmp_ops op, uint8_t value)
{
	cni_nft_cmp(batch, reg, op, &value, sizeof(value));
}

void cni_nft_cmp_u32(struct cni_nft_batch *batch, enum nft_registers reg,
		     enum nft_cmp_ops op, uint32_t value)
{
	cni_nft_cmp(batch, reg, op, &value, sizeof(value));
}

void cni_nft_and(struct cni_nft_batch *batch, enum nft_registers reg,
		 const void *mask, size_t len)
{
	static const uint8_t zeros[16];
	size_t outer;
	size_t inner;

	begin(batch, "bitwise", &outer, &inner);
	put_register(&batch->req, NFTA_BITWISE_SREG, reg);
	put_register(&batch->req, NFTA_BITWISE_DREG, reg);
	cni_nl_put_be32(&batch->req, NFTA_BITWISE_LEN, (uint32_t)len);
	put_value(&batch->req, NFTA_BITWISE_MASK, mask, len);
	put_value(&batch->req, NFTA_BITWISE_XOR, zeros, len);
	end(batch, outer, inner);
}

void cni_nft_prefix(struct cni_nft_batch *batch, enum nft_registers reg,
		    const struct cni_prefix *prefix, bool inside)
{
	struct cni_prefix network = cni_prefix_network(prefix);
	size_t len = cni_addr_len(&network.addr);
	uint8_t mask[16] = { 0 };

	for (uint8_t bit = 0; bit < prefix->len; bit++)
		mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	if (prefix->len < len * 8)
		cni_nft_and(batch, reg, mask, len);
	cni_nft_cmp(batch, reg, inside ? NFT_CMP_EQ : NFT_CMP_NEQ,
		    network.addr.bytes, len);
}

static void address_in(struct cni_nft_batch *batch, uint32_t offset,
		       const struct cni_prefix *prefix, bool inside)
{
	struct cni_prefix network = cni_prefix_network(prefix);
	uint32_t bytes = prefix->len / 8U;

	if (prefix->len % 8 || bytes == 0) {
		cni_nft_payload(batch, NFT_PAYLOAD_NETWORK_HEADER, offset,
				(uint32_t)cni_addr_len(&network.addr),
				NFT_REG32_00);
		cni_nft_prefix(batch, NFT_REG32_00, prefix, inside);
		return;
	}
	cni_nft_payload(batch, NFT_PAYLOAD_NETWORK_HEADER, offset, bytes,
			NFT_REG32_00);
	cni_nft_cmp(batch, NFT_REG32_00, inside ? NFT_CMP_EQ : NFT_CMP_NEQ,
		    network.addr.bytes, bytes);
}

void cni_nft_saddr_in(struct cni_nft_batch *batch,
		      const struct cni_prefix *prefix, bool inside)
{
	bool v4 = prefix->addr.family == AF_INET;

	address_in(batch, v4 ? IPV4_SADDR : IPV6_SADDR, prefix, inside);
}

void cni_nft_daddr_in(struct cni_nft_batch *batch,
		      const struct cni_prefix *prefix, bool inside)
{
	bool v4 = prefix->addr.family == AF_INET;

	address_in(batch, v4 ? IPV4_DADDR : IPV6_DADDR, prefix, inside);
}

void cni_nft_range(struct cni_nft_batch *batch, enum nft_registers reg,
		   const void *first, const void *last, size_t len)
{
	size_t outer;
	size_t inner;

	begin(batch, "range", &outer, &inner);
	put_register(&batch->req, NFTA_RANGE_SREG, reg);
	cni_nl_put_be32(&batch->req, NFTA_RANGE_OP, NFT_RANGE_EQ);
	put_value(&batch->req, NFTA_RANGE_FROM_DATA, first, len);
	put_value(&batch->req, NFTA_RANGE_TO_DATA, last, len);
	end(batch, outer, inner);
}

void cni_nft_family(struct cni_nft_batch *batch, int family)
{
	cni_nft_meta(batch, NFT_META_NFPROTO, NFT_REG32_00);
	cni_nft_cmp_u8(batch, NFT_REG32_00, NFT_CMP_EQ,
		       family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
}

void cni_nft_ifname(struct cni_nft_batch *batch, enum nft_meta_keys key,
		    const char *ifname)
{
	char name[IFNAMSIZ] = { 0 };

	memcpy(name, ifname, strnlen(ifname, IFNAMSIZ - 1));
	cni_nft_meta(batch, key, NFT_REG32_00);
	cni_nft_cmp(batch, NFT_REG32_00, NFT_CMP_EQ, name, sizeof(name));
}

void cni_nft_ct_status(struct cni_nft_batch *batch, uint32_t bits, bool set)
{
	cni_nft_ct(batch, NFT_CT_STATUS, NFT_REG32_00);
	cni_nft_and(batch, NFT_REG32_00, &bits, sizeof(bits));
	cni_nft_cmp_u32(batch, NFT_REG32_00, set ? NFT_CMP_NEQ : NFT_CMP_EQ, 0);
}

void cni_nft_ct_state(struct cni_nft_batch *batch, uint32_t bits)
{
	cni_nft_ct(batch, NFT_CT_STATE, NFT_REG32_00);
	cni_nft_and(batch, NFT_REG32_00, &bits, sizeof(bits));
	cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_NEQ, 0);
}

void cni_nft_fib_daddr_type(struct cni_nft_batch *batch, enum nft_registers reg)
{
	size_t outer;
	size_t inner;

	begin(batch, "fib", &outer, &inner);
	put_register(&batch->req, NFTA_FIB_DREG, reg);
	cni_nl_put_be32(&batch->req, NFTA_FIB_RESULT, NFT_FIB_RESULT_ADDRTYPE);
	cni_nl_put_be32(&batch->req, NFTA_FIB_FLAGS, NFTA_FIB_F_DADDR);
	end(batch, outer, inner);
}

void cni_nft_lookup(struct cni_nft_batch *batch, const char *set,
		    enum nft_registers key, bool inverted)
{
	size_t outer;
	size_t inner;

	begin(batch, "lookup", &outer, &inner);
	cni_nl_put_str(&batch->req, NFTA_LOOKUP_SET, set);
	put_register(&batch->req, NFTA_LOOKUP_SREG, key);
	if (inverted)
		cni_nl_put_be32(&batch->req, NFTA_LOOKUP_FLAGS,
				NFT_LOOKUP_F_INV);
	end(batch, outer, inner);
}

void cni_nft_map(struct cni_nft_batch *batch, const char *map,
		 enum nft_registers key, enum nft_registers data)
{
	size_t outer;
	size_t inner;

	begin(batch, "lookup", &outer, &inner);
	cni_nl_put_str(&batch->req, NFTA_LOOKUP_SET, map);
	put_register(&batch->req, NFTA_LOOKUP_SREG, key);
	put_register(&batch->req, NFTA_LOOKUP_DREG, data);
	end(batch, outer, inner);
}

void cni_nft_update(struct cni_nft_batch *batch, const char *set,
		    enum nft_registers key)
{
	struct cni_nl_req *req = &batch->req;
	size_t outer;
	size_t inner;

	begin(batch, "dynset", &outer, &inner);
	cni_nl_put_str(req, NFTA_DYNSET_SET_NAME, set);
	cni_nl_put_be32(req, NFTA_DYNSET_OP, NFT_DYNSET_OP_UPDATE);
	put_register(req, NFTA_DYNSET_SREG_KEY, key);
	end(batch, outer, inner);
}

void cni_nft_load(struct cni_nft_batch *batch, enum nft_registers reg,
		  const void *data, size_t len)
{
	size_t outer;
	size_t inner;

	begin(batch, "immediate", &outer, &inner);
	put_register(&batch->req, NFTA_IMMEDIATE_DREG, reg);
	put_value(&batch->req, NFTA_IMMEDIATE_DATA, data, len);
	end(batch, outer, inner);
}

void cni_nft_verdict(struct cni_nft_batch *batch, int32_t verdict,
		     const char *chain)
{
	struct cni_nl_req *req = &batch->req;
	size_t outer;
	size_t inner;
	size_t data;
	size_t nest;

	begin(batch, "immediate", &outer, &inner);
	put_register(req, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = cni_nl_nest_begin(req, NFTA_IMMEDIATE_DATA);
	nest = cni_nl_nest_begin(req, NFTA_DATA_VERDICT);
	cni_nl_put_be32(req, NFTA_VERDICT_CODE, (uint32_t)verdict);
	if (chain)
		cni_nl_put_str(req, NFTA_VERDICT_CHAIN, chain);
	cni_nl_nest_end(req, nest);
	cni_nl_nest_end(req, data);
	end(batch, outer, inner);
}

void cni_nft_dnat(struct cni_nft_batch *batch, int family,
		  enum nft_registers address, enum nft_registers port)
{
	struct cni_nl_req *req = &batch->req;
	size_t outer;
	size_t inner;

	begin(batch, "nat", &outer, &inner);
	cni_nl_put_be32(req, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	cni_nl_put_be32(req, NFTA_NAT_FAMILY,
			family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
	put_register(req, NFTA_NAT_REG_ADDR_MIN, address);
	put_register(req, NFTA_NAT_REG_ADDR_MAX, address);
	put_register(req, NFTA_NAT_REG_PROTO_MIN, port);
	put_register(req, NFTA_NAT_REG_PROTO_MAX, port);
	cni_nl_put_be32(req, NFTA_NAT_FLAGS,
			NF_NAT_RANGE_MAP_IPS | NF_NAT_RANGE_PROTO_SPECIFIED);
	end(batch, outer, inner);
}

void cni_nft_masquerade(struct cni_nft_batch *batch, uint32_t flags)
{
	size_t outer;
	size_t inner;

	begin(batch, "masq", &outer, &inner);
	if (flags)
		cni_nl_put_be32(&batch->req, NFTA_MASQ_FLAGS, flags);
	end(batch, outer, inner);
}
