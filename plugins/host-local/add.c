/* SPDX-License-Identifier: Apache-2.0 */
/* add.c - ADD: lease one address of each range set, or none at all */
#include <errno.h>

#include "grant.h"
#include "resolv_conf.h"
#include "verbs.h"

/* Somebody without the lock would have to be quicker every time. */
#define TRIES 5

struct hl_store_place hl_place(const struct cni_call *call,
			       const struct hl_conf *conf)
{
	return (struct hl_store_place) {
		.data_dir = hl_conf_data_dir(conf),
		.network = call->name,
		.lock_timeout = conf->ipam.lock_timeout,
		.cooldown = conf->ipam.cooldown,
	};
}

/* Before anything is written, so that nothing can fail after it. */
static int fill_result(const struct hl_granting *granting,
		       struct cni_result *result, struct cni_error *reterr)
{
	int ret = 0;

	result->ip_count = 0;
	for (size_t i = 0; i < granting->conf->sets.count && ret == 0; i++) {
		const struct hl_grant *grant = &granting->grants[i];
		const struct cni_result_ip ip = {
			.interface = CNI_RESULT_NO_INTERFACE,
			.address = { grant->addr, grant->range->subnet.len },
			.gateway = grant->range->gateway,
		};

		ret = cni_result_add_ip(result, &ip);
	}
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "result");
	return 0;
}

static int try_lease(struct hl_store *store, const struct hl_owner *owner,
		     const struct hl_conf *conf, struct cni_result *result,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(hl_granting) struct hl_granting granting = { 0 };
	int ret = hl_grant_init(&granting, conf, store, owner, reterr);

	if (ret == 0)
		ret = hl_grant_choose(&granting, reterr);
	if (ret == 0)
		ret = fill_result(&granting, result, reterr);
	if (ret == 0)
		ret = hl_grant_write(&granting, reterr);
	return ret;
}

static int lease(const struct cni_call *call, const struct hl_conf *conf,
		 struct cni_result *result, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_store) struct hl_store store = HL_STORE_INIT;
	struct hl_store_place place = hl_place(call, conf);
	const struct hl_owner owner = {
		call->args.container_id,
		call->args.ifname,
	};
	int ret;

	place.create = true;
	ret = hl_store_open(&store, &place, reterr);
	if (ret)
		return ret;
	for (int i = 0; i < TRIES; i++) {
		ret = try_lease(&store, &owner, conf, result, reterr);
		if (ret != -EEXIST)
			return ret;
		/* What we believe about the directory is wrong. */
		store.scanned = false;
		ret = hl_store_refresh(&store, reterr);
		if (ret < 0)
			return ret;
	}
	return cni_error_set(reterr, CNI_CODE_STORE_UNUSABLE, EEXIST,
			     "network \"%s\": somebody makes leases without "
			     "taking the lock",
			     call->name);
}

int hl_add(const struct cni_call *call, struct cni_result *ret_result,
	   struct cni_error *reterr)
{
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	const char *resolv_conf;
	int ret;

	ret = hl_conf_decode(call, &conf, reterr);
	if (ret)
		return ret;
	resolv_conf = conf.ipam.resolv_conf;
	if (resolv_conf && resolv_conf[0])
		ret = hl_resolv_conf_read(resolv_conf, &ret_result->dns,
					  reterr);
	for (size_t i = 0; i < conf.ipam.routes.count && ret == 0; i++)
		if (cni_result_add_route(ret_result,
					 &conf.ipam.routes.items[i]))
			ret = cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
					      "routes");
	if (ret)
		return ret;
	return lease(call, &conf, ret_result, reterr);
}
