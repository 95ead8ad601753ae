/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.h - CNI specification versions
 */
#ifndef CNI_VERSION_H
#define CNI_VERSION_H

#include <stdbool.h>

#include "cni/error.h"

/**
 * enum cni_version - the specification versions this suite speaks, in order
 *
 * Source: CNI SPEC at tags spec-v0.1.0 ... spec-v1.1.0.
 */
enum cni_version {
	CNI_VERSION_0_1_0,
	CNI_VERSION_0_2_0,
	CNI_VERSION_0_3_0,
	CNI_VERSION_0_3_1,
	CNI_VERSION_0_4_0,
	CNI_VERSION_1_0_0,
	CNI_VERSION_1_1_0,
	CNI_VERSION_COUNT,
};

#define CNI_VERSION_CURRENT CNI_VERSION_1_1_0

/** cni_version_text() - "0.1.0" ... "1.1.0" */
const char *cni_version_text(enum cni_version version);

/**
 * cni_version_lookup() - exact match of a version text
 * @text: the text; NULL and "" are 0.1.0
 * @ret_version: the version
 * @reterr: code 1 in the words of the Go plugins ("incompatible CNI versions")
 *
 * Return: 0; -EPROTONOSUPPORT when it is not one of ours.
 */
int cni_version_lookup(const char *text, enum cni_version *ret_version,
		       struct cni_error *reterr);

/**
 * cni_version_allows() - may a verb be used with this config version?
 * @text: cniVersion of the config
 * @since: the version that introduced the verb
 * @verb: "CHECK", "GC" or "STATUS", for the error text
 * @reterr: code 6 when the text is no version; code 1 when it is too old
 *	("config version does not allow CHECK") or newer than all of ours
 *	("plugin version does not allow CHECK"), or not exactly one of ours
 *
 * Source: containernetworking/cni pkg/skel/skel.go, checkVersionAndCall().
 *
 * Return: 0; -EPROTONOSUPPORT; -EINVAL.
 */
int cni_version_allows(const char *text, enum cni_version since,
		       const char *verb, struct cni_error *reterr);

/** CNI_VERSION_REPLY - the line that answers VERSION, with its newline */
extern const char CNI_VERSION_REPLY[];

/** cni_version_list() - "0.1.0, 0.2.0, ..., 1.1.0", for people */
extern const char CNI_VERSION_LIST[];

#endif /* CNI_VERSION_H */
