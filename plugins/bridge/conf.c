/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - the bridge plugin's network configuration */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cni/check.h"

#include "conf.h"
#include "mac.h"
#include "router.h"

#define DEFAULT_BRIDGE "cni0"

/* Source: linux/if_ether.h ETH_MIN_MTU, ETH_MAX_MTU. */
#define MTU_MIN 68
#define MTU_MAX 65535

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int expected(json_object *value, const char *what,
		    struct cni_error *reterr)
{
	const char *text = cni_json_string(value);

	if (text)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "\"%s\" is not %s", text, what);
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "cannot unmarshal %s: expected %s",
			     cni_json_type_name(value), what);
}

/* ipMasq: true, false, "v4" or "v6" */
static int decode_masq(json_object *value, void *field,
		       struct cni_error *reterr)
{
	const char *text = cni_json_string(value);
	unsigned int *masq = field;

	if (json_object_is_type(value, json_type_boolean))
		*masq = json_object_get_boolean(value)
				? BRIDGE_MASQ_V4 | BRIDGE_MASQ_V6
				: 0;
	else if (text && strcmp(text, "v4") == 0)
		*masq = BRIDGE_MASQ_V4;
	else if (text && strcmp(text, "v6") == 0)
		*masq = BRIDGE_MASQ_V6;
	else
		return expected(value, "true, false, \"v4\" or \"v6\"", reterr);
	return 0;
}

static int decode_isolation(json_object *value, void *field,
			    struct cni_error *reterr)
{
	static const char *const names[] = {
		[CNI_ISOLATION_NONE] = "none",
		[CNI_ISOLATION_BRIDGE] = "bridge",
		[CNI_ISOLATION_STRICT] = "strict",
	};
	const char *text = cni_json_string(value);
	enum cni_isolation_level *isolation = field;

	for (size_t i = 0; text && i < COUNT(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*isolation = (enum cni_isolation_level)i;
			return 0;
		}
	}
	return expected(value, "\"none\", \"bridge\" or \"strict\"", reterr);
}

static int decode_prefixes(json_object *value, void *field,
			   struct cni_error *reterr)
{
	struct bridge_prefix_list *list = field;
	size_t count;

	if (!json_object_is_type(value, json_type_array))
		return expected(value, "a list of CIDRs", reterr);
	count = json_object_array_length(value);
	free(list->items);
	list->count = 0;
	list->items = calloc(count ? count : 1, sizeof(*list->items));
	if (!list->items)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "decode");
	for (size_t i = 0; i < count; i++) {
		json_object *item = json_object_array_get_idx(value, i);
		const char *text = cni_json_string(item);

		if (!text || cni_prefix_parse(text, &list->items[i]) < 0)
			return expected(item, "a CIDR", reterr);
		list->items[i] = cni_prefix_network(&list->items[i]);
		list->count++;
	}
	return 0;
}

/* {"type": "host-local", ...}: the rest is the delegate's. */
static int decode_ipam(json_object *value, void *field,
		       struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "type", .type = CNI_JSON_STRING },
	};

	if (!json_object_is_type(value, json_type_object))
		return expected(value, "an object", reterr);
	return cni_json_decode(value, fields, COUNT(fields), field, reterr);
}

/* {"mac": "..."} */
static int decode_mac(json_object *value, void *field, struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "mac", .type = CNI_JSON_STRING },
	};

	if (!json_object_is_type(value, json_type_object))
		return expected(value, "an object", reterr);
	return cni_json_decode(value, fields, COUNT(fields), field, reterr);
}

/* {"cni": {"mac": "..."}} */
static int decode_args(json_object *value, void *field,
		       struct cni_error *reterr)
{
	static const struct cni_json_field fields[] = {
		{ .key = "cni", .type = CNI_JSON_CUSTOM, .decode = decode_mac },
	};

	if (!json_object_is_type(value, json_type_object))
		return expected(value, "an object", reterr);
	return cni_json_decode(value, fields, COUNT(fields), field, reterr);
}

#define FIELD(name, kind, member)                              \
	{                                                      \
		.key = (name), .type = (kind),                 \
		.offset = offsetof(struct bridge_conf, member) \
	}
#define CUSTOM(name, function, member)                          \
	{                                                       \
		.key = (name), .type = CNI_JSON_CUSTOM,         \
		.offset = offsetof(struct bridge_conf, member), \
		.decode = (function)                            \
	}

