/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - the host-local plugin's part of a network configuration */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cni/check.h"

#include "conf.h"
#include "requested.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/**
 * struct runtime_config - what is read of runtimeConfig
 */
struct runtime_config {
	struct hl_range_sets ranges;
	json_object *ips;
};

/**
 * struct netconf - all members that are read, before they are put together
 * @ipam: borrowed, NULL when missing
 * @args_ips: args.cni.ips, borrowed
 * @runtime: runtimeConfig
 */
struct netconf {
	json_object *ipam;
	json_object *args_ips;
	struct runtime_config runtime;
};

static const struct cni_json_field range_fields[] = {
	{ .key = "subnet",
	  .type = CNI_JSON_PREFIX,
	  .offset = offsetof(struct hl_range, subnet) },
	{ .key = "rangeStart",
	  .type = CNI_JSON_ADDR,
	  .offset = offsetof(struct hl_range, start) },
	{ .key = "rangeEnd",
	  .type = CNI_JSON_ADDR,
	  .offset = offsetof(struct hl_range, end) },
	{ .key = "gateway",
	  .type = CNI_JSON_ADDR,
	  .offset = offsetof(struct hl_range, gateway) },
};

static int decode_range(json_object *value, void *item,
			struct cni_error *reterr)
{
	return cni_json_decode(value, range_fields, COUNT(range_fields), item,
			       reterr);
}

static int decode_range_set(json_object *value, void *item,
			    struct cni_error *reterr)
{
	struct hl_range_set *set = item;

	return cni_json_decode_array(value, sizeof(*set->items), decode_range,
				     &set->items, &set->count, reterr);
}

static int decode_range_sets(json_object *value, void *field,
			     struct cni_error *reterr)
{
	struct hl_range_sets *sets = field;

	/* Of duplicate members the last one counts. */
	hl_range_sets_done(sets);
	return cni_json_decode_array(value, sizeof(*sets->items),
				     decode_range_set, &sets->items,
				     &sets->count, reterr);
}

static int decode_routes(json_object *value, void *field,
			 struct cni_error *reterr)
{
	struct hl_routes *routes = field;

	free(routes->items);
	return cni_json_decode_array(value, sizeof(*routes->items),
				     cni_route_decode, &routes->items,
				     &routes->count, reterr);
}

static int decode_prefix(json_object *value, void *item,
			 struct cni_error *reterr)
{
	struct cni_prefix *prefix = item;
	int ret = cni_json_decode_value(value, CNI_JSON_PREFIX, prefix, reterr);

	if (ret)
		return ret;
	*prefix = cni_prefix_unmap(prefix);
	*prefix = cni_prefix_network(prefix);
	return 0;
}

static int decode_prefixes(json_object *value, void *field,
			   struct cni_error *reterr)
{
	struct hl_prefixes *prefixes = field;

	free(prefixes->items);
	return cni_json_decode_array(value, sizeof(*prefixes->items),
				     decode_prefix, &prefixes->items,
				     &prefixes->count, reterr);
}

#define FIELD(name, kind, member)                          \
	{                                                  \
		.key = (name), .type = (kind),             \
		.offset = offsetof(struct hl_ipam, member) \
	}
#define CUSTOM(name, function, member)                      \
	{                                                   \
		.key = (name), .type = CNI_JSON_CUSTOM,     \
		.offset = offsetof(struct hl_ipam, member), \
		.decode = (function)                        \
	}
#define SECONDS(name, member, most)                                       \
	{                                                                 \
		.key = (name), .type = CNI_JSON_INT,                      \
		.offset = offsetof(struct hl_ipam, member), .max = (most) \
	}

/* DEL and GC read the first three. */
#define LENIENT_COUNT 3

static const struct cni_json_field ipam_fields[] = {
	FIELD("dataDir", CNI_JSON_STRING, data_dir),
	SECONDS("cooldownSeconds", cooldown, HL_MAX_COOLDOWN),
	SECONDS("lockTimeoutSeconds", lock_timeout, HL_MAX_LOCK_TIMEOUT),
	FIELD("subnet", CNI_JSON_PREFIX, legacy.subnet),
	FIELD("rangeStart", CNI_JSON_ADDR, legacy.start),
	FIELD("rangeEnd", CNI_JSON_ADDR, legacy.end),
	FIELD("gateway", CNI_JSON_ADDR, legacy.gateway),
	CUSTOM("ranges", decode_range_sets, ranges),
	CUSTOM("routes", decode_routes, routes),
	FIELD("resolvConf", CNI_JSON_STRING, resolv_conf),
	CUSTOM("exclude", decode_prefixes, exclude),
	FIELD("stickyAddresses", CNI_JSON_BOOL, sticky),
};

