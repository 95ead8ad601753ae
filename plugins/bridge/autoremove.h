/* SPDX-License-Identifier: Apache-2.0 */
/*
 * autoremove.h - a bridge that goes with its last port (autoRemove)
 *
 * DOC: Theory of Operation
 *
 * DEL must not remove a bridge that an ADD is about to attach to.  Both hold a
 * lock of the host's network namespace meanwhile (flock on /proc/self/ns/net:
 * the lock lives as long as the namespace, and goes with a process that dies):
 * ADD a shared one from its last look at the bridge until its port is in it,
 * DEL an exclusive one from counting the ports until the bridge is gone.
 * Neither waits for another process while it holds it.  Without autoRemove
 * nobody locks.
 */
#ifndef BRIDGE_AUTOREMOVE_H
#define BRIDGE_AUTOREMOVE_H

#include "attach.h"

/**
 * bridge_hold() - keep the bridge from being removed
 * @attach: its lock is taken; when the bridge has gone meanwhile, it is made
 *	again
 * @reterr: code 11 when the lock is not to be had
 *
 * Does nothing without autoRemove.
 *
 * Return: 0; -ETIMEDOUT; another negative errno.
 */
int bridge_hold(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_let_go() - undo bridge_hold(); harmless without one */
void bridge_let_go(struct bridge_attach *attach);

/**
 * bridge_auto_remove() - remove the bridge if it is ours and has no port left
 * @host: NETLINK_ROUTE socket in the host's namespace
 * @conf: autoRemove and the bridge's name; VLAN interfaces go, too
 * @reterr: what went wrong
 *
 * Return: 0, also when it stays; a negative errno.
 */
int bridge_auto_remove(struct cni_nl *host, const struct bridge_conf *conf,
		       struct cni_error *reterr);

#endif /* BRIDGE_AUTOREMOVE_H */
