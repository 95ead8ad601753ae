/* SPDX-License-Identifier: Apache-2.0 */
/* conf.c - the portmap plugin's network configuration */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/check.h"
#include "cni/quote.h"
#include "conf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Source: containernetworking/plugins plugins/meta/portmap/main.go. */
#define DEFAULT_MARK_BIT 13
#define MARK_BIT_ABSENT	 INT64_MIN

static int invalid(struct cni_error *reterr, const char *text)
{
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL, "%s",
			     text);
}

static int decode_token(json_object *value, void *item,
			struct cni_error *reterr)
{
	const char *text = cni_json_string(value);

	if (!text)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "expected a string, not a %s",
				     cni_json_type_name(value));
	/* The end of a line is the end of a rule. */
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return invalid(reterr, "has a control character");
	*(char **)item = strdup(text);
	return *(char **)item ? 0 : -ENOMEM;
}

static int decode_tokens(json_object *value, void *field,
			 struct cni_error *reterr)
{
	struct cni_string_list *list = field;

	cni_string_list_done(list);
	list->present = true;
	return cni_json_decode_array(value, sizeof(*list->items), decode_token,
				     &list->items, &list->count, reterr);
}

#define FIELD(name, kind, member)                               \
	{                                                       \
		.key = (name), .type = (kind),                  \
		.offset = offsetof(struct portmap_conf, member) \
	}
#define CUSTOM(name, function, member)                           \
	{                                                        \
		.key = (name), .type = CNI_JSON_CUSTOM,          \
		.offset = offsetof(struct portmap_conf, member), \
		.decode = (function)                             \
	}

static const struct cni_json_field conf_fields[] = {
	FIELD("backend", CNI_JSON_STRING, backend_text),
	FIELD("snat", CNI_JSON_BOOL, snat),
	FIELD("masqAll", CNI_JSON_BOOL, masq_all),
	FIELD("markMasqBit", CNI_JSON_INT, mark_masq_bit),
	FIELD("externalSetMarkChain", CNI_JSON_STRING, mark_chain),
	CUSTOM("conditionsV4", decode_tokens, conditions_v4),
	CUSTOM("conditionsV6", decode_tokens, conditions_v6),
	FIELD("onConflict", CNI_JSON_STRING, conflict_text),
};

void portmap_conf_done(struct portmap_conf *conf)
{
	free(conf->backend_text);
	free(conf->conflict_text);
	free(conf->mark_chain);
	cni_string_list_done(&conf->conditions_v4);
	cni_string_list_done(&conf->conditions_v6);
	portmap_mapping_list_done(&conf->mappings);
	*conf = (struct portmap_conf) { 0 };
}

const struct cni_string_list *
portmap_conf_conditions(const struct portmap_conf *conf, int family)
{
	return family == AF_INET ? &conf->conditions_v4 : &conf->conditions_v6;
}

static int check_mark(struct portmap_conf *conf, struct cni_error *reterr)
{
	size_t len = conf->mark_chain ? strlen(conf->mark_chain) : 0;
	bool has_bit = conf->mark_masq_bit != MARK_BIT_ABSENT;

	if (!has_bit)
		conf->mark_masq_bit = DEFAULT_MARK_BIT;
	if (conf->mark_chain && has_bit)
		return invalid(reterr, "Cannot specify externalSetMarkChain "
				       "and markMasqBit");
	if (conf->mark_masq_bit < 0 || conf->mark_masq_bit > 31)
		return invalid(reterr, "MasqMarkBit must be between 0 and 31");
	if (!conf->mark_chain)
		return 0;
	if (len == 0 || len > CNI_IPTABLES_CHAIN_MAX ||
	    !cni_valid_id(conf->mark_chain))
		return invalid(reterr, "externalSetMarkChain is not the name "
				       "of an iptables chain");
	return 0;
}

/* What a conditions list says about the backend it is written for. */
enum style {
	STYLE_NEUTRAL,
	STYLE_IPTABLES,
	STYLE_NFTABLES,
};

static enum style style_of(const struct cni_string_list *conditions)
{
	const char *first = conditions->count ? conditions->items[0] : "";

