/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check.h - for plugins' --check-config
 */
#ifndef CNI_CHECK_H
#define CNI_CHECK_H

#include <stddef.h>

#include "cni/json.h"

/**
 * cni_check_keys() - refuse members that nobody reads
 * @object: the object; NULL passes
 * @where: its place, for the error text, e.g. "ipam"; "" for the configuration
 *	itself, where the keys of the specification are known, too
 * @fields: the known members
 * @count: how many
 * @reterr: code 7: names the key and the known one it resembles
 *
 * ADD must ignore unknown keys; a person who checks a file wants to see them.
 *
 * Return: 0 or -EINVAL.
 */
int cni_check_keys(json_object *object, const char *where,
		   const struct cni_json_field *fields, size_t count,
		   struct cni_error *reterr);

/**
 * cni_check_capabilities() - the same for the member `capabilities`
 * @object: the object; NULL passes
 * @reterr: code 7
 *
 * Runtimes have capabilities of their own, so a name is refused only when it
 * resembles one of the CNI conventions.
 *
 * Return: 0 or -EINVAL.
 */
int cni_check_capabilities(json_object *object, struct cni_error *reterr);

#endif /* CNI_CHECK_H */
