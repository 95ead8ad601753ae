/* SPDX-License-Identifier: Apache-2.0 */
/* spoofcheck.c - frames of a port must carry the pod's MAC */
#include <errno.h>
#include <string.h>

#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>

#include "cni/nft_expr.h"
#include "cni/nft_verify.h"
#include "spoofcheck_internal.h"

/* Standard priority "dstnat" of bridges, NF_BR_PRI_NAT_DST_BRIDGED. */
#define PRIORITY_DSTNAT (-300)

#define ETHER_SOURCE_OFFSET 6

/* add rule bridge nat PREROUTING iifname "vethX" jump cni-br-iface-<id> */
static void jump_rule_add(struct cni_nft_batch *batch,
			  const struct spoof_names *names, const char *port)
{
	cni_nft_rule_begin(batch, &spoof_table, SPOOF_BASE_CHAIN, false);
	cni_nft_ifname(batch, NFT_META_IIFNAME, port);
	cni_nft_verdict(batch, NFT_JUMP, names->chain);
	cni_nft_rule_end(batch, names->comment);
}

/* @present: SPOOF_HAS_* */
static void chains_add(struct cni_nft_batch *batch,
		       const struct spoof_names *names, int present)
{
	const struct cni_nft_chain chain = { .name = names->chain };
	const struct cni_nft_chain mac_chain = { .name = names->mac_chain };

	if (!(present & SPOOF_HAS_CHAIN))
		cni_nft_add_chain(batch, &spoof_table, &chain);
	if (!(present & SPOOF_HAS_MAC_CHAIN))
		cni_nft_add_chain(batch, &spoof_table, &mac_chain);
}

/*
 * add rule bridge nat cni-br-iface-<id> jump cni-br-iface-<id>-mac
 * add rule bridge nat cni-br-iface-<id>-mac ether saddr <mac> return
 * add rule bridge nat cni-br-iface-<id>-mac drop
 */
static void own_rules_add(struct cni_nft_batch *batch,
			  const struct spoof_names *names,
			  const unsigned char *mac)
{
	cni_nft_rule_begin(batch, &spoof_table, names->chain, false);
	cni_nft_verdict(batch, NFT_JUMP, names->mac_chain);
	cni_nft_rule_end(batch, names->comment);

	cni_nft_rule_begin(batch, &spoof_table, names->mac_chain, false);
	cni_nft_payload(batch, NFT_PAYLOAD_LL_HEADER, ETHER_SOURCE_OFFSET, 6,
			NFT_REG32_00);
	cni_nft_cmp(batch, NFT_REG32_00, NFT_CMP_EQ, mac, 6);
	cni_nft_verdict(batch, NFT_RETURN, NULL);
	cni_nft_rule_end(batch, names->comment);

	cni_nft_rule_begin(batch, &spoof_table, names->mac_chain, false);
	cni_nft_verdict(batch, NF_DROP, NULL);
	cni_nft_rule_end(batch, names->comment);
}

static int base_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		    struct cni_error *reterr)
{
	static const struct cni_nft_chain base = {
		.name = SPOOF_BASE_CHAIN,
		.type = "filter",
		.hook = NF_BR_PRE_ROUTING,
		.priority = PRIORITY_DSTNAT,
		.policy = NF_ACCEPT,
	};
	int ret;

	ret = cni_nft_get_chain(nft, &spoof_table, base.name, NULL, reterr);
	if (ret)
		return ret < 0 ? ret : 0;
	cni_nft_add_table(batch, &spoof_table, NULL);
	cni_nft_add_chain(batch, &spoof_table, &base);
	return 0;
}

static int add_once(struct cni_nft *nft, const struct spoof_names *names,
		    const char *port, const unsigned char *mac,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	uint32_t generation = 0;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	cni_nft_batch_init(&batch, generation);
	if (ret == 0)
		ret = base_add(nft, &batch, reterr);
	if (ret == 0)
		ret = spoof_remove(nft, &batch, names, false, reterr);
	if (ret < 0)
		return ret;
	chains_add(&batch, names, ret);
	/* The jump's number is one less than that of the rule after it. */
	jump_rule_add(&batch, names, port);
	own_rules_add(&batch, names, mac);
	return cni_nft_batch_send(nft, &batch, reterr);
}

int cni_spoofcheck_add(struct cni_nft *nft, const struct cni_owner *owner,
		       const char *port, const unsigned char mac[static 6],
		       struct cni_error *reterr)
{
	struct spoof_names names;
	int ret = -ERESTART;

	spoof_names_of(owner, &names);
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = add_once(nft, &names, port, mac, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "MAC spoof check") : 0;
}

int cni_spoofcheck_check(struct cni_nft *nft, const struct cni_owner *owner,
			 const char *port, const unsigned char mac[static 6],
			 struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct spoof_names names;
	struct nft_rule rule;
	int ret;

	spoof_names_of(owner, &names);
	cni_nft_batch_init(&batch, 0);
	chains_add(&batch, &names, 0);
	own_rules_add(&batch, &names, mac);
	ret = cni_nft_verify(nft, &batch, reterr);
	if (ret == 0)
		ret = spoof_find_jump(nft, &names, &rule, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "MAC spoof check");
	if (ret > 0 && strcmp(rule.iifname, port) == 0)
		return 0;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "MAC spoof check: no rule in chain "
			     "\"" SPOOF_BASE_CHAIN "\" of nf_tables table "
			     "\"bridge nat\" leads from port \"%s\" to chain "
			     "\"%s\"",
			     port, names.chain);
}
