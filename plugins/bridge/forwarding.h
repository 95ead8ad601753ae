/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forwarding.h - let the host forward packets
 */
#ifndef BRIDGE_FORWARDING_H
#define BRIDGE_FORWARDING_H

#include "cni/error.h"
#include "cni/netlink.h"

/**
 * bridge_enable_forwarding() - switch forwarding on for a family
 * @host: NETLINK_ROUTE socket in the host's namespace
 * @family: AF_INET or AF_INET6
 * @reterr: what could not be set
 *
 * An IPv6 router ignores router advertisements.  So that a host that lives by
 * them keeps its default route, accept_ra goes from 1 to 2 ("even when
 * forwarding") on every interface that has routes from advertisements, before
 * forwarding is switched on.
 *
 * Source: Documentation/networking/ip-sysctl.rst, accept_ra and forwarding.
 *
 * Return: 0, also when it was on; -EROFS, -EACCES; another negative errno.
 */
int bridge_enable_forwarding(struct cni_nl *host, int family,
			     struct cni_error *reterr);

/** bridge_is_forwarding() - 1 or 0; a negative errno when that is unknown */
int bridge_is_forwarding(int family, struct cni_error *reterr);

#endif /* BRIDGE_FORWARDING_H */
