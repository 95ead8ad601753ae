/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router.h - the interface that has the gateway addresses
 *
 * The bridge, or with `vlan` its VLAN interface `<bridge>.<vlan>`: one end of a
 * veth whose other end is an untagged port of the bridge in that VLAN.
 */
#ifndef BRIDGE_ROUTER_H
#define BRIDGE_ROUTER_H

#include "attach.h"

/**
 * bridge_router_name() - name of the interface that has the gateway addresses
 * @conf: bridge and vlan
 * @ret_name: the name; the bridge's when that of its VLAN interface would be
 *too long, and there is no gateway anyway
 * @reterr: code 7 when it is too long
 *
 * Return: 0 or -EINVAL.
 */
int bridge_router_name(const struct bridge_conf *conf,
		       char ret_name[static IFNAMSIZ],
		       struct cni_error *reterr);

/** bridge_find_router() - fill attach->router; index 0 when it does not exist
 */
int bridge_find_router(struct bridge_attach *attach, struct cni_error *reterr);

/**
 * bridge_ensure_router() - create it when bridge_find_router() found none
 *
 * One that is half made is completed.
 */
int bridge_ensure_router(struct bridge_attach *attach,
			 struct cni_error *reterr);

#endif /* BRIDGE_ROUTER_H */
