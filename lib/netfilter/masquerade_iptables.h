/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade_iptables.h - masquerade rules of iptables: text and meaning
 *
 * Chains, rules and comments are the Go plugin's; the chain is shared by all
 * interfaces a container has in the network, because its name has no room for
 * the interface.  What the Go plugin lacks is a way to tell whose address is
 * whose, so that deleting one interface breaks the other.  A marker rule per
 * address says it: it stands behind MASQUERADE, where hardly a packet comes,
 * has no target and a comment naming the interface.  The Go plugin's DEL
 * empties the chain and so removes it, too.
 *
 *	-A CNI-<hash> -d 10.1.0.0/24 -m comment --comment C -j ACCEPT
 *	-A CNI-<hash> ! -d 224.0.0.0/4 -m comment --comment C -j MASQUERADE
 *	-A CNI-<hash> -s 10.1.0.2/32 -m comment --comment "if: \"eth0\""
 *	-A POSTROUTING -s 10.1.0.2/32 -m comment --comment C -j CNI-<hash>
 *
 * Source: containernetworking/plugins pkg/ip/ipmasq_iptables_linux.go.
 */
#ifndef CNI_MASQUERADE_IPTABLES_H
#define CNI_MASQUERADE_IPTABLES_H

#include "cni/iptables.h"
#include "cni/owner.h"
#include "masquerade_internal.h"

/* masq_iptables_comment() - append `name: "<network>" id: "<containerID>"` */
void masq_iptables_comment(const struct cni_owner *owner,
			   struct cni_buf *ret_comment);

/**
 * masq_iptables_script() - what iptables-restore has to do for an ADD
 * @owner: the attachment
 * @spec: as given to ADD
 * @family: AF_INET or AF_INET6
 * @existing: rules of the chain and rules jumping to it, as text; NULL when
 *	there is no chain yet
 * @ret_script: the script is appended
 *
 * Return: 0 or -ENOMEM.
 */
int masq_iptables_script(const struct cni_owner *owner,
			 const struct cni_masquerade_spec *spec, int family,
			 const struct cni_iptables_view *existing,
			 struct cni_buf *ret_script);

/**
 * masq_iptables_missing() - the first rule of ADD that is not there
 * @owner: the attachment
 * @spec: as given to ADD
 * @family: AF_INET or AF_INET6
 * @existing: rules of the chain and rules jumping to it, as text
 * @ret_line: the rule as iptables-save would print it; empty when none misses
 *
 * Rules of the Go plugin, which have no markers, are complete, too.
 *
 * Return: 0 or -ENOMEM.
 */
int masq_iptables_missing(const struct cni_owner *owner,
			  const struct cni_masquerade_spec *spec, int family,
			  const struct cni_iptables_view *existing,
			  struct cni_buf *ret_line);

/* IFNAMSIZ */
#define MASQ_IFNAME_SIZE 16

/**
 * masq_iptables_marker() - is this rule a marker, and of which interface?
 * @rule: a rule of a masquerade chain
 * @ret_ifname: set when it is
 */
bool masq_iptables_marker(const struct cni_iptables_rule *rule,
			  char ret_ifname[static MASQ_IFNAME_SIZE]);

/**
 * masq_iptables_is_mine() - does a rule belong to one interface alone?
 * @view: rules of the chain and rules jumping to it
 * @index: of the rule
 * @chain: the chain
 * @ifname: the interface
 *
 * True for its markers, and for jumps of the addresses the markers name.
 */
bool masq_iptables_is_mine(const struct cni_iptables_view *view, size_t index,
			   const char *chain, const char *ifname);

/**
 * masq_iptables_mark_del() - mark what a DEL has to remove
 * @view: rules of the chain and rules jumping to it; gets marks
 * @chain: the chain
 * @ifname: the interface
 *
 * Return: true when the chain goes, too, because no other interface of the
 * container is marked in it.
 */
bool masq_iptables_mark_del(struct cni_iptables_view *view, const char *chain,
			    const char *ifname);

/* masq_ipt_add() - cni_masquerade_add() by iptables */
int masq_ipt_add(struct cni_nft *nft, const struct cni_owner *owner,
		 const struct cni_masquerade_spec *spec,
		 struct cni_error *reterr);

/* masq_ipt_check() - cni_masquerade_check() by iptables */
int masq_ipt_check(struct cni_nft *nft, const struct cni_owner *owner,
		   const struct cni_masquerade_spec *spec,
		   struct cni_error *reterr);

/* masq_ipt_del() - cni_masquerade_del() in iptables, both variants */
int masq_ipt_del(struct cni_nft *nft, const struct cni_owner *owner,
		 struct cni_error *reterr);

/* masq_ipt_gc() - cni_masquerade_gc() in iptables, both variants */
int masq_ipt_gc(struct cni_nft *nft, const char *network,
		const struct cni_owner *valid, size_t count,
		struct cni_error *reterr);

#endif /* CNI_MASQUERADE_IPTABLES_H */
