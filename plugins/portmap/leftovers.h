/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leftovers.h - what the Go plugin's nftables backend left for an attachment
 *
 * Rules of the tables `ip cni_hostport` and `ip6 cni_hostport` whose comment is
 * the container id.  That is all they tell: with several networks on one
 * container, the pod's address decides which are this network's.
 */
#ifndef PORTMAP_LEFTOVERS_H
#define PORTMAP_LEFTOVERS_H

#include "cni/nft.h"
#include "cni/owner.h"
#include "cni/skel.h"

#include "target.h"

/**
 * portmap_leftovers_del() - remove a container's rules
 * @nft: open handle
 * @owner: the attachment
 * @target: its addresses; empty when they are not known, then all rules of the
 *	container go
 * @reterr: the kernel's refusal
 *
 * Return: 0, also when there are none; a negative errno.
 */
int portmap_leftovers_del(struct cni_nft *nft, const struct cni_owner *owner,
			  const struct portmap_target *target,
			  struct cni_error *reterr);

#endif /* PORTMAP_LEFTOVERS_H */
