/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verbs.h - the verbs of the portmap plugin, one file each
 */
#ifndef PORTMAP_VERBS_H
#define PORTMAP_VERBS_H

#include "cni/skel.h"

/* As described at struct cni_plugin. */
int portmap_add(const struct cni_call *call, struct cni_result *ret_result,
		struct cni_error *reterr);
int portmap_check(const struct cni_call *call, struct cni_error *reterr);
int portmap_del(const struct cni_call *call, struct cni_error *reterr);
int portmap_gc(const struct cni_call *call, struct cni_error *reterr);
int portmap_status(const struct cni_call *call, struct cni_error *reterr);
int portmap_option(int argc, char **argv);

/** portmap_is_intact() - CHECK, which does not make do with the Go plugin's */
int portmap_is_intact(const struct cni_call *call, struct cni_error *reterr);

/** portmap_restore() - ADD, for an attachment whose rules were flushed */
int portmap_restore(const struct cni_call *call, struct cni_error *reterr);

#endif /* PORTMAP_VERBS_H */
