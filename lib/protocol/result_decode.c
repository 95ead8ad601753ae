/* SPDX-License-Identifier: Apache-2.0 */
/* result_decode.c - reading results and prevResult of any version */
#include <errno.h>
#include <stdlib.h>

#include "cni/cleanup.h"
#include "cni/quote.h"
#include "result_legacy.h"

#define COUNT(fields) (sizeof(fields) / sizeof(*(fields)))

static int decode_string_item(json_object *element, void *item,
			      struct cni_error *reterr)
{
	return cni_json_decode_value(element, CNI_JSON_STRING, item, reterr);
}

static int decode_strings(json_object *value, void *field,
			  struct cni_error *reterr)
{
	struct cni_string_list *list = field;
	int ret;

	cni_string_list_done(list);
	ret = cni_json_decode_array(value, sizeof(*list->items),
				    decode_string_item, &list->items,
				    &list->count, reterr);
	list->present = true;
	return ret;
}

int cni_dns_decode(json_object *value, void *dns, struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "nameservers",
		  .type = CNI_JSON_CUSTOM,
		  .offset = offsetof(struct cni_dns, nameservers),
		  .decode = decode_strings },
		{ .key = "domain",
		  .type = CNI_JSON_STRING,
		  .offset = offsetof(struct cni_dns, domain) },
		{ .key = "search",
		  .type = CNI_JSON_CUSTOM,
		  .offset = offsetof(struct cni_dns, search),
		  .decode = decode_strings },
		{ .key = "options",
		  .type = CNI_JSON_CUSTOM,
		  .offset = offsetof(struct cni_dns, options),
		  .decode = decode_strings },
	};

	return cni_json_decode(value, fields, COUNT(fields), dns, reterr);
}

/* Stands for "not given": the decoder takes INT64_MIN from no input. */
#define ABSENT INT64_MIN

int cni_route_decode(json_object *value, void *route, struct cni_error *reterr)
{
#define NUMBER(name)                                       \
	{                                                  \
		.key = #name, .type = CNI_JSON_INT,        \
		.offset = offsetof(struct cni_route, name) \
	}
	static const struct cni_json_field fields[] = {
		{ .key = "dst",
		  .type = CNI_JSON_PREFIX,
		  .offset = offsetof(struct cni_route, dst) },
		{ .key = "gw",
		  .type = CNI_JSON_ADDR,
		  .offset = offsetof(struct cni_route, gw) },
		NUMBER(mtu),
		NUMBER(advmss),
		NUMBER(priority),
		NUMBER(table),
		NUMBER(scope),
	};
#undef NUMBER
	struct cni_route *out = route;
	int ret;

	out->table = ABSENT;
	out->scope = ABSENT;
	ret = cni_json_decode(value, fields, COUNT(fields), out, reterr);
	out->has_dst = cni_addr_is_set(&out->dst.addr);
	out->has_table = out->table != ABSENT;
	out->has_scope = out->scope != ABSENT;
	if (!out->has_table)
		out->table = 0;
	if (!out->has_scope)
		out->scope = 0;
	return ret;
}

#define INTERFACE_STRING(json_key, member)                              \
	{                                                               \
		.key = (json_key), .type = CNI_JSON_STRING,             \
		.offset = offsetof(struct cni_result_interface, member) \
	}

/* The first members are those that 0.3.0 to 0.4.0 know. */
#define INTERFACE_FIELDS_0_3 3

static const struct cni_json_field interface_fields[] = {
	INTERFACE_STRING("name", name),
	INTERFACE_STRING("mac", mac),
	INTERFACE_STRING("sandbox", sandbox),
	{ .key = "mtu",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct cni_result_interface, mtu) },
	INTERFACE_STRING("socketPath", socket_path),
	INTERFACE_STRING("pciID", pci_id),
};

static int decode_interface(json_object *element, void *item,
			    struct cni_error *reterr)
{
	return cni_json_decode(element, interface_fields,
			       COUNT(interface_fields), item, reterr);
}

