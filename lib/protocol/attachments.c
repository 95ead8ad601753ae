/* SPDX-License-Identifier: Apache-2.0 */
/* attachments.c - the attachments that a runtime still knows (GC) */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "cni/skel.h"

static const char list_key[] = "cni.dev/valid-attachments";
static const char old_list_key[] = "cni.dev/attachments";

static int decode_string(json_object *entry, const char *key,
			 const char **ret_text, struct cni_error *reterr)
{
	*ret_text = cni_json_string(cni_json_get(entry, key));
	if (*ret_text && (*ret_text)[0])
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "\"%s\" must be a non-empty string", key);
}

static int decode_entry(json_object *entry, void *item,
			struct cni_error *reterr)
{
	struct cni_attachment *attachment = item;
	int ret;

	if (!json_object_is_type(entry, json_type_object))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "must be an object, not %s",
				     cni_json_type_name(entry));
	ret = decode_string(entry, "containerID", &attachment->container_id,
			    reterr);
	if (!ret)
		ret = decode_string(entry, "ifname", &attachment->ifname,
				    reterr);
	return ret;
}

static int compare_ids(const void *one, const void *other)
{
	const struct cni_attachment *first = one;
	const struct cni_attachment *second = other;

	return strcmp(first->container_id, second->container_id);
}

static int compare(const void *one, const void *other)
{
	const struct cni_attachment *first = one;
	const struct cni_attachment *second = other;
	int order = compare_ids(one, other);

	return order ? order : strcmp(first->ifname, second->ifname);
}

/*
 * libcni writes a list that nobody has put anything into as null: no pod of the
 * network lives, as after the node has started.
 */
static bool is_null(json_object *conf, const char *key)
{
	json_object *value = NULL;

	return json_object_object_get_ex(conf, key, &value) && !value;
}

int cni_attachments_decode(json_object *conf,
			   struct cni_attachment_list *ret_list,
			   struct cni_error *reterr)
{
	json_object *array = cni_json_get(conf, list_key);
	int ret;

	*ret_list = (struct cni_attachment_list) { 0 };
	if (!array)
		array = cni_json_get(conf, old_list_key);
	if (!array && (is_null(conf, list_key) || is_null(conf, old_list_key)))
		return 0;
	if (!array)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, ENOENT,
				     "\"%s\" is missing: without the list of "
				     "valid attachments all would be removed",
				     list_key);
	ret = cni_json_decode_array(array, sizeof(*ret_list->items),
				    decode_entry, &ret_list->items,
				    &ret_list->count, reterr);
	if (ret) {
		cni_attachments_done(ret_list);
		return cni_error_prefix(reterr, ret, "%s", list_key);
	}
	if (ret_list->count)
		qsort(ret_list->items, ret_list->count,
		      sizeof(*ret_list->items), compare);
	return 0;
}

bool cni_attachments_have(const struct cni_attachment_list *list,
			  const char *container_id, const char *ifname)
{
	struct cni_attachment wanted = { container_id, ifname };

	return list->count && bsearch(&wanted, list->items, list->count,
				      sizeof(*list->items), compare);
}

bool cni_attachments_have_id(const struct cni_attachment_list *list,
			     const char *container_id)
{
	struct cni_attachment wanted = { container_id, "" };

	return list->count && bsearch(&wanted, list->items, list->count,
				      sizeof(*list->items), compare_ids);
}

void cni_attachments_done(struct cni_attachment_list *list)
{
	free(list->items);
	*list = (struct cni_attachment_list) { 0 };
}
