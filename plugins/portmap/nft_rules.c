/* SPDX-License-Identifier: Apache-2.0 */
/* nft_rules.c - chains and rules of the table, each above in nft's words */
#include <stdio.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tuple_common.h>
#include <linux/rtnetlink.h>

#include "cni/nft_expr.h"

#include "nft_table.h"

/*
 * Addresses of the node that were asked for a port are remembered until the
 * packet has passed the postrouting hook, microseconds later; the rest of the
 * minute is for people who look.
 */
#define LOCAL_LIFETIME_MS 60000
#define LOCAL_MAX	  65535

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The first interface of every network namespace. */
#define LOOPBACK_INDEX 1

/* `dport` of TCP, UDP, SCTP and DCCP alike. */
#define DPORT_OFFSET 2
#define DPORT_LEN    2

static const struct cni_nft_set local_sets[] = {
	{
		.table = &portmap_table,
		.name = "local4",
		.key_type = CNI_NFT_TYPE_IPV4_ADDR,
		.key_len = 4,
		.expiring = true,
		.dynamic = true,
		.lifetime_ms = LOCAL_LIFETIME_MS,
		.size = LOCAL_MAX,
	},
	{
		.table = &portmap_table,
		.name = "local6",
		.key_type = CNI_NFT_TYPE_IPV6_ADDR,
		.key_len = 16,
		.expiring = true,
		.dynamic = true,
		.lifetime_ms = LOCAL_LIFETIME_MS,
		.size = LOCAL_MAX,
	},
};

static const char *const hit_chains[PORTMAP_MAP_COUNT] = {
	[PORTMAP_MAP_PORTS4] = "hit4",
	[PORTMAP_MAP_PORTS4_IP] = "hit4_ip",
	[PORTMAP_MAP_PORTS6] = "hit6",
	[PORTMAP_MAP_PORTS6_IP] = "hit6_ip",
};

static bool is_v4(int family)
{
	return family == AF_INET;
}

const char *portmap_siblings_chain(int family)
{
	return is_v4(family) ? "siblings4" : "siblings6";
}

const char *portmap_hit_chain(enum portmap_map map)
{
	return hit_chains[map];
}

static void begin(struct cni_nft_batch *batch, const char *chain)
{
	cni_nft_rule_begin(batch, &portmap_table, chain, false);
}

static void end(struct cni_nft_batch *batch)
{
	cni_nft_rule_end(batch, NULL);
}

static void put_chain(struct cni_nft_batch *batch, const char *name)
{
	const struct cni_nft_chain chain = { .name = name };

	cni_nft_add_chain(batch, &portmap_table, &chain);
}

static void put_base_chain(struct cni_nft_batch *batch, const char *name,
			   const char *type, uint32_t hook, int32_t priority)
{
	const struct cni_nft_chain chain = { .name = name,
					     .type = type,
					     .hook = hook,
					     .priority = priority,
					     .policy = NF_ACCEPT };

	cni_nft_add_chain(batch, &portmap_table, &chain);
}

/* goto <to> */
static void put_goto(struct cni_nft_batch *batch, const char *chain,
		     const char *to)
{
	begin(batch, chain);
	cni_nft_verdict(batch, NFT_GOTO, to);
	end(batch);
}

/* fib daddr type local goto <to> */
static void put_local_goto(struct cni_nft_batch *batch, const char *chain,
			   const char *to)
{
	begin(batch, chain);
	cni_nft_fib_daddr_type(batch, NFT_REG32_00);
	cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_EQ, RTN_LOCAL);
	cni_nft_verdict(batch, NFT_GOTO, to);
	end(batch);
}

static struct cni_prefix loopback_of(int family)
{
	struct cni_prefix loopback = { .addr.family = (uint8_t)family };

	if (is_v4(family)) {
		loopback.addr.bytes[0] = 127;
		loopback.len = 8;
	} else {
		loopback.addr.bytes[15] = 1;
		loopback.len = 128;
	}
	return loopback;
}

/* ip daddr != 127.0.0.0/8 update @local4 { ip daddr } */
static void put_remember(struct cni_nft_batch *batch, const char *chain,
			 int family)
{
	const struct cni_prefix loopback = loopback_of(family);

	begin(batch, chain);
	cni_nft_family(batch, family);
	cni_nft_daddr_in(batch, &loopback, false);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_update(batch, local_sets[!is_v4(family)].name, NFT_REG32_00);
	end(batch);
}

/* meta nfproto ipv4 goto <to> */
static void put_family_goto(struct cni_nft_batch *batch, const char *chain,
			    int family, const char *to)
{
	begin(batch, chain);
	cni_nft_family(batch, family);
	cni_nft_verdict(batch, NFT_GOTO, to);
	end(batch);
}

