/* SPDX-License-Identifier: Apache-2.0 */
/* cached.c - what a runtime keeps of an attachment that it has added */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "cni/args.h"
#include "cni/cached.h"

#define KIND "cniCacheV1"

void cni_cached_done(struct cni_cached *cached)
{
	json_object_put(cached->root);
	json_object_put(cached->config);
	free(cached->cni_args);
	*cached = (struct cni_cached) { 0 };
}

static int invalid(struct cni_error *reterr, const char *text)
{
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL, "%s",
			     text);
}

static int no_memory(struct cni_error *reterr)
{
	return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
			       "read a cached result");
}

/* ---- base64, RFC 4648 section 4, as Go writes []byte ---- */

static int digit(char c)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	const char *found = c ? strchr(alphabet, c) : NULL;

	return found ? (int)(found - alphabet) : -1;
}

/* Return: bytes of a group of four characters; -1 when it is none. */
static int decode_group(const char *text, bool last, char ret_bytes[3])
{
	int padding = !last ? 0 : text[2] == '=' ? 2 : text[3] == '=' ? 1 : 0;
	unsigned int bits = 0;

	for (int i = 0; i < 4; i++) {
		int value = i < 4 - padding ? digit(text[i]) : 0;

		if (value < 0 || (i >= 4 - padding && text[i] != '='))
			return -1;
		bits = bits << 6 | (unsigned int)value;
	}
	for (int i = 0; i < 3; i++)
		ret_bytes[i] = (char)(bits >> (16 - 8 * i) & 0xff);
	return 3 - padding;
}

static int decode_base64(const char *text, struct cni_buf *buf)
{
	size_t len = strlen(text);

	if (len % 4 != 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i += 4) {
		char bytes[3];
		int count = decode_group(text + i, i + 4 == len, bytes);

		if (count < 0)
			return -EINVAL;
		cni_buf_add_bytes(buf, bytes, (size_t)count);
	}
	return cni_buf_error(buf);
}

/* ---- the file ---- */

static int read_config(struct cni_cached *cached, struct cni_error *reterr)
{
	const char *text =
		cni_json_string(cni_json_get(cached->root, "config"));
	CNI_CLEANUP(buf) struct cni_buf config = { 0 };
	int ret = text ? decode_base64(text, &config) : -EINVAL;

	if (ret == -ENOMEM)
		return no_memory(reterr);
	if (ret < 0)
		return invalid(reterr, "\"config\" is not base64");
	ret = cni_json_parse(cni_buf_text(&config), config.len, &cached->config,
			     reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "config");
	if (!json_object_is_type(cached->config, json_type_object))
		return invalid(reterr, "\"config\" is not an object");
	return 0;
}

/* [["K","V"],...] becomes "K=V;...". */
static int read_args(struct cni_cached *cached, struct cni_error *reterr)
{
	json_object *pairs = cni_json_get(cached->root, "cniArgs");
	CNI_CLEANUP(buf) struct cni_buf args = { 0 };
	size_t count = json_object_is_type(pairs, json_type_array)
			       ? json_object_array_length(pairs)
			       : 0;

	for (size_t i = 0; i < count; i++) {
		json_object *pair = json_object_array_get_idx(pairs, i);
		const char *words[2] = { NULL, NULL };

		for (size_t j = 0;
		     j < 2 && json_object_is_type(pair, json_type_array); j++)
			words[j] = cni_json_string(
				json_object_array_get_idx(pair, j));
		if (!words[0] || !words[1])
			return invalid(reterr, "\"cniArgs\" are not pairs of "
					       "strings");
		cni_buf_addf(&args, "%s%s=%s", i ? ";" : "", words[0],
			     words[1]);
	}
	if (cni_buf_error(&args))
		return no_memory(reterr);
	cached->cni_args = strdup(cni_buf_text(&args));
	return cached->cni_args ? 0 : no_memory(reterr);
}

static const char *text_of(const struct cni_cached *cached, const char *key)
{
	const char *text = cni_json_string(cni_json_get(cached->root, key));

	return text ? text : "";
}

static int read_identity(struct cni_cached *cached, struct cni_error *reterr)
{
	int ret;

	cached->network = text_of(cached, "networkName");
	cached->container_id = text_of(cached, "containerId");
	cached->ifname = text_of(cached, "ifName");
	cached->netns = text_of(cached, "netns");
	if (!cni_valid_id(cached->network))
		return invalid(reterr, "\"networkName\" is not valid");
	if (!cni_valid_id(cached->container_id))
		return invalid(reterr, "\"containerId\" is not valid");
	ret = cni_check_ifname(cached->ifname, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "ifName") : 0;
}

