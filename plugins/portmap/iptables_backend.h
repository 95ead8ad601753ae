/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iptables_backend.h - port mappings by the host's iptables
 *
 * For hosts whose rules are iptables' or whose kernel has no nf_tables.  One
 * process per family and verb as long as the rules that all containers share
 * are there.  claims.h tells how a port has one owner.
 */
#ifndef PORTMAP_IPTABLES_BACKEND_H
#define PORTMAP_IPTABLES_BACKEND_H

#include "cni/nft.h"

#include "iptables_rules.h"

/**
 * portmap_ipt_add() - publish
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @pub: what
 * @reterr: code 131 when iptables is missing; details has its words
 *
 * All or nothing.  Replaces what the container has published before.
 *
 * Return: 0; -ENOENT no iptables-restore; another negative errno.
 */
int portmap_ipt_add(struct cni_nft *nft, const struct portmap_publication *pub,
		    struct cni_error *reterr);

/**
 * portmap_ipt_del() - take back what this or the Go plugin published
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @owner: the attachment; its interface does not count
 * @reterr: the first failure
 *
 * Starts no process when there is nothing.
 *
 * Return: 0, also when there is nothing; a negative errno.
 */
int portmap_ipt_del(struct cni_nft *nft, const struct cni_owner *owner,
		    struct cni_error *reterr);

/**
 * portmap_ipt_reduce() - leave a container only some of its mappings
 * @nft: open handle
 * @record: its record, with those that it keeps
 * @reterr: as portmap_ipt_add()
 *
 * Return: 0, also when it has no rules; a negative errno.
 */
int portmap_ipt_reduce(struct cni_nft *nft, const struct portmap_record *record,
		       struct cni_error *reterr);

/**
 * portmap_ipt_check() - is every rule there?
 * @pub: what is published
 * @reterr: code 140 with iptables' words
 *
 * Return: 0; -ENOENT a rule is missing; another negative errno.
 */
int portmap_ipt_check(const struct portmap_publication *pub,
		      struct cni_error *reterr);

/**
 * portmap_ipt_gc() - remove chains of containers that are no more
 * @nft: open handle, or NULL when the kernel has no nf_tables
 * @network: only this network's
 * @valid: the containers that are
 * @reterr: the first failure
 *
 * Return: 0 or a negative errno.
 */
int portmap_ipt_gc(struct cni_nft *nft, const char *network,
		   const struct cni_attachment_list *valid,
		   struct cni_error *reterr);

#endif /* PORTMAP_IPTABLES_BACKEND_H */