/* [ip daddr .] meta l4proto . th dport, from register 0 on */
static void load_key(struct cni_nft_batch *batch, enum portmap_map map)
{
	int family = portmap_map_family(map);
	uint32_t next = NFT_REG32_00;

	if (portmap_map_is_ip(map)) {
		cni_nft_family(batch, family);
		cni_nft_daddr(batch, family, NFT_REG32_00);
		next += is_v4(family) ? 1 : 4;
	}
	cni_nft_meta(batch, NFT_META_L4PROTO, next);
	cni_nft_payload(batch, NFT_PAYLOAD_TRANSPORT_HEADER, DPORT_OFFSET,
			DPORT_LEN, next + 1);
}

/* [ip daddr .] meta l4proto . th dport vmap @conditions4[_ip] */
static void put_conditions(struct cni_nft_batch *batch, const char *chain,
			   enum portmap_map map)
{
	begin(batch, chain);
	load_key(batch, map);
	cni_nft_map(batch, portmap_conditions[map].name, NFT_REG32_00,
		    NFT_REG_VERDICT);
	end(batch);
}

/* dnat ip to [ip daddr .] meta l4proto . th dport map @ports4[_ip] */
static void put_dnat(struct cni_nft_batch *batch, const char *chain,
		     enum portmap_map map)
{
	int family = portmap_map_family(map);

	begin(batch, chain);
	load_key(batch, map);
	cni_nft_map(batch, portmap_ports[map].name, NFT_REG32_00, NFT_REG32_00);
	cni_nft_dnat(batch, family, NFT_REG32_00,
		     is_v4(family) ? NFT_REG32_01 : NFT_REG32_04);
	end(batch);
}

/*
 * chain ports4 {
 *	ip daddr . meta l4proto . th dport vmap @conditions4_ip
 *	dnat ip to ip daddr . meta l4proto . th dport map @ports4_ip
 *	goto any4
 * }
 * chain any4 {
 *	meta l4proto . th dport vmap @conditions4
 *	dnat ip to meta l4proto . th dport map @ports4
 * }
 */
static void put_lookups(struct cni_nft_batch *batch, enum portmap_map any,
			enum portmap_map ip, const char *ports_chain,
			const char *any_chain)
{
	put_conditions(batch, ports_chain, ip);
	put_dnat(batch, ports_chain, ip);
	put_goto(batch, ports_chain, any_chain);
	put_conditions(batch, any_chain, any);
	put_dnat(batch, any_chain, any);
	put_dnat(batch, hit_chains[ip], ip);
	put_dnat(batch, hit_chains[any], any);
}

/* ct original ip daddr @local4: sent to an address of this node */
static void match_sent_here(struct cni_nft_batch *batch, int family)
{
	cni_nft_ct_dir(batch, is_v4(family) ? NFT_CT_DST_IP : NFT_CT_DST_IP6,
		       IP_CT_DIR_ORIGINAL, NFT_REG32_00);
	cni_nft_lookup(batch, local_sets[!is_v4(family)].name, NFT_REG32_00,
		       false);
}

/* ip daddr @snat4 */
static void match_pod(struct cni_nft_batch *batch, int family, bool all)
{
	cni_nft_family(batch, family);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_lookup(batch, portmap_snat_set(family, all)->name, NFT_REG32_00,
		       false);
}

/* ip saddr 127.0.0.0/8 ip daddr @snat4 masquerade */
static void put_loopback(struct cni_nft_batch *batch, int family, bool all)
{
	const struct cni_prefix loopback = loopback_of(family);

	begin(batch, "hairpin");
	cni_nft_family(batch, family);
	cni_nft_saddr_in(batch, &loopback, true);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_lookup(batch, portmap_snat_set(family, all)->name, NFT_REG32_00,
		       false);
	cni_nft_masquerade(batch, 0);
	end(batch);
}

/*
 * ip saddr 127.0.0.0/8 ip daddr @snat4 masquerade	(ip6 saddr ::1)
 * ip saddr 127.0.0.0/8 ip daddr @masqall4 masquerade
 * ct original ip daddr @local4 ip daddr @masqall4 masquerade
 * ct original ip daddr @local4 ip daddr @snat4 goto siblings4
 */
static void put_masquerade(struct cni_nft_batch *batch, int family)
{
	put_loopback(batch, family, false);
	put_loopback(batch, family, true);
	begin(batch, "hairpin");
	match_sent_here(batch, family);
	match_pod(batch, family, true);
	cni_nft_masquerade(batch, 0);
	end(batch);
	begin(batch, "hairpin");
	match_sent_here(batch, family);
	match_pod(batch, family, false);
	cni_nft_verdict(batch, NFT_GOTO, portmap_siblings_chain(family));
	end(batch);
}

/*
 * iif != "lo" ip daddr 127.0.0.0/8 drop
 *
 * Such packets are never legitimate (RFC 1122, 3.2.1.3), but would reach ports
 * published on 127.0.0.1, and where route_localnet is set, every service of the
 * host that listens there.
 */
