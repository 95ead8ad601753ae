/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs.h - the loopback plugin's verbs, see cni/skel.h
 *
 * The interface is always "lo", whatever CNI_IFNAME says.  There is nothing to
 * collect (GC) and nothing that could be unavailable (STATUS): lo is a part of
 * every network namespace.
 */
#ifndef LOOPBACK_VERBS_H
#define LOOPBACK_VERBS_H

#include "cni/error.h"
#include "cni/link.h"
#include "cni/result.h"
#include "cni/skel.h"

/**
 * loopback_open() - find a pod's loopback interface
 * @netns: CNI_NETNS
 * @nl: opened in the pod
 * @ret_lo: the interface
 * @reterr: as cni_netns_open(), cni_link_get()
 *
 * Return: 0; -ENOENT no such path; -EINVAL it is no network namespace; another
 * negative errno.
 */
int loopback_open(const char *netns, struct cni_nl *nl, struct cni_link *ret_lo,
		  struct cni_error *reterr);

int loopback_add(const struct cni_call *call, struct cni_result *ret_result,
		 struct cni_error *reterr);
int loopback_check(const struct cni_call *call, struct cni_error *reterr);
int loopback_del(const struct cni_call *call, struct cni_error *reterr);
int loopback_check_config(const struct cni_call *call,
			  struct cni_error *reterr);

#endif /* LOOPBACK_VERBS_H */
