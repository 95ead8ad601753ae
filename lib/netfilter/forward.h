/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forward.h - base chains of others at the forward hook
 */
#ifndef CNI_FORWARD_H
#define CNI_FORWARD_H

#include "cni/iptables.h"
#include "cni/isolation.h"
#include "cni/nft.h"

/* More chains than this at one hook are not looked at. */
#define FORWARD_CHAINS_MAX 16

/**
 * struct forward_chain - a base chain at the forward hook
 * @family: NFPROTO_IPV4, NFPROTO_IPV6 or NFPROTO_INET
 * @table: its table
 * @name: its name
 * @drops: its policy is drop
 * @by_iptables: its rules are iptables' business (iptables-nft)
 */
struct forward_chain {
	uint8_t family;
	char table[64];
	char name[64];
	bool drops;
	bool by_iptables;
};

/**
 * struct forward_chains - what is at the forward hook
 * @items: chains of nf_tables
 * @count: how many
 * @legacy_drops: policy of `iptables-legacy` and `ip6tables-legacy`
 */
struct forward_chains {
	struct forward_chain items[FORWARD_CHAINS_MAX];
	size_t count;
	bool legacy_drops[2];
};

/**
 * forward_chains_find() - look
 * @nft: open handle; NULL when the kernel has no nf_tables
 * @thorough: list all chains instead of asking for the usual ones
 * @ret_chains: filled
 * @reterr: code 999
 *
 * Return: 0 or a negative errno.
 */
int forward_chains_find(struct cni_nft *nft, bool thorough,
			struct forward_chains *ret_chains,
			struct cni_error *reterr);

/* How many forward_rules_put() adds to a chain. */
#define FORWARD_RULES 3

/** forward_comment() - the comment of a bridge's accept rules */
#define FORWARD_COMMENT_SIZE 40
void forward_comment(const char *bridge,
		     char ret_comment[static FORWARD_COMMENT_SIZE]);

/**
 * typedef forward_rule_cb - takes the number of a rule
 */
typedef void (*forward_rule_cb)(const struct forward_chain *chain,
				uint64_t handle, void *data);

/**
 * forward_rules_find() - accept rules of a bridge in a chain
 * @nft: open handle
 * @chain: where to look
 * @comment: of forward_comment()
 * @cb: gets each; NULL when only their number matters
 * @data: handed to @cb
 * @reterr: code 999
 *
 * Return: how many; a negative errno.
 */
int forward_rules_find(struct cni_nft *nft, const struct forward_chain *chain,
		       const char *comment, forward_rule_cb cb, void *data,
		       struct cni_error *reterr);

/**
 * forward_rules_complete() - has a chain all accept rules of a bridge?
 * @nft: open handle
 * @chain: where to look
 * @comment: of forward_comment()
 * @reterr: code 999
 *
 * Return: 1, 0 when some or all are missing, a negative errno.
 */
int forward_rules_complete(struct cni_nft *nft,
			   const struct forward_chain *chain,
			   const char *comment, struct cni_error *reterr);

/** forward_rules_put() - add a bridge's accept rules in front of a chain */
void forward_rules_put(struct cni_nft_batch *batch,
		       const struct forward_chain *chain, const char *bridge);

/**
 * forward_iptables_put() - the same by iptables
 * @family: AF_INET or AF_INET6
 * @variant: CNI_IPTABLES_HOST or CNI_IPTABLES_LEGACY
 * @bridge: whose
 * @reterr: as cni_iptables_restore(); code 7 for a name iptables would take
 *	for a pattern
 *
 * Return: 0 or a negative errno.
 */
int forward_iptables_put(int family, enum cni_iptables_variant variant,
			 const char *bridge, struct cni_error *reterr);

/** forward_legacy_remove() - remove a bridge's rules from the legacy tables */
int forward_legacy_remove(const char *bridge, struct cni_error *reterr);

/** forward_legacy_has() - has the legacy table of @family its rules? or -errno
 */
int forward_legacy_has(int family, const char *bridge);

#endif /* CNI_FORWARD_H */
