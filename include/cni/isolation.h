/* SPDX-License-Identifier: Apache-2.0 */
/*
 * isolation.h - who may reach the pods, and forwarding that others drop
 *
 * DOC: Theory of Operation
 *
 * Isolation keeps connections away from pods.  One table of ours, `inet
 * cni_isolation`, has a base chain at the forward hook that looks the
 * destination up in sets of isolated pod addresses (flat in their number):
 *
 *	ct state established,related return
 *	ct status dnat return			(published ports keep working)
 *	ip daddr . iifname @home4 return	(from the pod's own bridge)
 *	ip daddr @strict4 drop
 *	iifgroup 0x636e69 ip daddr @bridge4 drop
 *
 * so that level `bridge` drops what comes from other bridges of this suite and
 * `strict`
 * whatever comes from elsewhere.  The node itself always reaches its pods: its
 * packets are not forwarded.  A bridge is "of this suite" when its link group
 * is CNI_ISOLATION_LINK_GROUP, which the bridge plugin sets when it creates a
 * bridge or finds one whose group is the default.
 *
 * Forward acceptance deals with the opposite: a base chain of somebody else at
 * the forward hook whose policy is drop (docker, ufw, a hand-written ruleset).
 * No accept in another table can overrule it, so the accept rules are inserted
 * into that very chain, per bridge, and taken out when the bridge's last
 * attachment that asked for them is deleted.
 */
#ifndef CNI_ISOLATION_H
#define CNI_ISOLATION_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/error.h"
#include "cni/ip.h"

struct cni_nft;	  /* cni/nft.h */
struct cni_owner; /* cni/owner.h */

/* IFLA_GROUP of bridges of this suite ("cni" in ASCII). */
#define CNI_ISOLATION_LINK_GROUP 0x636e69U

/**
 * enum cni_isolation_level - from where pods can be reached
 * @CNI_ISOLATION_NONE: from everywhere
 * @CNI_ISOLATION_BRIDGE: not from other bridges of this suite
 * @CNI_ISOLATION_STRICT: only from the own bridge, the node, and through
 *	published ports
 */
enum cni_isolation_level {
	CNI_ISOLATION_NONE,
	CNI_ISOLATION_BRIDGE,
	CNI_ISOLATION_STRICT,
};

/**
 * struct cni_isolation_spec - one attachment's isolation
 * @level: NONE makes ADD remove what there is
 * @bridge: name of the pod's bridge (or the VLAN interface that routes)
 * @addresses: the pod's addresses; lengths do not matter; borrowed
 * @address_count: how many
 */
struct cni_isolation_spec {
	enum cni_isolation_level level;
	const char *bridge;
	const struct cni_prefix *addresses;
	size_t address_count;
};

/**
 * cni_isolation_add() - isolate an attachment
 * @nft: open handle
 * @owner: the attachment
 * @spec: how
 * @reterr: code 130 when the kernel cannot
 *
 * Replaces what the attachment has.
 *
 * Return: 0; -EOPNOTSUPP; another negative errno.
 */
int cni_isolation_add(struct cni_nft *nft, const struct cni_owner *owner,
		      const struct cni_isolation_spec *spec,
		      struct cni_error *reterr);

/**
 * cni_isolation_check() - is everything that ADD makes there?
 * @nft: open handle
 * @owner: the attachment
 * @spec: as given to ADD
 * @reterr: code 140, naming what is missing or different
 *
 * Return: 0; -ENOENT something is missing or different; another negative errno.
 */
int cni_isolation_check(struct cni_nft *nft, const struct cni_owner *owner,
			const struct cni_isolation_spec *spec,
			struct cni_error *reterr);

/**
 * cni_isolation_del() - remove an attachment's isolation
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @owner: the attachment
 * @reterr: the kernel's refusal
 *
 * Return: 0, also when there was nothing; a negative errno.
 */
int cni_isolation_del(struct cni_nft *nft, const struct cni_owner *owner,
		      struct cni_error *reterr);

/**
 * cni_isolation_gc() - remove what belongs to no living attachment
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @network: only this network's elements are looked at
 * @valid: the attachments of @network that live; borrowed
 * @count: how many
 * @reterr: the first failure
 *
 * Return: 0 or a negative errno.
 */
int cni_isolation_gc(struct cni_nft *nft, const char *network,
		     const struct cni_owner *valid, size_t count,
		     struct cni_error *reterr);

/* Room for the description cni_forward_find_drop() writes. */
#define CNI_FORWARD_TEXT_MAX 256

/**
 * cni_forward_find_drop() - does somebody drop forwarded traffic by policy?
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @bridge: chains that accept this bridge's traffic by rules of
 *	cni_forward_accept_add() do not count; NULL to name every one
 * @thorough: look at every base chain (STATUS) instead of only those of
 *	iptables, nftables.service and firewalld, which need no list (ADD)
 * @ret_text: names the chains, for a message, e.g. `chain "FORWARD" of table
 *	"ip filter"`; "" when there is none
 * @reterr: the kernel's refusal
 *
 * Looks at chains of the forward hook of families ip, ip6 and inet, and at the
 * FORWARD policy of the legacy filter tables.  Starts no process.
 *
 * Return: the number of such chains; a negative errno.
 */
int cni_forward_find_drop(struct cni_nft *nft, const char *bridge,
			  bool thorough,
			  char ret_text[static CNI_FORWARD_TEXT_MAX],
			  struct cni_error *reterr);

/**
 * cni_forward_accept_add() - let a bridge's traffic through chains that drop
 * @nft: open handle
 * @owner: the attachment that wants it
 * @bridge: the bridge, or the VLAN interface that routes
 * @reterr: code 131 when a legacy chain drops and iptables is missing
 *
 * Accepted are: what comes from the bridge, and towards it what belongs to
 * known connections or was sent there by a published port.  Nothing is done
 * when no chain drops.
 *
 * Return: 0 or a negative errno.
 */
int cni_forward_accept_add(struct cni_nft *nft, const struct cni_owner *owner,
			   const char *bridge, struct cni_error *reterr);

/**
 * cni_forward_accept_del() - give up what cni_forward_accept_add() registered
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @owner: the attachment
 * @reterr: the first failure
 *
 * The bridge's rules go with its last attachment.
 *
 * Return: 0, also when there was nothing; a negative errno.
 */
int cni_forward_accept_del(struct cni_nft *nft, const struct cni_owner *owner,
			   struct cni_error *reterr);

/**
 * cni_forward_accept_gc() - give up for attachments that no longer live
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @network: only this network's attachments are looked at
 * @valid: the attachments of @network that live; borrowed
 * @count: how many
 * @reterr: the first failure
 *
 * Return: 0 or a negative errno.
 */
int cni_forward_accept_gc(struct cni_nft *nft, const char *network,
			  const struct cni_owner *valid, size_t count,
			  struct cni_error *reterr);

#endif /* CNI_ISOLATION_H */
