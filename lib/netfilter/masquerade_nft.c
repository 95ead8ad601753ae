/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_nft.c - ADD and CHECK of masquerading in nf_tables */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "masquerade_nft.h"

static const int families[] = { AF_INET, AF_INET6 };

/**
 * struct wanted - what an ADD is to result in
 * @owner: the attachment
 * @addresses: those to be masqueraded
 * @policies: of IPv4 and IPv6; family 0 when there is no such address
 */
struct wanted {
	const struct cni_owner *owner;
	struct nft_addresses addresses;
	struct masq_policy policies[2];
};

static void wanted_done(struct wanted *wanted)
{
	masq_policy_done(&wanted->policies[0]);
	masq_policy_done(&wanted->policies[1]);
}

CNI_DEFINE_CLEANUP(wanted, struct wanted, wanted_done);

static int wanted_build(const struct cni_owner *owner,
			const struct cni_masquerade_spec *spec,
			struct wanted *wanted, struct cni_error *reterr)
{
	int ret = 0;

	*wanted = (struct wanted) { .owner = owner };
	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (masq_wants(spec, families[i]))
			ret = masq_policy_build(owner->network, spec,
						families[i],
						&wanted->policies[i]);
	for (size_t i = 0; i < spec->address_count && ret == 0; i++) {
		const struct cni_addr *addr = &spec->addresses[i].addr;

		if (masq_wants(spec, addr->family))
			ret = nft_addresses_put(&wanted->addresses, addr);
	}
	return ret < 0 ? cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
					 "prepare the rules")
		       : 0;
}

static const struct masq_policy *policy_of(const struct wanted *wanted,
					   const struct cni_addr *addr)
{
	return &wanted->policies[addr->family == AF_INET6];
}

/**
 * enum place - where an address is
 * @ELSEWHERE: another attachment has it, or this one under another policy
 * @MAP_ONLY: somebody emptied the policy's set
 * @SET_ONLY: somebody emptied the map
 */
enum place { NOWHERE, ELSEWHERE, MAP_ONLY, SET_ONLY, WHERE_WANTED };

/* Return: enum place, or a negative errno. */
static int find_address(struct cni_nft *nft, const struct wanted *wanted,
			const struct cni_addr *addr, struct cni_error *reterr)
{
	const struct masq_policy *policy = policy_of(wanted, addr);
	struct cni_nft_set set =
		masq_pods_set(addr->family, policy->names.pods);
	struct cni_nft_element element = { 0 };
	int mapped;
	int ret;

	mapped = masq_get(nft, addr, &element, reterr);
	if (mapped < 0)
		return mapped;
	if (mapped &&
	    (memcmp(element.data, policy->id, sizeof(policy->id)) != 0 ||
	     !cni_owner_matches(wanted->owner, element.comment)))
		return ELSEWHERE;
	ret = cni_nft_get_element(nft, &set, addr->bytes, &element, reterr);
	if (ret <= 0)
		return ret < 0 ? ret : mapped ? MAP_ONLY : NOWHERE;
	if (!mapped)
		return SET_ONLY;
	return WHERE_WANTED;
}

static void put_elements(struct cni_nft_batch *batch,
			 const struct wanted *wanted,
			 const struct cni_addr *addr)
{
	const struct masq_policy *policy = policy_of(wanted, addr);
	struct cni_nft_set map = masq_pods_map(addr->family);
	struct cni_nft_set set =
		masq_pods_set(addr->family, policy->names.pods);
	struct cni_nft_element element = { 0 };

	memcpy(element.key, addr->bytes, map.key_len);
	memcpy(element.data, policy->id, sizeof(policy->id));
	cni_owner_comment(wanted->owner, element.comment);
	cni_nft_add_element(batch, &map, &element, true);
	cni_nft_add_element(batch, &set, &element, true);
}

static void del_from_set(struct cni_nft_batch *batch,
			 const struct wanted *wanted,
			 const struct cni_addr *addr)
{
	struct cni_nft_set set = masq_pods_set(
		addr->family, policy_of(wanted, addr)->names.pods);
	struct cni_nft_element element = { 0 };

	memcpy(element.key, addr->bytes, set.key_len);
	cni_nft_del_element(batch, &set, &element);
}

/**
 * struct addition - an ADD under construction
 * @plan: its transaction
 * @missing: addresses to be entered
 */
struct addition {
	struct masq_plan plan;
	struct nft_addresses missing;
};

/* An address that another attachment has is taken over: the lease is ours. */
static int look_at_wanted(struct cni_nft *nft, const struct wanted *wanted,
			  struct addition *addition, struct cni_error *reterr)
{
	for (size_t i = 0; i < wanted->addresses.count; i++) {
		const struct cni_addr *addr = &wanted->addresses.items[i];
		int place = find_address(nft, wanted, addr, reterr);
		int ret = 0;

		if (place < 0)
			return place;
		if (place == WHERE_WANTED)
			continue;
		if (place == SET_ONLY)
			del_from_set(&addition->plan.batch, wanted, addr);
		else if (place != NOWHERE)
			ret = masq_plan_release(nft, &addition->plan, addr,
						NULL, reterr);
		if (ret < 0)
			return ret;
		(void)nft_addresses_put(&addition->missing, addr);
	}
	return 0;
}

