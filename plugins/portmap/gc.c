/* SPDX-License-Identifier: Apache-2.0 */
/* gc.c - the GC verb of the portmap plugin */
#include <errno.h>
#include <stdlib.h>

#include "gc.h"
#include "iptables_backend.h"
#include "verbs.h"

static struct cni_owner *owners_of(const struct cni_call *call,
				   const struct cni_attachment_list *list)
{
	struct cni_owner *owners = calloc(list->count + 1, sizeof(*owners));

	for (size_t i = 0; owners && i < list->count; i++)
		owners[i] = (struct cni_owner) {
			.network = call->name,
			.container_id = list->items[i].container_id,
			.ifname = list->items[i].ifname,
		};
	return owners;
}

int portmap_gc(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(attachments) struct cni_attachment_list list = { 0 };
	CNI_CLEANUP(nft) struct cni_nft nft = { 0 };
	CNI_CLEANUP(free) struct cni_owner *valid = NULL;
	struct cni_error err = { 0 };
	bool has_nft;
	int ret;

	ret = cni_attachments_decode(call->conf, &list, reterr);
	if (ret < 0)
		return ret;
	valid = owners_of(call, &list);
	if (!valid)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "remove stale mappings");
	ret = cni_nft_open(&nft, reterr);
	has_nft = ret == 0;
	if (ret < 0 && ret != -EOPNOTSUPP)
		return ret;
	ret = has_nft ? portmap_nft_gc(&nft, call->name, valid, list.count,
				       reterr)
		      : 0;
	return cni_error_gather(ret, reterr,
				portmap_ipt_gc(has_nft ? &nft : NULL,
					       call->name, &list, &err),
				&err);
}
