/* SPDX-License-Identifier: Apache-2.0 */
/* isolation_table.c - the isolation table of nf_tables */
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>

#include "cni/nft_expr.h"
#include "isolation_table.h"
#include "nft_index.h"
#include "nft_rule.h"

#define FORWARD "forward"

/* Standard priority "filter", NF_IP_PRI_FILTER. */
#define PRIORITY_FILTER 0

const struct cni_nft_table isolation_table = { NFPROTO_INET, "cni_isolation" };

static const int families[] = { AF_INET, AF_INET6 };

struct cni_nft_set isolation_pods(enum cni_isolation_level level, int family)
{
	bool strict = level == CNI_ISOLATION_STRICT;
	bool ipv6 = family == AF_INET6;

	return (struct cni_nft_set) {
		.table = &isolation_table,
		.name = strict ? (ipv6 ? "strict6" : "strict4")
			       : (ipv6 ? "bridge6" : "bridge4"),
		.key_type = ipv6 ? CNI_NFT_TYPE_IPV6_ADDR
				 : CNI_NFT_TYPE_IPV4_ADDR,
		.key_len = ipv6 ? 16 : 4,
		.comment = strict ? "pods reached from their own bridge only"
				  : "pods not reached from other bridges",
	};
}

struct cni_nft_set isolation_home(int family)
{
	bool ipv6 = family == AF_INET6;

	return (struct cni_nft_set) {
		.table = &isolation_table,
		.name = ipv6 ? "home6" : "home4",
		.key_type = CNI_NFT_CONCAT(ipv6 ? CNI_NFT_TYPE_IPV6_ADDR
						: CNI_NFT_TYPE_IPV4_ADDR,
					   CNI_NFT_TYPE_IFNAME),
		.key_len = (ipv6 ? 16 : 4) + ISOLATION_NAME_SIZE,
		.comment = "pods, each with its own bridge",
	};
}

struct cni_nft_set isolation_bridges(void)
{
	return (struct cni_nft_set) {
		.table = &isolation_table,
		.name = "bridges",
		.key_type = CNI_NFT_TYPE_IPV6_ADDR,
		.key_len = CNI_OWNER_KEY,
		.data_type = CNI_NFT_TYPE_IFNAME,
		.data_len = ISOLATION_NAME_SIZE,
		.comment = "bridge of each attachment",
	};
}

void isolation_pod_key(uint8_t ret_key[static CNI_NFT_KEY_MAX],
		       const struct cni_addr *addr)
{
	memset(ret_key, 0, CNI_NFT_KEY_MAX);
	memcpy(ret_key, addr->bytes, cni_addr_len(addr));
}

void isolation_home_key(uint8_t ret_key[static CNI_NFT_KEY_MAX],
			const struct cni_addr *addr, const char *bridge)
{
	isolation_pod_key(ret_key, addr);
	memcpy(ret_key + cni_addr_len(addr), bridge,
	       strnlen(bridge, ISOLATION_NAME_SIZE - 1));
}

static void sets_add(struct cni_nft_batch *batch)
{
	struct cni_nft_set bridges = isolation_bridges();

	cni_nft_add_table(batch, &isolation_table, "isolation of pods");
	nft_index_sets_add(batch, &isolation_table);
	cni_nft_add_set(batch, &bridges);
	for (size_t i = 0; i < 2; i++) {
		struct cni_nft_set home = isolation_home(families[i]);
		struct cni_nft_set guarded =
			isolation_pods(CNI_ISOLATION_BRIDGE, families[i]);
		struct cni_nft_set strict =
			isolation_pods(CNI_ISOLATION_STRICT, families[i]);

		cni_nft_add_set(batch, &home);
		cni_nft_add_set(batch, &guarded);
		cni_nft_add_set(batch, &strict);
	}
}

/* The address is in the first 4 or 16 bytes, the bridge in the next 16. */
static enum nft_registers register_after(int family)
{
	return family == AF_INET ? NFT_REG32_01 : NFT_REG32_04;
}

/* add rule inet cni_isolation forward ip daddr . iifname @home4 return */
static void home_rule_add(struct cni_nft_batch *batch, int family)
{
	struct cni_nft_set home = isolation_home(family);

	cni_nft_rule_begin(batch, &isolation_table, FORWARD, false);
	cni_nft_family(batch, family);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_meta(batch, NFT_META_IIFNAME, register_after(family));
	cni_nft_lookup(batch, home.name, NFT_REG32_00, false);
	cni_nft_verdict(batch, NFT_RETURN, NULL);
	cni_nft_rule_end(batch, NULL);
}

/*
 * add rule inet cni_isolation forward ip daddr @strict4 drop
 * add rule inet cni_isolation forward iifgroup 0x636e69 ip daddr @bridge4 drop
 */
static void drop_rule_add(struct cni_nft_batch *batch,
			  enum cni_isolation_level level, int family)
{
	struct cni_nft_set pods = isolation_pods(level, family);

	cni_nft_rule_begin(batch, &isolation_table, FORWARD, false);
	if (level == CNI_ISOLATION_BRIDGE) {
		cni_nft_meta(batch, NFT_META_IIFGROUP, NFT_REG32_00);
		cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_EQ,
				CNI_ISOLATION_LINK_GROUP);
	}
	cni_nft_family(batch, family);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_lookup(batch, pods.name, NFT_REG32_00, false);
	cni_nft_verdict(batch, NF_DROP, NULL);
	cni_nft_rule_end(batch, NULL);
}

/*
 * add rule inet cni_isolation forward ct state established,related return
 * add rule inet cni_isolation forward ct status dnat return
 */
#define FORWARD_RULES 8
static void forward_rules_add(struct cni_nft_batch *batch)
{
	cni_nft_rule_begin(batch, &isolation_table, FORWARD, false);
	cni_nft_ct_state(batch, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) |
					NF_CT_STATE_BIT(IP_CT_RELATED));
	cni_nft_verdict(batch, NFT_RETURN, NULL);
	cni_nft_rule_end(batch, NULL);

	cni_nft_rule_begin(batch, &isolation_table, FORWARD, false);
	cni_nft_ct_status(batch, IPS_DST_NAT, true);
	cni_nft_verdict(batch, NFT_RETURN, NULL);
	cni_nft_rule_end(batch, NULL);

	for (size_t i = 0; i < 2; i++) {
		home_rule_add(batch, families[i]);
		drop_rule_add(batch, CNI_ISOLATION_STRICT, families[i]);
		drop_rule_add(batch, CNI_ISOLATION_BRIDGE, families[i]);
	}
}

static const struct cni_nft_chain forward = { FORWARD, "filter",
					      NF_INET_FORWARD, PRIORITY_FILTER,
					      NF_ACCEPT };

void isolation_base_put(struct cni_nft_batch *batch)
{
	sets_add(batch);
	cni_nft_add_chain(batch, &isolation_table, &forward);
	forward_rules_add(batch);
}

int isolation_base_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		       bool all_sets, struct cni_error *reterr)
{
	int exists =
		cni_nft_get_chain(nft, &isolation_table, FORWARD, NULL, reterr);
	int rules = exists <= 0 ? exists
				: nft_rule_count(nft, &isolation_table, FORWARD,
						 reterr);

	if (rules < 0)
		return rules;
	if (rules == FORWARD_RULES && !all_sets)
		return 0;
	sets_add(batch);
	if (rules == FORWARD_RULES)
		return 0;
	if (exists)
		cni_nft_flush_chain(batch, &isolation_table, FORWARD);
	else
		cni_nft_add_chain(batch, &isolation_table, &forward);
	forward_rules_add(batch);
	return 0;
}
