/* SPDX-License-Identifier: Apache-2.0 */
/* del.c - DEL: remove the attachment's leases */
#include <errno.h>

#include "verbs.h"

/* Those of one format; how many there are is added to @count. */
static int release(struct hl_store *store, const struct hl_found_list *found,
		   const struct hl_owner *owner, bool id_only, size_t *count,
		   struct cni_error *reterr)
{
	struct cni_error err;
	int first = 0;
	int ret;

	for (size_t i = 0; i < found->count; i++) {
		if (found->items[i].id_only != id_only)
			continue;
		(*count)++;
		ret = hl_store_release(store, &found->items[i].addr, owner,
				       &err);
		first = cni_error_gather(first, reterr, ret, &err);
	}
	return first;
}

/*
 * More ranges than the version can have: no ADD has ever succeeded with that.
 * Said after the leases are gone, because upstream's tests wait for it.
 */
static int check_version(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	int ret;

	if (call->version >= CNI_VERSION_0_3_0)
		return 0;
	ret = hl_conf_decode(call, &conf, reterr);
	return ret == -EPROTONOSUPPORT ? ret : 0;
}

static int remove_leases(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	CNI_CLEANUP(hl_store) struct hl_store store = HL_STORE_INIT;
	CNI_CLEANUP(hl_found_list) struct hl_found_list found = { 0 };
	const struct hl_owner owner = {
		call->args.container_id,
		call->args.ifname,
	};
	struct hl_store_place place;
	size_t count = 0;
	int ret;

	hl_conf_decode_lenient(call, &conf);
	place = hl_place(call, &conf);
	ret = hl_store_open(&store, &place, reterr);
	/* Where no directory is, or can be, there is no lease. */
	if (ret == -ENOENT || ret == -ENOTDIR)
		return 0;
	if (ret == 0)
		ret = hl_store_find(&store, &owner, &found, reterr);
	if (ret == 0)
		ret = release(&store, &found, &owner, false, &count, reterr);
	/* The old format is of the whole container, so it is the last resort.
	 */
	if (ret == 0 && !count)
		ret = release(&store, &found, &owner, true, &count, reterr);
	return ret;
}

int hl_del(const struct cni_call *call, struct cni_error *reterr)
{
	int ret = remove_leases(call, reterr);

	return ret ? ret : check_version(call, reterr);
}
