/* SPDX-License-Identifier: Apache-2.0 */
/* forward_accept.c - whose bridges are let through chains that drop */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "cni/nft_elements.h"
#include "forward.h"
#include "nft_gc.h"

#define NAME_SIZE 16 /* IFNAMSIZ */

static const struct cni_nft_table table = { NFPROTO_INET, "cni_forward" };

/* map bridges { type ipv6_addr : ifname; }: attachment and its bridge */
static struct cni_nft_set bridges_map(void)
{
	return (struct cni_nft_set) {
		.table = &table,
		.name = "bridges",
		.key_type = CNI_NFT_TYPE_IPV6_ADDR,
		.key_len = CNI_OWNER_KEY,
		.data_type = CNI_NFT_TYPE_IFNAME,
		.data_len = NAME_SIZE,
		.comment = "attachments whose bridge is let through",
	};
}

static int get_bridge(struct cni_nft *nft, const uint8_t *key,
		      char ret_bridge[static NAME_SIZE],
		      struct cni_error *reterr)
{
	struct cni_nft_set set = bridges_map();
	struct cni_nft_element element = { 0 };
	int ret;

	ret = cni_nft_get_element(nft, &set, key, &element, reterr);
	memcpy(ret_bridge, element.data, NAME_SIZE);
	ret_bridge[NAME_SIZE - 1] = '\0';
	return ret;
}

/**
 * struct other - is there another attachment of a bridge?
 */
struct other {
	const uint8_t *key;
	const char *bridge;
};

static int is_other(const struct cni_nft_element *element, void *data)
{
	const struct other *other = data;

	return element &&
	       memcmp(element->key, other->key, CNI_OWNER_KEY) != 0 &&
	       strncmp((const char *)element->data, other->bridge, NAME_SIZE) ==
		       0;
}

static void del_rule(const struct forward_chain *chain, uint64_t handle,
		     void *data)
{
	struct cni_nft_table of = { chain->family, chain->table };

	cni_nft_del_rule(data, &of, chain->name, handle);
}

static int remove_rules(struct cni_nft *nft, struct cni_nft_batch *batch,
			const char *bridge, struct cni_error *reterr)
{
	char comment[FORWARD_COMMENT_SIZE];
	struct forward_chains chains;
	int ret;

	forward_comment(bridge, comment);
	ret = forward_chains_find(nft, true, &chains, reterr);
	for (size_t i = 0; i < chains.count && ret >= 0; i++)
		ret = forward_rules_find(nft, &chains.items[i], comment,
					 del_rule, batch, reterr);
	return ret < 0 ? ret : 0;
}

/* @ret_last: its bridge, when this was the bridge's last attachment, else "" */
static int del_once(struct cni_nft *nft, const uint8_t *key,
		    char ret_last[static NAME_SIZE], struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct cni_nft_set set = bridges_map();
	struct cni_nft_element element = { 0 };
	struct other other = { key, ret_last };
	uint32_t generation = 0;
	int others;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	cni_nft_batch_init(&batch, generation);
	if (ret == 0)
		ret = get_bridge(nft, key, ret_last, reterr);
	if (ret <= 0)
		return ret;
	memcpy(element.key, key, CNI_OWNER_KEY);
	cni_nft_del_element(&batch, &set, &element);
	others = cni_nft_find_element(&set, is_other, &other, reterr);
	if (others < 0)
		return others;
	if (others == 0)
		ret = remove_rules(nft, &batch, ret_last, reterr);
	if (ret >= 0)
		ret = cni_nft_batch_send(nft, &batch, reterr);
	if (others)
		ret_last[0] = '\0';
	return ret;
}

/* The usual rules, where a chain that drops does not have them yet. */
static int add_missing(struct cni_nft *nft, struct cni_nft_batch *batch,
		       const struct forward_chains *chains, const char *bridge,
		       struct cni_error *reterr)
{
	char comment[FORWARD_COMMENT_SIZE];

	forward_comment(bridge, comment);
	for (size_t i = 0; i < chains->count; i++) {
		const struct forward_chain *chain = &chains->items[i];
		int ret;

		if (!chain->drops || chain->by_iptables)
			continue;
		ret = forward_rules_complete(nft, chain, comment, reterr);
		if (ret < 0)
			return ret;
		if (ret == 0)
			forward_rules_put(batch, chain, bridge);
	}
	return 0;
}

static int add_iptables(struct cni_nft *nft,
			const struct forward_chains *chains, const char *bridge,
			struct cni_error *reterr)
{
	static const int families[] = { AF_INET, AF_INET6 };
	char comment[FORWARD_COMMENT_SIZE];
	int ret = 0;

	forward_comment(bridge, comment);
	for (size_t i = 0; i < chains->count && ret >= 0; i++) {
		const struct forward_chain *chain = &chains->items[i];

		if (!chain->drops || !chain->by_iptables)
			continue;
		ret = forward_rules_complete(nft, chain, comment, reterr);
		if (ret == 0)
			ret = forward_iptables_put(chain->family == NFPROTO_IPV4
							   ? AF_INET
							   : AF_INET6,
						   CNI_IPTABLES_HOST, bridge,
						   reterr);
	}
	for (size_t i = 0; i < 2 && ret >= 0; i++)
		if (chains->legacy_drops[i] &&
		    forward_legacy_has(families[i], bridge) == 0)
			ret = forward_iptables_put(families[i],
						   CNI_IPTABLES_LEGACY, bridge,
						   reterr);
	return ret < 0 ? ret : 0;
}

