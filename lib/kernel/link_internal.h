/* SPDX-License-Identifier: Apache-2.0 */
/* link_internal.h - what the link, veth and bridge code share */
#ifndef LINK_INTERNAL_H
#define LINK_INTERNAL_H

#include <stdbool.h>

#include "cni/link.h"

/**
 * cni_link_check_name() - can the kernel have an interface of this name?
 * @name: the name
 * @reterr: code 7
 *
 * Return: 0; -EINVAL empty; -ERANGE too long.
 */
int cni_link_check_name(const char *name, struct cni_error *reterr);

/** cni_link_put_port() - append the attributes that set bridge port flags */
void cni_link_put_port(struct cni_nl_req *req, bool hairpin, bool isolated);

#endif /* LINK_INTERNAL_H */
