/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spoofcheck.h - frames of a port must carry the pod's MAC (macspoofchk)
 *
 * DOC: Theory of Operation
 *
 * Objects, names and comments are those of the Go plugin, so that either
 * implementation removes what the other made:
 *
 *	table bridge nat {
 *	  chain PREROUTING { type filter hook prerouting priority -300;
 *	    iifname "<port>" jump cni-br-iface-<id> comment "macspoofchk-<id>" }
 *	  chain cni-br-iface-<id> {
 *	    jump cni-br-iface-<id>-mac comment "macspoofchk-<id>" }
 *	  chain cni-br-iface-<id>-mac {
 *	    ether saddr <mac> return comment "macspoofchk-<id>"
 *	    drop comment "macspoofchk-<id>" } }
 *
 * with <id> = "<containerID>-<ifname>"; where name or comment would be longer
 * than the kernel's or nft's limit (the Go plugin fails there), <id> is the
 * first 32 hex digits of its SHA-512.  Unlike there, all of it is one
 * transaction by netlink: no moment at which the port drops everything, no
 * duplicate rule on a repeated ADD, no `nft` process.  Nothing is listed where
 * the rules were made in one go: the kernel numbers rules one after the other,
 * so that the jump's number follows from the one after it.
 *
 * Source: containernetworking/plugins pkg/link/spoofcheck.go.
 */
#ifndef CNI_SPOOFCHECK_H
#define CNI_SPOOFCHECK_H

#include <stddef.h>

#include "cni/error.h"

struct cni_nft;	  /* cni/nft.h */
struct cni_owner; /* cni/owner.h */

/**
 * cni_spoofcheck_add() - let only frames with the pod's MAC in
 * @nft: open handle
 * @owner: the attachment
 * @port: name of the bridge port (the veth's host end)
 * @mac: 6 bytes, the container end's MAC
 * @reterr: code 130 when the kernel has no nf_tables for bridges
 *
 * Replaces rules of the attachment that are there already.
 *
 * Return: 0; -EOPNOTSUPP; another negative errno.
 */
int cni_spoofcheck_add(struct cni_nft *nft, const struct cni_owner *owner,
		       const char *port, const unsigned char mac[static 6],
		       struct cni_error *reterr);

/**
 * cni_spoofcheck_check() - are ADD's rules there, for this port and MAC?
 * @nft: open handle
 * @owner: the attachment
 * @port: name of the bridge port
 * @mac: 6 bytes
 * @reterr: code 140, naming what differs
 *
 * Return: 0; -ENOENT something is missing or different; another negative errno.
 */
int cni_spoofcheck_check(struct cni_nft *nft, const struct cni_owner *owner,
			 const char *port, const unsigned char mac[static 6],
			 struct cni_error *reterr);

/**
 * cni_spoofcheck_del() - remove an attachment's rules and chains
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @owner: the attachment
 * @reterr: the kernel's refusal
 *
 * Table and PREROUTING chain stay: ebtables-nft uses the very same ones.
 *
 * Return: 0, also when there was nothing; a negative errno.
 */
int cni_spoofcheck_del(struct cni_nft *nft, const struct cni_owner *owner,
		       struct cni_error *reterr);

/**
 * cni_spoofcheck_gc() - remove rules whose bridge port is gone
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @valid: living attachments of any number of networks; never removed
 * @count: how many
 * @reterr: the first failure
 *
 * Names and comments do not tell the network, so an attachment that is not in
 * @valid may be another network's: it is removed only when no interface has
 * its port's name any more.
 *
 * Return: 0 or a negative errno.
 */
int cni_spoofcheck_gc(struct cni_nft *nft, const struct cni_owner *valid,
		      size_t count, struct cni_error *reterr);

#endif /* CNI_SPOOFCHECK_H */
