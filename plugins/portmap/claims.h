/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims.h - ports that iptables publishes, and whose they are
 *
 * DOC: Theory of Operation
 *
 * In iptables a second container with the same port is a rule like any other,
 * which no packet reaches.  So that a port has one owner on the node, mappings
 * of the iptables backend have their elements in the maps of the table as well,
 * where the kernel refuses a second one, whichever backend asks.  A verdict in
 * the map of conditions keeps packets from being translated there.
 *
 * The elements come before the rules and go before them.  Who loses a port to
 * another owner loses the rules for it in the same ADD.
 *
 * On a kernel without nf_tables there is no such table, and nothing of this.
 */
#ifndef PORTMAP_CLAIMS_H
#define PORTMAP_CLAIMS_H

#include "publication.h"
#include "removal.h"

/**
 * portmap_claims_put() - keep packets from an attachment's elements
 * @batch: the transaction that adds them
 * @pub: what iptables is going to publish
 */
void portmap_claims_put(struct cni_nft_batch *batch,
			const struct portmap_publication *pub);

/**
 * portmap_claims_follow() - take rules of iptables from those who lost ports
 * @nft: open handle
 * @removal: what was removed
 * @reterr: as cni_iptables_restore()
 *
 * Starts no process when nobody did.
 *
 * Return: 0 or a negative errno.
 */
int portmap_claims_follow(struct cni_nft *nft,
			  const struct portmap_removal *removal,
			  struct cni_error *reterr);

/**
 * portmap_claims_check() - are the ports that iptables publishes claimed?
 * @nft: open handle
 * @pub: what is published
 * @required: they must be; else what the Go plugin has published will do
 * @reterr: code 140
 *
 * Return: 0; -ENOENT something is missing or different; another negative errno.
 */
int portmap_claims_check(struct cni_nft *nft,
			 const struct portmap_publication *pub, bool required,
			 struct cni_error *reterr);

#endif /* PORTMAP_CLAIMS_H */
