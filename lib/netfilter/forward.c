/* SPDX-License-Identifier: Apache-2.0 */
/* forward.c - does somebody drop forwarded traffic by policy? */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "forward.h"
#include "iptables_internal.h"
#include "nft_rule.h"

static bool copy_name(char *to, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		return false;
	memcpy(to, from, len + 1);
	return true;
}

static bool is_family(uint8_t family)
{
	return family == NFPROTO_IPV4 || family == NFPROTO_IPV6 ||
	       family == NFPROTO_INET;
}

static int take_chain(const struct cni_nft_chain_info *info, void *data)
{
	struct forward_chains *chains = data;
	struct forward_chain *chain;

	if (!info) {
		chains->count = 0;
		return 0;
	}
	if (chains->count == FORWARD_CHAINS_MAX || !is_family(info->family) ||
	    strcmp(info->type, "filter") != 0 || info->hook != NF_INET_FORWARD)
		return 0;
	chain = &chains->items[chains->count];
	*chain = (struct forward_chain) { .family = info->family };
	if (!copy_name(chain->table, sizeof(chain->table), info->table) ||
	    !copy_name(chain->name, sizeof(chain->name), info->name))
		return 0;
	chain->drops = info->policy == NF_DROP;
	/* The names that iptables-nft gives, of no other meaning to nft. */
	chain->by_iptables = info->family != NFPROTO_INET &&
			     strcmp(info->table, "filter") == 0 &&
			     strcmp(info->name, "FORWARD") == 0;
	chains->count++;
	return 0;
}

static int find_usual(struct cni_nft *nft, struct forward_chains *chains,
		      struct cni_error *reterr)
{
	static const struct {
		struct cni_nft_table table;
		const char *chain;
	} usual[] = {
		{ { NFPROTO_IPV4, "filter" }, "FORWARD" }, /* iptables */
		{ { NFPROTO_IPV6, "filter" }, "FORWARD" },
		{ { NFPROTO_INET, "filter" }, "forward" }, /* nftables.conf */
		{ { NFPROTO_INET, "filter" }, "FORWARD" },
		{ { NFPROTO_INET, "firewalld" }, "filter_FORWARD" },
	};

	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		struct cni_nft_chain_info info;
		int ret = cni_nft_get_chain(nft, &usual[i].table,
					    usual[i].chain, &info, reterr);

		if (ret < 0)
			return ret;
		if (ret > 0)
			(void)take_chain(&info, chains);
	}
	return 0;
}

int forward_chains_find(struct cni_nft *nft, bool thorough,
			struct forward_chains *ret_chains,
			struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	int ret = 0;

	*ret_chains = (struct forward_chains) { 0 };
	if (nft && thorough)
		ret = cni_nft_list_chains(nft, NFPROTO_UNSPEC, take_chain,
					  ret_chains, reterr);
	else if (nft)
		ret = find_usual(nft, ret_chains, reterr);
	for (size_t i = 0; i < 2 && ret == 0; i++) {
		int drops = cni_iptables_legacy_forward_drops(families[i]);

		if (drops < 0)
			return cni_error_errno(reterr, CNI_CODE_INTERNAL,
					       -drops,
					       "read the legacy filter table");
		ret_chains->legacy_drops[i] = drops > 0;
	}
	return ret;
}

void forward_comment(const char *bridge,
		     char ret_comment[static FORWARD_COMMENT_SIZE])
{
	(void)snprintf(ret_comment, FORWARD_COMMENT_SIZE, "cni-forward: %s",
		       bridge);
}

/**
 * struct search - for rules with a comment
 */
struct search {
	const struct forward_chain *chain;
	const char *comment;
	forward_rule_cb cb;
	void *data;
	int count;
};

static int take_rule(const struct nlmsghdr *message, void *data)
{
	struct search *search = data;
	struct nft_rule rule;

	if (!message) {
		search->count = 0;
		return 0;
	}
	if (nft_rule_parse(message, &rule) < 0)
		return -EBADMSG;
	if (strcmp(rule.comment, search->comment) != 0)
		return 0;
	search->count++;
	if (search->cb)
		search->cb(search->chain, rule.handle, search->data);
	return 0;
}

int forward_rules_find(struct cni_nft *nft, const struct forward_chain *chain,
		       const char *comment, forward_rule_cb cb, void *data,
		       struct cni_error *reterr)
{
	struct cni_nft_table table = { chain->family, chain->table };
	struct search search = { chain, comment, cb, data, 0 };
	int ret;

	ret = cni_nft_list_rules(nft, &table, chain->name, take_rule, &search,
				 reterr);
	return ret < 0 ? ret : search.count;
}

int forward_rules_complete(struct cni_nft *nft,
			   const struct forward_chain *chain,
			   const char *comment, struct cni_error *reterr)
{
	int ret = forward_rules_find(nft, chain, comment, NULL, NULL, reterr);

	return ret < 0 ? ret : ret >= FORWARD_RULES;
}

static const char *family_name(uint8_t family)
{
	if (family == NFPROTO_INET)
		return "inet";
	return family == NFPROTO_IPV4 ? "ip" : "ip6";
}

static void append(char text[static CNI_FORWARD_TEXT_MAX], const char *what)
{
	size_t used = strlen(text);

	(void)snprintf(text + used, CNI_FORWARD_TEXT_MAX - used, "%s%s",
		       used ? ", " : "", what);
}

static void append_chain(char text[static CNI_FORWARD_TEXT_MAX],
			 const struct forward_chain *chain)
{
	char what[CNI_FORWARD_TEXT_MAX];

	(void)snprintf(what, sizeof(what), "chain \"%s\" of table \"%s %s\"",
		       chain->name, family_name(chain->family), chain->table);
	append(text, what);
}

int cni_forward_find_drop(struct cni_nft *nft, const char *bridge,
			  bool thorough,
			  char ret_text[static CNI_FORWARD_TEXT_MAX],
			  struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	char comment[FORWARD_COMMENT_SIZE];
	struct forward_chains chains;
	int count = 0;
	int ret;

	ret_text[0] = '\0';
	forward_comment(bridge ? bridge : "", comment);
	ret = forward_chains_find(nft, thorough, &chains, reterr);
	for (size_t i = 0; i < chains.count && ret >= 0; i++) {
		const struct forward_chain *chain = &chains.items[i];

		if (!chain->drops)
			continue;
		ret = bridge ? forward_rules_complete(nft, chain, comment,
						      reterr)
			     : 0;
		if (ret != 0)
			continue;
		append_chain(ret_text, chain);
		count++;
	}
	for (size_t i = 0; i < 2 && ret >= 0; i++) {
		if (!chains.legacy_drops[i] ||
		    (bridge && forward_legacy_has(families[i], bridge) > 0))
			continue;
		append(ret_text, i ? "chain \"FORWARD\" of ip6tables-legacy"
				   : "chain \"FORWARD\" of iptables-legacy");
		count++;
	}
	return ret < 0 ? ret : count;
}
