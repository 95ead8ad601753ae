/* SPDX-License-Identifier: Apache-2.0 */
/*
 * localnet.h - 127.0.0.1:hostPort
 *
 * DOC: Theory of Operation
 *
 * A connection to 127.0.0.1 that is redirected to a pod leaves by the bridge
 * with a loopback source address, which the kernel allows only where the
 * bridge's route_localnet is set.  That setting also lets pods send packets to
 * 127.0.0.1 of the host, where services listen that were never meant for them
 * (CVE-2020-8558).  A rule of the table, ahead of everything else, drops what
 * comes in for 127.0.0.0/8 from elsewhere than the loopback interface; it is
 * there before the setting is made.  What pods have to do with redirected
 * connections is addressed to the bridge's own address, by masquerading.
 *
 * With the last attachment that needs it, the setting goes back to what it was.
 * After a flush of the ruleset that is not known any more: --reload takes it
 * for unset, so that it does not stay open for ever.
 */
#ifndef PORTMAP_LOCALNET_H
#define PORTMAP_LOCALNET_H

#include "cni/nft_elements.h"

#include "publication.h"

/* Bytes of a path portmap_localnet_path() writes. */
#define PORTMAP_SYSCTL_PATH_SIZE 64

/** portmap_localnet_path() - the setting of a bridge, below /proc/sys */
void portmap_localnet_path(const char *bridge,
			   char ret_path[static PORTMAP_SYSCTL_PATH_SIZE]);

/**
 * portmap_localnet_has_bridge() - is the bridge in the set?
 * @nft: open handle
 * @bridge: its name; "" is not
 * @ret_has: the answer
 * @reterr: the kernel's refusal
 *
 * Return: 0; -EAGAIN it was about to leave the set, look at all of it again;
 * another negative errno.
 */
int portmap_localnet_has_bridge(struct cni_nft *nft, const char *bridge,
				bool *ret_has, struct cni_error *reterr);

/**
 * portmap_localnet_put() - note the bridge, and who needs it
 * @batch: the transaction
 * @pub: what is published; it has a bridge
 * @has_bridge: the bridge is noted already
 */
void portmap_localnet_put(struct cni_nft_batch *batch,
			  const struct portmap_publication *pub,
			  bool has_bridge);

/**
 * portmap_localnet_keep() - note the bridge again, if it was released meanwhile
 * @nft: open handle
 * @pub: what was published while the bridge was noted
 * @reterr: the kernel's refusal
 *
 * For a DEL that came between portmap_localnet_has_bridge() and the
 * transaction.  After the latter none can.
 *
 * Return: 0 or a negative errno.
 */
int portmap_localnet_keep(struct cni_nft *nft,
			  const struct portmap_publication *pub,
			  struct cni_error *reterr);

/**
 * portmap_localnet_enable() - set the bridge's route_localnet
 * @bridge: its name
 * @reterr: what failed
 *
 * Return: 0 or a negative errno.
 */
int portmap_localnet_enable(const char *bridge, struct cni_error *reterr);

/**
 * portmap_localnet_release() - restore route_localnet unless somebody needs it
 * @nft: open handle
 * @bridge: its name; "" needs nothing
 * @reterr: what failed
 *
 * Return: 0 or a negative errno.
 */
int portmap_localnet_release(struct cni_nft *nft, const char *bridge,
			     struct cni_error *reterr);

/**
 * portmap_localnet_sweep() - restore route_localnet where nobody needs it
 * @nft: open handle
 * @reterr: what failed
 *
 * For what a DEL or GC that was killed has not come to.
 *
 * Return: 0 or a negative errno.
 */
int portmap_localnet_sweep(struct cni_nft *nft, struct cni_error *reterr);

#endif /* PORTMAP_LOCALNET_H */
