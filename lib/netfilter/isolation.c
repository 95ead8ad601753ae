/* SPDX-License-Identifier: Apache-2.0 */
/* isolation.c - who may reach the pods */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter/nf_tables.h>

#include "cni/nft_verify.h"
#include "isolation_table.h"
#include "nft_gc.h"

/**
 * struct change - one attachment's transaction
 * @nft: open handle
 * @batch: under construction
 * @owner: the attachment
 * @key: its key
 * @reterr: for the kernel's refusals
 */
struct change {
	struct cni_nft *nft;
	struct cni_nft_batch batch;
	const struct cni_owner *owner;
	uint8_t key[CNI_OWNER_KEY];
	struct cni_error *reterr;
};

/* Whosever it is: in ADD the address is ours by now, see @any_owner. */
static int release(struct change *change, const struct cni_nft_set *set,
		   const uint8_t *key, bool any_owner)
{
	struct cni_nft_element element = { 0 };
	int ret;

	ret = cni_nft_get_element(change->nft, set, key, &element,
				  change->reterr);
	if (ret > 0 &&
	    (any_owner || cni_owner_matches(change->owner, element.comment)))
		cni_nft_del_element(&change->batch, set, &element);
	return ret < 0 ? ret : 0;
}

static int release_pod(struct change *change, const struct cni_addr *addr,
		       bool any_owner)
{
	struct cni_nft_set set = isolation_pods(addr->family);
	uint8_t key[CNI_NFT_KEY_MAX];

	isolation_pod_key(key, addr);
	return release(change, &set, key, any_owner);
}

static int release_home(struct change *change, const struct cni_addr *addr,
			const char *bridge, bool any_owner)
{
	struct cni_nft_set set = isolation_home(addr->family);
	uint8_t key[CNI_NFT_KEY_MAX];

	isolation_home_key(key, addr, bridge);
	return release(change, &set, key, any_owner);
}

/**
 * struct state - what an attachment has
 */
struct state {
	struct nft_addresses addresses;
	char bridge[ISOLATION_NAME_SIZE];
	bool has_bridge;
};

static int read_state(struct change *change, struct state *ret_state)
{
	struct cni_nft_set bridges = isolation_bridges();
	struct cni_nft_element element = { 0 };
	uint8_t key[CNI_NFT_KEY_MAX] = { 0 };
	int ret;

	*ret_state = (struct state) { 0 };
	ret = nft_index_read(change->nft, &isolation_table, change->key,
			     &ret_state->addresses, change->reterr);
	if (ret < 0)
		return ret;
	memcpy(key, change->key, sizeof(change->key));
	ret = cni_nft_get_element(change->nft, &bridges, key, &element,
				  change->reterr);
	if (ret <= 0)
		return ret;
	ret_state->has_bridge = true;
	memcpy(ret_state->bridge, element.data, ISOLATION_NAME_SIZE - 1);
	return 0;
}

/* @wanted: addresses that the attachment is about to get, on @bridge. */
static int remove_state(struct change *change, const struct state *state,
			const struct nft_addresses *wanted, const char *bridge)
{
	struct cni_nft_set bridges = isolation_bridges();
	struct cni_nft_element element = { 0 };
	int ret = 0;

	for (size_t i = 0; i < state->addresses.count && ret == 0; i++) {
		const struct cni_addr *addr = &state->addresses.items[i];
		bool stays = wanted && nft_addresses_have(wanted, addr);

		if (!stays)
			ret = release_pod(change, addr, false);
		if (ret == 0 && (!stays || strcmp(state->bridge, bridge) != 0))
			ret = release_home(change, addr, state->bridge, false);
	}
	if (ret < 0)
		return ret;
	nft_index_del(&change->batch, &isolation_table, change->key,
		      &state->addresses);
	if (state->has_bridge) {
		memcpy(element.key, change->key, sizeof(change->key));
		cni_nft_del_element(&change->batch, &bridges, &element);
	}
	return 0;
}

