/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list.h - portmap --list
 */
#ifndef PORTMAP_LIST_H
#define PORTMAP_LIST_H

/**
 * portmap_list() - print what is published on this node, as JSON
 *
 * A list of objects with network, containerID, ifname, protocol, hostIP,
 * hostPort, containerIP, containerPort and backend.
 *
 * Return: exit status.
 */
int portmap_list(void);

#endif /* PORTMAP_LIST_H */
