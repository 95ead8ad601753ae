/* SPDX-License-Identifier: Apache-2.0 */
/* nft_rule.c - what a rule of nf_tables tells about itself */
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables_compat.h>

#include "nft_internal.h"
#include "nft_rule.h"

#define IPV4_SOURCE_OFFSET  12
#define IPV6_SOURCE_OFFSET  8
#define ETHER_SOURCE_OFFSET 6

/**
 * enum loaded - what the expression before loaded into a register
 */
enum loaded {
	LOADED_OTHER,
	LOADED_SOURCE,
	LOADED_ETHER_SOURCE,
	LOADED_IIFNAME,
	LOADED_OIFNAME,
};

/**
 * struct decoder - state while walking the expressions
 * @rule: the result
 * @family: of the rule's table
 * @loaded: what the next comparison is about
 * @mask: applied to it; @mask_len is 0 without one
 */
struct decoder {
	struct nft_rule *rule;
	int family;
	enum loaded loaded;
	uint8_t mask[16];
	size_t mask_len;
};

static size_t payload_len(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_payload_len(attr) : 0;
}

static uint32_t get_be32(const struct nlattr *attr)
{
	return be32toh(cni_nl_get_u32(attr, 0));
}

/* NFTA_DATA_VALUE inside @attr; its bytes go to @ret_bytes. */
static size_t data_value(const struct nlattr *attr, uint8_t ret_bytes[16])
{
	const struct nlattr *data[NFTA_DATA_MAX + 1];
	size_t len;

	if (!attr || cni_nl_parse_nested(attr, data, MNL_ARRAY_SIZE(data)) < 0)
		return 0;
	len = payload_len(data[NFTA_DATA_VALUE]);
	if (len == 0 || len > 16)
		return 0;
	memset(ret_bytes, 0, 16);
	memcpy(ret_bytes, mnl_attr_get_payload(data[NFTA_DATA_VALUE]), len);
	return len;
}

static void decode_payload(struct decoder *d, const struct nlattr *const *attr)
{
	uint32_t base = get_be32(attr[NFTA_PAYLOAD_BASE]);
	uint32_t offset = get_be32(attr[NFTA_PAYLOAD_OFFSET]);
	uint32_t ip_offset = d->family == NFPROTO_IPV6 ? IPV6_SOURCE_OFFSET
						       : IPV4_SOURCE_OFFSET;

	d->loaded = LOADED_OTHER;
	d->mask_len = 0;
	if (base == NFT_PAYLOAD_NETWORK_HEADER && offset == ip_offset)
		d->loaded = LOADED_SOURCE;
	else if (base == NFT_PAYLOAD_LL_HEADER && offset == ETHER_SOURCE_OFFSET)
		d->loaded = LOADED_ETHER_SOURCE;
}

static void decode_meta(struct decoder *d, const struct nlattr *const *attr)
{
	uint32_t key = get_be32(attr[NFTA_META_KEY]);

	d->loaded = LOADED_OTHER;
	if (key == NFT_META_IIFNAME)
		d->loaded = LOADED_IIFNAME;
	else if (key == NFT_META_OIFNAME)
		d->loaded = LOADED_OIFNAME;
}

static void decode_bitwise(struct decoder *d, const struct nlattr *const *attr)
{
	d->mask_len = data_value(attr[NFTA_BITWISE_MASK], d->mask);
}

/* iptables-nft compares only the whole bytes of /8, /16 and /24. */
static void take_source(struct decoder *d, const uint8_t *value, size_t len)
{
	bool ipv6 = d->family == NFPROTO_IPV6;
	struct cni_prefix source = { 0 };

	if (len > (ipv6 ? 16U : 4U))
		return;
	source.addr.family = ipv6 ? AF_INET6 : AF_INET;
	memcpy(source.addr.bytes, value, len);
	source.len = (uint8_t)(len * CHAR_BIT);
	if (d->mask_len) {
		source.len = 0;
		for (size_t i = 0; i < d->mask_len; i++)
			source.len = (uint8_t)(source.len +
					       __builtin_popcount(d->mask[i]));
	}
	d->rule->source = source;
}

static void take_name(char name[16], const uint8_t *value)
{
	memcpy(name, value, 15);
	name[15] = '\0';
}

static void decode_cmp(struct decoder *d, const struct nlattr *const *attr)
{
	uint8_t value[16];
	size_t len = data_value(attr[NFTA_CMP_DATA], value);

	if (len == 0 || get_be32(attr[NFTA_CMP_OP]) != NFT_CMP_EQ)
		return;
	switch (d->loaded) {
	case LOADED_SOURCE:
		take_source(d, value, len);
		break;
	case LOADED_ETHER_SOURCE:
		d->rule->has_ether_source = len == 6;
		memcpy(d->rule->ether_source, value, 6);
		break;
	case LOADED_IIFNAME:
		take_name(d->rule->iifname, value);
		break;
	case LOADED_OIFNAME:
		take_name(d->rule->oifname, value);
		break;
	case LOADED_OTHER:
		break;
	}
	d->loaded = LOADED_OTHER;
}

static void decode_match(struct decoder *d, const struct nlattr *const *attr)
{
	const struct nlattr *info = attr[NFTA_MATCH_INFO];
	size_t len = payload_len(info);
	char name[32];

	cni_nl_get_str(attr[NFTA_MATCH_NAME], name, sizeof(name));
	if (strcmp(name, "comment") != 0)
		return;
	if (len >= sizeof(d->rule->comment))
		len = sizeof(d->rule->comment) - 1;
	if (len)
		memcpy(d->rule->comment, mnl_attr_get_payload(info), len);
	d->rule->comment[len] = '\0';
}