static void put_element(struct change *change, const struct cni_nft_set *set,
			const uint8_t *key, const char *chain)
{
	struct cni_nft_element element = { 0 };

	memcpy(element.key, key, sizeof(element.key));
	if (chain) {
		element.verdict = NFT_JUMP;
		memcpy(element.chain, chain, strlen(chain));
	}
	cni_owner_comment(change->owner, element.comment);
	cni_nft_add_element(&change->batch, set, &element, true);
}

static int put_pod(struct change *change, const struct cni_addr *addr,
		   const struct cni_isolation_spec *spec)
{
	struct cni_nft_set pods = isolation_pods(addr->family);
	struct cni_nft_set home = isolation_home(addr->family);
	uint8_t key[CNI_NFT_KEY_MAX];
	int ret;

	ret = release_pod(change, addr, true);
	if (ret == 0)
		ret = release_home(change, addr, spec->bridge, true);
	if (ret < 0)
		return ret;
	isolation_pod_key(key, addr);
	put_element(change, &pods, key, isolation_chain(spec->level));
	isolation_home_key(key, addr, spec->bridge);
	put_element(change, &home, key, NULL);
	return 0;
}

static void put_bridge(struct change *change, const char *bridge)
{
	struct cni_nft_set bridges = isolation_bridges();
	struct cni_nft_element element = { 0 };

	memcpy(element.key, change->key, sizeof(change->key));
	memcpy(element.data, bridge, strnlen(bridge, ISOLATION_NAME_SIZE - 1));
	cni_owner_comment(change->owner, element.comment);
	cni_nft_add_element(&change->batch, &bridges, &element, true);
}

/* What @spec asks for; nothing for level NONE. */
static int addresses_of(const struct cni_isolation_spec *spec,
			struct nft_addresses *ret_wanted,
			struct cni_error *reterr)
{
	int ret = 0;

	ret_wanted->count = 0;
	if (!spec || spec->level == CNI_ISOLATION_NONE)
		return 0;
	for (size_t i = 0; i < spec->address_count && ret == 0; i++)
		ret = nft_addresses_put(ret_wanted, &spec->addresses[i].addr);
	return ret < 0 ? cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
					 "isolation")
		       : 0;
}

/* @spec: NULL to remove. */
static int change_once(struct cni_nft *nft, const struct cni_owner *owner,
		       const struct cni_isolation_spec *spec,
		       struct cni_error *reterr)
{
	struct change change = { .nft = nft, .owner = owner, .reterr = reterr };
	struct nft_addresses wanted;
	uint32_t generation = 0;
	struct state state;
	int ret;

	ret = addresses_of(spec, &wanted, reterr);
	if (ret == 0)
		ret = cni_nft_generation(nft, &generation, reterr);
	if (ret < 0)
		return ret;
	cni_owner_key(owner, change.key);
	cni_nft_batch_init(&change.batch, generation);
	if (wanted.count)
		ret = isolation_base_add(nft, &change.batch, reterr);
	if (ret == 0)
		ret = read_state(&change, &state);
	if (ret == 0)
		ret = remove_state(&change, &state, &wanted,
				   spec && wanted.count ? spec->bridge : "");
	for (size_t i = 0; i < wanted.count && ret == 0; i++)
		ret = put_pod(&change, &wanted.items[i], spec);
	if (ret == 0 && wanted.count) {
		nft_index_add(&change.batch, &isolation_table, owner, &wanted);
		put_bridge(&change, spec->bridge);
	}
	if (ret == 0)
		ret = cni_nft_batch_send(nft, &change.batch, reterr);
	cni_nft_batch_done(&change.batch);
	return ret;
}

static int change_isolation(struct cni_nft *nft, const struct cni_owner *owner,
			    const struct cni_isolation_spec *spec,
			    struct cni_error *reterr)
{
	int ret = -ERESTART;

	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = change_once(nft, owner, spec, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "isolation") : 0;
}

