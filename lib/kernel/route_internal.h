/* SPDX-License-Identifier: Apache-2.0 */
/* route_internal.h - reading route messages */
#ifndef ROUTE_INTERNAL_H
#define ROUTE_INTERNAL_H

#include "cni/route.h"

/**
 * typedef cni_rt_fn - takes one route, or one next hop of a multipath route
 * @rt: the route
 * @data: the caller's
 *
 * Return: 0 to go on; positive to stop; negative errno to fail.
 */
typedef int (*cni_rt_fn)(const struct cni_rt *rt, void *data);

/**
 * cni_rt_parse() - read an RTM_NEWROUTE message
 * @message: the message
 * @fn: called once per next hop; not at all for routes that are not unicast
 * @data: handed to @fn
 *
 * Return: what @fn returned last; -EBADMSG.
 */
int cni_rt_parse(const struct nlmsghdr *message, cni_rt_fn fn, void *data);

#endif /* ROUTE_INTERNAL_H */
