/* SPDX-License-Identifier: Apache-2.0 */
/* nft_verify.c - is a ruleset what a transaction would make of it? */
#include <errno.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "cni/nft_verify.h"
#include "nft_internal.h"

#define HEADER_SIZE (sizeof(struct nlmsghdr) + sizeof(struct nfgenmsg))

/**
 * struct attrs - the attributes of a message or a nest
 * @first: the first one
 * @len: bytes of all
 */
struct attrs {
	const uint8_t *first;
	size_t len;
};

static struct attrs attrs_of(const struct nlmsghdr *message)
{
	return (struct attrs) { (const uint8_t *)message + HEADER_SIZE,
				message->nlmsg_len - HEADER_SIZE };
}

static struct attrs attrs_in(const struct nlattr *nest)
{
	return (struct attrs) { mnl_attr_get_payload(nest),
				mnl_attr_get_payload_len(nest) };
}

/* The next attribute, or NULL; @at is moved on. */
static const struct nlattr *next(struct attrs *at)
{
	const struct nlattr *attr = (const void *)at->first;
	size_t step;

	if (at->len < sizeof(*attr) || attr->nla_len < sizeof(*attr) ||
	    attr->nla_len > at->len)
		return NULL;
	step = (attr->nla_len + 3U) & ~3U;
	at->first += step < at->len ? step : at->len;
	at->len -= step < at->len ? step : at->len;
	return attr;
}

/* The attribute of that type, @skip others of it before; NULL when none. */
static const struct nlattr *find(struct attrs in, uint16_t type, size_t skip)
{
	const struct nlattr *attr;

	while ((attr = next(&in)))
		if (mnl_attr_get_type(attr) == type && skip-- == 0)
			return attr;
	return NULL;
}

static size_t count_before(struct attrs in, const struct nlattr *end)
{
	const struct nlattr *attr;
	size_t count = 0;

	while ((attr = next(&in)) && attr != end)
		if (mnl_attr_get_type(attr) == mnl_attr_get_type(end))
			count++;
	return count;
}

static bool is_zero(const struct nlattr *attr)
{
	const uint8_t *bytes = mnl_attr_get_payload(attr);

	for (size_t i = 0; i < mnl_attr_get_payload_len(attr); i++)
		if (bytes[i])
			return false;
	return true;
}

/* What the kernel says beyond what was asked for must be a default. */
static bool has_only(struct attrs expected, struct attrs actual)
{
	struct attrs in = actual;
	const struct nlattr *attr;

	while ((attr = next(&in)))
		if (!find(expected, mnl_attr_get_type(attr),
			  count_before(actual, attr)) &&
		    !is_zero(attr))
			return false;
	return true;
}

static bool equal(struct attrs expected, struct attrs actual);

static bool equal_attr(const struct nlattr *a, const struct nlattr *b)
{
	if (a->nla_type & NLA_F_NESTED)
		return equal(attrs_in(a), attrs_in(b)) &&
		       has_only(attrs_in(a), attrs_in(b));
	return mnl_attr_get_payload_len(a) == mnl_attr_get_payload_len(b) &&
	       memcmp(mnl_attr_get_payload(a), mnl_attr_get_payload(b),
		      mnl_attr_get_payload_len(a)) == 0;
}

/* Each attribute of @expected is in @actual, too: the n-th of a type there. */
static bool equal(struct attrs expected, struct attrs actual)
{
	struct attrs in = expected;
	const struct nlattr *attr;

	while ((attr = next(&in))) {
		const struct nlattr *other = find(actual,
						  mnl_attr_get_type(attr),
						  count_before(expected, attr));

		if (!other || !equal_attr(attr, other))
			return false;
	}
	return true;
}

/* Attributes of @message that are not properties of the object. */
static bool is_property(uint8_t type, uint16_t attribute)
{
	switch (type) {
	case NFT_MSG_NEWTABLE:
		return attribute != NFTA_TABLE_USERDATA;
	case NFT_MSG_NEWSET:
		return attribute != NFTA_SET_ID &&
		       attribute != NFTA_SET_USERDATA;
	default:
		return true;
	}
}