static const struct cni_json_field conf_fields[] = {
	FIELD("bridge", CNI_JSON_STRING, bridge_text),
	FIELD("isGateway", CNI_JSON_BOOL, is_gateway),
	FIELD("isDefaultGateway", CNI_JSON_BOOL, is_default_gateway),
	FIELD("forceAddress", CNI_JSON_BOOL, force_address),
	CUSTOM("ipMasq", decode_masq, masq),
	FIELD("ipMasqBackend", CNI_JSON_STRING, backend_text),
	CUSTOM("ipMasqExclude", decode_prefixes, masq_exclude),
	FIELD("ipMasqRandom", CNI_JSON_BOOL, masq_random),
	FIELD("ipMasqDropInvalid", CNI_JSON_BOOL, masq_drop_invalid),
	FIELD("mtu", CNI_JSON_INT, mtu),
	FIELD("hairpinMode", CNI_JSON_BOOL, hairpin_mode),
	FIELD("promiscMode", CNI_JSON_BOOL, promisc_mode),
	FIELD("vlan", CNI_JSON_INT, vlan),
	FIELD("vlanTrunk", CNI_JSON_ARRAY, trunk_json),
	FIELD("preserveDefaultVlan", CNI_JSON_BOOL, preserve_default_vlan),
	FIELD("macspoofchk", CNI_JSON_BOOL, mac_spoof_check),
	FIELD("enabledad", CNI_JSON_BOOL, enable_dad),
	FIELD("disableContainerInterface", CNI_JSON_BOOL,
	      disable_container_interface),
	FIELD("portIsolation", CNI_JSON_BOOL, port_isolation),
	CUSTOM("isolation", decode_isolation, isolation),
	FIELD("forwardAccept", CNI_JSON_BOOL, forward_accept),
	FIELD("autoRemove", CNI_JSON_BOOL, auto_remove),
	CUSTOM("ipam", decode_ipam, ipam_type),
	CUSTOM("args", decode_args, args_mac),
	CUSTOM("runtimeConfig", decode_mac, runtime_mac),
	CUSTOM("dns", cni_dns_decode, dns),
	FIELD("prevResult", CNI_JSON_OBJECT, prev_result),
};

bool bridge_conf_is_layer3(const struct bridge_conf *conf)
{
	return conf->ipam_type && conf->ipam_type[0] != '\0';
}

bool bridge_conf_wants_vlans(const struct bridge_conf *conf)
{
	return conf->vlan != 0 || conf->trunk.present;
}

static void set_defaults(struct bridge_conf *conf)
{
	*conf = (struct bridge_conf) { .masq_random = true,
				       .masq_drop_invalid = true };
}

static int set_bridge_name(struct bridge_conf *conf, struct cni_error *reterr)
{
	const char *name = conf->bridge_text ? conf->bridge_text
					     : DEFAULT_BRIDGE;
	int ret;

	ret = cni_check_ifname(name, reterr);
	if (ret < 0) {
		if (reterr)
			reterr->code = CNI_CODE_INVALID_CONFIG;
		return cni_error_prefix(reterr, ret,
					"failed to create bridge \"%s\"", name);
	}
	memcpy(conf->bridge, name, strlen(name) + 1);
	return 0;
}

static int set_backend(struct bridge_conf *conf, struct cni_error *reterr)
{
	const char *text = conf->backend_text;

	if (!text)
		return 0;
	if (strcmp(text, "iptables") == 0)
		conf->masq_backend = CNI_MASQUERADE_IPTABLES;
	else if (strcmp(text, "nftables") == 0)
		conf->masq_backend = CNI_MASQUERADE_NFTABLES;
	else if (conf->masq)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "unknown ipmasq backend \"%s\"", text);
	return 0;
}

/* runtimeConfig wins over args, args over CNI_ARGS; "" asks for nothing. */
static int set_mac(const struct cni_call *call, struct bridge_conf *conf,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(free) char *env_mac = NULL;
	const struct cni_arg known[] = { { "MAC", &env_mac } };
	const char *mac;
	int ret;

	ret = cni_args_parse(call->args.args, known, COUNT(known), reterr);
	if (ret < 0)
		return ret;
	mac = env_mac;
	if (conf->args_mac && conf->args_mac[0])
		mac = conf->args_mac;
	if (conf->runtime_mac && conf->runtime_mac[0])
		mac = conf->runtime_mac;
	if (!mac || !mac[0])
		return 0;
	ret = bridge_mac_parse(mac, &conf->mac, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret,
					"failed to make veth pair");
	return 0;
}

