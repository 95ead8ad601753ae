/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result_legacy.h - the result shape of 0.1.0 and 0.2.0
 */
#ifndef LIB_RESULT_LEGACY_H
#define LIB_RESULT_LEGACY_H

#include "cni/result.h"
#include "json_members.h"

/**
 * cni_result_legacy_decode() - read `ip4` and `ip6`
 * @object: the result
 * @result: gets the addresses and their routes, IPv4 first; `dns` is not read
 * @reterr: code 7
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int cni_result_legacy_decode(json_object *object, struct cni_result *result,
			     struct cni_error *reterr);

/**
 * cni_result_legacy_put() - write `ip4` and `ip6`
 * @result: the result
 * @members: receives them
 * @reterr: code 999
 *
 * Only the first address of each family can be expressed, and the destination
 * and next hop of routes whose family has an address.
 *
 * Return: 0; -EINVAL when there is no address and was none to be expected.
 */
int cni_result_legacy_put(const struct cni_result *result,
			  struct cni_json_members *members,
			  struct cni_error *reterr);

#endif /* LIB_RESULT_LEGACY_H */
