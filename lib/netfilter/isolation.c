/* SPDX-License-Identifier: Apache-2.0 */
/* isolation.c - who may reach the pods: ADD and DEL */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "isolation_table.h"
#include "nft_index.h"

/**
 * struct change - one attachment's transaction
 * @nft: open handle
 * @batch: under construction
 * @owner: the attachment
 * @key: its key
 * @wanted: addresses it is to have; none to remove it
 * @spec: how; NULL to remove it
 * @reterr: for the kernel's refusals
 */
struct change {
	struct cni_nft *nft;
	struct cni_nft_batch batch;
	const struct cni_owner *owner;
	uint8_t key[CNI_OWNER_KEY];
	struct nft_addresses wanted;
	const struct cni_isolation_spec *spec;
	struct cni_error *reterr;
};

/* @any_owner: in ADD the address is ours by now, whoever has it. */
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
	static const enum cni_isolation_level levels[] = {
		CNI_ISOLATION_BRIDGE, CNI_ISOLATION_STRICT
	};
	uint8_t key[CNI_NFT_KEY_MAX];
	int ret = 0;

	isolation_pod_key(key, addr);
	for (size_t i = 0; i < 2 && ret == 0; i++) {
		struct cni_nft_set set =
			isolation_pods(levels[i], addr->family);

		ret = release(change, &set, key, any_owner);
	}
	return ret;
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
	struct cni_nft_element bridge;
	bool has_bridge;
};

static int read_state(struct change *change, struct state *ret_state)
{
	struct cni_nft_set bridges = isolation_bridges();
	int ret;

	*ret_state = (struct state) { 0 };
	ret = nft_index_read(change->nft, &isolation_table, change->key,
			     &ret_state->addresses, change->reterr);
	if (ret < 0)
		return ret;
	ret = cni_nft_get_element(change->nft, &bridges, change->key,
				  &ret_state->bridge, change->reterr);
	ret_state->has_bridge = ret > 0;
	return ret < 0 ? ret : 0;
}

static int remove_state(struct change *change, const struct state *state)
{
	const char *bridge = (const char *)state->bridge.data;
	struct cni_nft_set bridges = isolation_bridges();
	int ret = 0;

	for (size_t i = 0; i < state->addresses.count && ret == 0; i++) {
		const struct cni_addr *addr = &state->addresses.items[i];
		bool stays = change->spec &&
			     nft_addresses_have(&change->wanted, addr);

		/* What stays is released with whatever else has the address. */
		if (!stays)
			ret = release_pod(change, addr, false);
		if (ret == 0 &&
		    (!stays || strcmp(bridge, change->spec->bridge) != 0))
			ret = release_home(change, addr, bridge, false);
	}
	if (ret < 0)
		return ret;
	nft_index_del(&change->batch, &isolation_table, change->key,
		      &state->addresses);
	if (state->has_bridge)
		cni_nft_del_element(&change->batch, &bridges, &state->bridge);
	return 0;
}

static void put_element(struct change *change, const struct cni_nft_set *set,
			struct cni_nft_element *element)
{
	cni_owner_comment(change->owner, element->comment);
	cni_nft_add_element(&change->batch, set, element, true);
}

static int put_pod(struct change *change, const struct cni_addr *addr)
{
	const struct cni_isolation_spec *spec = change->spec;
	struct cni_nft_set pods = isolation_pods(spec->level, addr->family);
	struct cni_nft_set home = isolation_home(addr->family);
	struct cni_nft_element element = { 0 };
	int ret;

	ret = release_pod(change, addr, true);
	if (ret == 0)
		ret = release_home(change, addr, spec->bridge, true);
	if (ret < 0)
		return ret;
	isolation_pod_key(element.key, addr);
	put_element(change, &pods, &element);
	isolation_home_key(element.key, addr, spec->bridge);
	put_element(change, &home, &element);
	return 0;
}

static int put_wanted(struct change *change)
{
	struct cni_nft_set bridges = isolation_bridges();
	struct cni_nft_element element = { 0 };
	int ret = 0;

	if (!change->spec || change->wanted.count == 0)
		return 0;
	for (size_t i = 0; i < change->wanted.count && ret == 0; i++)
		ret = put_pod(change, &change->wanted.items[i]);
	if (ret < 0)
		return ret;
	nft_index_add(&change->batch, &isolation_table, change->owner,
		      &change->wanted);
	memcpy(element.key, change->key, sizeof(change->key));
	memcpy(element.data, change->spec->bridge,
	       strnlen(change->spec->bridge, ISOLATION_NAME_SIZE - 1));
	put_element(change, &bridges, &element);
	return 0;
}

static int change_once(struct change *change, bool all_sets)
{
	uint32_t generation = 0;
	struct state state;
	int ret;

	ret = cni_nft_generation(change->nft, &generation, change->reterr);
	if (ret < 0)
		return ret;
	cni_nft_batch_init(&change->batch, generation);
	if (change->wanted.count)
		ret = isolation_base_add(change->nft, &change->batch, all_sets,
					 change->reterr);
	if (ret == 0)
		ret = read_state(change, &state);
	if (ret == 0)
		ret = remove_state(change, &state);
	if (ret == 0)
		ret = put_wanted(change);
	if (ret == 0)
		ret = cni_nft_batch_send(change->nft, &change->batch,
					 change->reterr);
	cni_nft_batch_done(&change->batch);
	return ret;
}

static int apply(struct change *change)
{
	int ret = -ERESTART;

	cni_owner_key(change->owner, change->key);
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = change_once(change, false);
	/* A set that no rule refers to was deleted by somebody. */
	if (ret == -ENOENT)
		ret = change_once(change, true);
	return ret < 0 ? cni_error_prefix(change->reterr, ret, "isolation") : 0;
}

int cni_isolation_add(struct cni_nft *nft, const struct cni_owner *owner,
		      const struct cni_isolation_spec *spec,
		      struct cni_error *reterr)
{
	struct change change = {
		.nft = nft, .owner = owner, .spec = spec, .reterr = reterr
	};
	int ret = 0;

	if (spec->level != CNI_ISOLATION_NONE)
		for (size_t i = 0; i < spec->address_count && ret == 0; i++)
			ret = nft_addresses_put(&change.wanted,
						&spec->addresses[i].addr);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "isolation");
	return apply(&change);
}

int cni_isolation_del(struct cni_nft *nft, const struct cni_owner *owner,
		      struct cni_error *reterr)
{
	struct change change = { .nft = nft, .owner = owner, .reterr = reterr };

	return nft ? apply(&change) : 0;
}
