/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masquerade_internal.h - what the files of the masquerade module share
 */
#ifndef CNI_MASQUERADE_INTERNAL_H
#define CNI_MASQUERADE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "cni/cleanup.h"
#include "cni/masquerade.h"

/* "masq-" or "drop-", 16 hex digits, "-", 16 hex digits, NUL */
#define MASQ_CHAIN_SIZE 39
/* "-", 16 hex digits, "-": what follows "masq" or "drop" in a network's chains
 */
#define MASQ_NETWORK_LEN 18

/**
 * struct masq_policy - how one network's addresses of one family are treated
 * @family: AF_INET or AF_INET6
 * @left_alone: destinations that are not masqueraded: the attachment's subnets,
 *	the excluded ones, multicast; sorted, none inside another; owned
 * @count: how many
 * @random: fully random source ports
 * @drop_invalid: whether @drop_chain is used
 * @masq_chain: name of the chain that masquerades the rest
 * @drop_chain: name of the chain that drops the rest of the invalid packets
 *
 * Attachments with the same policy share its chains; the names are derived
 * from all the other fields and the network, so an equal name is an equal
 * policy.
 */
struct masq_policy {
	int family;
	struct cni_prefix *left_alone;
	size_t count;
	bool random;
	bool drop_invalid;
	char masq_chain[MASQ_CHAIN_SIZE];
	char drop_chain[MASQ_CHAIN_SIZE];
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

/**
 * masq_chain_of_network() - is this one of a network's policy chains?
 * @chain: name of a chain
 * @network: network name
 */
bool masq_chain_of_network(const char *chain, const char *network);

#endif /* CNI_MASQUERADE_INTERNAL_H */
