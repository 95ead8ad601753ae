/* SPDX-License-Identifier: Apache-2.0 */
/* iptables_view.c - reading rules of iptables and deleting some of them */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "iptables_internal.h"

#define FIRST_RULES 16

int cni_iptables_view_keep(struct cni_iptables_view *view,
			   const struct cni_iptables_rule *rule)
{
	const struct cni_iptables_query *query = &view->query;
	struct cni_iptables_rule *rules;
	size_t capacity;

	if (query->filter && !query->filter(rule, query->context))
		return 0;
	if (view->count == view->capacity) {
		capacity = view->capacity ? 2 * view->capacity : FIRST_RULES;
		rules = reallocarray(view->rules, capacity, sizeof(*rules));
		if (!rules)
			return -ENOMEM;
		view->rules = rules;
		view->capacity = capacity;
	}
	view->rules[view->count++] = *rule;
	return 0;
}

static bool in_chains(const struct cni_iptables_query *query,
		      const struct cni_iptables_rule *rule)
{
	for (size_t i = 0; i < query->chain_count; i++)
		if (strcmp(query->chains[i], rule->chain) == 0)
			return true;
	return !query->chains;
}

static int read_legacy(struct cni_iptables_view *view, struct cni_error *reterr)
{
	const struct cni_iptables_query *query = &view->query;
	struct cni_iptables_rule rule;
	char *cursor;
	int ret;

	ret = cni_iptables_save(query->family, query->variant, query->table,
				&view->text, reterr);
	cursor = view->text.data;
	while (ret == 0 && cursor &&
	       cni_iptables_next_rule(&cursor, query->family, &rule))
		if (in_chains(query, &rule))
			ret = cni_iptables_view_keep(view, &rule);
	if (ret == -ENOMEM)
		cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				"read the rules of \"%s\"", query->table);
	return ret;
}

/* The variant is the view's: what is deleted was read from there. */
static int apply_legacy(const struct cni_iptables_view *view,
			const char *const *chains, size_t chain_count,
			struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };

	cni_buf_addf(&script, "*%s\n", view->query.table);
	for (size_t i = 0; i < view->count; i++)
		if (view->rules[i].remove)
			cni_buf_addf(&script, "-D%s\n",
				     view->rules[i].line + strlen("-A"));
	/* With --noflush a declaration empties the chain. */
	for (size_t i = 0; i < chain_count; i++)
		cni_buf_addf(&script, ":%s - [0:0]\n-X %s\n", chains[i],
			     chains[i]);
	cni_buf_add(&script, "COMMIT\n");
	return cni_iptables_restore(view->query.family, view->query.variant,
				    &script, reterr);
}

int cni_iptables_view_read(struct cni_nft *nft,
			   const struct cni_iptables_query *query,
			   struct cni_iptables_view *ret_view,
			   struct cni_error *reterr)
{
	int ret;

	*ret_view = (struct cni_iptables_view) { .query = *query };
	if (query->variant == CNI_IPTABLES_NFT)
		ret = cni_iptables_nft_read(nft, ret_view, reterr);
	else
		ret = read_legacy(ret_view, reterr);
	if (ret < 0)
		cni_iptables_view_done(ret_view);
	return ret;
}

int cni_iptables_view_apply(struct cni_nft *nft,
			    const struct cni_iptables_view *view,
			    const char *const *chains, size_t chain_count,
			    struct cni_error *reterr)
{
	if (view->query.variant == CNI_IPTABLES_NFT)
		return cni_iptables_nft_apply(nft, view, chains, chain_count,
					      reterr);
	return apply_legacy(view, chains, chain_count, reterr);
}

void cni_iptables_view_done(struct cni_iptables_view *view)
{
	free(view->rules);
	cni_buf_done(&view->text);
	*view = (struct cni_iptables_view) { 0 };
}

/* Rules that jump to the chain; those in it go with it. */
static bool jumps_to(const struct cni_iptables_rule *rule, void *context)
{
	return strcmp(rule->target, context) == 0;
}

static int remove_variant(struct cni_nft *nft,
			  const struct cni_iptables_query *query,
			  const char *chain, struct cni_error *reterr)
{
	int ret = -EAGAIN;

	for (int i = 0; i < CNI_IPTABLES_ATTEMPTS && ret == -EAGAIN; i++) {
		CNI_CLEANUP(iptables_view)
		struct cni_iptables_view view = { 0 };

		ret = cni_iptables_view_read(nft, query, &view, reterr);
		if (ret < 0)
			return ret;
		for (size_t j = 0; j < view.count; j++)
			view.rules[j].remove = true;
		ret = cni_iptables_view_apply(nft, &view, &chain, 1, reterr);
	}
	return ret;
}

int cni_iptables_remove_chain(struct cni_nft *nft, int family,
			      const char *table, const char *parent,
			      const char *chain, struct cni_error *reterr)
{
	char name[CNI_IPTABLES_CHAIN_MAX + 1];
	struct cni_iptables_query query = {
		.family = family,
		.table = table,
		.chains = &parent,
		.chain_count = 1,
		.filter = jumps_to,
		.context = name,
	};
	struct cni_error step = { 0 };
	bool in_legacy;
	bool in_nft;
	int ret;

	(void)snprintf(name, sizeof(name), "%s", chain);
	ret = cni_iptables_chain_exists(nft, family, table, chain, &in_nft,
					&in_legacy, reterr);
	if (ret == 0 && in_nft) {
		query.variant = CNI_IPTABLES_NFT;
		ret = remove_variant(nft, &query, chain, reterr);
	}
	if (in_legacy) {
		query.variant = CNI_IPTABLES_LEGACY;
		ret = cni_error_gather(
			ret, reterr, remove_variant(nft, &query, chain, &step),
			&step);
	}
	return ret;
}