/* What an earlier ADD left: addresses that it had, the index entries. */
static int look_at_old(struct cni_nft *nft, const struct wanted *wanted,
		       struct addition *addition, struct cni_error *reterr)
{
	struct cni_nft_batch *batch = &addition->plan.batch;
	uint8_t key[CNI_OWNER_KEY];
	struct nft_addresses old;
	int ret;

	cni_owner_key(wanted->owner, key);
	ret = nft_index_read(nft, &masq_table, key, &old, reterr);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < old.count && ret == 0; i++)
		if (!nft_addresses_have(&wanted->addresses, &old.items[i]))
			ret = masq_plan_release(nft, &addition->plan,
						&old.items[i], wanted->owner,
						reterr);
	if (ret < 0 || (nft_addresses_equal(&old, &wanted->addresses) &&
			addition->missing.count == 0))
		return ret;
	nft_index_del(batch, &masq_table, key, &old);
	nft_index_add(batch, &masq_table, wanted->owner, &wanted->addresses);
	return 0;
}

static int add_policies(struct cni_nft *nft, const struct wanted *wanted,
			struct cni_nft_batch *batch, bool all_sets,
			struct cni_error *reterr)
{
	int ret;

	if (wanted->addresses.count == 0)
		return 0;
	ret = masq_base_add(nft, batch, all_sets, reterr);
	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (wanted->policies[i].family)
			ret = masq_policy_add(nft, batch, &wanted->policies[i],
					      reterr);
	return ret;
}

static int add_once(struct cni_nft *nft, const struct wanted *wanted,
		    bool all_sets, struct cni_error *reterr)
{
	struct addition addition = { 0 };
	uint32_t generation = 0;
	int ret;

	ret = cni_nft_generation(nft, &generation, reterr);
	if (ret < 0)
		return ret;
	masq_plan_init(&addition.plan, generation);
	ret = add_policies(nft, wanted, &addition.plan.batch, all_sets, reterr);
	if (ret == 0)
		ret = look_at_wanted(nft, wanted, &addition, reterr);
	if (ret == 0)
		ret = look_at_old(nft, wanted, &addition, reterr);
	if (ret == 0)
		ret = masq_plan_finish(nft, &addition.plan, wanted->policies,
				       reterr);
	for (size_t i = 0; i < addition.missing.count && ret == 0; i++)
		put_elements(&addition.plan.batch, wanted,
			     &addition.missing.items[i]);
	if (ret == 0)
		ret = cni_nft_batch_send(nft, &addition.plan.batch, reterr);
	masq_plan_done(&addition.plan);
	return ret;
}

int masq_nft_add(struct cni_nft *nft, const struct cni_owner *owner,
		 const struct cni_masquerade_spec *spec,
		 struct cni_error *reterr)
{
	CNI_CLEANUP(wanted) struct wanted wanted = { 0 };
	int ret;

	ret = wanted_build(owner, spec, &wanted, reterr);
	if (ret < 0)
		return ret;
	ret = -ERESTART;
	for (int i = 0; i < CNI_NFT_ATTEMPTS && ret == -ERESTART; i++)
		ret = add_once(nft, &wanted, false, reterr);
	/* A map that no rule refers to was deleted by somebody. */
	if (ret == -ENOENT)
		ret = add_once(nft, &wanted, true, reterr);
	return ret;
}

static int check_address(struct cni_nft *nft, const struct wanted *wanted,
			 const struct cni_addr *addr, struct cni_error *reterr)
{
	int place = find_address(nft, wanted, addr, reterr);
	char text[CNI_ADDR_STRLEN];

	if (place < 0 || place == WHERE_WANTED)
		return place < 0 ? place : 0;
	return cni_error_set(
		reterr, CNI_CODE_CHECK_FAILED, ENOENT,
		"nf_tables table \"inet %s\" does not have \"%s\"%s",
		masq_table.name, cni_addr_format(addr, text),
		place == ELSEWHERE ? " under this attachment's policy" : "");
}

int masq_nft_check(struct cni_nft *nft, const struct cni_owner *owner,
		   const struct cni_masquerade_spec *spec,
		   struct cni_error *reterr)
{
	CNI_CLEANUP(wanted) struct wanted wanted = { 0 };
	int ret;

	ret = wanted_build(owner, spec, &wanted, reterr);
	for (size_t i = 0; i < wanted.addresses.count && ret == 0; i++)
		ret = check_address(nft, &wanted, &wanted.addresses.items[i],
				    reterr);
	for (size_t i = 0; i < 2 && ret == 0; i++)
		if (wanted.policies[i].family)
			ret = masq_policy_check(nft, &wanted.policies[i],
						reterr);
	return ret;
}
