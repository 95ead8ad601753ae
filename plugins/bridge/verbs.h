/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs.h - the bridge plugin's verbs, see cni/skel.h
 */
#ifndef BRIDGE_VERBS_H
#define BRIDGE_VERBS_H

#include "cni/error.h"
#include "cni/result.h"
#include "cni/skel.h"

int bridge_add(const struct cni_call *call, struct cni_result *ret_result,
	       struct cni_error *reterr);
int bridge_check(const struct cni_call *call, struct cni_error *reterr);
int bridge_del(const struct cni_call *call, struct cni_error *reterr);
int bridge_gc(const struct cni_call *call, struct cni_error *reterr);
int bridge_status(const struct cni_call *call, struct cni_error *reterr);
int bridge_check_config(const struct cni_call *call, struct cni_error *reterr);

#endif /* BRIDGE_VERBS_H */
