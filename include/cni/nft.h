/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nft.h - nf_tables by netlink: what is there, and transactions
 *
 * DOC: Theory of Operation
 *
 * Changes are collected in a struct cni_nft_batch, which is one netlink
 * request: the kernel carries all of it out, or nothing.  Putters return
 * nothing; the first failure is remembered and reported by
 * cni_nft_batch_send().
 *
 *	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
 *
 *	cni_nft_batch_init(&batch, generation);
 *	cni_nft_del_element(&batch, &ports, &element);
 *	return cni_nft_batch_send(nft, &batch, reterr);
 *
 * What the kernel charges decides how this is used:
 *  - a batch that fails costs an RCU grace period (12-16 ms), so nothing is
 *    tried to see whether it fails: look first, send what is missing;
 *  - so does re-adding a base chain that exists;
 *  - after a batch that deletes, close() of the socket waits for a grace
 *    period; cni_nft_close() leaves that to a child (see cni/linger.h).
 *
 * To look and to change without a lock: read the generation, look, and send
 * the batch with that generation.  If anybody changed anything in between, the
 * kernel refuses it at once (-ERESTART) and the caller starts over.
 *
 * Sets and maps are in cni/nft_set.h, expressions of rules in cni/nft_expr.h.
 *
 * Source: include/uapi/linux/netfilter/nf_tables.h and nfnetlink.h;
 * net/netfilter/nf_tables_api.c.
 */
#ifndef CNI_NFT_H
#define CNI_NFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/error.h"
#include "cni/netlink.h"

/* NFT_NAME_MAXLEN of the kernel: names of tables, chains and sets. */
#define CNI_NFT_NAME_MAX 256

/* Longest comment nft can write (NFTNL_UDATA_COMMENT_MAXLEN), without NUL. */
#define CNI_NFT_COMMENT_MAX 128

/* How often a transaction is computed anew when others keep changing things. */
#define CNI_NFT_ATTEMPTS 64

/**
 * struct cni_nft - a handle on nf_tables of one network namespace
 * @nl: the socket; closed in a zeroed handle
 * @deleted: a transaction has deleted something
 */
struct cni_nft {
	struct cni_nl nl;
	bool deleted;
};

/**
 * cni_nft_open() - open a handle in the current network namespace
 * @nft: filled
 * @reterr: code 130 when the kernel has no nf_tables
 *
 * Return: 0; -EOPNOTSUPP no nf_tables; another negative errno.
 */
int cni_nft_open(struct cni_nft *nft, struct cni_error *reterr);

/** cni_nft_close() - close the handle, without waiting for grace periods */
void cni_nft_close(struct cni_nft *nft);

CNI_DEFINE_CLEANUP(nft, struct cni_nft, cni_nft_close);

/**
 * cni_nft_generation() - the number of the current ruleset
 * @nft: open handle
 * @ret_generation: never 0
 * @reterr: code 999
 *
 * Return: 0 or a negative errno.
 */
int cni_nft_generation(struct cni_nft *nft, uint32_t *ret_generation,
		       struct cni_error *reterr);

/**
 * struct cni_nft_batch - a transaction under construction
 * @req: its messages
 * @changes: how many messages it has besides begin and end
 * @deletes: one of them deletes something
 * @nests: open nests of the rule under construction
 *
 * Points into itself: never copy one.
 */
struct cni_nft_batch {
	struct cni_nl_req req;
	unsigned int changes;
	bool deletes;
	size_t nests[2];
};

/**
 * cni_nft_batch_init() - begin a transaction
 * @batch: initialised
 * @generation: the ruleset it is meant for; 0 for any
 */
void cni_nft_batch_init(struct cni_nft_batch *batch, uint32_t generation);

/** cni_nft_batch_done() - free what a long transaction allocated */
void cni_nft_batch_done(struct cni_nft_batch *batch);

CNI_DEFINE_CLEANUP(nft_batch, struct cni_nft_batch, cni_nft_batch_done);

/**
 * cni_nft_batch_send() - carry the transaction out
 * @nft: open handle
 * @batch: sent once; empty ones succeed without asking the kernel
 * @reterr: the kernel's refusal; code 11 for -ERESTART, 130 for -EOPNOTSUPP
 *
 * Return: 0; -ERESTART the ruleset is another one by now; -EEXIST; -ENOENT;
 * -EOPNOTSUPP an expression, chain type or family is not in the kernel;
 * another negative errno.
 */
int cni_nft_batch_send(struct cni_nft *nft, struct cni_nft_batch *batch,
		       struct cni_error *reterr);

/**
 * cni_nft_batch_try() - would the kernel carry the transaction out?
 * @nft: open handle
 * @batch: complete, and not empty; not to be sent afterwards
 * @reterr: as cni_nft_batch_send()
 *
 * Nothing is changed.  Costs an RCU grace period (12-16 ms): for STATUS only.
 *
 * Return: as cni_nft_batch_send().
 */
int cni_nft_batch_try(struct cni_nft *nft, struct cni_nft_batch *batch,
		      struct cni_error *reterr);

/**
 * struct cni_nft_table - which table
 * @family: NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_INET or NFPROTO_BRIDGE
 * @name: e.g. "cni_portmap"
 */
struct cni_nft_table {
	uint8_t family;
	const char *name;
};

