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

#define FORWARD	      "forward"
#define OTHER_BRIDGES "other-bridges"
#define STRICT	      "strict"

/* Standard priority "filter", NF_IP_PRI_FILTER. */
#define PRIORITY_FILTER 0

const struct cni_nft_table isolation_table = { NFPROTO_INET, "cni_isolation" };

static const int families[] = { AF_INET, AF_INET6 };

struct cni_nft_set isolation_pods(int family)
{
	bool ipv6 = family == AF_INET6;

	return (struct cni_nft_set) {
		.table = &isolation_table,
		.name = ipv6 ? "pods6" : "pods4",
		.key_type = ipv6 ? CNI_NFT_TYPE_IPV6_ADDR
				 : CNI_NFT_TYPE_IPV4_ADDR,
		.key_len = ipv6 ? 16 : 4,
		.data_type = CNI_NFT_TYPE_VERDICT,
		.comment = "pods, and how they are isolated",
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

const char *isolation_chain(enum cni_isolation_level level)
{
	return level == CNI_ISOLATION_STRICT ? STRICT : OTHER_BRIDGES;
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
		struct cni_nft_set pods = isolation_pods(families[i]);

		cni_nft_add_set(batch, &home);
		cni_nft_add_set(batch, &pods);
	}
}

/* The address is in the first 4 or 16 bytes, the bridge in the next 16. */
static enum nft_registers register_after(int family)
{
	return family == AF_INET ? NFT_REG32_01 : NFT_REG32_04;
}

/*
 * add rule inet cni_isolation forward ip daddr . iifname @home4 return
 * add rule inet cni_isolation forward ip daddr vmap @pods4
 */
static void family_rules_add(struct cni_nft_batch *batch, int family)
{
	struct cni_nft_set home = isolation_home(family);
	struct cni_nft_set pods = isolation_pods(family);

	cni_nft_rule_begin(batch, &isolation_table, FORWARD, false);
	cni_nft_family(batch, family);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_meta(batch, NFT_META_IIFNAME, register_after(family));
	cni_nft_lookup(batch, home.name, NFT_REG32_00, false);
	cni_nft_verdict(batch, NFT_RETURN, NULL);
	cni_nft_rule_end(batch, NULL);

	cni_nft_rule_begin(batch, &isolation_table, FORWARD, false);
	cni_nft_family(batch, family);
	cni_nft_daddr(batch, family, NFT_REG32_00);
	cni_nft_map(batch, pods.name, NFT_REG32_00, NFT_REG_VERDICT);
	cni_nft_rule_end(batch, NULL);
}

/*
 * add rule inet cni_isolation forward ct state established,related return
 * add rule inet cni_isolation forward ct status dnat return
 */
#define FORWARD_RULES 6
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

	family_rules_add(batch, AF_INET);
	family_rules_add(batch, AF_INET6);
}

/* add rule inet cni_isolation other-bridges iifgroup 0x636e69 drop */
static void other_bridges_rules_add(struct cni_nft_batch *batch)
{
	cni_nft_rule_begin(batch, &isolation_table, OTHER_BRIDGES, false);
	cni_nft_meta(batch, NFT_META_IIFGROUP, NFT_REG32_00);
	cni_nft_cmp_u32(batch, NFT_REG32_00, NFT_CMP_EQ,
			CNI_ISOLATION_LINK_GROUP);
	cni_nft_verdict(batch, NF_DROP, NULL);
	cni_nft_rule_end(batch, NULL);
}

/* add rule inet cni_isolation strict drop */
static void strict_rules_add(struct cni_nft_batch *batch)
{
	cni_nft_rule_begin(batch, &isolation_table, STRICT, false);
	cni_nft_verdict(batch, NF_DROP, NULL);
	cni_nft_rule_end(batch, NULL);
}

static const struct {
	struct cni_nft_chain chain;
	int rules;
	void (*rules_add)(struct cni_nft_batch *batch);
} chains[] = {
	{ { .name = OTHER_BRIDGES }, 1, other_bridges_rules_add },
	{ { .name = STRICT }, 1, strict_rules_add },
	{ { FORWARD, "filter", NF_INET_FORWARD, PRIORITY_FILTER, NF_ACCEPT },
	  FORWARD_RULES,
	  forward_rules_add },
};

#define CHAINS (sizeof(chains) / sizeof(chains[0]))

void isolation_base_put(struct cni_nft_batch *batch)
{
	sets_add(batch);
	for (size_t i = 0; i < CHAINS; i++) {
		cni_nft_add_chain(batch, &isolation_table, &chains[i].chain);
		chains[i].rules_add(batch);
	}
}

int isolation_base_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		       struct cni_error *reterr)
{
	bool sets = false;

	for (size_t i = 0; i < CHAINS; i++) {
		const char *name = chains[i].chain.name;
		int exists = cni_nft_get_chain(nft, &isolation_table, name,
					       NULL, reterr);
		int rules = exists <= 0 ? exists
					: nft_rule_count(nft, &isolation_table,
							 name, reterr);

		if (rules < 0)
			return rules;
		if (exists && rules == chains[i].rules)
			continue;
		if (!sets)
			sets_add(batch);
		sets = true;
		if (exists)
			cni_nft_flush_chain(batch, &isolation_table, name);
		else
			cni_nft_add_chain(batch, &isolation_table,
					  &chains[i].chain);
		chains[i].rules_add(batch);
	}
	return 0;
}
