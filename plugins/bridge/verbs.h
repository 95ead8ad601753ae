/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs.h - the bridge plugin's verbs, see cni/skel.h
 */
#ifndef BRIDGE_VERBS_H
#define BRIDGE_VERBS_H

#include "cni/error.h"
#include "cni/owner.h"
#include "cni/result.h"
#include "cni/skel.h"

/** bridge_owner() - the attachment a call is about */
static inline struct cni_owner bridge_owner(const struct cni_call *call)
{
	return (struct cni_owner) { call->name, call->args.container_id,
				    call->args.ifname };
}

int bridge_add(const struct cni_call *call, struct cni_result *ret_result,
	       struct cni_error *reterr);
int bridge_check(const struct cni_call *call, struct cni_error *reterr);
int bridge_del(const struct cni_call *call, struct cni_error *reterr);
int bridge_gc(const struct cni_call *call, struct cni_error *reterr);
int bridge_status(const struct cni_call *call, struct cni_error *reterr);
int bridge_option(int argc, char **argv);

#endif /* BRIDGE_VERBS_H */