struct comparison {
	const struct nlmsghdr *expected;
	bool same;
};

static int compare_object(const struct nlmsghdr *message, void *data)
{
	struct comparison *comparison = data;
	struct attrs in = attrs_of(comparison->expected);
	uint8_t type = (uint8_t)comparison->expected->nlmsg_type;
	const struct nlattr *attr;

	comparison->same = true;
	while ((attr = next(&in))) {
		uint16_t attribute = mnl_attr_get_type(attr);
		const struct nlattr *other =
			find(attrs_of(message), attribute, 0);

		if (is_property(type, attribute) &&
		    (!other || !equal_attr(attr, other)))
			comparison->same = false;
	}
	return 0;
}

static const char *text(const struct nlmsghdr *message, uint16_t type)
{
	const struct nlattr *attr = find(attrs_of(message), type, 0);

	/* Of our own making, so it ends with a NUL. */
	return attr ? mnl_attr_get_payload(attr) : "";
}

static uint8_t family_of(const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = (const void *)(message + 1);

	return header->nfgen_family;
}

/* NFTA_*_TABLE is 1 for all objects, and NFTA_TABLE_NAME is, too. */
static int differs(const struct nlmsghdr *expected, const char *what,
		   uint16_t name, bool missing, struct cni_error *reterr)
{
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "nf_tables %s \"%s\" of table \"%s\" %s", what,
			     text(expected, name),
			     text(expected, NFTA_TABLE_NAME),
			     missing ? "is missing" : "is not as it was made");
}

static int verify_object(struct cni_nft *nft, const struct nlmsghdr *expected,
			 const char *what, uint16_t name,
			 struct cni_error *reterr)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct comparison comparison = { .expected = expected };
	uint8_t type = (uint8_t)expected->nlmsg_type;
	int ret;

	cni_nl_req_init(&req);
	/* NFT_MSG_GETx follows NFT_MSG_NEWx. */
	nft_begin(&req, type + 1U, 0, family_of(expected));
	cni_nl_put_str(&req, NFTA_TABLE_NAME, text(expected, NFTA_TABLE_NAME));
	if (name != NFTA_TABLE_NAME)
		cni_nl_put_str(&req, name, text(expected, name));
	ret = nft_get(nft, &req, compare_object, &comparison, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "nf_tables %s \"%s\"",
					what, text(expected, name));
	if (!comparison.same)
		return differs(expected, what, name, ret == 0, reterr);
	return 0;
}

/**
 * struct rules - the rules of a chain, compared one by one
 * @batch: the transaction
 * @chain: message that adds the chain
 * @at: the message before the next expected rule
 * @same: all so far were as expected
 */
struct rules {
	const struct cni_nft_batch *batch;
	const struct nlmsghdr *chain;
	const struct nlmsghdr *at;
	bool same;
};

static const struct nlmsghdr *message_after(const struct cni_nft_batch *batch,
					    const struct nlmsghdr *message)
{
	const uint8_t *place =
		(const uint8_t *)message + ((message->nlmsg_len + 3U) & ~3U);

	if (place >= batch->req.bytes + batch->req.len)
		return NULL;
	return (const void *)place;
}

static bool is_change(const struct nlmsghdr *message, uint8_t type)
{
	return message->nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | type);
}

static const struct nlmsghdr *next_rule(const struct rules *rules)
{
	const struct nlmsghdr *message = rules->at;

	while ((message = message_after(rules->batch, message)))
		if (is_change(message, NFT_MSG_NEWRULE) &&
		    strcmp(text(message, NFTA_RULE_CHAIN),
			   text(rules->chain, NFTA_CHAIN_NAME)) == 0 &&
		    strcmp(text(message, NFTA_RULE_TABLE),
			   text(rules->chain, NFTA_CHAIN_TABLE)) == 0)
			return message;
	return NULL;
}

