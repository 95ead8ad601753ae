/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_nft.c - rules of iptables-nft, read and deleted by netlink */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "cni/nft.h"
#include "iptables_internal.h"
#include "nft_rule.h"

static struct cni_nft_table table_of(int family, const char *name)
{
	return (struct cni_nft_table) {
		.family = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6,
		.name = name,
	};
}

/* Names of iptables are short; longer ones are nobody's of iptables. */
static bool copy_name(char *name, size_t size, const char *from)
{
	size_t len = strlen(from);

	if (len >= size)
		return false;
	memcpy(name, from, len + 1);
	return true;
}

static int keep_rule(const struct nlmsghdr *message, void *data)
{
	struct cni_iptables_view *view = data;
	struct cni_iptables_rule rule = { 0 };
	struct nft_rule parsed;

	if (!message)
		return 0;
	if (nft_rule_parse(message, &parsed) < 0)
		return -EBADMSG;
	if (!copy_name(rule.chain, sizeof(rule.chain), parsed.chain) ||
	    !copy_name(rule.target, sizeof(rule.target), parsed.target))
		return 0;
	memcpy(rule.comment, parsed.comment, sizeof(rule.comment));
	rule.source = parsed.source;
	rule.handle = parsed.handle;
	return cni_iptables_view_keep(view, &rule);
}

/**
 * struct reader - one list of rules, which may start over
 * @view: gets them
 * @start: how many it had before
 */
struct reader {
	struct cni_iptables_view *view;
	size_t start;
};

static int read_rule(const struct nlmsghdr *message, void *data)
{
	struct reader *reader = data;

	if (!message)
		reader->view->count = reader->start;
	return keep_rule(message, reader->view);
}

int cni_iptables_nft_read(struct cni_nft *nft, struct cni_iptables_view *view,
			  struct cni_error *reterr)
{
	const struct cni_iptables_query *query = &view->query;
	struct cni_nft_table table = table_of(query->family, query->table);
	struct reader reader = { .view = view };
	size_t i = 0;
	int ret;

	ret = cni_nft_generation(nft, &view->generation, reterr);
	while (ret == 0 && (i == 0 || i < query->chain_count)) {
		reader.start = view->count;
		ret = cni_nft_list_rules(
			nft, &table, query->chains ? query->chains[i] : NULL,
			read_rule, &reader, reterr);
		i++;
	}
	return ret;
}

int cni_iptables_nft_apply(struct cni_nft *nft,
			   const struct cni_iptables_view *view,
			   const char *const *chains, size_t chain_count,
			   struct cni_error *reterr)
{
	struct cni_nft_table table =
		table_of(view->query.family, view->query.table);
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	int ret;

	cni_nft_batch_init(&batch, view->generation);
	for (size_t i = 0; i < view->count; i++)
		if (view->rules[i].remove)
			cni_nft_del_rule(&batch, &table, view->rules[i].chain,
					 view->rules[i].handle);
	for (size_t i = 0; i < chain_count; i++) {
		cni_nft_flush_chain(&batch, &table, chains[i]);
		cni_nft_del_chain(&batch, &table, chains[i]);
	}
	ret = cni_nft_batch_send(nft, &batch, reterr);
	return ret == -ERESTART ? -EAGAIN : ret;
}

int cni_iptables_chain_exists(struct cni_nft *nft, int family,
			      const char *table, const char *chain,
			      bool *ret_nft, bool *ret_legacy,
			      struct cni_error *reterr)
{
	struct cni_nft_table where = table_of(family, table);
	int ret = 0;

	*ret_nft = false;
	*ret_legacy = false;
	if (nft)
		ret = cni_nft_get_chain(nft, &where, chain, NULL, reterr);
	if (ret < 0)
		return ret;
	*ret_nft = ret > 0;
	ret = cni_iptables_legacy_mentions(family, table, chain);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "read the legacy table \"%s\"", table);
	*ret_legacy = ret > 0;
	return 0;
}
