/* SPDX-License-Identifier: Apache-2.0 */
/* gc.c - GC: remove the leases of attachments that are no more */
#include <errno.h>

#include "cooldown.h"
#include "verbs.h"

static bool is_valid(const struct hl_owner *owner, void *context)
{
	const struct cni_attachment_list *valid = context;

	/* The old format does not say which interface. */
	if (!owner->ifname[0])
		return cni_attachments_have_id(valid, owner->id);
	return cni_attachments_have(valid, owner->id, owner->ifname);
}

int hl_gc(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(attachments) struct cni_attachment_list valid = { 0 };
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	CNI_CLEANUP(hl_store) struct hl_store store = HL_STORE_INIT;
	struct hl_store_place place;
	int ret;

	ret = cni_attachments_decode(call->conf, &valid, reterr);
	if (ret)
		return ret;
	hl_conf_decode_lenient(call, &conf);
	place = hl_place(call, &conf);
	ret = hl_store_open(&store, &place, reterr);
	if (ret == -ENOENT || ret == -ENOTDIR)
		return 0;
	if (ret)
		return ret;
	ret = hl_store_scan(&store, is_valid, &valid, reterr);
	hl_cooldown_sweep(&store);
	return ret;
}
