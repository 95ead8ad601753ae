/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iptables.h - the host's iptables, run as rarely as possible
 *
 * DOC: Theory of Operation
 *
 * Rules are written by the host's own `iptables-restore --noflush`, one process
 * per family and verb: only that binary knows whether the host uses the legacy
 * or the nf_tables variant, and one run is one atomic commit.  The script goes
 * to its standard input and is built from values that were parsed to binary
 * before, with the builders below; comments are the only text of the
 * configuration in it, and are quoted.
 *
 * What can be decided without a process is: rules of iptables-nft are ordinary
 * nf_tables objects (`ip nat`, `ip6 nat`), which are looked at and removed by
 * netlink; those of the legacy variant are one blob the kernel hands out by
 * getsockopt(2), in which a chain's name or a comment either occurs or not.  So
 * a DEL or GC that finds nothing starts nothing, a DEL of nf_tables rules
 * needs no binary on the host, and a legacy table is only rewritten (by
 * `iptables-legacy-restore`, where it exists) when it has something of ours.
 *
 * Programs are searched in PATH, then in /usr/sbin, /sbin, /usr/bin, /bin and
 * /usr/local/sbin, because runtimes start plugins with a bare PATH.
 */
#ifndef CNI_IPTABLES_H
#define CNI_IPTABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/buf.h"
#include "cni/cleanup.h"
#include "cni/error.h"
#include "cni/ip.h"

struct cni_nft;

/* Longest name of an iptables chain, without NUL (XT_EXTENSION_MAXNAMELEN). */
#define CNI_IPTABLES_CHAIN_MAX 28
/* Bytes a comment may have; a longer one is cut (XT_MAX_COMMENT_LEN - 1). */
#define CNI_IPTABLES_COMMENT_MAX 255
/* Seconds a run waits for the xtables lock, and may take altogether. */
#define CNI_IPTABLES_WAIT_S    20
#define CNI_IPTABLES_TIMEOUT_S 30
/* How often rules that others keep changing are read again. */
#define CNI_IPTABLES_ATTEMPTS 64

/**
 * enum cni_iptables_variant - where rules of iptables can be
 * @CNI_IPTABLES_HOST: what the host's `iptables-restore` writes to
 * @CNI_IPTABLES_NFT: nf_tables, tables `ip nat` and `ip6 nat`
 * @CNI_IPTABLES_LEGACY: the ip_tables and ip6_tables of old
 *
 * A host can have both (installed by different images); what was left behind
 * is looked for in both.
 */
enum cni_iptables_variant {
	CNI_IPTABLES_HOST,
	CNI_IPTABLES_NFT,
	CNI_IPTABLES_LEGACY,
};

/**
 * cni_iptables_chain_name() - a per-container chain, named as Go does
 * @ret_name: receives @prefix + the first hex digits of the SHA-512 of
 *	@network and @container_id, CNI_IPTABLES_CHAIN_MAX characters together
 * @prefix: "CNI-" (masquerade), "CNI-DN-", "CNI-SN-" (port mappings)
 * @network: network name
 * @container_id: container id
 *
 * Source: containernetworking/plugins pkg/utils/utils.go.
 */
void cni_iptables_chain_name(char ret_name[static CNI_IPTABLES_CHAIN_MAX + 1],
			     const char *prefix, const char *network,
			     const char *container_id);

/**
 * cni_iptables_add_comment() - append ` -m comment --comment "<text>"`
 * @script: a restore script under construction
 * @text: printable text; `"` and `\` are escaped as iptables-save does,
 *	control characters (a newline would end the rule) become `?`, and more
 *	than CNI_IPTABLES_COMMENT_MAX bytes are cut
 */
void cni_iptables_add_comment(struct cni_buf *script, const char *text);

/**
 * cni_iptables_usable() - can rules of @family be written on this host?
 * @family: AF_INET or AF_INET6
 *
 * Looks for the program only, starts nothing.
 *
 * Return: 0; -ENOENT when there is no iptables-restore (ip6tables-restore).
 */