static void decode_target(struct decoder *d, const struct nlattr *const *attr)
{
	cni_nl_get_str(attr[NFTA_TARGET_NAME], d->rule->target,
		       sizeof(d->rule->target));
}

static void decode_immediate(struct decoder *d,
			     const struct nlattr *const *attr)
{
	const struct nlattr *data[NFTA_DATA_MAX + 1];
	const struct nlattr *verdict[NFTA_VERDICT_MAX + 1];
	const struct nlattr *nest = attr[NFTA_IMMEDIATE_DATA];
	int code;

	if (!nest || cni_nl_parse_nested(nest, data, MNL_ARRAY_SIZE(data)) ||
	    !data[NFTA_DATA_VERDICT] ||
	    cni_nl_parse_nested(data[NFTA_DATA_VERDICT], verdict,
				MNL_ARRAY_SIZE(verdict)))
		return;
	code = (int)get_be32(verdict[NFTA_VERDICT_CODE]);
	d->rule->drops = code == NF_DROP && verdict[NFTA_VERDICT_CODE];
	d->rule->accepts = code == NF_ACCEPT;
	d->rule->returns = code == NFT_RETURN;
	cni_nl_get_str(verdict[NFTA_VERDICT_CHAIN], d->rule->target,
		       sizeof(d->rule->target));
}

/* Enough entries for each of the expressions below. */
#define EXPR_ATTRS (NFTA_BITWISE_MAX + 1)

static int decode_expr(const struct nlattr *expr, void *data)
{
	static const struct {
		const char *name;
		void (*decode)(struct decoder *d,
			       const struct nlattr *const *attr);
	} known[] = {
		{ "payload", decode_payload },	   { "meta", decode_meta },
		{ "bitwise", decode_bitwise },	   { "cmp", decode_cmp },
		{ "match", decode_match },	   { "target", decode_target },
		{ "immediate", decode_immediate },
	};
	const struct nlattr *attr[NFTA_EXPR_MAX + 1];
	const struct nlattr *fields[EXPR_ATTRS];
	char name[32];

	if (cni_nl_parse_nested(expr, attr, MNL_ARRAY_SIZE(attr)) < 0 ||
	    !attr[NFTA_EXPR_DATA] ||
	    cni_nl_parse_nested(attr[NFTA_EXPR_DATA], fields,
				MNL_ARRAY_SIZE(fields)) < 0)
		return 0;
	cni_nl_get_str(attr[NFTA_EXPR_NAME], name, sizeof(name));
	for (size_t i = 0; i < MNL_ARRAY_SIZE(known); i++)
		if (strcmp(name, known[i].name) == 0)
			known[i].decode(data, fields);
	return 0;
}

int nft_rule_parse(const struct nlmsghdr *message, struct nft_rule *ret_rule)
{
	const struct nlattr *attr[NFTA_RULE_MAX + 1];
	const struct nfgenmsg *nfg = mnl_nlmsg_get_payload(message);
	struct decoder decoder = { .rule = ret_rule };
	const uint8_t *comment = NULL;
	size_t len = 0;

	memset(ret_rule, 0, sizeof(*ret_rule));
	if (cni_nl_parse(message, sizeof(*nfg), attr, MNL_ARRAY_SIZE(attr)) < 0)
		return -EBADMSG;
	decoder.family = nfg->nfgen_family;
	cni_nl_get_str(attr[NFTA_RULE_CHAIN], ret_rule->chain,
		       sizeof(ret_rule->chain));
	ret_rule->handle = nft_get_be64(attr[NFTA_RULE_HANDLE]);
	if (attr[NFTA_RULE_EXPRESSIONS])
		(void)cni_nl_each_nested(attr[NFTA_RULE_EXPRESSIONS],
					 decode_expr, &decoder);
	if (attr[NFTA_RULE_USERDATA])
		comment = nft_get_userdata(attr[NFTA_RULE_USERDATA],
					   NFT_UDATA_COMMENT, &len);
	if (comment && !ret_rule->comment[0])
		memcpy(ret_rule->comment, comment, len);
	return 0;
}

static int take_rule(const struct nlmsghdr *message, void *data)
{
	return nft_rule_parse(message, data);
}

int nft_rule_get(struct cni_nft *nft, const struct cni_nft_table *table,
		 const char *chain, uint64_t handle, struct nft_rule *ret_rule,
		 struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;

	cni_nl_req_init(&req);
	nft_begin(&req, NFT_MSG_GETRULE, 0, table->family);
	cni_nl_put_str(&req, NFTA_RULE_TABLE, table->name);
	cni_nl_put_str(&req, NFTA_RULE_CHAIN, chain);
	cni_nl_put_be64(&req, NFTA_RULE_HANDLE, handle);
	return nft_get(nft, &req, take_rule, ret_rule, reterr);
}

static int count_rule(const struct nlmsghdr *message, void *data)
{
	int *count = data;

	*count = message ? *count + 1 : 0;
	return 0;
}

int nft_rule_count(struct cni_nft *nft, const struct cni_nft_table *table,
		   const char *chain, struct cni_error *reterr)
{
	int count = 0;
	int ret = cni_nft_list_rules(nft, table, chain, count_rule, &count,
				     reterr);

	return ret < 0 ? ret : count;
}