static int decode_runtime(json_object *value, void *field,
			  struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "ipRanges",
		  .type = CNI_JSON_CUSTOM,
		  .offset = offsetof(struct runtime_config, ranges),
		  .decode = decode_range_sets },
		{ .key = "ips",
		  .type = CNI_JSON_ARRAY,
		  .offset = offsetof(struct runtime_config, ips) },
	};

	return cni_json_decode(value, fields, COUNT(fields), field, reterr);
}

static int decode_args_cni(json_object *value, void *field,
			   struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "ips", .type = CNI_JSON_ARRAY },
	};

	return cni_json_decode(value, fields, COUNT(fields), field, reterr);
}

static int decode_args(json_object *value, void *field,
		       struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "cni",
		  .type = CNI_JSON_CUSTOM,
		  .decode = decode_args_cni },
	};

	return cni_json_decode(value, fields, COUNT(fields), field, reterr);
}

static const struct cni_json_field netconf_fields[] = {
	{ .key = "ipam",
	  .type = CNI_JSON_OBJECT,
	  .offset = offsetof(struct netconf, ipam) },
	{ .key = "args",
	  .type = CNI_JSON_CUSTOM,
	  .offset = offsetof(struct netconf, args_ips),
	  .decode = decode_args },
	{ .key = "runtimeConfig",
	  .type = CNI_JSON_CUSTOM,
	  .offset = offsetof(struct netconf, runtime),
	  .decode = decode_runtime },
};

static void set_defaults(struct hl_conf *conf)
{
	*conf = (struct hl_conf) {
		.ipam.lock_timeout = HL_DEFAULT_LOCK_TIMEOUT,
	};
}

/* Moves the sets behind those that are there. */
static void append_sets(struct hl_range_sets *sets, struct hl_range_sets *more)
{
	if (more->count)
		memcpy(sets->items + sets->count, more->items,
		       more->count * sizeof(*more->items));
	sets->count += more->count;
	more->count = 0;
}

static int append_legacy(struct hl_range_sets *sets,
			 const struct hl_range *legacy)
{
	struct hl_range *range;

	/* Without a subnet the other three keys mean nothing. */
	if (!cni_addr_is_set(&legacy->subnet.addr))
		return 0;
	range = malloc(sizeof(*range));
	if (!range)
		return -ENOMEM;
	*range = *legacy;
	sets->items[sets->count++] = (struct hl_range_set) { range, 1 };
	return 0;
}

/* The index of a set is part of a file's name, so their order matters. */
static int collect_sets(struct hl_conf *conf, struct hl_range_sets *runtime,
			struct cni_error *reterr)
{
	struct hl_range_sets *sets = &conf->sets;
	size_t most = runtime->count + 1 + conf->ipam.ranges.count;
	int ret = -ENOMEM;

	sets->items = calloc(most, sizeof(*sets->items));
	if (sets->items) {
		append_sets(sets, runtime);
		ret = append_legacy(sets, &conf->ipam.legacy);
		append_sets(sets, &conf->ipam.ranges);
	}
	if (ret)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "range sets");
	return 0;
}

static int put_together(const struct cni_call *call, struct netconf *netconf,
			struct hl_conf *conf, struct cni_error *reterr)
{
	const struct hl_request_sources sources = {
		.cni_args = call->args.args,
		.args_ips = netconf->args_ips,
		.runtime_ips = netconf->runtime.ips,
	};
	int ret;