int cni_iptables_usable(int family);

/**
 * cni_iptables_restore() - apply a script atomically, keeping other rules
 * @family: AF_INET or AF_INET6
 * @variant: CNI_IPTABLES_HOST, or CNI_IPTABLES_LEGACY to insist
 * @script: from `*table` to `COMMIT`, as iptables-save writes it
 * @reterr: code 131 when the program is missing, 11 when the xtables lock was
 *	not to be had in time, else 999; details has the program's stderr
 *
 * Runs `iptables-restore --noflush -w 20` with the script on stdin, no other
 * descriptors than 0-2, and an environment of PATH alone.  With --noflush a
 * `:CHAIN - [0:0]` line of a user chain creates it, or empties it.
 *
 * Return: 0; -ENOENT program missing; -ETIMEDOUT; -EAGAIN lock busy; -EIO the
 * program refused; another negative errno.
 */
int cni_iptables_restore(int family, enum cni_iptables_variant variant,
			 const struct cni_buf *script,
			 struct cni_error *reterr);

/**
 * cni_iptables_save() - read a table as text
 * @family: AF_INET or AF_INET6
 * @variant: CNI_IPTABLES_HOST or CNI_IPTABLES_LEGACY
 * @table: e.g. "nat"
 * @text: the output is appended
 * @reterr: as for cni_iptables_restore()
 *
 * Return: as cni_iptables_restore().
 */
int cni_iptables_save(int family, enum cni_iptables_variant variant,
		      const char *table, struct cni_buf *text,
		      struct cni_error *reterr);

/**
 * cni_iptables_chain_exists() - is there such a chain?  Starts no process.
 * @nft: an open nf_tables handle; NULL when the kernel has none
 * @family: AF_INET or AF_INET6
 * @table: e.g. "nat"
 * @chain: its name
 * @ret_nft: set to whether nf_tables has it
 * @ret_legacy: set to whether ip_tables has it
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int cni_iptables_chain_exists(struct cni_nft *nft, int family,
			      const char *table, const char *chain,
			      bool *ret_nft, bool *ret_legacy,
			      struct cni_error *reterr);

/**
 * cni_iptables_legacy_mentions() - does a legacy table contain some bytes?
 * @family: AF_INET or AF_INET6
 * @table: e.g. "nat"
 * @needle: part of a chain name or comment
 *
 * Does not load the table's kernel module.
 *
 * Return: 1 or 0; -ENOMEM; 0 also when the kernel has no such table.
 */
int cni_iptables_legacy_mentions(int family, const char *table,
				 const char *needle);

/**
 * cni_iptables_remove_chain() - remove a chain and the rules jumping to it
 * @nft: an open nf_tables handle
 * @family: AF_INET or AF_INET6
 * @table: e.g. "nat"
 * @parent: the chain whose rules may jump to @chain, e.g. "POSTROUTING"
 * @chain: the chain to remove, with all its rules
 * @reterr: the first failure
 *
 * Done in nf_tables by netlink, in ip_tables by one save and one restore, in
 * each only when the chain is there.
 *
 * Return: 0, also when there was none; a negative errno.
 */
int cni_iptables_remove_chain(struct cni_nft *nft, int family,
			      const char *table, const char *parent,
			      const char *chain, struct cni_error *reterr);

/**
 * struct cni_iptables_rule - one rule, as far as it tells whose it is
 * @chain: the chain it is in
 * @target: the chain or target it jumps to; "" when there is none
 * @comment: its (first) comment, unquoted; "" when there is none
 * @source: the -s prefix when present and not negated, else unset
 * @line: "-A CHAIN ..." of iptables-save; NULL for a rule read by netlink
 * @handle: the kernel's number of a rule read by netlink; else 0
 * @remove: to be set by the caller: cni_iptables_view_apply() deletes the rule
 */
