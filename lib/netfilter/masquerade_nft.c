/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_nft.c - ADD and CHECK of masquerading in nf_tables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter/nf_tables.h>

#include "cni/nft_verify.h"
#include "masquerade_nft.h"

static const int families[] = { AF_INET, AF_INET6 };

/**
 * struct wanted - what an ADD is to result in
 * @owner: the attachment
 * @addresses: those to be masqueraded
 * @policies: of IPv4 and IPv6; without chain name when not wanted
 * @kept: names of the chains that get users
 */
struct wanted {
	const struct cni_owner *owner;
	struct nft_addresses addresses;
	struct masq_policy policies[2];
	const char *kept[5];
};

static void wanted_done(struct wanted *wanted)
{
	masq_policy_done(&wanted->policies[0]);
	masq_policy_done(&wanted->policies[1]);
}

CNI_DEFINE_CLEANUP(wanted, struct wanted, wanted_done);

static int wanted_build(const struct cni_owner *owner,
			const struct cni_masquerade_spec *spec,
			struct wanted *wanted)
{
	size_t kept = 0;
	int ret = 0;

	*wanted = (struct wanted) { .owner = owner };
	for (size_t i = 0; i < 2 && ret == 0; i++) {
		struct masq_policy *policy = &wanted->policies[i];

		if (!masq_wants(spec, families[i]))
			continue;
		ret = masq_policy_build(owner->network, spec, families[i],
					policy);
		wanted->kept[kept++] = policy->masq_chain;
		if (policy->drop_invalid)
			wanted->kept[kept++] = policy->drop_chain;
	}
	for (size_t i = 0; i < spec->address_count && ret == 0; i++) {
		const struct cni_addr *addr = &spec->addresses[i].addr;

		if (masq_wants(spec, addr->family))
			ret = nft_addresses_put(&wanted->addresses, addr);
	}
	return ret;
}

static const struct masq_policy *policy_of(const struct wanted *wanted,
					   int family)
{
	return &wanted->policies[family == AF_INET6];
}

/* The chain an address is to lead to; NULL when the map is not to have it. */
static const char *target_of(const struct wanted *wanted, enum masq_map map,
			     const struct cni_addr *addr)
{
	const struct masq_policy *policy = policy_of(wanted, addr->family);

	if (map == MASQ_PODS)
		return policy->masq_chain;
	return policy->drop_invalid ? policy->drop_chain : NULL;
}

static bool is_as_wanted(const struct wanted *wanted,
			 const struct cni_nft_element *element,
			 const char *target)
{
	return strcmp(element->chain, target) == 0 &&
	       element->verdict == NFT_GOTO &&
	       cni_owner_matches(wanted->owner, element->comment);
}

/* An address that another attachment has is taken over: the lease is ours. */
static int put_address(struct cni_nft *nft, struct masq_plan *plan,
		       const struct wanted *wanted, enum masq_map map,
		       const struct cni_addr *addr, struct cni_error *reterr)
{
	const char *target = target_of(wanted, map, addr);
	struct cni_nft_set set = masq_set(map, addr->family);
	struct cni_nft_element element = { 0 };
	int ret;

	ret = masq_get(nft, map, addr, &element, reterr);
	if (ret < 0 ||
	    (ret > 0 && target && is_as_wanted(wanted, &element, target)))
		return ret < 0 ? ret : 0;
	if (ret > 0)
		ret = masq_plan_release(nft, plan, map, addr, NULL, reterr);
	if (ret < 0 || !target)
		return ret;
	memset(&element, 0, sizeof(element));
	memcpy(element.key, addr->bytes, set.key_len);
	memcpy(element.chain, target, strlen(target));
	element.verdict = NFT_GOTO;
	cni_owner_comment(wanted->owner, element.comment);
	cni_nft_add_element(&plan->batch, &set, &element, true);
	return 0;
}

static int put_addresses(struct cni_nft *nft, struct masq_plan *plan,
			 const struct wanted *wanted, struct cni_error *reterr)
{
	int ret = 0;

	for (size_t i = 0; i < wanted->addresses.count && ret == 0; i++)
		for (int map = 0; map < MASQ_MAP_COUNT && ret == 0; map++)
			ret = put_address(nft, plan, wanted, (enum masq_map)map,
					  &wanted->addresses.items[i], reterr);
	return ret;
}

