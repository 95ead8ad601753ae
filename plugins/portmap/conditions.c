/* SPDX-License-Identifier: Apache-2.0 */
/* conditions.c - conditionsV4, conditionsV6 in nft's words */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter/nf_tables.h>

#include "cni/nft_text.h"

#include "conditions.h"

static size_t entries_of(const struct portmap_publication *pub,
			 enum portmap_map map)
{
	return pub->plan.first[map + 1] - pub->plan.first[map];
}

/* Does a chain lead from the keys of this map to conditions? */
static bool has_chain(const struct portmap_publication *pub,
		      enum portmap_map map)
{
	return entries_of(pub, map) &&
	       portmap_conf_conditions(pub->conf, portmap_map_family(map))
		       ->count;
}

/*
 * What could end the rule, or read a file: line ends were refused before.  A
 * set "{ 1.2.3.4, 5.6.7.8 }" may have any number of braces, as long as each
 * opens and closes inside.
 */
static int check_text(const char *text, struct cni_error *reterr)
{
	int depth = 0;

	for (const char *c = text; *c; c++) {
		if (strchr(";#\\$`", *c))
			return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG,
					     EINVAL,
					     "conditions must not contain '%c'",
					     *c);
		depth += (*c == '{') - (*c == '}');
		if (depth < 0)
			break;
	}
	if (depth != 0)
		return cni_error_set(
			reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			"conditions have braces that do not match");
	return 0;
}

static void add_tokens(struct cni_buf *text,
		       const struct cni_string_list *tokens)
{
	for (size_t i = 0; i < tokens->count; i++)
		cni_buf_addf(text, "%s%s", i ? " " : "", tokens->items[i]);
}

/* add rule inet cni_portmap <chain> <conditions> goto hit4[_ip] */
static int add_rule(struct cni_buf *script,
		    const struct portmap_publication *pub, enum portmap_map map,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	char chain[PORTMAP_CHAIN_SIZE];
	int ret;

	add_tokens(&text,
		   portmap_conf_conditions(pub->conf, portmap_map_family(map)));
	ret = check_text(cni_buf_text(&text), reterr);
	if (ret < 0)
		return ret;
	portmap_conditions_chain(map, pub->comment, chain);
	cni_buf_addf(script, "add rule inet %s %s %s goto %s\n",
		     portmap_table.name, chain, cni_buf_text(&text),
		     portmap_hit_chain(map));
	return 0;
}

static int write_script(const struct portmap_publication *pub,
			struct cni_buf *script, struct cni_error *reterr)
{
	int ret = 0;

	for (int map = 0; map < PORTMAP_MAP_COUNT && ret == 0; map++)
		if (has_chain(pub, (enum portmap_map)map))
			ret = add_rule(script, pub, (enum portmap_map)map,
				       reterr);
	return ret;
}

/* The table, when it is missing, and empty chains. */
static int make_chains(struct cni_nft *nft,
		       const struct portmap_publication *pub,
		       struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	enum portmap_table_state table;
	char name[PORTMAP_CHAIN_SIZE];
	uint32_t generation;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	if (ret == 0)
		ret = portmap_table_look(nft, pub->conf->restoring, &table,
					 reterr);
	if (ret < 0)
		return ret;
	cni_nft_batch_init(&batch, generation);
	if (table != PORTMAP_TABLE_WHOLE)
		portmap_put_table(&batch, table == PORTMAP_TABLE_ABSENT
						  ? PORTMAP_TABLE_MAKE
						  : PORTMAP_TABLE_MEND);
	for (int map = 0; map < PORTMAP_MAP_COUNT; map++) {
		const struct cni_nft_chain chain = { .name = name };

		if (!has_chain(pub, (enum portmap_map)map))
			continue;
		portmap_conditions_chain((enum portmap_map)map, pub->comment,
					 name);
		cni_nft_add_chain(&batch, &portmap_table, &chain);
		cni_nft_flush_chain(&batch, &portmap_table, name);
	}
	return cni_nft_batch_send(nft, &batch, reterr);
}

int portmap_conditions_prepare(struct cni_nft *nft,
			       const struct portmap_publication *pub,
			       struct cni_error *reterr)
{
	CNI_CLEANUP(portmap_leaving) struct portmap_leaving leaving = { 0 };
	CNI_CLEANUP(buf) struct cni_buf script = { 0 };
	unsigned int attempts = 0;
	int ret;

