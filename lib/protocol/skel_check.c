/* SPDX-License-Identifier: Apache-2.0 */
/* skel_check.c - --check-config FILE: validate configurations offline */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cni/builtin.h"
#include "cni/check.h"
#include "cni/file.h"
#include "cni/invoke.h"
#include "cni/log.h"

#include "skel_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct report - what a check has looked at
 * @valid: names of plugins whose part is valid
 * @skipped: names of those that this executable knows nothing of
 */
struct report {
	struct cni_buf valid;
	struct cni_buf skipped;
};

static void report_done(struct report *report)
{
	cni_buf_done(&report->valid);
	cni_buf_done(&report->skipped);
}

CNI_DEFINE_CLEANUP(report, struct report, report_done);

/* Members of a list that are only looked at for their type. */
struct list_members {
	json_object *plugins;
	json_object *versions;
	json_object *any;
	bool inlined;
};

/* Keys of a network configuration list, CNI SPEC 1.1.0 section 1. */
static const struct cni_json_field list_fields[] = {
	{ .key = "plugins",
	  .type = CNI_JSON_ARRAY,
	  .offset = offsetof(struct list_members, plugins) },
	{ .key = "cniVersions",
	  .type = CNI_JSON_ARRAY,
	  .offset = offsetof(struct list_members, versions) },
	/* libcni takes "true" for true. */
	{ .key = "disableCheck",
	  .type = CNI_JSON_ANY,
	  .offset = offsetof(struct list_members, any) },
	{ .key = "disableGC",
	  .type = CNI_JSON_ANY,
	  .offset = offsetof(struct list_members, any) },
	{ .key = "loadOnlyInlinedPlugins",
	  .type = CNI_JSON_BOOL,
	  .offset = offsetof(struct list_members, inlined) },
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

static int check_log_level(json_object *value, void *field,
			   struct cni_error *reterr)
{
	const char *text = cni_json_string(value);

	if (text && cni_log_level_parse(text, field))
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "must be \"off\", \"error\", \"info\" or "
			     "\"debug\"");
}

static int check_log_file(json_object *value, void *field,
			  struct cni_error *reterr)
{
	const char *text = cni_json_string(value);

	(void)field;
	if (text && text[0] == '/')
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "must be an absolute path");
}

static int check_capabilities(json_object *value, void *field,
			      struct cni_error *reterr)
{
	(void)field;
	if (json_object_is_type(value, json_type_object))
		return cni_check_capabilities(value, reterr);
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "must be an object, not %s",
			     cni_json_type_name(value));
}

struct common_members {
	enum cni_log_level level;
	int64_t timeout;
	json_object *object;
};

/* An ADD goes on without what is wrong here, or a delegate's limit. */
static const struct cni_json_field common_fields[] = {
	{ .key = "logLevel",
	  .type = CNI_JSON_CUSTOM,
	  .offset = offsetof(struct common_members, level),
	  .decode = check_log_level },
	{ .key = "logFile", .type = CNI_JSON_CUSTOM, .decode = check_log_file },
	{ .key = "delegateTimeoutSeconds",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct common_members, timeout),
	  .min = 1,
	  .max = CNI_DELEGATE_TIMEOUT_MAX_S },
	{ .key = "capabilities",
	  .type = CNI_JSON_CUSTOM,
	  .decode = check_capabilities },
	{ .key = "runtimeConfig",
	  .type = CNI_JSON_OBJECT,
	  .offset = offsetof(struct common_members, object) },
};

static int check_part(const struct cni_plugin *part, json_object *entry,
		      struct cni_error *reterr)
{
	struct common_members members = { 0 };
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
	if (!ret)
		ret = cni_json_decode(entry, common_fields,
				      COUNT(common_fields), &members, reterr);
	if (!ret && part->check_config)
		ret = part->check_config(&call, reterr);
	return ret;
}

/* The plugin itself, or one whose code is in the executable, too. */
static const struct cni_plugin *find_part(const struct cni_plugin *plugin,
					  const char *type)
{
	const struct cni_builtin *const *builtin = plugin->builtins;

	if (strcmp(type, plugin->name) == 0)
		return plugin;
	for (; builtin && *builtin; builtin++) {
		if (strcmp(type, (*builtin)->plugin->name) == 0)
			return (*builtin)->plugin;
	}
	return NULL;
}

static void note(struct cni_buf *names, const char *name)
{
	cni_buf_addf(names, "%s%s", names->len ? ", " : "", name);
}

