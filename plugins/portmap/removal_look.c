/* SPDX-License-Identifier: Apache-2.0 */
/* removal_look.c - finding all that an attachment has in the table */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "removal.h"

/* Whose elements are collected, and from which set. */
struct collector {
	struct portmap_removal *removal;
	const struct cni_nft_set *set;
	const uint8_t *owner;
};

static int take_own(const struct cni_nft_element *element, void *data)
{
	const struct collector *collector = data;
	uint8_t owner[CNI_OWNER_KEY];

	if (!cni_owner_key_of(element->comment, owner) ||
	    memcmp(owner, collector->owner, CNI_OWNER_KEY) != 0)
		return 0;
	return portmap_removal_add(collector->removal, collector->set, element);
}

static int look_set(struct cni_nft *nft, struct collector *collector,
		    const struct cni_nft_set *set, const uint8_t *keys,
		    size_t count, struct cni_error *reterr)
{
	collector->set = set;
	return cni_nft_get_elements(nft, set, keys, count, take_own, collector,
				    reterr);
}

/* Elements of one of the four maps, and of the conditions next to it. */
static int look_map(struct cni_nft *nft, struct collector *collector,
		    const struct portmap_plan *plan, enum portmap_map map,
		    bool conditions, struct cni_error *reterr)
{
	const struct cni_nft_set *set = &portmap_ports[map];
	size_t count = plan->first[map + 1] - plan->first[map];
	CNI_CLEANUP(free) uint8_t *keys = NULL;
	int ret;

	if (count == 0)
		return 0;
	keys = calloc(count, set->key_len);
	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		memcpy(keys + i * set->key_len,
		       plan->items[plan->first[map] + i].key, set->key_len);
	ret = look_set(nft, collector, set, keys, count, reterr);
	if (ret == 0 && conditions)
		ret = look_set(nft, collector, &portmap_conditions[map], keys,
			       count, reterr);
	return ret;
}

static int look_ports(struct cni_nft *nft, struct collector *collector,
		      const struct portmap_record *record,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_plan) struct portmap_plan plan = { 0 };
	int ret = portmap_plan_build(&record->mappings, &record->target, &plan);

	for (int map = 0; ret == 0 && map < PORTMAP_MAP_COUNT; map++)
		ret = look_map(nft, collector, &plan, (enum portmap_map)map,
			       record->conditions || record->iptables, reterr);
	return ret;
}

static int look_pod(struct cni_nft *nft, struct collector *collector,
		    const struct portmap_record *record, int family,
		    struct cni_error *reterr)
{
	const struct cni_prefix *pod =
		portmap_target_prefix(&record->target, family);

	if (!record->snat || !cni_addr_is_set(&pod->addr))
		return 0;
	return look_set(nft, collector,
			portmap_snat_set(family, record->masq_all),
			pod->addr.bytes, 1, reterr);
}

static int look_localnet(struct cni_nft *nft, struct collector *collector,
			 const struct portmap_record *record,
			 struct cni_error *reterr)
{
	uint8_t key[IFNAMSIZ + CNI_OWNER_KEY];

	if (!record->localnet[0])
		return 0;
	portmap_localnet_key(record->localnet, collector->owner, key);
	return look_set(nft, collector, &portmap_localnet, key, 1, reterr);
}

int portmap_removal_look_chains(struct cni_nft *nft,
				const struct cni_owner *owner,
				struct portmap_removal *removal,
				struct cni_error *reterr)
{
	char comment[CNI_OWNER_COMMENT_SIZE];
	char chain[PORTMAP_CHAIN_SIZE];
	int ret = 0;

	cni_owner_comment(owner, comment);
	for (int map = 0; ret == 0 && map < PORTMAP_MAP_COUNT; map++) {
		portmap_conditions_chain((enum portmap_map)map, comment, chain);
		ret = cni_nft_get_chain(nft, &portmap_table, chain, NULL,
					reterr);
		if (ret > 0)
			ret = cni_string_list_add(&removal->chains, chain);
	}
	return ret;
}

static int look_chains(struct cni_nft *nft, const struct portmap_record *record,
		       struct portmap_removal *removal,
		       struct cni_error *reterr)
{
	const struct cni_owner owner = portmap_record_owner(record);

	if (!record->conditions)
		return 0;
	return portmap_removal_look_chains(nft, &owner, removal, reterr);
}

int portmap_removal_look(struct cni_nft *nft,
			 const uint8_t key[static CNI_OWNER_KEY],
			 struct portmap_removal *removal,
			 struct portmap_record *ret_record,
			 struct cni_error *reterr)
{
	struct collector collector = { .removal = removal, .owner = key };
	int ret = portmap_record_read(nft, key, removal, ret_record, reterr);

	if (ret <= 0)
		return ret;
	ret = look_ports(nft, &collector, ret_record, reterr);
	if (ret == 0)
		ret = look_pod(nft, &collector, ret_record, AF_INET, reterr);
	if (ret == 0)
		ret = look_pod(nft, &collector, ret_record, AF_INET6, reterr);
	if (ret == 0)
		ret = look_localnet(nft, &collector, ret_record, reterr);
	if (ret == 0)
		ret = look_chains(nft, ret_record, removal, reterr);
	if (ret == -ENOMEM)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "mappings");
	return ret < 0 ? ret : 1;
}
