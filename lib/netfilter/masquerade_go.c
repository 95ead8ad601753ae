/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_go.c - what the Go plugins' nftables masquerading left behind */
#include <errno.h>
#include <string.h>

#include <linux/netfilter.h>

#include "masquerade_go.h"
#include "nft_rule.h"

#define CHAIN "masq_checks"

static const struct cni_nft_table table = { NFPROTO_INET,
					    "cni_plugins_masquerade" };

/**
 * struct search - for rules to delete
 * @key: delete those of this attachment; NULL in GC
 * @scope: in GC: those of dead attachments
 * @handles: found; owned
 * @count: how many
 */
struct search {
	const uint8_t *key;
	const struct nft_gc_scope *scope;
	uint64_t *handles;
	size_t count;
	size_t capacity;
};

static bool is_wanted(const struct search *search, const uint8_t *key)
{
	if (search->key)
		return memcmp(key, search->key, CNI_OWNER_KEY) == 0;
	return nft_gc_is_dead(search->scope, key);
}

static int look_at_rule(const struct nlmsghdr *message, void *data)
{
	struct search *search = data;
	size_t capacity = search->capacity ? 2 * search->capacity : 16;
	uint8_t key[CNI_OWNER_KEY];
	struct nft_rule rule;
	uint64_t *handles;

	if (!message) {
		search->count = 0;
		return 0;
	}
	if (nft_rule_parse(message, &rule) < 0)
		return -EBADMSG;
	if (!cni_owner_key_of(rule.comment, key) || !is_wanted(search, key))
		return 0;
	if (search->count == search->capacity) {
		handles = reallocarray(search->handles, capacity,
				       sizeof(*handles));
		if (!handles)
			return -ENOMEM;
		search->handles = handles;
		search->capacity = capacity;
	}
	search->handles[search->count++] = rule.handle;
	return 0;
}

bool masq_go_check(struct cni_nft *nft, const struct cni_owner *owner,
		   size_t wanted)
{
	uint8_t key[CNI_OWNER_KEY];
	struct search search = { .key = key };
	int ret;

	cni_owner_key(owner, key);
	ret = cni_nft_list_rules(nft, &table, CHAIN, look_at_rule, &search,
				 NULL);
	free(search.handles);
	return ret == 0 && search.count >= wanted;
}

static int del_found(struct cni_nft *nft, struct cni_nft_batch *batch,
		     struct search *search, struct cni_error *reterr)
{
	int ret;

	ret = cni_nft_list_rules(nft, &table, CHAIN, look_at_rule, search,
				 reterr);
	for (size_t i = 0; i < search->count && ret == 0; i++)
		cni_nft_del_rule(batch, &table, CHAIN, search->handles[i]);
	free(search->handles);
	return ret;
}

int masq_go_del(struct cni_nft *nft, struct cni_nft_batch *batch,
		const struct cni_owner *owner, struct cni_error *reterr)
{
	uint8_t key[CNI_OWNER_KEY];
	struct search search = { .key = key };

	cni_owner_key(owner, key);
	return del_found(nft, batch, &search, reterr);
}

int masq_go_gc(struct cni_nft *nft, struct cni_nft_batch *batch,
	       const struct nft_gc_scope *scope, struct cni_error *reterr)
{
	struct search search = { .scope = scope };

	return del_found(nft, batch, &search, reterr);
}