static int bad_type(json_object *typed, struct cni_error *reterr)
{
	json_object *type = cni_json_get(typed, "type");

	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "\"type\" %s%s",
			     type ? "must be a string, not " : "is missing",
			     type ? cni_json_type_name(type) : "");
}

static int visit(const struct cni_plugin *plugin, json_object *typed,
		 json_object *entry, struct report *report,
		 struct cni_error *reterr)
{
	const char *type = cni_json_string(cni_json_get(typed, "type"));
	const struct cni_plugin *part;
	int ret;

	if (!type)
		return bad_type(typed, reterr);
	part = find_part(plugin, type);
	if (!part) {
		note(&report->skipped, type);
		return 0;
	}
	ret = check_part(part, entry, reterr);
	if (!ret)
		note(&report->valid, type);
	return ret;
}

/* Without a type there are no addresses, and the other keys are not read. */
static bool is_untyped(json_object *ipam)
{
	return json_object_is_type(ipam, json_type_object) &&
	       json_object_object_length(ipam) > 0 &&
	       !cni_json_get(ipam, "type");
}

/* An IPAM plugin is configured inside the entry of the one that runs it. */
static int check_entry(const struct cni_plugin *plugin, json_object *entry,
		       struct report *report, struct cni_error *reterr)
{
	json_object *ipam = cni_json_get(entry, "ipam");
	int ret = visit(plugin, entry, entry, report, reterr);

	if (!ret && is_untyped(ipam))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "\"ipam\": \"type\" is missing");
	if (!ret && cni_json_get(ipam, "type"))
		ret = visit(plugin, ipam, entry, report, reterr);
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
		      struct report *report, struct cni_error *reterr)
{
	struct list_members members = { 0 };
	size_t count;
	int ret = cni_check_keys(list, "", list_fields, COUNT(list_fields),
				 reterr);

	if (!ret)
		ret = cni_json_decode(list, list_fields, COUNT(list_fields),
				      &members, reterr);
	count = ret ? 0 : json_object_array_length(members.plugins);
	for (size_t i = 0; i < count && !ret; i++) {
		json_object *entry =
			json_object_array_get_idx(members.plugins, i);

		if (!json_object_is_type(entry, json_type_object))
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, 0,
					     "plugins[%zu]: must be an object, "
					     "not %s",
					     i, cni_json_type_name(entry));
		ret = inherit(entry, list, "name", reterr);
		if (!ret)
			ret = inherit(entry, list, "cniVersion", reterr);
		if (!ret)
			ret = check_entry(plugin, entry, report, reterr);
		if (ret)
			ret = cni_error_prefix(reterr, ret, "plugins[%zu]", i);
	}
	return ret;
}

static int check_text(const struct cni_plugin *plugin,
		      const struct cni_buf *text, struct report *report,
		      struct cni_error *reterr)
{
	CNI_CLEANUP(json) json_object *conf = NULL;
	int ret;

	ret = cni_json_parse(cni_buf_text(text), text->len, &conf, reterr);
	if (ret)
		return ret;
	if (!json_object_is_type(conf, json_type_object))
		return cni_error_set(reterr, CNI_CODE_DECODE, EINVAL,
				     "must be an object, not %s",
				     cni_json_type_name(conf));
	if (cni_json_get(conf, "plugins"))
		ret = check_list(plugin, conf, report, reterr);
	else if (!cni_json_get(conf, "type"))
		ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				    "neither a plugin, with \"type\", nor a "
				    "list, with \"plugins\"");
	else
		ret = check_entry(plugin, conf, report, reterr);
	if (!ret && !report->valid.len)
		ret = cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, ENOENT,
				    "nothing of type \"%s\" in it%s%s",
				    plugin->name,
				    report->skipped.len ? ", only " : "",
				    cni_buf_text(&report->skipped));
	return ret;
}

int cni_skel_check_config(const struct cni_plugin *plugin, const char *path)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	CNI_CLEANUP(report) struct report report = { 0 };
	struct cni_error err;
	int ret = read_file(path, &text, &err);

	if (!ret)
		ret = check_text(plugin, &text, &report, &err);
	if (!ret) {
		(void)printf("%s: valid for %s%s%s\n", path,
			     cni_buf_text(&report.valid),
			     report.skipped.len ? "; not checked: " : "",
			     cni_buf_text(&report.skipped));
		return fflush(stdout) == 0 ? 0 : 1;
	}
	(void)fprintf(stderr, "%s: %s%s%s\n", path, err.msg,
		      err.details[0] ? ": " : "", err.details);
	return 1;
}
