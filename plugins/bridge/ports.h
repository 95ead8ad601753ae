/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ports.h - how many ports a bridge has, and how many it can have
 */
#ifndef BRIDGE_PORTS_H
#define BRIDGE_PORTS_H

#include "cni/error.h"
#include "cni/netlink.h"

/**
 * bridge_count_ports() - the number of ports, without a dump of links
 * @host: any socket in the host's namespace
 * @bridge: name
 *
 * Source: net/bridge/br_ioctl.c, BRCTL_GET_PORT_LIST: the one request that
 * answers this for one bridge.
 *
 * Return: the number; a negative errno.
 */
int bridge_count_ports(const struct cni_nl *host, const char *bridge);

/**
 * bridge_check_port_limit() - is there room for more ports?
 * @host: any socket in the host's namespace
 * @bridge: name
 * @more: how many
 * @reterr: code 112
 *
 * Return: 0, also when the number cannot be told; -EXFULL.
 */
int bridge_check_port_limit(const struct cni_nl *host, const char *bridge,
			    int more, struct cni_error *reterr);

#endif /* BRIDGE_PORTS_H */
