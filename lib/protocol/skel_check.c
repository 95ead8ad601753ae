/* SPDX-License-Identifier: Apache-2.0 */
/* skel_check.c - --check-config FILE: validate configurations offline */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cni/check.h"
#include "cni/file.h"

#include "skel_internal.h"

/* Keys of a network configuration list, CNI SPEC 1.1.0 section 1. */
static const struct cni_json_field list_fields[] = {
	{ .key = "plugins" },
	{ .key = "cniVersions" },
	{ .key = "disableCheck" },
	{ .key = "disableGC" },
	{ .key = "loadOnlyInlinedPlugins" },
};

static int read_file(const char *path, struct cni_buf *text,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(fd)
	int fd = strcmp(path, "-") == 0
			 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
			 : open(path, O_RDONLY | O_CLOEXEC);
	int ret = fd < 0 ? -errno : cni_read_all(fd, CNI_SKEL_MAX_INPUT, text);

	if (ret)
		return cni_error_errno(reterr, CNI_CODE_IO, -ret, "read");
	return 0;
}

static bool has_type(json_object *object, const char *type)
{
	const char *text = cni_json_string(cni_json_get(object, "type"));

	return text && strcmp(text, type) == 0;
}

/* An IPAM plugin is configured inside the entry of the one that runs it. */
static bool concerns(const struct cni_plugin *plugin, json_object *entry)
{
	return has_type(entry, plugin->name) ||
	       has_type(cni_json_get(entry, "ipam"), plugin->name);
}

static int check_entry(const struct cni_plugin *plugin, json_object *entry,
		       struct cni_error *reterr)
{
	struct cni_call call = {
		.args = { .command_text = "",
			  .container_id = "",
			  .netns = "",
			  .ifname = "",
			  .args = "",
			  .path = "" },
		.conf = entry,
		.stdin_text = "",
	};
	int ret = cni_skel_conf(&call, reterr);

	if (!ret)
		ret = cni_version_lookup(call.cni_version, &call.version,
					 reterr);
	if (!ret && plugin->check_config)
		ret = plugin->check_config(&call, reterr);
	return ret;
}

/* What a runtime does before it runs an entry of a list. */
static int inherit(json_object *entry, json_object *list, const char *key,
		   struct cni_error *reterr)
{
	json_object *value = cni_json_get(list, key);

	if (!value)
		return 0;
	if (json_object_object_add(entry, key, json_object_get(value)) == 0)
		return 0;
	json_object_put(value);
	return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM, "%s", key);
}

static int check_list(const struct cni_plugin *plugin, json_object *list,
		      json_object *entries, unsigned int *found,
		      struct cni_error *reterr)
{
	size_t count = json_object_array_length(entries);
	int ret = cni_check_keys(list, "", list_fields,
				 sizeof(list_fields) / sizeof(list_fields[0]),
				 reterr);

	for (size_t i = 0; i < count && !ret; i++) {
		json_object *entry = json_object_array_get_idx(entries, i);

		if (!json_object_is_type(entry, json_type_object))
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, 0,
					     "plugins[%zu]: must be an object, "
					     "not %s",
					     i, cni_json_type_name(entry));
		if (!concerns(plugin, entry))
			continue;
		(*found)++;
		ret = inherit(entry, list, "name", reterr);
		if (!ret)
			ret = inherit(entry, list, "cniVersion", reterr);
		if (!ret)
			ret = check_entry(plugin, entry, reterr);
		if (ret)
			ret = cni_error_prefix(reterr, ret, "plugins[%zu]", i);
	}
	return ret;
}

static int check_text(const struct cni_plugin *plugin,
		      const struct cni_buf *text, struct cni_error *reterr)
{
	CNI_CLEANUP(json) json_object *conf = NULL;
	json_object *entries;
	unsigned int found = 0;
	int ret;

	ret = cni_json_parse(cni_buf_text(text), text->len, &conf, reterr);
	if (ret)
		return ret;
	entries = cni_json_get(conf, "plugins");
	if (json_object_is_type(entries, json_type_array)) {
		ret = check_list(plugin, conf, entries, &found, reterr);
	} else if (concerns(plugin, conf)) {
		found = 1;
		ret = check_entry(plugin, conf, reterr);
	}
	if (!ret && !found)
		ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, ENOENT,
				    "nothing of type \"%s\" in it",
				    plugin->name);
	return ret;
}

int cni_skel_check_config(const struct cni_plugin *plugin, const char *path)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	struct cni_error err;
	int ret = read_file(path, &text, &err);

	if (!ret)
		ret = check_text(plugin, &text, &err);
	if (!ret) {
		(void)printf("%s: valid for %s\n", path, plugin->name);
		return fflush(stdout) == 0 ? 0 : 1;
	}
	(void)fprintf(stderr, "%s: %s%s%s\n", path, err.msg,
		      err.details[0] ? ": " : "", err.details);
	return 1;
}