static void put_guard(struct cni_nft_batch *batch)
{
	const struct cni_prefix loopback = loopback_of(AF_INET);

	begin(batch, "guard");
	cni_nft_meta(batch, NFT_META_IIF, NFT_REG32_00);
	cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_NEQ, LOOPBACK_INDEX);
	cni_nft_family(batch, AF_INET);
	cni_nft_daddr_in(batch, &loopback, true);
	cni_nft_verdict(batch, NF_DROP, NULL);
	end(batch);
}

static void put_sets(struct cni_nft_batch *batch)
{
	for (int map = 0; map < PORTMAP_MAP_COUNT; map++) {
		cni_nft_add_set(batch, &portmap_ports[map]);
		cni_nft_add_set(batch, &portmap_conditions[map]);
	}
	for (int all = 0; all <= 1; all++) {
		cni_nft_add_set(batch, portmap_snat_set(AF_INET, all));
		cni_nft_add_set(batch, portmap_snat_set(AF_INET6, all));
	}
	cni_nft_add_set(batch, &local_sets[0]);
	cni_nft_add_set(batch, &local_sets[1]);
	cni_nft_add_set(batch, &portmap_localnet);
	cni_nft_add_set(batch, &portmap_bridges);
	cni_nft_add_set(batch, &portmap_attachments);
}

/* All whose rules never change; the first ones are base chains. */
#define BASE_CHAINS 4
static const char *const fixed_chains[] = {
	"guard",   "prerouting", "output",  "postrouting", "hostports",
	"ports",   "ports4",	 "any4",    "ports6",	   "any6",
	"hairpin", "hit4",	 "hit4_ip", "hit6",	   "hit6_ip",
};

static void put_chains(struct cni_nft_batch *batch)
{
	put_base_chain(batch, "guard", "filter", NF_INET_PRE_ROUTING,
		       PORTMAP_PRIORITY_GUARD);
	put_base_chain(batch, "prerouting", "nat", NF_INET_PRE_ROUTING,
		       PORTMAP_PRIORITY_DNAT);
	put_base_chain(batch, "output", "nat", NF_INET_LOCAL_OUT,
		       PORTMAP_PRIORITY_DNAT);
	put_base_chain(batch, "postrouting", "nat", NF_INET_POST_ROUTING,
		       PORTMAP_PRIORITY_SNAT);
	for (size_t i = BASE_CHAINS; i < COUNT(fixed_chains); i++)
		put_chain(batch, fixed_chains[i]);
}

void portmap_put_table(struct cni_nft_batch *batch,
		       enum portmap_table_purpose purpose)
{
	cni_nft_add_table(batch, &portmap_table,
			  "port mappings, CNI plugin portmap");
	if (purpose != PORTMAP_TABLE_COMPARE) {
		put_chain(batch, portmap_siblings_chain(AF_INET));
		put_chain(batch, portmap_siblings_chain(AF_INET6));
	}
	put_sets(batch);
	put_chains(batch);
	for (size_t i = 0;
	     purpose == PORTMAP_TABLE_MEND && i < COUNT(fixed_chains); i++)
		cni_nft_flush_chain(batch, &portmap_table, fixed_chains[i]);
	put_guard(batch);
	put_local_goto(batch, "prerouting", "hostports");
	put_local_goto(batch, "output", "hostports");
	put_remember(batch, "hostports", AF_INET);
	put_remember(batch, "hostports", AF_INET6);
	put_family_goto(batch, "hostports", AF_INET, "ports4");
	put_family_goto(batch, "hostports", AF_INET6, "ports6");
	put_lookups(batch, PORTMAP_MAP_PORTS4, PORTMAP_MAP_PORTS4_IP, "ports4",
		    "any4");
	put_lookups(batch, PORTMAP_MAP_PORTS6, PORTMAP_MAP_PORTS6_IP, "ports6",
		    "any6");
	/* ct status dnat goto masquerade */
	begin(batch, "postrouting");
	cni_nft_ct_status(batch, IPS_DST_NAT, true);
	cni_nft_verdict(batch, NFT_GOTO, "hairpin");
	end(batch);
	put_masquerade(batch, AF_INET);
	put_masquerade(batch, AF_INET6);
}

/* ip saddr 10.1.0.0/24 ip daddr 10.1.0.0/24 masquerade */
void portmap_put_subnet(struct cni_nft_batch *batch,
			const struct cni_prefix *subnet)
{
	struct cni_prefix network = cni_prefix_network(subnet);
	int family = network.addr.family;
	char text[CNI_PREFIX_STRLEN];

	begin(batch, portmap_siblings_chain(family));
	cni_nft_family(batch, family);
	cni_nft_saddr_in(batch, &network, true);
	cni_nft_daddr_in(batch, &network, true);
	cni_nft_masquerade(batch, 0);
	cni_nft_rule_end(batch, cni_prefix_format(&network, text));
}

/* goto any4: where the conditions of a certain address do not hold */
void portmap_put_conditions_end(struct cni_nft_batch *batch,
				enum portmap_map map, const char *chain)
{
	if (portmap_map_is_ip(map))
		put_goto(batch, chain, portmap_any_chain(map));
}