struct cni_iptables_rule {
	char chain[CNI_IPTABLES_CHAIN_MAX + 4];
	char target[CNI_IPTABLES_CHAIN_MAX + 4];
	char comment[CNI_IPTABLES_COMMENT_MAX + 1];
	struct cni_prefix source;
	const char *line;
	uint64_t handle;
	bool remove;
};

/**
 * cni_iptables_next_rule() - walk the rules of one table
 * @cursor: in: the text of cni_iptables_save(), then what the previous call
 *	left; it is cut into lines in place
 * @family: AF_INET or AF_INET6, of @source
 * @ret_rule: the next "-A" line; @line is valid as long as the text
 *
 * Counters ("[1:60] -A ..."), comment lines, chain declarations and lines that
 * are not understood are skipped.
 *
 * Return: true when there was one.
 */
bool cni_iptables_next_rule(char **cursor, int family,
			    struct cni_iptables_rule *ret_rule);

/**
 * typedef cni_iptables_filter - is this rule of interest?
 * @rule: read from the table
 * @context: of the query
 */
typedef bool (*cni_iptables_filter)(const struct cni_iptables_rule *rule,
				    void *context);

/**
 * struct cni_iptables_query - which rules to read
 * @variant: CNI_IPTABLES_NFT (by netlink) or CNI_IPTABLES_LEGACY (a process:
 *	ask cni_iptables_legacy_mentions() first)
 * @family: AF_INET or AF_INET6
 * @table: e.g. "nat"; borrowed as long as the view lives
 * @chains: only rules of these chains; NULL for the whole table; borrowed
 * @chain_count: how many
 * @filter: keeps a rule by returning true; NULL keeps all
 * @context: handed to @filter
 */
struct cni_iptables_query {
	enum cni_iptables_variant variant;
	int family;
	const char *table;
	const char *const *chains;
	size_t chain_count;
	cni_iptables_filter filter;
	void *context;
};

/**
 * struct cni_iptables_view - rules of a table that may be ours, to be edited
 * @query: what was asked for
 * @rules: those the filter kept; a chain's rules in their order; owned
 * @count: how many
 * @capacity: room at @rules
 * @generation: the nf_tables ruleset they were read from
 * @text: what the rules' lines point into
 */
struct cni_iptables_view {
	struct cni_iptables_query query;
	struct cni_iptables_rule *rules;
	size_t count;
	size_t capacity;
	uint32_t generation;
	struct cni_buf text;
};

/**
 * cni_iptables_view_read() - read the rules of interest
 * @nft: an open nf_tables handle; not used for the legacy variant
 * @query: what to read
 * @ret_view: free with cni_iptables_view_done()
 * @reterr: as for cni_iptables_save()
 *
 * A table or chain that is not there has no rules.
 *
 * Return: 0 or a negative errno.
 */
int cni_iptables_view_read(struct cni_nft *nft,
			   const struct cni_iptables_query *query,
			   struct cni_iptables_view *ret_view,
			   struct cni_error *reterr);

/**
 * cni_iptables_view_apply() - delete rules and chains in one transaction
 * @nft: as for cni_iptables_view_read()
 * @view: its rules with @remove set are deleted
 * @chains: chains to delete with all their rules; they must exist, and every
 *	rule jumping to them must be marked for removal
 * @chain_count: how many
 * @reterr: as for cni_iptables_restore()
 *
 * Return: 0; -EAGAIN when the ruleset has changed since the view was read, so
 * that the caller has to read and decide again; another negative errno.
 */
int cni_iptables_view_apply(struct cni_nft *nft,
			    const struct cni_iptables_view *view,
			    const char *const *chains, size_t chain_count,
			    struct cni_error *reterr);

/** cni_iptables_view_done() - free a view; it is empty afterwards */
void cni_iptables_view_done(struct cni_iptables_view *view);

CNI_DEFINE_CLEANUP(iptables_view, struct cni_iptables_view,
		   cni_iptables_view_done);

#endif /* CNI_IPTABLES_H */