int cni_isolation_add(struct cni_nft *nft, const struct cni_owner *owner,
		      const struct cni_isolation_spec *spec,
		      struct cni_error *reterr)
{
	return change_isolation(nft, owner, spec, reterr);
}

int cni_isolation_del(struct cni_nft *nft, const struct cni_owner *owner,
		      struct cni_error *reterr)
{
	return nft ? change_isolation(nft, owner, NULL, reterr) : 0;
}

static int check_pod(struct cni_nft *nft, const struct cni_owner *owner,
		     const struct cni_addr *addr,
		     const struct cni_isolation_spec *spec,
		     struct cni_error *reterr)
{
	struct cni_nft_set sets[] = { isolation_pods(addr->family),
				      isolation_home(addr->family) };
	uint8_t keys[2][CNI_NFT_KEY_MAX];
	char text[CNI_ADDR_STRLEN];

	isolation_pod_key(keys[0], addr);
	isolation_home_key(keys[1], addr, spec->bridge);
	for (size_t i = 0; i < 2; i++) {
		struct cni_nft_element element = { 0 };
		int ret = cni_nft_get_element(nft, &sets[i], keys[i], &element,
					      reterr);

		if (ret < 0)
			return ret;
		if (ret > 0 && cni_owner_matches(owner, element.comment) &&
		    (i > 0 ||
		     strcmp(element.chain, isolation_chain(spec->level)) == 0))
			continue;
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
				     "isolation: \"%s\" of nf_tables table "
				     "\"inet %s\" %s \"%s\"",
				     sets[i].name, isolation_table.name,
				     ret ? "leads elsewhere for"
					 : "does not have",
				     cni_addr_format(addr, text));
	}
	return 0;
}

int cni_isolation_check(struct cni_nft *nft, const struct cni_owner *owner,
			const struct cni_isolation_spec *spec,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	struct nft_addresses wanted;
	int ret;

	cni_nft_batch_init(&batch, 0);
	ret = addresses_of(spec, &wanted, reterr);
	for (size_t i = 0; i < wanted.count && ret == 0; i++)
		ret = check_pod(nft, owner, &wanted.items[i], spec, reterr);
	if (ret < 0 || wanted.count == 0)
		return ret;
	isolation_base_put(&batch);
	ret = cni_nft_verify(nft, &batch, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "isolation") : 0;
}

static int gc_once(struct cni_nft *nft, const char *network,
		   const struct nft_keys *living, struct cni_error *reterr)
{
	struct cni_nft_set sets[] = {
		isolation_pods(AF_INET),
		isolation_pods(AF_INET6),
		isolation_home(AF_INET),
		isolation_home(AF_INET6),
		nft_index_set(&isolation_table, AF_INET),
		nft_index_set(&isolation_table, AF_INET6),
		isolation_bridges(),
	};
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	uint32_t generation = 0;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	cni_nft_batch_init(&batch, generation);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]) && ret == 0;
	     i++) {
		CNI_CLEANUP(nft_dead) struct nft_dead dead = { 0 };

		ret = nft_dead_find(nft, &sets[i], network, living, &dead,
				    reterr);
		nft_dead_remove(&batch, &sets[i], &dead);
	}
	return ret < 0 ? ret : cni_nft_batch_send(nft, &batch, reterr);
}

int cni_isolation_gc(struct cni_nft *nft, const char *network,
		     const struct cni_owner *valid, size_t count,
		     struct cni_error *reterr)
{
	CNI_CLEANUP(nft_keys) struct nft_keys living = { 0 };
	int ret;

	if (!nft)
		return 0;
	if (nft_keys_of(valid, count, &living) < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, ENOMEM,
				       "isolation");
	ret = -ERESTART;
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = gc_once(nft, network, &living, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret, "isolation") : 0;
}