static int decode_interface_0_3(json_object *element, void *item,
				struct cni_error *reterr)
{
	return cni_json_decode(element, interface_fields, INTERFACE_FIELDS_0_3,
			       item, reterr);
}

/* The address says it, too; only the type is checked. */
static int decode_ip_version(json_object *value, void *field,
			     struct cni_error *reterr)
{
	CNI_CLEANUP(free) char *version = NULL;

	(void)field;
	return cni_json_decode_value(value, CNI_JSON_STRING, &version, reterr);
}

/* The last member is gone since 1.0.0. */
static const struct cni_json_field ip_fields[] = {
	{ .key = "interface",
	  .type = CNI_JSON_INT,
	  .offset = offsetof(struct cni_result_ip, interface) },
	{ .key = "address",
	  .type = CNI_JSON_PREFIX,
	  .offset = offsetof(struct cni_result_ip, address) },
	{ .key = "gateway",
	  .type = CNI_JSON_ADDR,
	  .offset = offsetof(struct cni_result_ip, gateway) },
	{ .key = "version",
	  .type = CNI_JSON_CUSTOM,
	  .decode = decode_ip_version },
};

#define IP_FIELDS_1_0 3

static int decode_ip(json_object *element, void *item, struct cni_error *reterr)
{
	struct cni_result_ip *ip = item;

	ip->interface = CNI_RESULT_NO_INTERFACE;
	return cni_json_decode(element, ip_fields, IP_FIELDS_1_0, ip, reterr);
}

static int decode_ip_0_3(json_object *element, void *item,
			 struct cni_error *reterr)
{
	struct cni_result_ip *ip = item;

	ip->interface = CNI_RESULT_NO_INTERFACE;
	return cni_json_decode(element, ip_fields, COUNT(ip_fields), ip,
			       reterr);
}

/* Reads the array @key of @object; an absent one is empty. */
static int decode_list(json_object *object, const char *key, size_t item_size,
		       int (*decode)(json_object *element, void *item,
				     struct cni_error *reterr),
		       void *ret_items, size_t *ret_count,
		       struct cni_error *reterr)
{
	int ret;

	ret = cni_json_decode_array(cni_json_get(object, key), item_size,
				    decode, ret_items, ret_count, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "\"%s\"", key);
	return 0;
}

static int decode_lists(json_object *object, enum cni_version version,
			struct cni_result *result, struct cni_error *reterr)
{
	bool current = version >= CNI_VERSION_1_0_0;
	int ret;

	ret = decode_list(object, "interfaces", sizeof(*result->interfaces),
			  current ? decode_interface : decode_interface_0_3,
			  &result->interfaces, &result->interface_count,
			  reterr);
	if (ret < 0)
		return ret;
	ret = decode_list(object, "ips", sizeof(*result->ips),
			  current ? decode_ip : decode_ip_0_3, &result->ips,
			  &result->ip_count, reterr);
	if (ret < 0)
		return ret;
	return decode_list(object, "routes", sizeof(*result->routes),
			   cni_route_decode, &result->routes,
			   &result->route_count, reterr);
}

static int decode_result(json_object *object, enum cni_version version,
			 struct cni_result *result, struct cni_error *reterr)
{
	int ret;

	if (version <= CNI_VERSION_0_2_0)
		ret = cni_result_legacy_decode(object, result, reterr);
	else
		ret = decode_lists(object, version, result, reterr);
	if (ret < 0)
		return ret;
	ret = cni_dns_decode(cni_json_get(object, "dns"), &result->dns, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "\"dns\"") : 0;
}

