/* SPDX-License-Identifier: Apache-2.0 */
/* conflict.c - ports that somebody has already */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "cni/netns.h"

#include "nft_backend.h"

/* An element under a key that is to be published. */
struct found {
	enum portmap_map map;
	struct portmap_doomed element;
	uint8_t owner[CNI_OWNER_KEY];
	bool has_owner;
	bool expiring;
};

struct search {
	const struct portmap_publication *pub;
	enum portmap_map map;
	struct found *items;
	size_t count;
};

bool portmap_owner_is_gone(const struct portmap_record *record)
{
	if (record->port[0])
		return if_nametoindex(record->port) != record->port_index;
	return record->sandbox && record->sandbox[0] &&
	       cni_netns_is_gone(record->sandbox);
}

bool portmap_entry_is_own(struct cni_nft *nft,
			  const struct portmap_entry *entry,
			  const uint8_t key[static CNI_OWNER_KEY])
{
	struct cni_nft_element element = { 0 };
	uint8_t owner[CNI_OWNER_KEY];

	return cni_nft_get_element(nft, &portmap_ports[entry->map], entry->key,
				   &element, NULL) > 0 &&
	       cni_owner_key_of(element.comment, owner) &&
	       memcmp(owner, key, CNI_OWNER_KEY) == 0;
}

static int take_found(const struct cni_nft_element *element, void *data)
{
	struct search *search = data;
	struct found *items;
	struct found *item;
	uint8_t owner[CNI_OWNER_KEY];
	bool has_owner = cni_owner_key_of(element->comment, owner);

	items = reallocarray(search->items, search->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	search->items = items;
	item = &items[search->count++];
	*item = (struct found) { .map = search->map,
				 .has_owner = has_owner,
				 .expiring = element->lifetime_ms != 0 };
	item->element.set = &portmap_ports[search->map];
	memcpy(item->element.key, element->key, sizeof(item->element.key));
	if (has_owner)
		memcpy(item->owner, owner, sizeof(owner));
	return 0;
}

static int search_map(struct cni_nft *nft, struct search *search,
		      struct cni_error *reterr)
{
	const struct portmap_plan *plan = &search->pub->plan;
	const struct cni_nft_set *set = &portmap_ports[search->map];
	size_t first = plan->first[search->map];
	size_t count = plan->first[search->map + 1] - first;
	CNI_CLEANUP(free) uint8_t *keys = NULL;

	if (count == 0)
		return 0;
	keys = calloc(count, set->key_len);
	if (!keys)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "look for conflicts");
	for (size_t i = 0; i < count; i++)
		memcpy(keys + i * set->key_len, plan->items[first + i].key,
		       set->key_len);
	return cni_nft_get_elements(nft, set, keys, count, take_found, search,
				    reterr);
}

static size_t mapping_of(const struct portmap_plan *plan,
			 const struct found *found)
{
	size_t i = plan->first[found->map];

	while (i + 1 < plan->first[found->map + 1] &&
	       memcmp(plan->items[i].key, found->element.key,
		      portmap_ports[found->map].key_len) != 0)
		i++;
	return plan->items[i].mapping;
}

static int in_use(const struct portmap_publication *pub,
		  const struct found *found,
		  const struct portmap_record *record, struct cni_error *reterr)
{
	size_t index = mapping_of(&pub->plan, found);
	char text[PORTMAP_MAPPING_STRLEN];

	(void)portmap_mapping_format(&pub->record.mappings.items[index], text);
	if (!record)
		return cni_error_set(reterr, CNI_CODE_PORT_CONFLICT, EADDRINUSE,
				     "portMappings: entry %zu: %s is in use by "
				     "an element without owner in map \"%s\" "
				     "of table \"inet %s\"",
				     index, text, found->element.set->name,
				     portmap_table.name);
	return cni_error_set(
		reterr, CNI_CODE_PORT_CONFLICT, EADDRINUSE,
		"portMappings: entry %zu: %s is in use by container \"%s\" "
		"(network \"%s\", interface \"%s\")",
		index, text, record->container_id, record->network,
		record->ifname);
}

