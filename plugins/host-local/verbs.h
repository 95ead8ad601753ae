/* SPDX-License-Identifier: Apache-2.0 */
/* verbs.h - the host-local plugin's verbs */
#ifndef HOST_LOCAL_VERBS_H
#define HOST_LOCAL_VERBS_H

#include "cni/skel.h"

#include "conf.h"
#include "store.h"

/** hl_add() - lease one address of each range set, or none at all */
int hl_add(const struct cni_call *call, struct cni_result *ret_result,
	   struct cni_error *reterr);

/** hl_check() - does the attachment hold the leases that ADD gave it? */
int hl_check(const struct cni_call *call, struct cni_error *reterr);

/** hl_del() - remove the attachment's leases */
int hl_del(const struct cni_call *call, struct cni_error *reterr);

/** hl_gc() - remove the leases of attachments that are no more */
int hl_gc(const struct cni_call *call, struct cni_error *reterr);

/** hl_status() - could an ADD be served? */
int hl_status(const struct cni_call *call, struct cni_error *reterr);

/** hl_place() - where the leases of an invocation are; borrows from both */
struct hl_store_place hl_place(const struct cni_call *call,
			       const struct hl_conf *conf);

#endif /* HOST_LOCAL_VERBS_H */