static json_object *object_of(const struct cni_cached *cached, const char *key)
{
	json_object *value = cni_json_get(cached->root, key);

	return json_object_is_type(value, json_type_object) ? value : NULL;
}

int cni_cached_parse(const char *text, size_t len,
		     struct cni_cached *ret_cached, struct cni_error *reterr)
{
	int ret;

	*ret_cached = (struct cni_cached) { 0 };
	ret = cni_json_parse(text, len, &ret_cached->root, reterr);
	if (ret < 0)
		return ret;
	if (strcmp(text_of(ret_cached, "kind"), KIND) != 0)
		return invalid(reterr, "it is not of the kind \"" KIND "\"");
	ret = read_identity(ret_cached, reterr);
	if (ret == 0)
		ret = read_config(ret_cached, reterr);
	if (ret == 0)
		ret = read_args(ret_cached, reterr);
	ret_cached->capability_args = object_of(ret_cached, "capabilityArgs");
	ret_cached->result = object_of(ret_cached, "result");
	if (ret == 0 && !ret_cached->result)
		ret = invalid(reterr, "it has no \"result\"");
	return ret;
}

/* ---- a plugin's input ---- */

static json_object *find_plugin(json_object *config, const char *type)
{
	json_object *plugins = cni_json_get(config, "plugins");
	json_object *found = NULL;
	size_t count = 1;

	if (json_object_is_type(plugins, json_type_array))
		count = json_object_array_length(plugins);
	else
		plugins = NULL;
	for (size_t i = 0; i < count; i++) {
		json_object *plugin =
			plugins ? json_object_array_get_idx(plugins, i)
				: config;
		const char *text =
			cni_json_string(cni_json_get(plugin, "type"));

		if (text && strcmp(text, type) == 0)
			found = plugin;
	}
	return found;
}

/* @value is taken. */
static int put(json_object *object, const char *key, json_object *value)
{
	if (value && json_object_object_add(object, key, value) == 0)
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

/* What follows comes later in the object, and so wins over what is there. */
static int copy_members(json_object *from, json_object *to)
{
	json_object_object_foreach(from, key, value)
	{
		json_object *member = json_object_get(value);

		if (json_object_object_add(to, key, member)) {
			json_object_put(member);
			return -ENOMEM;
		}
	}
	return 0;
}

/* The arguments of those capabilities that the plugin says it has. */
static int put_runtime_config(const struct cni_cached *cached,
			      json_object *plugin, json_object *conf)
{
	json_object *capabilities = cni_json_get(plugin, "capabilities");
	json_object *runtime;
	int ret = 0;

	if (!cached->capability_args ||
	    !json_object_is_type(capabilities, json_type_object))
		return 0;
	runtime = json_object_new_object();
	if (!runtime)
		return -ENOMEM;
	json_object_object_foreach(capabilities, key, supported)
	{
		json_object *value =
			json_object_object_get(cached->capability_args, key);

		if (ret == 0 && value && json_object_get_boolean(supported))
			ret = put(runtime, key, json_object_get(value));
	}
	if (ret == 0 && json_object_object_length(runtime) > 0)
		ret = put(conf, "runtimeConfig", json_object_get(runtime));
	json_object_put(runtime);
	return ret;
}

static int build(const struct cni_cached *cached, json_object *plugin,
		 json_object *conf)
{
	json_object *version = cni_json_get(cached->config, "cniVersion");
	int ret = copy_members(plugin, conf);

	if (ret == 0)
		ret = put(conf, "name",
			  json_object_new_string(cached->network));
	if (ret == 0 && version)
		ret = put(conf, "cniVersion", json_object_get(version));
	if (ret == 0)
		ret = put_runtime_config(cached, plugin, conf);
	if (ret == 0)
		ret = put(conf, "prevResult", json_object_get(cached->result));
	return ret;
}

int cni_cached_conf(const struct cni_cached *cached, const char *type,
		    json_object **ret_conf, struct cni_error *reterr)
{
	json_object *plugin = find_plugin(cached->config, type);
	CNI_CLEANUP(json) json_object *conf = NULL;

	if (!plugin)
		return 0;
	conf = json_object_new_object();
	if (!conf || build(cached, plugin, conf) < 0)
		return no_memory(reterr);
	*ret_conf = cni_take_ptr(conf);
	return 1;
}
