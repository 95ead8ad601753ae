/* SPDX-License-Identifier: Apache-2.0 */
/* check.c - CHECK: does the attachment hold the leases that ADD gave it? */
#include <errno.h>

#include "verbs.h"

static int not_found(const struct hl_owner *owner, struct cni_error *reterr)
{
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "host-local: Failed to find address added by "
			     "container %s",
			     owner->id);
}

static bool is_found(const struct hl_found_list *found,
		     const struct cni_addr *addr)
{
	for (size_t i = 0; i < found->count; i++)
		if (cni_addr_equal(&found->items[i].addr, addr))
			return true;
	return false;
}

static bool is_ours(const struct hl_conf *conf, const struct cni_addr *addr)
{
	for (size_t i = 0; i < conf->sets.count; i++)
		if (hl_range_set_find(&conf->sets.items[i], addr))
			return true;
	return false;
}

/* Addresses outside of our ranges may come from another IPAM plugin. */
static int compare(const struct cni_result *result, const struct hl_conf *conf,
		   const struct hl_found_list *found,
		   const struct hl_owner *owner, struct cni_error *reterr)
{
	char text[CNI_ADDR_STRLEN];

	for (size_t i = 0; i < result->ip_count; i++) {
		struct cni_addr addr =
			cni_addr_unmap(&result->ips[i].address.addr);

		if (!is_ours(conf, &addr) || is_found(found, &addr))
			continue;
		return cni_error_set(
			reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			"host-local: %s is not leased to container "
			"%s",
			cni_addr_format(&addr, text), owner->id);
	}
	return 0;
}

static int check_leases(struct hl_store *store, const struct hl_conf *conf,
			const struct cni_result *prev,
			const struct hl_owner *owner, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_found_list) struct hl_found_list found = { 0 };
	int ret = hl_store_find(store, owner, &found, reterr);

	if (ret)
		return ret;
	if (!found.count)
		return not_found(owner, reterr);
	return compare(prev, conf, &found, owner, reterr);
}

int hl_check(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	CNI_CLEANUP(result) struct cni_result prev = { 0 };
	CNI_CLEANUP(hl_store) struct hl_store store = HL_STORE_INIT;
	const struct hl_owner owner = {
		call->args.container_id,
		call->args.ifname,
	};
	struct hl_store_place place;
	int ret;

	ret = hl_conf_decode(call, &conf, reterr);
	if (ret == 0)
		ret = cni_result_prev(call->conf, call->cni_version, &prev,
				      reterr);
	if (ret && ret != -ENOENT)
		return ret;
	place = hl_place(call, &conf);
	ret = hl_store_open(&store, &place, reterr);
	if (ret == -ENOENT)
		return not_found(&owner, reterr);
	if (ret)
		return ret;
	ret = check_leases(&store, &conf, &prev, &owner, reterr);
	if (ret == -ENOENT && hl_store_refresh(&store, reterr) > 0)
		ret = check_leases(&store, &conf, &prev, &owner, reterr);
	return ret;
}
