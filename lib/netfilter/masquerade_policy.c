/* SPDX-License-Identifier: Apache-2.0 */
/* masquerade_policy.c - which destinations are left alone, and a name for it */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/buf.h"
#include "cni/hash.h"
#include "cni/owner.h"
#include "masquerade_internal.h"

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

/* The two halves as hex digits, as in an owner's comment. */
static void name_object(char ret_name[static MASQ_NAME_SIZE], const char *what,
			int family, const uint8_t *id)
{
	int used = snprintf(ret_name, MASQ_NAME_SIZE, "%s%d-", what,
			    family == AF_INET ? 4 : 6);

	for (int i = 0; i < MASQ_POLICY_ID; i++)
		used += snprintf(ret_name + used, MASQ_NAME_SIZE - (size_t)used,
				 "%s%02x", i == MASQ_POLICY_ID / 2 ? "-" : "",
				 id[i]);
}

void masq_names_of(int family, const uint8_t id[static MASQ_POLICY_ID],
		   struct masq_names *ret_names)
{
	name_object(ret_names->pods, "pods", family, id);
	name_object(ret_names->masq_chain, "masq", family, id);
	name_object(ret_names->drop_chain, "drop", family, id);
}

bool masq_policy_of_chain(const char *chain, int *ret_family,
			  uint8_t ret_id[static MASQ_POLICY_ID])
{
	if (strncmp(chain, "masq4-", 6) != 0 &&
	    strncmp(chain, "masq6-", 6) != 0)
		return false;
	*ret_family = chain[4] == '4' ? AF_INET : AF_INET6;
	return cni_owner_key_of(chain + 6, ret_id);
}

static int identify(const char *network, struct masq_policy *policy)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };
	const char *parts[1];
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
	cni_owner_network_key(network, policy->id);
	cni_hash_bytes(MASQ_POLICY_ID - CNI_OWNER_NETWORK_KEY,
		       policy->id + CNI_OWNER_NETWORK_KEY, parts, 1);
	masq_names_of(policy->family, policy->id, &policy->names);
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
	ret = identify(network, ret_policy);
	if (ret < 0)
		masq_policy_done(ret_policy);
	return ret;
}

void masq_policy_done(struct masq_policy *policy)
{
	free(policy->left_alone);
	*policy = (struct masq_policy) { 0 };
}
