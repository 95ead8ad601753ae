/* SPDX-License-Identifier: Apache-2.0 */
/* trunk.c - the vlanTrunk key: a set of VLAN ids, kept as ranges */
#include <errno.h>
#include <stdlib.h>

#include "cni/check.h"

#include "trunk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* No VLAN id and no number JSON can carry into the plugin by accident. */
#define ABSENT INT64_MIN

struct entry {
	int64_t min;
	int64_t max;
	int64_t id;
};

static const struct cni_json_field entry_fields[] = {
	{ .key = "minID",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct entry, min) },
	{ .key = "maxID",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct entry, max) },
	{ .key = "id",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct entry, id) },
};

static bool is_vid(int64_t number)
{
	return number >= 1 && number <= BRIDGE_VLAN_MAX;
}

static const char *entry_fault(const struct entry *entry)
{
	if (entry->min != ABSENT && entry->max == ABSENT)
		return "minID and maxID should be configured simultaneously, "
		       "maxID is missing";
	if (entry->min == ABSENT && entry->max != ABSENT)
		return "minID and maxID should be configured simultaneously, "
		       "minID is missing";
	if (entry->min != ABSENT) {
		if (!is_vid(entry->min))
			return "incorrect trunk minID parameter";
		if (!is_vid(entry->max))
			return "incorrect trunk maxID parameter";
		if (entry->max < entry->min)
			return "minID is greater than maxID in trunk parameter";
	}
	if (entry->id != ABSENT && !is_vid(entry->id))
		return "incorrect trunk id parameter";
	return NULL;
}

static int add_entry(json_object *value, struct bridge_trunk *trunk,
		     struct cni_error *reterr)
{
	struct entry entry = { .min = ABSENT, .max = ABSENT, .id = ABSENT };
	const char *fault;
	int ret;

	if (!value)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "vlanTrunk: an entry is null");
	ret = cni_json_decode(value, entry_fields, COUNT(entry_fields), &entry,
			      reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"failed to load netconf: vlanTrunk");
	fault = entry_fault(&entry);
	if (fault)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "%s", fault);
	if (entry.min != ABSENT)
		trunk->ranges[trunk->count++] =
			(struct bridge_vlan_range) { (uint16_t)entry.min,
						     (uint16_t)entry.max };
	if (entry.id != ABSENT)
		trunk->ranges[trunk->count++] =
			(struct bridge_vlan_range) { (uint16_t)entry.id,
						     (uint16_t)entry.id };
	return 0;
}

static int by_first(const void *left, const void *right)
{
	const struct bridge_vlan_range *a = left;
	const struct bridge_vlan_range *b = right;

	return (int)a->first - (int)b->first;
}

/* Adjacent ranges become one, too: one attribute less on the wire. */
static void merge(struct bridge_trunk *trunk)
{
	struct bridge_vlan_range *ranges = trunk->ranges;
	size_t kept = 0;

	if (trunk->count == 0)
		return;
	qsort(ranges, trunk->count, sizeof(*ranges), by_first);
	for (size_t i = 1; i < trunk->count; i++) {
		if (ranges[i].first > ranges[kept].last + 1) {
			ranges[++kept] = ranges[i];
			continue;
		}
		if (ranges[i].last > ranges[kept].last)
			ranges[kept].last = ranges[i].last;
	}
	trunk->count = kept + 1;
}

int bridge_trunk_decode(json_object *list, struct bridge_trunk *ret_trunk,
			struct cni_error *reterr)
{
	size_t entries;
	int ret;

	if (!list)
		return 0;
	ret_trunk->present = true;
	entries = json_object_array_length(list);
	if (entries == 0)
		return 0;
	/* An entry adds at most a range and an id. */
	ret_trunk->ranges = calloc(entries, 2 * sizeof(*ret_trunk->ranges));
	if (!ret_trunk->ranges)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "vlanTrunk");
	for (size_t i = 0; i < entries; i++) {
		ret = add_entry(json_object_array_get_idx(list, i), ret_trunk,
				reterr);
		if (ret < 0)
			return ret;
	}
	merge(ret_trunk);
	return 0;
}

int bridge_trunk_check_keys(json_object *list, struct cni_error *reterr)
{
	size_t entries = list ? json_object_array_length(list) : 0;
	int ret = 0;

	for (size_t i = 0; i < entries && ret == 0; i++)
		ret = cni_check_keys(json_object_array_get_idx(list, i),
				     "vlanTrunk", entry_fields,
				     COUNT(entry_fields), reterr);
	return ret;
}

bool bridge_trunk_has(const struct bridge_trunk *trunk, uint16_t vid)
{
	for (size_t i = 0; i < trunk->count; i++) {
		if (vid >= trunk->ranges[i].first &&
		    vid <= trunk->ranges[i].last)
			return true;
	}
	return false;
}

void bridge_trunk_done(struct bridge_trunk *trunk)
{
	free(trunk->ranges);
	*trunk = (struct bridge_trunk) { 0 };
}
