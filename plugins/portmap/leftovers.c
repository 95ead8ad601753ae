/* SPDX-License-Identifier: Apache-2.0 */
/* leftovers.c - what the Go plugin's nftables backend left for an attachment */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include "leftovers.h"

/* Rules that are to go, of one table. */
struct doomed_rules {
	const char *comment;
	const struct cni_addr *pod;
	const char *chain;
	size_t start; /* how many there were before this chain */
	struct {
		const char *chain;
		uint64_t handle;
	} * items;
	size_t count;
};

/* Is the pod's address a constant of the rule, compared or translated to? */
static bool mentions(const struct nlmsghdr *message,
		     const struct cni_addr *addr)
{
	uint8_t needle[sizeof(struct nlattr) + 16];
	const struct nlattr header = {
		.nla_len = (uint16_t)(sizeof(header) + cni_addr_len(addr)),
		.nla_type = NFTA_DATA_VALUE,
	};

	memcpy(needle, &header, sizeof(header));
	memcpy(needle + sizeof(header), addr->bytes, cni_addr_len(addr));
	return memmem(message, message->nlmsg_len, needle, header.nla_len);
}

static int take_rule(const struct nlmsghdr *message, void *data)
{
	struct doomed_rules *rules = data;
	char comment[CNI_NFT_COMMENT_MAX + 1];
	uint64_t handle;
	void *items;

	if (!message) {
		rules->count = rules->start;
		return 0;
	}
	if (cni_nft_parse_rule(message, &handle, comment) < 0 ||
	    strcmp(comment, rules->comment) != 0 ||
	    (cni_addr_is_set(rules->pod) && !mentions(message, rules->pod)))
		return 0;
	items = reallocarray(rules->items, rules->count + 1,
			     sizeof(*rules->items));
	if (!items)
		return -ENOMEM;
	rules->items = items;
	rules->items[rules->count].chain = rules->chain;
	rules->items[rules->count].handle = handle;
	rules->count++;
	return 0;
}

static int del_once(struct cni_nft *nft, const struct cni_nft_table *table,
		    struct doomed_rules *rules, struct cni_error *reterr)
{
	static const char *const chains[] = { "hostports", "hostip_hostports",
					      "masquerading" };
	CNI_CLEANUP(nft_batch) struct cni_nft_batch batch = { 0 };
	uint32_t generation;
	int ret = cni_nft_generation(nft, &generation, reterr);

	for (size_t i = 0; i < 3 && ret == 0; i++) {
		rules->chain = chains[i];
		rules->start = rules->count;
		ret = cni_nft_list_rules(nft, table, chains[i], take_rule,
					 rules, reterr);
	}
	if (ret < 0)
		return ret;
	cni_nft_batch_init(&batch, generation);
	for (size_t i = 0; i < rules->count; i++)
		cni_nft_del_rule(&batch, table, rules->items[i].chain,
				 rules->items[i].handle);
	return cni_nft_batch_send(nft, &batch, reterr);
}

static int del_family(struct cni_nft *nft, int family, const char *comment,
		      const struct cni_addr *pod, struct cni_error *reterr)
{
	const struct cni_nft_table table = { family == AF_INET ? NFPROTO_IPV4
							       : NFPROTO_IPV6,
					     "cni_hostport" };
	unsigned int attempts = 0;
	int ret = cni_nft_has_table(nft, &table, reterr);

	if (ret <= 0)
		return ret;
	do {
		struct doomed_rules rules = { .comment = comment, .pod = pod };

		ret = del_once(nft, &table, &rules, reterr);
		free(rules.items);
	} while (ret == -ERESTART && ++attempts < CNI_NFT_ATTEMPTS);
	return ret;
}

int portmap_leftovers_del(struct cni_nft *nft, const struct cni_owner *owner,
			  const struct portmap_target *target,
			  struct cni_error *reterr)
{
	/* nft refuses longer comments, so there are none. */
	if (strlen(owner->container_id) > CNI_NFT_COMMENT_MAX)
		return 0;
	for (int i = 0; i < 2; i++) {
		int family = i == 0 ? AF_INET : AF_INET6;
		const struct cni_prefix *pod =
			portmap_target_prefix(target, family);
		int ret;

		/* With addresses, but none of this family: not this network. */
		if (!cni_addr_is_set(&pod->addr) &&
		    !portmap_target_is_empty(target))
			continue;
		ret = del_family(nft, family, owner->container_id, &pod->addr,
				 reterr);
		if (ret < 0)
			return cni_error_prefix(reterr, ret,
						"table \"cni_hostport\"");
	}
	return 0;
}