/* The version that a result names, as text; @fallback when it names none. */
static int version_text(json_object *object, const char *fallback,
			const char **ret_text, struct cni_error *reterr)
{
	json_object *value = cni_json_get(object, "cniVersion");
	const char *text = cni_json_string(value);
	CNI_CLEANUP(free) char *copy = NULL;

	/* This fails, and says why. */
	if (value && !text)
		return cni_error_prefix(reterr,
					cni_json_decode_value(value,
							      CNI_JSON_STRING,
							      &copy, reterr),
					"\"cniVersion\"");
	*ret_text = text && *text ? text : fallback;
	return 0;
}

static int read_result(json_object *object, const char *default_version,
		       struct cni_result *result, struct cni_error *reterr)
{
	enum cni_version version;
	const char *text = NULL;
	char quoted[64];
	int ret;

	if (object) {
		ret = cni_json_decode_value(object, CNI_JSON_OBJECT, &object,
					    reterr);
		if (ret < 0)
			return cni_error_prefix(reterr, ret, "result");
	}
	ret = version_text(object, default_version, &text, reterr);
	if (ret < 0)
		return ret;
	ret = cni_version_lookup(text, &version, NULL);
	if (ret < 0)
		return cni_error_set(reterr, CNI_CODE_INTERNAL, -ret,
				     "unsupported CNI result version %s",
				     cni_quote_string(quoted, sizeof(quoted),
						      text));
	return decode_result(object, version, result, reterr);
}

int cni_result_from_json(json_object *object, const char *default_version,
			 struct cni_result *ret_result,
			 struct cni_error *reterr)
{
	int ret = read_result(object, default_version, ret_result, reterr);

	if (ret >= 0)
		return 0;
	cni_result_done(ret_result);
	/* The decoder speaks of configurations, this is input. */
	if (reterr && ret == -EINVAL)
		reterr->code = CNI_CODE_DECODE;
	return ret;
}

/**
 * struct family - versions whose results have one type in the Go library
 * @last: the newest of them
 * @versions: all, as Go prints them
 */
struct family {
	enum cni_version last;
	const char *versions;
};

static const struct family families[] = {
	{ CNI_VERSION_0_2_0, "[ 0.1.0 0.2.0]" },
	{ CNI_VERSION_0_4_0, "[0.3.0 0.3.1 0.4.0]" },
	{ CNI_VERSION_1_1_0, "[1.0.0 1.1.0]" },
};

static const struct family *family_of(enum cni_version version)
{
	const struct family *family = families;

	while (version > family->last)
		family++;
	return family;
}

static int check_family(json_object *prev, const char *conf_version,
			struct cni_error *reterr)
{
	enum cni_version conf = CNI_VERSION_CURRENT;
	enum cni_version named;
	const char *text = NULL;
	char quoted[64];
	int ret;

	ret = version_text(prev, conf_version, &text, reterr);
	if (ret >= 0)
		ret = cni_version_lookup(conf_version, &conf, reterr);
	if (ret < 0)
		return ret;
	if (!cni_version_lookup(text, &named, NULL) &&
	    family_of(named) == family_of(conf))
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EPROTONOSUPPORT,
			     "result type supports %s but unmarshalled "
			     "CNIVersion is %s",
			     family_of(conf)->versions,
			     cni_quote_string(quoted, sizeof(quoted), text));
}

int cni_result_prev(json_object *conf, const char *conf_version,
		    struct cni_result *ret_result, struct cni_error *reterr)
{
	json_object *prev = cni_json_get(conf, "prevResult");
	int ret;

	if (!prev)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, ENOENT,
				     "prevResult is missing");
	ret = cni_json_decode_value(prev, CNI_JSON_OBJECT, &prev, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "\"prevResult\"");
	ret = check_family(prev, conf_version, reterr);
	if (ret >= 0)
		ret = cni_result_from_json(prev, conf_version, ret_result,
					   reterr);
	if (ret >= 0)
		return 0;
	if (reterr && ret != -ENOMEM)
		reterr->code = CNI_CODE_INVALID_CONFIG;
	return cni_error_prefix(reterr, ret, "could not parse prevResult");
}
