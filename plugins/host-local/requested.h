/* SPDX-License-Identifier: Apache-2.0 */
/* requested.h - addresses that the runtime asks for */
#ifndef HOST_LOCAL_REQUESTED_H
#define HOST_LOCAL_REQUESTED_H

#include "conf.h"

/**
 * struct hl_request_sources - where requests come from, in their order
 * @cni_args: the CNI_ARGS variable, whose key IP is read
 * @args_ips: args.cni.ips, an array; NULL for none
 * @runtime_ips: runtimeConfig.ips, an array; NULL for none
 */
struct hl_request_sources {
	const char *cni_args;
	json_object *args_ips;
	json_object *runtime_ips;
};

/**
 * hl_requested_decode() - collect all requested addresses
 * @sources: where they come from
 * @requested: receives them, each once, without prefix lengths
 * @reterr: code 7
 *
 * Source of order and texts: host-local backend/allocator/config.go; CNI
 * pkg/types/args.go for those of CNI_ARGS.
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int hl_requested_decode(const struct hl_request_sources *sources,
			struct hl_addrs *requested, struct cni_error *reterr);

#endif /* HOST_LOCAL_REQUESTED_H */
