/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade.h - pods' outgoing traffic gets the node's address (ipMasq)
 *
 * DOC: Theory of Operation
 *
 * nf_tables backend: one table of ours, `inet cni_masquerade`.  A *policy* is
 * what a network's attachments with the same subnets, exclusions and flags have
 * in common; it has a set of addresses and two chains.  A packet that leaves
 * costs one hash lookup per policy, however many pods there are:
 *
 *	chain postrouting { type nat hook postrouting priority srcnat;
 *		ip saddr @pods4-<policy> goto masq4-<policy> }
 *	chain masq4-<policy> {
 *		ip daddr 10.1.0.0/24 return ; ip daddr 224.0.0.0/4 return
 *		masquerade fully-random }
 *	chain forward { type filter hook forward priority filter;
 *		ct state invalid ip saddr @pods4-<policy> goto drop4-<policy> }
 *
 * The second base chain drops packets of those pods that connection tracking
 * calls invalid: they would pass the nat hook untouched and leave the node with
 * a pod's address (@drop_invalid).
 *
 * An index element per attachment names its addresses, so ADD, CHECK and DEL
 * cost the same with one attachment and with thousands.  A policy's objects go
 * with their last attachment.
 *
 * iptables backend: chains, rules and comments of the Go plugins, so that
 * either implementation can delete what the other made; see docs/masquerade.md.
 *
 * DEL and GC need nothing but the attachments' identities.  They remove the
 * rules of both backends, ours and those of the Go plugins, and start a process
 * only when the legacy ip_tables have such rules.
 *
 * Every function takes an open nf_tables handle of cni/nft.h, borrowed, so that
 * the caller decides when it is closed: closing waits for the kernel when
 * something was deleted, which can overlap with other waits.
 */
#ifndef CNI_MASQUERADE_H
#define CNI_MASQUERADE_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/error.h"
#include "cni/ip.h"

struct cni_nft;	  /* cni/nft.h */
struct cni_owner; /* cni/owner.h: network, container id, interface name */

/**
 * enum cni_masquerade_backend - who holds the rules
 * @CNI_MASQUERADE_AUTO: nf_tables when the kernel can, else iptables
 * @CNI_MASQUERADE_NFTABLES: nf_tables by netlink
 * @CNI_MASQUERADE_IPTABLES: the host's iptables-restore
 */
enum cni_masquerade_backend {
	CNI_MASQUERADE_AUTO,
	CNI_MASQUERADE_NFTABLES,
	CNI_MASQUERADE_IPTABLES,
};

/**
 * struct cni_masquerade_spec - what to masquerade for one attachment
 * @backend: AUTO, or the one the configuration names
 * @addresses: the attachment's addresses with the length of their subnet, as
 *	in the result; the subnets are not masqueraded; borrowed
 * @address_count: how many; addresses of a family not wanted are ignored
 * @excludes: further destinations left alone, any family; borrowed
 * @exclude_count: how many
 * @ipv4: masquerade IPv4
 * @ipv6: masquerade IPv6
 * @random: fully random source ports, against collisions of parallel flows
 * @drop_invalid: drop what connection tracking calls invalid instead of letting
 *	it leave with the pod's address; nf_tables backend only
 */
struct cni_masquerade_spec {
	enum cni_masquerade_backend backend;
	const struct cni_prefix *addresses;
	size_t address_count;
	const struct cni_prefix *excludes;
	size_t exclude_count;
	bool ipv4;
	bool ipv6;
	bool random;
	bool drop_invalid;
};

/**
 * cni_masquerade_add() - masquerade an attachment
 * @nft: open handle
 * @owner: the attachment
 * @spec: what and how
 * @reterr: code 130 when the kernel cannot, 131 when iptables is missing
 *
 * All or nothing.  Replaces what the attachment has (a repeated ADD) and takes
 * over an address that an attachment no longer alive left behind.  With no
 * address of a wanted family, nothing is done.
 *
 * Return: 0; -EOPNOTSUPP the kernel lacks nat in nf_tables; -ENOENT no
 * iptables-restore; another negative errno.
 */
int cni_masquerade_add(struct cni_nft *nft, const struct cni_owner *owner,
		       const struct cni_masquerade_spec *spec,
		       struct cni_error *reterr);

/**
 * cni_masquerade_check() - is everything that ADD makes there?
 * @nft: open handle
 * @owner: the attachment
 * @spec: as given to ADD; with backend AUTO either backend's rules will do
 * @reterr: code 140, naming the missing or different element, rule or chain
 *
 * Return: 0; -ENOENT something is missing or different; another negative errno.
 */
int cni_masquerade_check(struct cni_nft *nft, const struct cni_owner *owner,
			 const struct cni_masquerade_spec *spec,
			 struct cni_error *reterr);

/**
 * cni_masquerade_del() - remove an attachment's masquerading
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @owner: the attachment
 * @reterr: the first failure; the rest is removed all the same
 *
 * Return: 0, also when there was nothing; a negative errno.
 */
int cni_masquerade_del(struct cni_nft *nft, const struct cni_owner *owner,
		       struct cni_error *reterr);

/**
 * cni_masquerade_gc() - remove what belongs to no living attachment
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @network: only this network's rules are looked at
 * @valid: the attachments of @network that live; borrowed
 * @count: how many
 * @reterr: the first failure; the rest is removed all the same
 *
 * Return: 0 or a negative errno.
 */
int cni_masquerade_gc(struct cni_nft *nft, const char *network,
		      const struct cni_owner *valid, size_t count,
		      struct cni_error *reterr);

/**
 * cni_masquerade_probe() - can an ADD be served? (STATUS)
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @backend: what the configuration asks for
 * @reterr: code 130 or 131 with the remedy
 *
 * Changes nothing.
 *
 * Return: CNI_MASQUERADE_NFTABLES or CNI_MASQUERADE_IPTABLES, the one an ADD
 * will use; -EOPNOTSUPP or -ENOENT when there is none.
 */
int cni_masquerade_probe(struct cni_nft *nft,
			 enum cni_masquerade_backend backend,
			 struct cni_error *reterr);

#endif /* CNI_MASQUERADE_H */