static int set_vlans(struct bridge_conf *conf, struct cni_error *reterr)
{
	if (conf->vlan < 0 || conf->vlan > BRIDGE_VLAN_MAX)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "invalid VLAN ID %lld (must be between 0 "
				     "and %d)",
				     (long long)conf->vlan, BRIDGE_VLAN_MAX);
	return bridge_trunk_decode(conf->trunk_json, &conf->trunk, reterr);
}

static int set_mtu(struct bridge_conf *conf, struct cni_error *reterr)
{
	/* The Go plugin ignores negative values. */
	if (conf->mtu < 0)
		conf->mtu = 0;
	if (conf->mtu != 0 && (conf->mtu < MTU_MIN || conf->mtu > MTU_MAX))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "invalid mtu %lld (must be between %d "
				     "and %d, or 0)",
				     (long long)conf->mtu, MTU_MIN, MTU_MAX);
	return 0;
}

static int check_combinations(const struct bridge_conf *conf,
			      struct cni_error *reterr)
{
	const char *fault = NULL;

	if (conf->disable_container_interface && bridge_conf_is_layer3(conf))
		fault = "cannot use IPAM when DisableContainerInterface flag "
			"is set";
	else if (conf->hairpin_mode && conf->promisc_mode)
		fault = "cannot set hairpin mode and promiscuous mode at the "
			"same time";
	if (fault)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "%s", fault);
	return 0;
}

/* What follows from the keys, common to both ways of decoding. */
static void derive_settings(struct bridge_conf *conf)
{
	if (conf->is_default_gateway)
		conf->is_gateway = true;
	if (!bridge_conf_is_layer3(conf))
		conf->masq = 0;
}

int bridge_conf_decode(const struct cni_call *call,
		       struct bridge_conf *ret_conf, struct cni_error *reterr)
{
	char router[IFNAMSIZ];
	int ret;

	set_defaults(ret_conf);
	ret = cni_json_decode(call->conf, conf_fields, COUNT(conf_fields),
			      ret_conf, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "failed to load netconf");
	ret = set_vlans(ret_conf, reterr);
	if (ret == 0)
		ret = set_mac(call, ret_conf, reterr);
	if (ret == 0)
		ret = check_combinations(ret_conf, reterr);
	if (ret == 0)
		ret = set_bridge_name(ret_conf, reterr);
	if (ret == 0)
		ret = set_mtu(ret_conf, reterr);
	if (ret == 0)
		ret = set_backend(ret_conf, reterr);
	if (ret == 0)
		derive_settings(ret_conf);
	if (ret == 0)
		ret = bridge_router_name(ret_conf, router, reterr);
	return ret;
}

void bridge_conf_decode_lenient(const struct cni_call *call,
				struct bridge_conf *ret_conf)
{
	set_defaults(ret_conf);
	for (size_t i = 0; i < COUNT(conf_fields); i++)
		(void)cni_json_decode(call->conf, &conf_fields[i], 1, ret_conf,
				      NULL);
	(void)set_bridge_name(ret_conf, NULL);
	if (set_vlans(ret_conf, NULL) < 0) {
		ret_conf->vlan = 0;
		ret_conf->trunk.count = 0;
	}
	(void)set_backend(ret_conf, NULL);
	derive_settings(ret_conf);
}

int bridge_check_config(const struct cni_call *call, struct cni_error *reterr)
{
	static const struct cni_json_field dns_fields[] = {
		{ .key = "nameservers" },
		{ .key = "domain" },
		{ .key = "search" },
		{ .key = "options" },
	};
	CNI_CLEANUP(bridge_conf) struct bridge_conf conf = { 0 };
	int ret = bridge_conf_decode(call, &conf, reterr);

	if (ret == 0)
		ret = cni_check_keys(call->conf, "", conf_fields,
				     COUNT(conf_fields), reterr);
	if (ret == 0)
		ret = cni_check_keys(cni_json_get(call->conf, "dns"), "dns",
				     dns_fields, COUNT(dns_fields), reterr);
	return ret == 0 ? bridge_trunk_check_keys(conf.trunk_json, reterr)
			: ret;
}

void bridge_conf_done(struct bridge_conf *conf)
{
	free(conf->ipam_type);
	free(conf->bridge_text);
	free(conf->backend_text);
	free(conf->args_mac);
	free(conf->runtime_mac);
	free(conf->masq_exclude.items);
	bridge_trunk_done(&conf->trunk);
	cni_dns_done(&conf->dns);
	*conf = (struct bridge_conf) { 0 };
}
