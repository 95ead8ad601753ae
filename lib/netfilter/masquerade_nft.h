/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade_nft.h - the masquerade table of nf_tables
 *
 * Every verb looks first and then sends one transaction for the ruleset it has
 * looked at; when somebody was faster, it looks again.
 */
#ifndef CNI_MASQUERADE_NFT_H
#define CNI_MASQUERADE_NFT_H

#include "cni/nft_set.h"
#include "cni/owner.h"
#include "masquerade_internal.h"
#include "nft_index.h"

extern const struct cni_nft_table masq_table;

/**
 * enum masq_map - the maps from a pod's address to a chain
 * @MASQ_PODS: at the postrouting hook, to the policy's chain
 * @MASQ_INVALID: at the forward hook, for packets without valid connection
 */
enum masq_map { MASQ_PODS, MASQ_INVALID, MASQ_MAP_COUNT };

/** masq_set() - pods4, pods6, invalid4 or invalid6 */
struct cni_nft_set masq_set(enum masq_map map, int family);

/** masq_get() - look an address up; as cni_nft_get_element() */
int masq_get(struct cni_nft *nft, enum masq_map map,
	     const struct cni_addr *addr, struct cni_nft_element *ret_element,
	     struct cni_error *reterr);

/**
 * struct masq_lost - a policy chain that may have lost its last user
 * @chain: its name
 * @refs: how many elements will no longer lead to it
 */
struct masq_lost {
	char chain[MASQ_CHAIN_SIZE];
	uint32_t refs;
};

/**
 * struct masq_plan - one transaction under construction
 * @batch: its messages
 * @lost: chains whose users were removed; owned
 * @count: how many
 */
struct masq_plan {
	struct cni_nft_batch batch;
	struct masq_lost *lost;
	size_t count;
};

void masq_plan_init(struct masq_plan *plan, uint32_t generation);
void masq_plan_done(struct masq_plan *plan);

CNI_DEFINE_CLEANUP(masq_plan, struct masq_plan, masq_plan_done);

/** masq_plan_lose() - note that an element leading to @chain goes; -ENOMEM */
int masq_plan_lose(struct masq_plan *plan, const char *chain);

/** masq_plan_note() - remove @chain if nothing leads to it; 0 or -ENOMEM */
int masq_plan_note(struct masq_plan *plan, const char *chain);

/**
 * masq_plan_release() - remove the elements of an address
 * @nft: open handle
 * @plan: gets the removals
 * @map: of which map
 * @addr: which address
 * @owner: only when the element is this attachment's; NULL whosever it is
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int masq_plan_release(struct cni_nft *nft, struct masq_plan *plan,
		      enum masq_map map, const struct cni_addr *addr,
		      const struct cni_owner *owner, struct cni_error *reterr);

/**
 * masq_plan_finish() - remove the chains that lose their last user
 * @nft: open handle
 * @plan: all elements were added to it
 * @kept: chains that get users in this transaction; NULL-terminated
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int masq_plan_finish(struct cni_nft *nft, struct masq_plan *plan,
		     const char *const *kept, struct cni_error *reterr);

/* Rules of each base chain: one for IPv4, one for IPv6. */
#define MASQ_BASE_RULES 2

/**
 * masq_base_add() - add what is missing of table, maps and base chains
 * @nft: open handle
 * @plan: gets the additions
 * @all_sets: add also maps that should be there, in case
 *	somebody has deleted them
 * @reterr: the kernel's refusal
 *
 * Return: 0 or a negative errno.
 */
int masq_base_add(struct cni_nft *nft, struct masq_plan *plan, bool all_sets,
		  struct cni_error *reterr);

/** masq_base_put() - add the table with maps and base chains, all of it new */
void masq_base_put(struct cni_nft_batch *batch);

/** masq_policy_put() - add the policy's chains with their rules, all new */
void masq_policy_put(struct cni_nft_batch *batch,
		     const struct masq_policy *policy);

/** masq_policy_add() - add the policy's chains, or repair damaged ones */
int masq_policy_add(struct cni_nft *nft, struct masq_plan *plan,
		    const struct masq_policy *policy, struct cni_error *reterr);

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
