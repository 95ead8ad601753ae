/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netns.h - network namespaces: open, compare, work inside
 *
 * DOC: Theory of Operation
 *
 * A plugin stays in its own (the host's) network namespace.  What has to be
 * done inside a pod is done through a netlink socket opened there: sockets
 * remember their namespace.  Entering costs 1.3 us each way; cni_netns_run()
 * does it for everything that cannot be done by a socket (files below
 * /proc/sys/net).  It opens the way back before it goes in, so that a failure
 * never leaves the caller inside the pod.
 */
#ifndef CNI_NETNS_H
#define CNI_NETNS_H

#include <stdbool.h>

#include "cni/error.h"
#include "cni/netlink.h"

/**
 * cni_netns_open() - open a network namespace by path
 * @path: CNI_NETNS
 * @ret_fd: owned by the caller, close-on-exec; set on success only
 * @reterr: code 3 when the path does not exist, else 8; text
 *	`failed to Statfs "<path>": no such file or directory`,
 *	`unknown FS magic on "<path>": <hex>`. Callers prefix
 *	`failed to open netns "<path>"` where the Go plugins do.
 *
 * Return: 0; -ENOENT no such path; -EINVAL not a network namespace (a plain
 * file, another kind of namespace); another negative errno.
 * Source: containernetworking/plugins pkg/ns/ns_linux.go (IsNSorErr);
 * include/uapi/linux/magic.h (NSFS_MAGIC, PROC_SUPER_MAGIC).
 */
int cni_netns_open(const char *path, int *ret_fd, struct cni_error *reterr);

/**
 * cni_netns_is_gone() - does a path name no network namespace (any more)?
 * @path: CNI_NETNS
 *
 * Return: true when there is no such path, or it is something else, such as the
 * file that a namespace had been mounted on; false also when that cannot be
 * told.
 */
bool cni_netns_is_gone(const char *path);

/**
 * cni_netns_is_current() - is this the namespace the process is in?
 * @netns_fd: an open namespace
 *
 * Return: 1 or 0; negative errno when that cannot be told.
 */
int cni_netns_is_current(int netns_fd);

/**
 * typedef cni_netns_fn - what cni_netns_run() does inside
 * @data: the caller's
 * @reterr: filled on failure
 *
 * Return: 0 or a negative errno.
 */
typedef int (*cni_netns_fn)(void *data, struct cni_error *reterr);

/**
 * cni_netns_run() - call a function inside a namespace
 * @netns_fd: an open namespace
 * @fn: the function; must not start threads or children
 * @data: handed to @fn
 * @reterr: code 8 when the namespace cannot be entered, else what @fn set
 *
 * When the way back fails the process ends with abort(): going on in the wrong
 * namespace would change the wrong host. It cannot happen short of a kernel
 * defect, because the way back is opened first.
 *
 * Return: what @fn returned; -EINVAL when @netns_fd is no network namespace;
 * another negative errno.
 */
int cni_netns_run(int netns_fd, cni_netns_fn fn, void *data,
		  struct cni_error *reterr);

/**
 * cni_nl_open_at() - open a netlink socket inside a namespace
 * @netns_fd: an open namespace
 * @protocol: NETLINK_*
 * @nl: filled
 * @reterr: as cni_netns_run() and cni_nl_open()
 *
 * Return: 0 or a negative errno.
 */
int cni_nl_open_at(int netns_fd, int protocol, struct cni_nl *nl,
		   struct cni_error *reterr);

#endif /* CNI_NETNS_H */
