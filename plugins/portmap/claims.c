/* SPDX-License-Identifier: Apache-2.0 */
/* claims.c - ports that iptables publishes, and whose they are */
#include <errno.h>
#include <string.h>

#include <linux/netfilter/nf_tables.h>

#include "claims.h"
#include "iptables_backend.h"
#include "nft_backend.h"

/*
 * ports of any address: return; of a certain one: goto any4, as where they have
 * no owner
 */
void portmap_claims_put(struct cni_nft_batch *batch,
			const struct portmap_publication *pub)
{
	struct cni_nft_element element = { 0 };

	memcpy(element.comment, pub->comment, sizeof(element.comment));
	for (size_t i = 0; i < pub->plan.count; i++) {
		const struct portmap_entry *entry = &pub->plan.items[i];
		const char *any = portmap_any_chain(entry->map);

		element.verdict = NFT_RETURN;
		if (portmap_map_is_ip(entry->map)) {
			element.verdict = NFT_GOTO;
			memcpy(element.chain, any, strlen(any) + 1);
		}
		memcpy(element.key, entry->key, sizeof(entry->key));
		cni_nft_add_element(batch, &portmap_conditions[entry->map],
				    &element, true);
	}
}

/* Leaves the mappings that are still the owner's in both families or one. */
static int keep_own(struct cni_nft *nft, struct portmap_record *record,
		    const uint8_t key[static CNI_OWNER_KEY],
		    struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_plan) struct portmap_plan plan = { 0 };
	struct portmap_mapping_list *list = &record->mappings;
	size_t kept = 0;
	int ret = portmap_plan_build(list, &record->target, &plan);

	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "replace mappings");
	for (size_t i = 0; i < list->count; i++) {
		bool own = false;

		for (size_t j = 0; j < plan.count && !own; j++)
			own = plan.items[j].mapping == i &&
			      portmap_entry_is_own(nft, &plan.items[j], key);
		if (own)
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
	return 0;
}

static int follow(struct cni_nft *nft, const struct portmap_record *displaced,
		  struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	const struct cni_owner owner = portmap_record_owner(displaced);
	uint8_t key[CNI_OWNER_KEY];
	int ret;

	cni_owner_key(&owner, key);
	ret = portmap_record_read(nft, key, NULL, &record, reterr);
	if (ret == 0)
		return portmap_ipt_del(nft, &owner, reterr);
	if (ret > 0)
		ret = keep_own(nft, &record, key, reterr);
	return ret < 0 ? ret : portmap_ipt_reduce(nft, &record, reterr);
}

int portmap_claims_follow(struct cni_nft *nft,
			  const struct portmap_removal *removal,
			  struct cni_error *reterr)
{
	int ret = 0;

	for (size_t i = 0; i < removal->displaced_count && ret == 0; i++)
		ret = follow(nft, &removal->displaced[i], reterr);
	return ret;
}

int portmap_claims_check(struct cni_nft *nft,
			 const struct portmap_publication *pub, bool required,
			 struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	int ret = portmap_record_read(nft, pub->key, NULL, &record, reterr);

	if (ret < 0 || (ret == 0 && !required))
		return ret;
	return portmap_nft_check_owner(nft, pub, reterr);
}
