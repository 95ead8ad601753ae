/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade_nft.h - the masquerade table of nf_tables
 *
 * Every verb looks first and then sends one transaction for the ruleset it has
 * looked at; when somebody was faster, it looks again.
 *
 * Why a set per policy and not one map from address to chain: with every
 * element of a map to verdicts that is added, the kernel checks the whole map
 * for loops (nft_chain_validate()), which costs more the more elements it has.
 */
#ifndef CNI_MASQUERADE_NFT_H
#define CNI_MASQUERADE_NFT_H

#include "cni/nft_set.h"
#include "cni/owner.h"
#include "masquerade_internal.h"
#include "nft_index.h"

extern const struct cni_nft_table masq_table;

/** masq_pods_map() - whose an address is, and which policy it is under */
struct cni_nft_set masq_pods_map(int family);

/** masq_pods_set() - the addresses of a policy; @name of masq_names_of() */
struct cni_nft_set masq_pods_set(int family, const char *name);

/** masq_get() - look an address up in masq_pods_map(); 1, 0 or -errno */
int masq_get(struct cni_nft *nft, const struct cni_addr *addr,
	     struct cni_nft_element *ret_element, struct cni_error *reterr);

/**
 * masq_base_add() - add what is missing of table, maps and base chains
 * @nft: open handle
 * @batch: gets the additions
 * @all_sets: add also maps that should be there, in case somebody has deleted
 *	them
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int masq_base_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		  bool all_sets, struct cni_error *reterr);

/** masq_policy_add() - add the policy's objects, or repair damaged ones */
int masq_policy_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		    const struct masq_policy *policy, struct cni_error *reterr);

/**
 * masq_policy_check() - is the policy as masq_policy_add() makes it?
 *
 * Return: 0; -ENOENT with code 140; another negative errno.
 */
int masq_policy_check(struct cni_nft *nft, const struct masq_policy *policy,
		      struct cni_error *reterr);

/** masq_policy_del() - remove a policy's objects, as far as they are there */
int masq_policy_del(struct cni_nft *nft, struct cni_nft_batch *batch,
		    int family, const uint8_t id[static MASQ_POLICY_ID],
		    struct cni_error *reterr);

/**
 * struct masq_gone - an address that is to be removed
 * @addr: the address
 * @policy: which it is under
 * @policy_goes: the policy loses its last address; set by masq_plan_finish()
 */
struct masq_gone {
	struct cni_addr addr;
	uint8_t policy[MASQ_POLICY_ID];
	bool policy_goes;
};

/**
 * struct masq_plan - one transaction under construction
 * @batch: its messages
 * @gone: addresses it removes; owned
 * @count: how many
 * @capacity: room at @gone
 */
struct masq_plan {
	struct cni_nft_batch batch;
	struct masq_gone *gone;
	size_t count;
	size_t capacity;
};

void masq_plan_init(struct masq_plan *plan, uint32_t generation);
void masq_plan_done(struct masq_plan *plan);

CNI_DEFINE_CLEANUP(masq_plan, struct masq_plan, masq_plan_done);

/** masq_plan_put() - plan the removal of an address; 0 or -ENOMEM */
int masq_plan_put(struct masq_plan *plan, const struct masq_gone *gone);

/**
 * masq_plan_release() - plan the removal of an address
 * @nft: open handle
 * @plan: the plan
 * @addr: which address
 * @owner: only when it is this attachment's; NULL whosever it is
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int masq_plan_release(struct cni_nft *nft, struct masq_plan *plan,
		      const struct cni_addr *addr,
		      const struct cni_owner *owner, struct cni_error *reterr);

/**
 * masq_plan_finish() - remove addresses, and policies that lose their last one
 * @nft: open handle
 * @plan: all that goes was put in
 * @kept: policies that get addresses in this transaction, of IPv4 and IPv6;
 *	NULL for none
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int masq_plan_finish(struct cni_nft *nft, struct masq_plan *plan,
		     const struct masq_policy *kept, struct cni_error *reterr);

/* masq_nft_add() - cni_masquerade_add() by nf_tables */
int masq_nft_add(struct cni_nft *nft, const struct cni_owner *owner,
		 const struct cni_masquerade_spec *spec,
		 struct cni_error *reterr);

/* masq_nft_check() - cni_masquerade_check() in nf_tables */
int masq_nft_check(struct cni_nft *nft, const struct cni_owner *owner,
		   const struct cni_masquerade_spec *spec,
		   struct cni_error *reterr);

/* masq_nft_del() - cni_masquerade_del() in nf_tables, Go's rules included */
int masq_nft_del(struct cni_nft *nft, const struct cni_owner *owner,
		 struct cni_error *reterr);

/* masq_nft_gc() - cni_masquerade_gc() in nf_tables, Go's rules included */
int masq_nft_gc(struct cni_nft *nft, const char *network,
		const struct cni_owner *valid, size_t count,
		struct cni_error *reterr);

#endif /* CNI_MASQUERADE_NFT_H */