static bool any_drops(const struct forward_chains *chains)
{
	for (size_t i = 0; i < chains->count; i++)
		if (chains->items[i].drops)
			return true;
	return chains->legacy_drops[0] || chains->legacy_drops[1];
}

static int register_owner(struct cni_nft *nft, struct cni_nft_batch *batch,
			  const struct cni_owner *owner, const char *bridge,
			  struct cni_error *reterr)
{
	struct cni_nft_set set = bridges_map();
	struct cni_nft_element element = { 0 };
	char current[NAME_SIZE];
	int ret;

	cni_owner_key(owner, element.key);
	cni_owner_comment(owner, element.comment);
	memcpy(element.data, bridge, strnlen(bridge, NAME_SIZE - 1));
	ret = get_bridge(nft, element.key, current, reterr);
	if (ret)
		return ret < 0 ? ret : 0;
	ret = cni_nft_has_set(nft, &set, reterr);
	if (ret < 0)
		return ret;
	if (ret == 0) {
		cni_nft_add_table(batch, &table, "bridges that others drop");
		cni_nft_add_set(batch, &set);
	}
	cni_nft_add_element(batch, &set, &element, true);
	return 0;
}

static int add_once(struct cni_nft *nft, const struct cni_owner *owner,
		    const char *bridge, struct forward_chains *ret_chains,
		    struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	uint32_t generation = 0;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	cni_nft_batch_init(&batch, generation);
	if (ret == 0)
		ret = forward_chains_find(nft, true, ret_chains, reterr);
	if (ret < 0 || !any_drops(ret_chains))
		return ret;
	ret = register_owner(nft, &batch, owner, bridge, reterr);
	if (ret == 0)
		ret = add_missing(nft, &batch, ret_chains, bridge, reterr);
	return ret < 0 ? ret : cni_nft_batch_send(nft, &batch, reterr);
}

static int del_key(struct cni_nft *nft, const uint8_t *key,
		   struct cni_error *reterr);

int cni_forward_accept_add(struct cni_nft *nft, const struct cni_owner *owner,
			   const char *bridge, struct cni_error *reterr)
{
	struct forward_chains chains = { 0 };
	uint8_t key[CNI_OWNER_KEY];
	char current[NAME_SIZE];
	int ret;

	cni_owner_key(owner, key);
	ret = get_bridge(nft, key, current, reterr);
	if (ret > 0 && strcmp(current, bridge) != 0)
		ret = del_key(nft, key, reterr);
	if (ret >= 0)
		ret = -ERESTART;
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = add_once(nft, owner, bridge, &chains, reterr);
	if (ret == 0)
		ret = add_iptables(nft, &chains, bridge, reterr);
	if (ret == 0)
		return 0;
	(void)del_key(nft, key, NULL);
	return cni_error_prefix(reterr, ret, "forwarding of \"%s\"", bridge);
}

/* Somebody may have come while the legacy rules were being removed. */
static int restore_legacy(struct cni_nft *nft, const char *bridge,
			  struct cni_error *reterr)
{
	static const uint8_t none[CNI_OWNER_KEY];
	struct cni_nft_set set = bridges_map();
	struct other other = { none, bridge };
	struct forward_chains chains;
	int ret;

	ret = cni_nft_find_element(&set, is_other, &other, reterr);
	if (ret <= 0)
		return ret;
	ret = forward_chains_find(nft, true, &chains, reterr);
	return ret < 0 ? ret : add_iptables(nft, &chains, bridge, reterr);
}

static int del_key(struct cni_nft *nft, const uint8_t *key,
		   struct cni_error *reterr)
{
	char last[NAME_SIZE] = "";
	int ret = -ERESTART;

	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = del_once(nft, key, last, reterr);
	if (ret < 0 || !last[0])
		return ret;
	ret = forward_legacy_remove(last, reterr);
	return ret < 0 ? ret : restore_legacy(nft, last, reterr);
}

int cni_forward_accept_del(struct cni_nft *nft, const struct cni_owner *owner,
			   struct cni_error *reterr)
{
	uint8_t key[CNI_OWNER_KEY];
	int ret;

	if (!nft)
		return 0;
	cni_owner_key(owner, key);
	ret = del_key(nft, key, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "forwarding") : 0;
}

static int gc_step(struct cni_nft *nft, const struct nft_gc_scope *scope,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(nft_dead) struct nft_dead dead = { 0 };
	struct cni_nft_set set = bridges_map();
	int ret;

	ret = nft_dead_find(nft, &set, scope, &dead, reterr);
	for (size_t i = 0; i < dead.count && ret == 0; i++)
		ret = del_key(nft, dead.items[i].key, reterr);
	return ret < 0 ? ret : dead.more;
}

int cni_forward_accept_gc(struct cni_nft *nft, const char *network,
			  const struct cni_owner *valid, size_t count,
			  struct cni_error *reterr)
{
	int ret;

	if (!nft)
		return 0;
	ret = nft_gc_run(nft, network, valid, count, gc_step, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "forwarding") : 0;
}
