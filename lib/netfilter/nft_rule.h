/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft_rule.h - what a rule of nf_tables tells about itself
 *
 * For rules that others made (iptables-nft, the Go plugins): whose they are and
 * where they lead, by netlink instead of text.
 */
#ifndef CNI_NFT_RULE_H
#define CNI_NFT_RULE_H

#include <linux/netlink.h>

#include "cni/ip.h"
#include "cni/nft.h"

/* NFT_TABLE_MAXNAMELEN and NFT_CHAIN_MAXNAMELEN are NFT_NAME_MAXLEN. */
#define NFT_RULE_NAME_SIZE 256

/**
 * struct nft_rule - a rule as far as it is understood
 * @chain: the chain it is in
 * @handle: the kernel's number
 * @target: chain it jumps or goes to, or name of an xtables target; "" if none
 * @comment: of nft's userdata, or of the xtables match "comment"; "" if none
 * @iifname: "" when it does not compare the input interface
 * @oifname: the same of the output interface
 * @source: source prefix it compares for equality, else unset
 * @ether_source: what the frame's source address is compared with
 * @has_ether_source: whether it is
 * @drops: whether its verdict is drop
 * @accepts: whether its verdict is accept
 * @returns: whether its verdict is return
 */
struct nft_rule {
	char chain[NFT_RULE_NAME_SIZE];
	char target[NFT_RULE_NAME_SIZE];
	char comment[NFT_RULE_NAME_SIZE];
	char iifname[16];
	char oifname[16];
	uint64_t handle;
	struct cni_prefix source;
	unsigned char ether_source[6];
	bool has_ether_source;
	bool drops;
	bool accepts;
	bool returns;
};

/**
 * nft_rule_parse() - read a NFT_MSG_NEWRULE message
 * @message: as the kernel answers NFT_MSG_GETRULE
 * @ret_rule: filled; what is not understood is left out
 *
 * Return: 0; -EBADMSG when the message is malformed.
 */
int nft_rule_parse(const struct nlmsghdr *message, struct nft_rule *ret_rule);

/**
 * nft_rule_get() - look a rule up by its number
 * @nft: open handle
 * @table: of which table
 * @chain: of which chain
 * @handle: the kernel's number
 * @ret_rule: filled
 * @reterr: code 999
 *
 * Return: 1; 0 when there is none; another negative errno.
 */
int nft_rule_get(struct cni_nft *nft, const struct cni_nft_table *table,
		 const char *chain, uint64_t handle, struct nft_rule *ret_rule,
		 struct cni_error *reterr);

/** nft_rule_count() - how many rules a chain has; a negative errno */
int nft_rule_count(struct cni_nft *nft, const struct cni_nft_table *table,
		   const char *chain, struct cni_error *reterr);

#endif /* CNI_NFT_RULE_H */