	if (!netconf->ipam)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "IPAM config missing 'ipam' key");
	ret = cni_json_decode(netconf->ipam, ipam_fields, COUNT(ipam_fields),
			      &conf->ipam, reterr);
	if (ret)
		return cni_error_prefix(reterr, ret, "\"ipam\"");
	ret = hl_requested_decode(&sources, &conf->requested, reterr);
	if (ret == 0)
		ret = collect_sets(conf, &netconf->runtime.ranges, reterr);
	if (ret == 0)
		ret = hl_range_sets_canonicalise(
			&conf->sets, call->cni_version,
			call->version < CNI_VERSION_0_3_0, reterr);
	return ret;
}

int hl_conf_decode(const struct cni_call *call, struct hl_conf *ret_conf,
		   struct cni_error *reterr)
{
	struct netconf netconf = { 0 };
	int ret;

	set_defaults(ret_conf);
	ret = cni_json_decode(call->conf, netconf_fields, COUNT(netconf_fields),
			      &netconf, reterr);
	if (ret == 0)
		ret = put_together(call, &netconf, ret_conf, reterr);
	hl_range_sets_done(&netconf.runtime.ranges);
	return ret;
}

void hl_conf_decode_lenient(const struct cni_call *call,
			    struct hl_conf *ret_conf)
{
	json_object *ipam = cni_json_get(call->conf, "ipam");

	set_defaults(ret_conf);
	for (size_t i = 0; i < LENIENT_COUNT; i++)
		(void)cni_json_decode(ipam, &ipam_fields[i], 1, &ret_conf->ipam,
				      NULL);
}

void hl_conf_done(struct hl_conf *conf)
{
	hl_range_sets_done(&conf->sets);
	hl_range_sets_done(&conf->ipam.ranges);
	free(conf->ipam.routes.items);
	free(conf->ipam.exclude.items);
	free(conf->ipam.data_dir);
	free(conf->ipam.resolv_conf);
	free(conf->requested.items);
	*conf = (struct hl_conf) { 0 };
}

struct hl_pool hl_conf_pool(const struct hl_conf *conf)
{
	return (struct hl_pool) {
		.sets = &conf->sets,
		.exclude = conf->ipam.exclude.items,
		.exclude_count = conf->ipam.exclude.count,
	};
}

const char *hl_conf_data_dir(const struct hl_conf *conf)
{
	const char *dir = conf->ipam.data_dir;

	return dir && dir[0] ? dir : HL_DEFAULT_DATA_DIR;
}

/* Whether it is one is said by the decoder, which runs later. */
static size_t array_length(json_object *value)
{
	return json_object_is_type(value, json_type_array)
		       ? json_object_array_length(value)
		       : 0;
}

static int check_range_keys(json_object *ipam, struct cni_error *reterr)
{
	json_object *sets = cni_json_get(ipam, "ranges");
	size_t set_count = array_length(sets);

	for (size_t i = 0; i < set_count; i++) {
		json_object *set = json_object_array_get_idx(sets, i);
		size_t count = array_length(set);

		for (size_t j = 0; j < count; j++) {
			int ret = cni_check_keys(json_object_array_get_idx(set,
									   j),
						 "ipam.ranges", range_fields,
						 COUNT(range_fields), reterr);

			if (ret)
				return ret;
		}
	}
	return 0;
}

/* A runtime that has the capability brings the ranges with it. */
static bool ranges_come_later(const struct cni_call *call, json_object *ipam)
{
	json_object *capabilities = cni_json_get(call->conf, "capabilities");

	return json_object_get_boolean(
		       cni_json_get(capabilities, "ipRanges")) &&
	       !cni_json_get(ipam, "subnet") && !cni_json_get(ipam, "ranges");
}

int hl_check_config(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(hl_conf) struct hl_conf conf = { 0 };
	struct cni_json_field known[COUNT(ipam_fields) + 1] = {
		{ .key = "type" },
	};
	json_object *ipam = cni_json_get(call->conf, "ipam");
	int ret;

	/* First: without the key that is misspelt, something is missing. */
	memcpy(known + 1, ipam_fields, sizeof(ipam_fields));
	ret = cni_check_keys(ipam, "ipam", known, COUNT(known), reterr);
	if (!ret)
		ret = check_range_keys(ipam, reterr);
	if (ret)
		return ret;
	if (ranges_come_later(call, ipam))
		return cni_json_decode(ipam, ipam_fields, COUNT(ipam_fields),
				       &conf.ipam, reterr);
	return hl_conf_decode(call, &conf, reterr);
}
