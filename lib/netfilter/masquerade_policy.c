/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_policy.c - which destinations are left alone, and a name for it */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/buf.h"
#include "cni/hash.h"
#include "masquerade_internal.h"

#define NETWORK_DIGITS 16
#define POLICY_DIGITS  16

bool masq_wants(const struct cni_masquerade_spec *spec, int family)
{
	if (family == AF_INET ? !spec->ipv4 : !spec->ipv6)
		return false;
	for (size_t i = 0; i < spec->address_count; i++)
		if (spec->addresses[i].addr.family == family)
			return true;
	return false;
}

/* 224.0.0.0/4 and ff00::/8, as the Go plugin's rules say. */
static struct cni_prefix multicast(int family)
{
	struct cni_prefix prefix = { .addr.family = (uint8_t)family };

	prefix.addr.bytes[0] = family == AF_INET ? 0xe0 : 0xff;
	prefix.len = family == AF_INET ? 4 : 8;
	return prefix;
}

static void add_prefixes(struct masq_policy *policy,
			 const struct cni_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (prefixes[i].addr.family == policy->family)
			policy->left_alone[policy->count++] =
				cni_prefix_network(&prefixes[i]);
}

/* A prefix comes right after those it may be inside of. */
static int compare_prefixes(const void *a, const void *b)
{
	const struct cni_prefix *one = a;
	const struct cni_prefix *other = b;
	int order = cni_addr_cmp(&one->addr, &other->addr);

	return order ? order : one->len - other->len;
}

static void drop_contained(struct masq_policy *policy)
{
	size_t kept = 0;

	qsort(policy->left_alone, policy->count, sizeof(*policy->left_alone),
	      compare_prefixes);
	for (size_t i = 1; i < policy->count; i++)
		if (!cni_prefix_contains(&policy->left_alone[kept],
					 &policy->left_alone[i].addr))
			policy->left_alone[++kept] = policy->left_alone[i];
	policy->count = kept + 1;
}

static void network_part(const char *network,
			 char ret_part[static MASQ_NETWORK_LEN + 1])
{
	const char *const parts[] = { network };
	char digits[NETWORK_DIGITS + 1];

	cni_hash_hex(NETWORK_DIGITS, digits, parts, 1);
	(void)snprintf(ret_part, MASQ_NETWORK_LEN + 1, "-%s-", digits);
}

bool masq_chain_of_network(const char *chain, const char *network)
{
	char part[MASQ_NETWORK_LEN + 1];

	if (strncmp(chain, "masq", 4) != 0 && strncmp(chain, "drop", 4) != 0)
		return false;
	network_part(network, part);
	return strncmp(chain + 4, part, MASQ_NETWORK_LEN) == 0;
}

static int name_chains(const char *network, struct masq_policy *policy)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	const char *parts[1];
	char digits[POLICY_DIGITS + 1];
	char part[MASQ_NETWORK_LEN + 1];
	int ret;

	cni_buf_addf(&text, "%d %d", policy->random, policy->drop_invalid);
	for (size_t i = 0; i < policy->count; i++) {
		char prefix[CNI_PREFIX_STRLEN];

		cni_buf_addf(&text, " %s",
			     cni_prefix_format(&policy->left_alone[i], prefix));
	}
	ret = cni_buf_error(&text);
	if (ret < 0)
		return ret;
	parts[0] = cni_buf_text(&text);
	cni_hash_hex(POLICY_DIGITS, digits, parts, 1);
	network_part(network, part);
	(void)snprintf(policy->masq_chain, sizeof(policy->masq_chain),
		       "masq%s%s", part, digits);
	(void)snprintf(policy->drop_chain, sizeof(policy->drop_chain),
		       "drop%s%s", part, digits);
	return 0;
}

int masq_policy_build(const char *network,
		      const struct cni_masquerade_spec *spec, int family,
		      struct masq_policy *ret_policy)
{
	struct cni_prefix group = multicast(family);
	int ret;

	*ret_policy = (struct masq_policy) {
		.family = family,
		.random = spec->random,
		.drop_invalid = spec->drop_invalid,
	};
	ret_policy->left_alone =
		calloc(spec->address_count + spec->exclude_count + 1,
		       sizeof(*ret_policy->left_alone));
	if (!ret_policy->left_alone)
		return -ENOMEM;
	add_prefixes(ret_policy, spec->addresses, spec->address_count);
	add_prefixes(ret_policy, spec->excludes, spec->exclude_count);
	add_prefixes(ret_policy, &group, 1);
	drop_contained(ret_policy);
	ret = name_chains(network, ret_policy);
	if (ret < 0)
		masq_policy_done(ret_policy);
	return ret;
}

void masq_policy_done(struct masq_policy *policy)
{
	free(policy->left_alone);
	*policy = (struct masq_policy) { 0 };
}
