/* SPDX-License-Identifier: Apache-2.0 */
/* nft_del.c - taking an attachment's mappings back */
#include <errno.h>
#include <string.h>

#include "flows.h"
#include "localnet.h"
#include "nft_backend.h"

void portmap_leaving_done(struct portmap_leaving *leaving)
{
	portmap_record_done(&leaving->record);
	*leaving = (struct portmap_leaving) { 0 };
}

/* Looks and removes; -ERESTART when something changed in between. */
static int remove_once(struct cni_nft *nft, struct portmap_leaving *leaving,
		       enum portmap_removal_mode mode, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_removal) struct portmap_removal removal = { 0 };
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	uint32_t generation;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	if (ret < 0)
		return ret;
	cni_nft_batch_init(&batch, generation);
	ret = portmap_removal_look(nft, leaving->key, &removal, &record,
				   reterr);
	if (ret < 0 || portmap_removal_is_empty(&removal))
		return ret < 0 ? ret : 0;
	leaving->expiring = mode == PORTMAP_EXPIRE &&
			    portmap_removal_can_expire(&removal);
	if (ret > 0) {
		portmap_record_done(&leaving->record);
		leaving->record = record;
		record = (struct portmap_record) { 0 };
		leaving->found = true;
	}
	if (leaving->expiring)
		leaving->last = removal.items[removal.count - 1];
	portmap_removal_put(&removal, &batch,
			    leaving->expiring ? mode : PORTMAP_DELETE);
	return cni_nft_batch_send(nft, &batch, reterr);
}

static int remove_all(struct cni_nft *nft, struct portmap_leaving *leaving,
		      enum portmap_removal_mode mode, struct cni_error *reterr)
{
	unsigned int attempts = 0;
	int ret;

	/* -ENOENT: what was looked at expired meanwhile. */
	do
		ret = remove_once(nft, leaving, mode, reterr);
	while ((ret == -ERESTART || ret == -ENOENT) &&
	       ++attempts < CNI_NFT_ATTEMPTS);
	return ret;
}

int portmap_nft_del(struct cni_nft *nft,
		    const uint8_t key[static CNI_OWNER_KEY],
		    struct portmap_leaving *ret_leaving,
		    struct cni_error *reterr)
{
	*ret_leaving = (struct portmap_leaving) { 0 };
	memcpy(ret_leaving->key, key, CNI_OWNER_KEY);
	return remove_all(nft, ret_leaving, PORTMAP_EXPIRE, reterr);
}

int portmap_nft_del_finish(struct cni_nft *nft, struct portmap_leaving *leaving,
			   struct cni_error *reterr)
{
	int ret = 0;

	if (leaving->expiring)
		ret = cni_nft_vanish(nft, leaving->last.set, leaving->last.key,
				     reterr);
	if (ret == -EOPNOTSUPP)
		ret = remove_all(nft, leaving, PORTMAP_DELETE, reterr);
	/* Not before: until now, packets made flows. */
	portmap_flows_going(&leaving->record);
	if (ret < 0)
		return ret;
	/* A DEL before this one may have been killed half-way. */
	if (!leaving->found)
		return portmap_localnet_sweep(nft, reterr);
	return portmap_localnet_release(nft, leaving->record.localnet, reterr);
}
