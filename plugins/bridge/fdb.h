/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fdb.h - a bridge's forwarding database
 */
#ifndef BRIDGE_FDB_H
#define BRIDGE_FDB_H

#include <stdbool.h>
#include <stdint.h>

#include "cni/error.h"
#include "cni/mac.h"
#include "cni/netlink.h"

/**
 * bridge_mac_is_taken() - does a bridge know somebody with this MAC?
 * @host: NETLINK_ROUTE socket in the host's namespace
 * @bridge: ifindex
 * @mac: the MAC
 * @ret_taken: the answer; false on kernels that cannot be asked for one entry
 * @reterr: what went wrong
 *
 * Return: 0 or a negative errno.
 */
int bridge_mac_is_taken(struct cni_nl *host, uint32_t bridge,
			const struct cni_mac *mac, bool *ret_taken,
			struct cni_error *reterr);

#endif /* BRIDGE_FDB_H */