	ret = write_script(pub, &script, reterr);
	if (ret == 0)
		ret = portmap_nft_del(nft, pub->key, &leaving, reterr);
	if (ret == 0)
		ret = portmap_nft_del_finish(nft, &leaving, reterr);
	if (ret < 0)
		return ret;
	do
		ret = make_chains(nft, pub, reterr);
	while (ret == -ERESTART && ++attempts < CNI_NFT_ATTEMPTS);
	if (ret == 0)
		ret = cni_nft_text_run(&script, reterr);
	if (ret < 0)
		return cni_error_prefix(reterr, ret, "conditions");
	return 0;
}

void portmap_conditions_put(struct cni_nft_batch *batch,
			    const struct portmap_publication *pub)
{
	struct cni_nft_element element = { .verdict = NFT_GOTO };

	memcpy(element.comment, pub->comment, sizeof(element.comment));
	for (size_t i = 0; i < pub->plan.count; i++) {
		const struct portmap_entry *entry = &pub->plan.items[i];

		if (!has_chain(pub, entry->map))
			continue;
		portmap_conditions_chain(entry->map, pub->comment,
					 element.chain);
		if (i == pub->plan.first[entry->map])
			portmap_put_conditions_end(batch, entry->map,
						   element.chain);
		memcpy(element.key, entry->key, sizeof(entry->key));
		cni_nft_add_element(batch, &portmap_conditions[entry->map],
				    &element, true);
	}
}

static int undo_once(struct cni_nft *nft, const struct portmap_publication *pub)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	char chain[PORTMAP_CHAIN_SIZE];
	uint32_t generation;
	int ret = cni_nft_generation(nft, &generation, NULL);

	if (ret < 0)
		return ret;
	cni_nft_batch_init(&batch, generation);
	for (int map = 0; map < PORTMAP_MAP_COUNT; map++) {
		struct cni_nft_chain_info info = { .use = 0 };

		portmap_conditions_chain((enum portmap_map)map, pub->comment,
					 chain);
		ret = cni_nft_get_chain(nft, &portmap_table, chain, &info,
					NULL);
		/* Only its own rule: no element leads to it. */
		if (ret <= 0 || info.use > 1)
			continue;
		cni_nft_flush_chain(&batch, &portmap_table, chain);
		cni_nft_del_chain(&batch, &portmap_table, chain);
	}
	return cni_nft_batch_send(nft, &batch, NULL);
}

void portmap_conditions_undo(struct cni_nft *nft,
			     const struct portmap_publication *pub)
{
	unsigned int attempts = 0;

	while (undo_once(nft, pub) == -ERESTART &&
	       ++attempts < CNI_NFT_ATTEMPTS)
		;
}

/* An element that leads elsewhere, or nowhere. */
static bool leads_to(const struct cni_nft_element *element, const char *chain)
{
	return element->verdict == NFT_GOTO &&
	       strcmp(element->chain, chain) == 0;
}

static int check_chain(struct cni_nft *nft,
		       const struct portmap_publication *pub,
		       enum portmap_map map, struct cni_error *reterr)
{
	struct cni_nft_chain_info info = { .use = 0 };
	char chain[PORTMAP_CHAIN_SIZE];
	/* One element per key leads to it, and each rule counts as one. */
	size_t use = entries_of(pub, map) + (portmap_map_is_ip(map) ? 2 : 1);
	int ret;

	portmap_conditions_chain(map, pub->comment, chain);
	ret = cni_nft_get_chain(nft, &portmap_table, chain, &info, reterr);
	if (ret < 0)
		return ret;
	if (ret == 0 || info.use != use)
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
				     "the conditions in chain \"%s\" are not "
				     "as they were made",
				     chain);
	return 0;
}

int portmap_conditions_check(struct cni_nft *nft,
			     const struct portmap_publication *pub,
			     struct cni_error *reterr)
{
	int ret = 0;

	for (int map = 0; map < PORTMAP_MAP_COUNT && ret == 0; map++)
		if (has_chain(pub, (enum portmap_map)map))
			ret = check_chain(nft, pub, (enum portmap_map)map,
					  reterr);
	for (size_t i = 0; i < pub->plan.count && ret == 0; i++) {
		const struct portmap_entry *entry = &pub->plan.items[i];
		struct cni_nft_element element = { 0 };
		char chain[PORTMAP_CHAIN_SIZE];

		if (!has_chain(pub, entry->map))
			continue;
		portmap_conditions_chain(entry->map, pub->comment, chain);
		ret = cni_nft_get_element(nft, &portmap_conditions[entry->map],
					  entry->key, &element, reterr);
		if (ret >= 0)
			ret = ret && leads_to(&element, chain)
				      ? 0
				      : cni_error_set(
						reterr, CNI_CODE_CHECK_FAILED,
						ENOENT,
						"an element of map \"%s\" is "
						"missing",
						portmap_conditions[entry->map]
							.name);
	}
	return ret;
}
