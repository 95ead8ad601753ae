/* SPDX-License-Identifier: Apache-2.0 */
/*
 * firewall.h - what an attachment has in netfilter: masquerading, spoof check,
 * isolation, accepted forwarding
 *
 * One handle serves a whole verb.  It is closed as late as possible, because
 * that waits for the kernel after something was deleted.
 */
#ifndef BRIDGE_FIREWALL_H
#define BRIDGE_FIREWALL_H

#include "cni/nft.h"
#include "cni/owner.h"
#include "cni/result.h"
#include "cni/skel.h"

#include "conf.h"

/**
 * struct bridge_shield - the attachment that is to be protected
 * @owner: its identity
 * @conf: which parts are wanted
 * @port: name of the host end
 * @pod_mac: MAC of the pod's end
 * @router: name of the interface that routes for it: the bridge or its VLAN
 *	interface
 * @result: its addresses
 */
struct bridge_shield {
	const struct cni_owner *owner;
	const struct bridge_conf *conf;
	const char *port;
	const struct cni_mac *pod_mac;
	const char *router;
	const struct cni_result *result;
};

/**
 * bridge_firewall_add() - put up what the configuration wants
 * @nft: closed; opened when something is wanted; the caller closes it
 * @shield: the attachment
 * @reterr: codes 130, 131 when kernel or tools lack something
 *
 * On failure nothing of the attachment is left.
 *
 * Return: 0 or a negative errno.
 */
int bridge_firewall_add(struct cni_nft *nft, const struct bridge_shield *shield,
			struct cni_error *reterr);

/**
 * bridge_firewall_check() - is it there, as ADD made it?
 *
 * Parameters as for bridge_firewall_add(); code 140 names what differs.
 */
int bridge_firewall_check(struct cni_nft *nft,
			  const struct bridge_shield *shield,
			  struct cni_error *reterr);

/**
 * bridge_firewall_del() - remove all of an attachment, whatever made it
 * @nft: closed or open; the caller closes it
 * @owner: the attachment
 * @reterr: the first failure; the rest is removed all the same
 *
 * Return: 0, also when there was nothing; a negative errno.
 */
int bridge_firewall_del(struct cni_nft *nft, const struct cni_owner *owner,
			struct cni_error *reterr);

/**
 * bridge_firewall_gc() - remove what belongs to no living attachment
 * @nft: closed or open; the caller closes it
 * @network: the network
 * @valid: its living attachments
 * @reterr: the first failure; the rest is removed all the same
 *
 * Return: 0 or a negative errno.
 */
int bridge_firewall_gc(struct cni_nft *nft, const char *network,
		       const struct cni_attachment_list *valid,
		       struct cni_error *reterr);

/**
 * bridge_firewall_probe() - can the kernel do what the configuration wants?
 * @conf: the configuration
 * @reterr: codes 130, 131
 *
 * Return: 0 or a negative errno.
 */
int bridge_firewall_probe(const struct bridge_conf *conf,
			  struct cni_error *reterr);

/**
 * bridge_firewall_warn() - tell about chains that drop forwarded traffic
 * @conf: the configuration
 * @router: interface that routes, see above; NULL for any
 *
 * A pod behind them gets no answer from anywhere but the host and its
 * siblings, and nothing says why.
 */
void bridge_firewall_warn(const struct bridge_conf *conf, const char *router);

#endif /* BRIDGE_FIREWALL_H */