	if (!first[0])
		return STYLE_NEUTRAL;
	return first[0] == '-' || first[0] == '!' ? STYLE_IPTABLES
						  : STYLE_NFTABLES;
}

struct option {
	const char *name;
	enum style style;
};

static int reject_style(enum portmap_backend backend,
			const struct option options[3],
			struct cni_error *reterr)
{
	bool iptables = backend == PORTMAP_BACKEND_IPTABLES;
	enum style wrong = iptables ? STYLE_NFTABLES : STYLE_IPTABLES;
	CNI_CLEANUP(buf) struct cni_buf names = { 0 };

	for (size_t i = 0; i < 3; i++)
		if (options[i].style == wrong)
			cni_buf_addf(&names, "%s%s", names.len ? " " : "",
				     options[i].name);
	if (names.len == 0)
		return 0;
	return cni_error_set(
		reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
		"%s backend was requested but configuration contains "
		"%s-specific options [%s]",
		iptables ? "iptables" : "nftables",
		iptables ? "nftables" : "iptables", cni_buf_text(&names));
}

/*
 * Without "backend", options that only one of them has decide; the Go plugin
 * takes nft's conditions for an error then.
 */
static int choose_backend(struct portmap_conf *conf, struct cni_error *reterr)
{
	const struct option options[3] = {
		{ "externalSetMarkChain",
		  conf->mark_chain ? STYLE_IPTABLES : STYLE_NEUTRAL },
		{ "conditionsV4", style_of(&conf->conditions_v4) },
		{ "conditionsV6", style_of(&conf->conditions_v6) },
	};
	const char *text = conf->backend_text ? conf->backend_text : "";
	char quoted[64];

	for (size_t i = 0; i < 3 && !text[0]; i++) {
		if (options[i].style == STYLE_IPTABLES)
			conf->backend = PORTMAP_BACKEND_IPTABLES;
		conf->backend_is_set |= options[i].style != STYLE_NEUTRAL;
	}
	if (strcmp(text, "iptables") == 0)
		conf->backend = PORTMAP_BACKEND_IPTABLES;
	else if (text[0] && strcmp(text, "nftables") != 0)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "unrecognized backend %s",
				     cni_quote_string(quoted, sizeof(quoted),
						      text));
	conf->backend_is_set |= text[0] != '\0';
	return reject_style(conf->backend, options, reterr);
}

static int set_conflict(struct portmap_conf *conf, struct cni_error *reterr)
{
	const char *text = conf->conflict_text ? conf->conflict_text : "";

	conf->replace = strcmp(text, "replace") == 0;
	if (conf->replace || !text[0] || strcmp(text, "error") == 0)
		return 0;
	return invalid(reterr, "onConflict must be \"error\" or \"replace\"");
}

static int decode(json_object *json, struct portmap_conf *conf,
		  struct cni_error *reterr)
{
	json_object *runtime = cni_json_get(json, "runtimeConfig");
	int ret;

	ret = cni_json_decode(json, conf_fields, COUNT(conf_fields), conf,
			      reterr);
	if (ret == 0)
		ret = check_mark(conf, reterr);
	if (ret == 0)
		ret = choose_backend(conf, reterr);
	if (ret == 0)
		ret = set_conflict(conf, reterr);
	if (ret == 0)
		ret = portmap_mappings_decode(cni_json_get(runtime,
							   "portMappings"),
					      &conf->mappings, reterr);
	return ret;
}

int portmap_conf_decode(json_object *json, struct portmap_conf *ret_conf,
			struct cni_error *reterr)
{
	int ret;

	*ret_conf = (struct portmap_conf) {
		.snat = true,
		.mark_masq_bit = MARK_BIT_ABSENT,
	};
	ret = decode(json, ret_conf, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "failed to parse config");
	return 0;
}

int portmap_check_config(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_conf) struct portmap_conf conf = { 0 };
	int ret = portmap_conf_decode(call->conf, &conf, reterr);

	if (ret < 0)
		return ret;
	return cni_check_keys(call->conf, "", conf_fields, COUNT(conf_fields),
			      reterr);
}
