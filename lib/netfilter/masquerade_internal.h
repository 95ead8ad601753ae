/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade_internal.h - what the files of the masquerade module share
 */
#ifndef CNI_MASQUERADE_INTERNAL_H
#define CNI_MASQUERADE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/masquerade.h"

/* Bytes that identify a policy: 8 of the network's hash, 8 of its own. */
#define MASQ_POLICY_ID 16

/* "masq4-", 16 hex digits, "-", 16 hex digits, NUL */
#define MASQ_NAME_SIZE 40

/**
 * struct masq_names - what the objects of a policy are called
 * @pods: set of the addresses it applies to
 * @masq_chain: chain that masquerades
 * @drop_chain: chain that drops invalid packets
 */
struct masq_names {
	char pods[MASQ_NAME_SIZE];
	char masq_chain[MASQ_NAME_SIZE];
	char drop_chain[MASQ_NAME_SIZE];
};

/** masq_names_of() - names of a policy's objects */
void masq_names_of(int family, const uint8_t id[static MASQ_POLICY_ID],
		   struct masq_names *ret_names);

/**
 * masq_policy_of_chain() - whose masq_chain is this?
 * @chain: name of a chain
 * @ret_family: AF_INET or AF_INET6
 * @ret_id: the policy
 *
 * Return: false when it is not one.
 */
bool masq_policy_of_chain(const char *chain, int *ret_family,
			  uint8_t ret_id[static MASQ_POLICY_ID]);

/**
 * struct masq_policy - how one network's addresses of one family are treated
 * @family: AF_INET or AF_INET6
 * @left_alone: destinations that are not masqueraded: the attachment's subnets,
 *	the excluded ones, multicast; sorted, none inside another; owned
 * @count: how many
 * @random: fully random source ports
 * @drop_invalid: whether the drop chain is used
 * @id: derived from the network and all of the above, so an equal id is an
 *	equal policy
 * @names: derived from @id
 *
 * Attachments with the same policy share its objects.
 */
struct masq_policy {
	int family;
	struct cni_prefix *left_alone;
	size_t count;
	bool random;
	bool drop_invalid;
	uint8_t id[MASQ_POLICY_ID];
	struct masq_names names;
};

/**
 * masq_wants() - is any address of the family to be masqueraded?
 * @spec: as given to ADD
 * @family: AF_INET or AF_INET6
 */
bool masq_wants(const struct cni_masquerade_spec *spec, int family);

/**
 * masq_policy_build() - derive the policy from what ADD was told
 * @network: network name
 * @spec: as given to ADD
 * @family: AF_INET or AF_INET6
 * @ret_policy: free with masq_policy_done()
 *
 * Return: 0 or -ENOMEM.
 */
int masq_policy_build(const char *network,
		      const struct cni_masquerade_spec *spec, int family,
		      struct masq_policy *ret_policy);

void masq_policy_done(struct masq_policy *policy);

CNI_DEFINE_CLEANUP(masq_policy, struct masq_policy, masq_policy_done);

#endif /* CNI_MASQUERADE_INTERNAL_H */