/** cni_nft_add_table() - `add table`; no error when it exists */
void cni_nft_add_table(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table, const char *comment);

/** cni_nft_del_table() - `delete table` with all that is in it */
void cni_nft_del_table(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table);

/**
 * struct cni_nft_chain - a chain, to be added or as it is
 * @name: its name
 * @type: "filter", "nat" or "route"; NULL for a chain that is jumped to
 * @hook: NF_INET_* (or NF_BR_*) of a base chain
 * @priority: of a base chain
 * @policy: NF_ACCEPT or NF_DROP of a base chain
 */
struct cni_nft_chain {
	const char *name;
	const char *type;
	uint32_t hook;
	int32_t priority;
	uint32_t policy;
};

/** cni_nft_add_chain() - `add chain`; look first whether it exists */
void cni_nft_add_chain(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table,
		       const struct cni_nft_chain *chain);

/** cni_nft_del_chain() - `delete chain`; it must be empty and unused */
void cni_nft_del_chain(struct cni_nft_batch *batch,
		       const struct cni_nft_table *table, const char *name);

/** cni_nft_flush_chain() - delete all rules of a chain */
void cni_nft_flush_chain(struct cni_nft_batch *batch,
			 const struct cni_nft_table *table, const char *name);

/**
 * cni_nft_has_table() - does a table exist?
 * @nft: open handle
 * @table: which
 * @reterr: code 999
 *
 * Return: 1 or 0; another negative errno.
 */
int cni_nft_has_table(struct cni_nft *nft, const struct cni_nft_table *table,
		      struct cni_error *reterr);

/**
 * struct cni_nft_chain_info - a chain that exists
 * @name: its name
 * @table: of which table
 * @family: of which family
 * @type: of a base chain, else ""
 * @hook: of a base chain
 * @priority: of a base chain
 * @policy: NF_ACCEPT or NF_DROP, of a base chain
 * @use: rules in it plus rules and elements that lead to it
 */
struct cni_nft_chain_info {
	char name[CNI_NFT_NAME_MAX];
	char table[CNI_NFT_NAME_MAX];
	char type[16];
	uint8_t family;
	uint32_t hook;
	int32_t priority;
	uint32_t policy;
	uint32_t use;
};

/**
 * cni_nft_get_chain() - look a chain up
 * @nft: open handle
 * @table: of which table
 * @name: its name
 * @ret_chain: filled; NULL when only existence matters
 * @reterr: code 999
 *
 * Return: 1 when there is one; 0; another negative errno.
 */
int cni_nft_get_chain(struct cni_nft *nft, const struct cni_nft_table *table,
		      const char *name, struct cni_nft_chain_info *ret_chain,
		      struct cni_error *reterr);

/**
 * typedef cni_nft_chain_cb - takes one chain of a list
 *
 * Return: 0 to go on; negative errno to stop.
 */
typedef int (*cni_nft_chain_cb)(const struct cni_nft_chain_info *chain,
				void *data);

/**
 * cni_nft_list_chains() - all chains of a family
 * @nft: open handle
 * @family: NFPROTO_*; NFPROTO_UNSPEC for all families
 * @cb: gets each; NULL when the list starts over
 * @data: handed to @cb
 * @reterr: code 999
 *
 * Return: 0; what @cb returned; another negative errno.
 */
int cni_nft_list_chains(struct cni_nft *nft, uint8_t family,
			cni_nft_chain_cb cb, void *data,
			struct cni_error *reterr);

/**
 * cni_nft_rule_begin() - begin a rule; expressions of cni/nft_expr.h follow
 * @batch: the transaction
 * @table: of which table
 * @chain: of which chain
 * @insert: at the front of the chain instead of its end
 */
void cni_nft_rule_begin(struct cni_nft_batch *batch,
			const struct cni_nft_table *table, const char *chain,
			bool insert);

/**
 * cni_nft_rule_end() - end the rule
 * @batch: the transaction
 * @comment: shown by nft, at most 128 bytes; NULL for none
 */
void cni_nft_rule_end(struct cni_nft_batch *batch, const char *comment);

/** cni_nft_del_rule() - delete a rule by the kernel's number for it */
void cni_nft_del_rule(struct cni_nft_batch *batch,
		      const struct cni_nft_table *table, const char *chain,
		      uint64_t handle);

/**
 * cni_nft_list_rules() - the rules of a chain
 * @nft: open handle
 * @table: of which table
 * @chain: of which chain; NULL for all of the table
 * @cb: gets each NFT_MSG_NEWRULE message; NULL when the list starts over
 * @data: handed to @cb
 * @reterr: code 999
 *
 * Return: 0, also when there is no such chain; what @cb returned; another
 * negative errno.
 */
int cni_nft_list_rules(struct cni_nft *nft, const struct cni_nft_table *table,
		       const char *chain, cni_nl_cb cb, void *data,
		       struct cni_error *reterr);

/**
 * cni_nft_parse_rule() - what identifies a rule
 * @message: a NFT_MSG_NEWRULE message
 * @ret_handle: the kernel's number for it
 * @ret_comment: its comment; "" for none
 *
 * Return: 0; -EBADMSG malformed.
 */
int cni_nft_parse_rule(const struct nlmsghdr *message, uint64_t *ret_handle,
		       char ret_comment[static CNI_NFT_COMMENT_MAX + 1]);

#endif /* CNI_NFT_H */
