/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostend.h - find an attachment's host veth without knowing more than its name
 */
#ifndef BRIDGE_HOSTEND_H
#define BRIDGE_HOSTEND_H

#include "cni/error.h"
#include "cni/link.h"
#include "cni/netlink.h"

/**
 * bridge_find_host_end() - look an attachment's host veth up
 * @host: NETLINK_ROUTE socket in the host's namespace
 * @alias: from bridge_alias()
 * @ret_link: the link, filled on success
 * @reterr: what went wrong
 *
 * Return: 0; -ENODEV there is none; another negative errno.
 */
int bridge_find_host_end(struct cni_nl *host, const char *alias,
			 struct cni_link *ret_link, struct cni_error *reterr);

/**
 * bridge_delete_host_end() - delete an attachment's host veth, if it is there
 * @host: NETLINK_ROUTE socket in the host's namespace
 * @alias: from bridge_alias()
 * @reterr: what went wrong
 *
 * The pod's end goes with it, wherever it is and however it is called now.
 *
 * Return: 0 deleted; -ENODEV there is none; another negative errno.
 */
int bridge_delete_host_end(struct cni_nl *host, const char *alias,
			   struct cni_error *reterr);

#endif /* BRIDGE_HOSTEND_H */