static int compare_rule(const struct nlmsghdr *message, void *data)
{
	struct rules *rules = data;
	const struct nlmsghdr *expected;
	const struct nlattr *a;
	const struct nlattr *b;

	if (!message) {
		rules->at = rules->chain;
		rules->same = true;
		return 0;
	}
	expected = next_rule(rules);
	if (!expected) {
		rules->same = false;
		return 0;
	}
	rules->at = expected;
	a = find(attrs_of(expected), NFTA_RULE_EXPRESSIONS, 0);
	b = find(attrs_of(message), NFTA_RULE_EXPRESSIONS, 0);
	if (!a || !b || !equal_attr(a, b))
		rules->same = false;
	return 0;
}

static int verify_rules(struct cni_nft *nft, const struct cni_nft_batch *batch,
			const struct nlmsghdr *chain, struct cni_error *reterr)
{
	const struct cni_nft_table table = { family_of(chain),
					     text(chain, NFTA_CHAIN_TABLE) };
	struct rules rules = { .batch = batch, .chain = chain, .at = chain };
	int ret;

	ret = cni_nft_list_rules(nft, &table, text(chain, NFTA_CHAIN_NAME),
				 compare_rule, &rules, reterr);
	if (ret < 0)
		return ret;
	if (!rules.same || next_rule(&rules))
		return cni_error_set(
			reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			"the rules of nf_tables chain \"%s\" of table \"%s\" "
			"are not as they were made",
			text(chain, NFTA_CHAIN_NAME), table.name);
	return 0;
}

static bool adds_chain(const struct cni_nft_batch *batch,
		       const struct nlmsghdr *rule)
{
	const struct nlmsghdr *message = (const void *)batch->req.bytes;

	while ((message = message_after(batch, message)))
		if (is_change(message, NFT_MSG_NEWCHAIN) &&
		    strcmp(text(message, NFTA_CHAIN_NAME),
			   text(rule, NFTA_RULE_CHAIN)) == 0 &&
		    strcmp(text(message, NFTA_CHAIN_TABLE),
			   text(rule, NFTA_RULE_TABLE)) == 0)
			return true;
	return false;
}

static int find_rule(const struct nlmsghdr *message, void *data)
{
	struct comparison *comparison = data;
	const struct nlattr *a;
	const struct nlattr *b;

	if (!message) {
		comparison->same = false;
		return 0;
	}
	a = find(attrs_of(comparison->expected), NFTA_RULE_EXPRESSIONS, 0);
	b = find(attrs_of(message), NFTA_RULE_EXPRESSIONS, 0);
	comparison->same |= a && b && equal_attr(a, b);
	return 0;
}

/* A rule of a chain that has others, too. */
static int verify_rule(struct cni_nft *nft, const struct nlmsghdr *rule,
		       struct cni_error *reterr)
{
	const struct cni_nft_table table = { family_of(rule),
					     text(rule, NFTA_RULE_TABLE) };
	struct comparison comparison = { .expected = rule };
	const char *chain = text(rule, NFTA_RULE_CHAIN);
	int ret;

	ret = cni_nft_list_rules(nft, &table, chain, find_rule, &comparison,
				 reterr);
	if (ret == 0 && !comparison.same)
		ret = cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
				    "a rule of nf_tables chain \"%s\" of table "
				    "\"%s\" is missing",
				    chain, table.name);
	return ret;
}

int cni_nft_verify(struct cni_nft *nft, const struct cni_nft_batch *batch,
		   struct cni_error *reterr)
{
	const struct nlmsghdr *message = (const void *)batch->req.bytes;
	int ret = 0;

	while (ret == 0 && (message = message_after(batch, message))) {
		if (is_change(message, NFT_MSG_NEWTABLE))
			ret = verify_object(nft, message, "table",
					    NFTA_TABLE_NAME, reterr);
		else if (is_change(message, NFT_MSG_NEWSET))
			ret = verify_object(nft, message, "set", NFTA_SET_NAME,
					    reterr);
		else if (is_change(message, NFT_MSG_NEWCHAIN)) {
			ret = verify_object(nft, message, "chain",
					    NFTA_CHAIN_NAME, reterr);
			if (ret == 0)
				ret = verify_rules(nft, batch, message, reterr);
		} else if (is_change(message, NFT_MSG_NEWRULE) &&
			   !adds_chain(batch, message))
			ret = verify_rule(nft, message, reterr);
	}
	return ret;
}
