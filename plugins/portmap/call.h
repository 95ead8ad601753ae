/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call.h - what the verbs read from an invocation
 */
#ifndef PORTMAP_CALL_H
#define PORTMAP_CALL_H

#include "cni/owner.h"
#include "cni/skel.h"

/** portmap_call_owner() - the attachment an invocation is about; borrowed */
struct cni_owner portmap_call_owner(const struct cni_call *call);

/**
 * portmap_call_prev_result() - what the plugins before this one made
 * @call: the invocation
 * @ret_result: filled; empty before
 * @reterr: code 7
 *
 * Return: 0; -ENOENT there is none; another negative errno.
 */
int portmap_call_prev_result(const struct cni_call *call,
			     struct cni_result *ret_result,
			     struct cni_error *reterr);

#endif /* PORTMAP_CALL_H */
