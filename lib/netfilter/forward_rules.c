/* SPDX-License-Identifier: Apache-2.0 */
/* forward_rules.c - accept rules in chains that drop by policy */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>

#include "cni/nft_expr.h"
#include "forward.h"
#include "iptables_internal.h"

/* insert rule <chain> iifname "<bridge>" accept */
static void put_outgoing(struct cni_nft_batch *batch,
			 const struct cni_nft_table *table, const char *chain,
			 const char *bridge, const char *comment)
{
	cni_nft_rule_begin(batch, table, chain, true);
	cni_nft_ifname(batch, NFT_META_IIFNAME, bridge);
	cni_nft_verdict(batch, NF_ACCEPT, NULL);
	cni_nft_rule_end(batch, comment);
}

/*
 * insert rule <chain> oifname "<bridge>" ct state established,related accept
 * insert rule <chain> oifname "<bridge>" ct status dnat accept
 */
static void put_incoming(struct cni_nft_batch *batch,
			 const struct cni_nft_table *table, const char *chain,
			 const char *bridge, const char *comment)
{
	cni_nft_rule_begin(batch, table, chain, true);
	cni_nft_ifname(batch, NFT_META_OIFNAME, bridge);
	cni_nft_ct_status(batch, IPS_DST_NAT, true);
	cni_nft_verdict(batch, NF_ACCEPT, NULL);
	cni_nft_rule_end(batch, comment);

	cni_nft_rule_begin(batch, table, chain, true);
	cni_nft_ifname(batch, NFT_META_OIFNAME, bridge);
	cni_nft_ct_state(batch, NF_CT_STATE_BIT(IP_CT_ESTABLISHED) |
					NF_CT_STATE_BIT(IP_CT_RELATED));
	cni_nft_verdict(batch, NF_ACCEPT, NULL);
	cni_nft_rule_end(batch, comment);
}

void forward_rules_put(struct cni_nft_batch *batch,
		       const struct forward_chain *chain, const char *bridge)
{
	struct cni_nft_table table = { chain->family, chain->table };
	char comment[FORWARD_COMMENT_SIZE];

	forward_comment(bridge, comment);
	put_incoming(batch, &table, chain->name, bridge, comment);
	put_outgoing(batch, &table, chain->name, bridge, comment);
}

static void put_line(struct cni_buf *script, const char *option,
		     const char *bridge, const char *match)
{
	char comment[FORWARD_COMMENT_SIZE];

	forward_comment(bridge, comment);
	cni_buf_addf(script, "-I FORWARD 1 %s %s%s", option, bridge, match);
	cni_iptables_add_comment(script, comment);
	cni_buf_add(script, " -j ACCEPT\n");
}

/*
 * iptables -I FORWARD 1 -o BRIDGE -m conntrack --ctstate DNAT -j ACCEPT
 * iptables -I FORWARD 1 -o BRIDGE -m conntrack --ctstate RELATED,ESTABLISHED
 *	-j ACCEPT
 * iptables -I FORWARD 1 -i BRIDGE -j ACCEPT
 */
int forward_iptables_put(int family, enum cni_iptables_variant variant,
			 const char *bridge, struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	size_t len = strlen(bridge);

	if (len == 0 || strpbrk(bridge, "\"'\\ !") || bridge[len - 1] == '+')
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "iptables cannot match the interface name "
				     "\"%s\"; rename the bridge",
				     bridge);
	cni_buf_add(&script, "*filter\n");
	put_line(&script, "-o", bridge, " -m conntrack --ctstate DNAT");
	put_line(&script, "-o", bridge,
		 " -m conntrack --ctstate RELATED,ESTABLISHED");
	put_line(&script, "-i", bridge, "");
	cni_buf_add(&script, "COMMIT\n");
	return cni_iptables_restore(family, variant, &script, reterr);
}

static bool has_comment(const struct cni_iptables_rule *rule, void *context)
{
	return strcmp(rule->comment, context) == 0;
}

int forward_legacy_has(int family, const char *bridge)
{
	char comment[FORWARD_COMMENT_SIZE];

	/* With its NUL: "br1" must not be found in "br10". */
	forward_comment(bridge, comment);
	return cni_iptables_legacy_search(family, "filter", comment,
					  strlen(comment) + 1);
}

static int remove_family(int family, const char *bridge,
			 struct cni_error *reterr)
{
	CNI_CLEANUP(iptables_view) struct cni_iptables_view view = { 0 };
	static const char *const chains[] = { "FORWARD" };
	char comment[FORWARD_COMMENT_SIZE];
	const struct cni_iptables_query query = {
		.variant = CNI_IPTABLES_LEGACY,
		.family = family,
		.table = "filter",
		.chains = chains,
		.chain_count = 1,
		.filter = has_comment,
		.context = comment,
	};
	int ret;

	forward_comment(bridge, comment);
	ret = forward_legacy_has(family, bridge);
	if (ret <= 0)
		return ret;
	ret = cni_iptables_view_read(NULL, &query, &view, reterr);
	for (size_t i = 0; i < view.count; i++)
		view.rules[i].remove = true;
	return ret < 0 || view.count == 0
		       ? ret
		       : cni_iptables_view_apply(NULL, &view, NULL, 0, reterr);
}

int forward_legacy_remove(const char *bridge, struct cni_error *reterr)
{
	struct cni_error step = { 0 };
	int ret;

	ret = remove_family(AF_INET, bridge, reterr);
	return cni_error_gather(ret, reterr,
				remove_family(AF_INET6, bridge, &step), &step);
}
