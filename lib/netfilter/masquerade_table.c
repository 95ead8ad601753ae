/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_table.c - the masquerade table: what is not per attachment */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>

#include "cni/nft_expr.h"
#include "masquerade_nft.h"

/* Standard priorities, <linux/netfilter_ipv4.h>: NAT_SRC and FILTER. */
#define PRIORITY_SRCNAT 100
#define PRIORITY_FILTER 0

const struct cni_nft_table masq_table = { NFPROTO_INET, "cni_masquerade" };

static const int families[] = { AF_INET, AF_INET6 };

static const struct cni_nft_chain base_chains[] = {
	{ "postrouting", "nat", NF_INET_POST_ROUTING, PRIORITY_SRCNAT,
	  NF_ACCEPT },
	{ "forward", "filter", NF_INET_FORWARD, PRIORITY_FILTER, NF_ACCEPT },
};

struct cni_nft_set masq_pods_map(int family)
{
	bool ipv6 = family == AF_INET6;

	return (struct cni_nft_set) {
		.table = &masq_table,
		.name = ipv6 ? "pods6" : "pods4",
		.key_type = ipv6 ? CNI_NFT_TYPE_IPV6_ADDR
				 : CNI_NFT_TYPE_IPV4_ADDR,
		.key_len = ipv6 ? 16 : 4,
		.data_type = CNI_NFT_TYPE_IPV6_ADDR,
		.data_len = MASQ_POLICY_ID,
		.comment = "policy of each address",
	};
}

struct cni_nft_set masq_pods_set(int family, const char *name)
{
	struct cni_nft_set set = masq_pods_map(family);

	set.name = name;
	set.data_type = 0;
	set.data_len = 0;
	set.comment = NULL;
	return set;
}

int masq_get(struct cni_nft *nft, const struct cni_addr *addr,
	     struct cni_nft_element *ret_element, struct cni_error *reterr)
{
	struct cni_nft_set set = masq_pods_map(addr->family);

	return cni_nft_get_element(nft, &set, addr->bytes, ret_element, reterr);
}

static void sets_add(struct cni_nft_batch *batch)
{
	cni_nft_add_table(batch, &masq_table, "masquerading of pods");
	nft_index_sets_add(batch, &masq_table);
	for (size_t i = 0; i < 2; i++) {
		struct cni_nft_set map = masq_pods_map(families[i]);

		cni_nft_add_set(batch, &map);
	}
}

int masq_base_add(struct cni_nft *nft, struct cni_nft_batch *batch,
		  bool all_sets, struct cni_error *reterr)
{
	int exists[2];

	for (size_t i = 0; i < 2; i++) {
		exists[i] = cni_nft_get_chain(
			nft, &masq_table, base_chains[i].name, NULL, reterr);
		if (exists[i] < 0)
			return exists[i];
	}
	if (exists[0] && exists[1] && !all_sets)
		return 0;
	sets_add(batch);
	for (size_t i = 0; i < 2; i++)
		if (!exists[i])
			cni_nft_add_chain(batch, &masq_table, &base_chains[i]);
	return 0;
}
