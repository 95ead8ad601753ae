/* SPDX-License-Identifier: Apache-2.0 */
/* json_members.c - making a small JSON object, member by member */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "cni/cleanup.h"
#include "json_members.h"

/* Names are added once each and outlive the object. */
#define ADD_FLAGS \
	(JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY)

void cni_json_put(struct cni_json_members *members, const char *key,
		  json_object *value)
{
	assert(members->count < CNI_JSON_MEMBERS_MAX);
	if (!value) {
		members->failed = true;
		return;
	}
	members->items[members->count].key = key;
	members->items[members->count].value = value;
	members->count++;
}

void cni_json_put_string(struct cni_json_members *members, const char *key,
			 const char *text)
{
	cni_json_put(members, key, json_object_new_string(text ? text : ""));
}

void cni_json_put_text(struct cni_json_members *members, const char *key,
		       const char *text)
{
	if (text && *text)
		cni_json_put_string(members, key, text);
}

void cni_json_put_int(struct cni_json_members *members, const char *key,
		      int64_t number)
{
	cni_json_put(members, key, json_object_new_int64(number));
}

void cni_json_put_nonzero(struct cni_json_members *members, const char *key,
			  int64_t number)
{
	if (number)
		cni_json_put_int(members, key, number);
}

void cni_json_put_addr(struct cni_json_members *members, const char *key,
		       const struct cni_addr *addr)
{
	char text[CNI_ADDR_STRLEN];

	if (cni_addr_is_set(addr))
		cni_json_put_string(members, key, cni_addr_format(addr, text));
}

void cni_json_put_prefix(struct cni_json_members *members, const char *key,
			 const struct cni_prefix *prefix)
{
	char text[CNI_PREFIX_STRLEN];

	cni_json_put_string(members, key, cni_prefix_format(prefix, text));
}

int cni_json_append(json_object *array, json_object *item)
{
	if (item && !json_object_array_add(array, item))
		return 0;
	json_object_put(item);
	return -ENOMEM;
}

/* The index of the member that comes next and is not yet moved. */
static size_t pick(const struct cni_json_members *members, bool sorted)
{
	size_t best = members->count;

	for (size_t i = 0; i < members->count; i++) {
		if (!members->items[i].value)
			continue;
		if (best == members->count ||
		    (sorted && strcmp(members->items[i].key,
				      members->items[best].key) < 0))
			best = i;
	}
	return best;
}

json_object *cni_json_members_finish(struct cni_json_members *members,
				     bool sorted)
{
	CNI_CLEANUP(json) json_object *object = json_object_new_object();
	bool failed = members->failed || !object;

	for (size_t i = 0; i < members->count; i++) {
		size_t next = pick(members, sorted);
		json_object *value = cni_take_ptr(members->items[next].value);

		if (!failed &&
		    !json_object_object_add_ex(object, members->items[next].key,
					       value, ADD_FLAGS))
			continue;
		failed = true;
		json_object_put(value);
	}
	*members = (struct cni_json_members) { 0 };
	return failed ? NULL : cni_take_ptr(object);
}