/* What an earlier ADD left: addresses that it had, the index entries. */
static int replace_old(struct cni_nft *nft, struct masq_plan *plan,
		       const struct wanted *wanted, struct cni_error *reterr)
{
	uint8_t key[CNI_OWNER_KEY];
	struct nft_addresses old;
	int ret;

	cni_owner_key(wanted->owner, key);
	ret = nft_index_read(nft, &masq_table, key, &old, reterr);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < old.count; i++)
		for (int map = 0; map < MASQ_MAP_COUNT && ret == 0; map++)
			if (!nft_addresses_have(&wanted->addresses,
						&old.items[i]))
				ret = masq_plan_release(nft, plan,
							(enum masq_map)map,
							&old.items[i],
							wanted->owner, reterr);
	if (ret < 0 || nft_addresses_equal(&old, &wanted->addresses))
		return ret;
	nft_index_del(&plan->batch, &masq_table, key, &old);
	nft_index_add(&plan->batch, &masq_table, wanted->owner,
		      &wanted->addresses);
	return 0;
}

static int add_once(struct cni_nft *nft, const struct wanted *wanted,
		    bool all_sets, struct cni_error *reterr)
{
	CNI_CLEANUP(masq_plan) struct masq_plan plan;
	uint32_t generation;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	masq_plan_init(&plan, generation);
	if (ret == 0 && wanted->addresses.count)
		ret = masq_base_add(nft, &plan, all_sets, reterr);
	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (wanted->policies[i].masq_chain[0])
			ret = masq_policy_add(nft, &plan, &wanted->policies[i],
					      reterr);
	if (ret == 0)
		ret = replace_old(nft, &plan, wanted, reterr);
	if (ret == 0)
		ret = put_addresses(nft, &plan, wanted, reterr);
	if (ret == 0)
		ret = masq_plan_finish(nft, &plan, wanted->kept, reterr);
	return ret < 0 ? ret : cni_nft_batch_send(nft, &plan.batch, reterr);
}

int masq_nft_add(struct cni_nft *nft, const struct cni_owner *owner,
		 const struct cni_masquerade_spec *spec,
		 struct cni_error *reterr)
{
	CNI_CLEANUP(wanted) struct wanted wanted = { 0 };
	int ret;

	ret = wanted_build(owner, spec, &wanted);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "prepare the masquerade rules");
	ret = -ERESTART;
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = add_once(nft, &wanted, false, reterr);
	/* A map that no rule refers to was deleted by somebody. */
	if (ret == -ENOENT)
		ret = add_once(nft, &wanted, true, reterr);
	return ret;
}

static int check_address(struct cni_nft *nft, const struct wanted *wanted,
			 enum masq_map map, const struct cni_addr *addr,
			 struct cni_error *reterr)
{
	const char *target = target_of(wanted, map, addr);
	struct cni_nft_set set = masq_set(map, addr->family);
	struct cni_nft_element element = { 0 };
	char text[CNI_ADDR_STRLEN];
	int ret;

	if (!target)
		return 0;
	ret = masq_get(nft, map, addr, &element, reterr);
	if (ret < 0)
		return ret;
	if (ret > 0 && is_as_wanted(wanted, &element, target))
		return 0;
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "map \"%s\" of nf_tables table \"inet %s\" %s "
			     "\"%s\"",
			     set.name, masq_table.name,
			     ret ? "leads elsewhere for" : "does not have",
			     cni_addr_format(addr, text));
}

int masq_nft_check(struct cni_nft *nft, const struct cni_owner *owner,
		   const struct cni_masquerade_spec *spec,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(wanted) struct wanted wanted = { 0 };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch;
	int ret;

	cni_nft_batch_init(&batch, 0);
	ret = wanted_build(owner, spec, &wanted);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "prepare the masquerade rules");
	for (size_t i = 0; i < wanted.addresses.count && ret == 0; i++)
		for (int map = 0; map < MASQ_MAP_COUNT && ret == 0; map++)
			ret = check_address(nft, &wanted, (enum masq_map)map,
					    &wanted.addresses.items[i], reterr);
	if (ret < 0 || wanted.addresses.count == 0)
		return ret;
	masq_base_put(&batch);
	for (size_t i = 0; i < 2; i++)
		if (wanted.policies[i].masq_chain[0])
			masq_policy_put(&batch, &wanted.policies[i]);
	return cni_nft_verify(nft, &batch, reterr);
}
