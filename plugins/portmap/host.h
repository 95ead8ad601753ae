/* SPDX-License-Identifier: Apache-2.0 */
/*
 * host.h - what a mapping needs of the host's interfaces
 */
#ifndef PORTMAP_HOST_H
#define PORTMAP_HOST_H

#include "cni/netlink.h"

#include "record.h"

/**
 * portmap_host_set_up() - let the pod reach itself, and 127.0.0.1 reach it
 * @nl: NETLINK_ROUTE socket of the host
 * @record: what is published
 *
 * Failures are warnings: the mapping works for everybody else.
 */
void portmap_host_set_up(struct cni_nl *nl,
			 const struct portmap_record *record);

#endif /* PORTMAP_HOST_H */