/* Under the same key there may be a way to the owner's conditions. */
static int remove_element(struct cni_nft *nft, const struct found *found,
			  struct portmap_removal *removal,
			  struct cni_error *reterr)
{
	const struct cni_nft_set *conditions = &portmap_conditions[found->map];
	struct cni_nft_element element = { 0 };
	int ret;

	ret = cni_nft_get_element(nft, conditions, found->element.key, &element,
				  reterr);
	if (ret < 0)
		return ret;
	if (ret > 0)
		ret = portmap_removal_add_once(removal, conditions, &element);
	memcpy(element.key, found->element.key, sizeof(found->element.key));
	if (ret == 0)
		ret = portmap_removal_add_once(removal, found->element.set,
					       &element);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "look for conflicts");
	return 0;
}

static int displace(struct portmap_removal *removal,
		    struct portmap_record *record, struct cni_error *reterr)
{
	if (portmap_removal_displace(removal, record) == 0)
		return 0;
	return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
			       "look for conflicts");
}

static int replace_element(struct cni_nft *nft, const struct found *found,
			   struct portmap_removal *removal,
			   struct portmap_record *record,
			   struct cni_error *reterr)
{
	int ret = remove_element(nft, found, removal, reterr);

	return ret < 0 ? ret : displace(removal, record, reterr);
}

/* All elements of an owner that is gone go together, with its record. */
static int remove_owner(struct cni_nft *nft, const struct search *search,
			size_t index, struct portmap_removal *removal,
			struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	const struct found *found = &search->items[index];
	int ret;

	for (size_t i = 0; i < index; i++)
		if (memcmp(search->items[i].owner, found->owner,
			   CNI_OWNER_KEY) == 0)
			return 0;
	ret = portmap_removal_look(nft, found->owner, removal, &record, reterr);
	return ret < 0 ? ret : displace(removal, &record, reterr);
}

static int resolve(struct cni_nft *nft, const struct search *search,
		   size_t index, struct portmap_removal *removal,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_record) struct portmap_record record = { 0 };
	const struct found *found = &search->items[index];
	bool replace = search->pub->conf->replace;
	int ret;

	if (found->has_owner &&
	    memcmp(found->owner, search->pub->key, CNI_OWNER_KEY) == 0)
		return remove_element(nft, found, removal, reterr);
	if (!found->has_owner)
		return replace ? remove_element(nft, found, removal, reterr)
			       : in_use(search->pub, found, NULL, reterr);
	ret = portmap_record_read(nft, found->owner, NULL, &record, reterr);
	if (ret < 0)
		return ret;
	/* Without a record, its owner could never remove it. */
	if (ret == 0)
		return remove_element(nft, found, removal, reterr);
	if (portmap_owner_is_gone(&record))
		return remove_owner(nft, search, index, removal, reterr);
	if (replace)
		return replace_element(nft, found, removal, &record, reterr);
	return in_use(search->pub, found, &record, reterr);
}

/* What is about to expire is waited for; the rest is looked at anew then. */
static int wait_for_expiring(struct cni_nft *nft, const struct search *search,
			     struct cni_error *reterr)
{
	bool waited = false;
	int ret = 0;

	for (size_t i = 0; i < search->count && ret == 0; i++) {
		const struct found *found = &search->items[i];

		if (!found->expiring)
			continue;
		ret = cni_nft_vanish(nft, found->element.set,
				     found->element.key, reterr);
		waited |= ret == 0;
		/* Somebody gave it a long life: like any other element. */
		if (ret == -EOPNOTSUPP)
			ret = 0;
	}
	return ret == 0 && waited ? -EAGAIN : ret;
}

int portmap_conflicts_look(struct cni_nft *nft,
			   const struct portmap_publication *pub,
			   struct portmap_removal *removal,
			   struct cni_error *reterr)
{
	struct search search = { .pub = pub };
	int ret = 0;

	for (int map = 0; map < PORTMAP_MAP_COUNT && ret == 0; map++) {
		search.map = (enum portmap_map)map;
		ret = search_map(nft, &search, reterr);
	}
	if (ret == 0)
		ret = wait_for_expiring(nft, &search, reterr);
	for (size_t i = 0; i < search.count && ret == 0; i++)
		ret = resolve(nft, &search, i, removal, reterr);
	free(search.items);
	return ret;
}
