/* SPDX-License-Identifier: Apache-2.0 */
/* range.c - ranges of addresses and sets of them */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "range.h"

/* A subnet needs room for the network, the gateway and one address more. */
#define HOST_BITS_MIN 2

static bool is_v4(const struct cni_addr *addr)
{
	return addr->family == AF_INET;
}

static int invalid(struct cni_error *reterr, const char *text)
{
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL, "%s",
			     text);
}

static int check_subnet(const struct cni_prefix *subnet,
			struct cni_error *reterr)
{
	struct cni_prefix network = cni_prefix_network(subnet);
	char text[CNI_PREFIX_STRLEN];

	if (!cni_addr_is_set(&subnet->addr))
		return invalid(reterr, "IP <nil> not v4 nor v6");
	if (subnet->len > cni_addr_bits(&subnet->addr) - HOST_BITS_MIN)
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "Network %s too small to allocate from",
				     cni_prefix_format(subnet, text));
	if (cni_addr_is_mapped(&subnet->addr))
		return invalid(reterr, "IPNet IP and Mask version mismatch");
	if (!cni_addr_equal(&subnet->addr, &network.addr))
		return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				     "Network has host bits set. For a subnet "
				     "mask of length %u the network address is "
				     "%s",
				     subnet->len,
				     cni_addr_format(&network.addr, text));
	return 0;
}

/* @what as the Go plugin names it: "RangeStart". */
static int not_in_network(const char *what, const struct cni_addr *addr,
			  const struct cni_prefix *subnet,
			  struct cni_error *reterr)
{
	char addr_text[CNI_ADDR_STRLEN];
	char subnet_text[CNI_PREFIX_STRLEN];

	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
			     "%s %s not in network %s", what,
			     cni_addr_format(addr, addr_text),
			     cni_prefix_format(subnet, subnet_text));
}

bool hl_range_contains(const struct hl_range *range,
		       const struct cni_addr *addr)
{
	if (!cni_prefix_contains(&range->subnet, addr))
		return false;
	if (cni_addr_is_set(&range->start) &&
	    cni_addr_cmp(addr, &range->start) < 0)
		return false;
	return !cni_addr_is_set(&range->end) ||
	       cni_addr_cmp(addr, &range->end) <= 0;
}

static struct cni_addr default_end(const struct cni_prefix *subnet)
{
	struct cni_addr last = cni_prefix_last(subnet);

	/* IPv6 has no broadcast address. */
	return is_v4(&last) ? cni_addr_prev(&last) : last;
}

/* IPv6 routers are reached at link-local addresses, whatever the subnet. */
static bool is_reachable(const struct cni_prefix *subnet,
			 const struct cni_addr *gateway)
{
	if (cni_prefix_contains(subnet, gateway))
		return true;
	return !is_v4(gateway) && !is_v4(&subnet->addr) &&
	       cni_addr_is_link_local(gateway);
}

int hl_range_canonicalise(struct hl_range *range, struct cni_error *reterr)
{
	const struct cni_prefix *subnet = &range->subnet;
	int ret = check_subnet(subnet, reterr);

	if (ret)
		return ret;
	if (!cni_addr_is_set(&range->gateway))
		range->gateway = cni_addr_next(&subnet->addr);
	else if (!is_reachable(subnet, &range->gateway))
		return not_in_network("Gateway", &range->gateway, subnet,
				      reterr);
	if (!cni_addr_is_set(&range->start))
		range->start = cni_addr_next(&subnet->addr);
	else if (!hl_range_contains(range, &range->start))
		return not_in_network("RangeStart", &range->start, subnet,
				      reterr);
	if (!cni_addr_is_set(&range->end))
		range->end = default_end(subnet);
	else if (!hl_range_contains(range, &range->end))
		return not_in_network("RangeEnd", &range->end, subnet, reterr);
	/* A start behind the default end: the broadcast address itself. */
	if (cni_addr_cmp(&range->start, &range->end) > 0)
		return not_in_network("RangeStart", &range->start, subnet,
				      reterr);
	return 0;
}

uint64_t hl_range_size(const struct hl_range *range)
{
	size_t len = cni_addr_len(&range->start);
	uint64_t size = 0;
	int borrow = 0;

	/* end - start, from the last byte on. */
	for (size_t i = 0; i < len; i++) {
		size_t at = len - 1 - i;
		int digit =
			range->end.bytes[at] - range->start.bytes[at] - borrow;

		borrow = digit < 0;
		if (i < sizeof(size))
			size |= (uint64_t)(uint8_t)digit << (8 * i);
		else if ((uint8_t)digit)
			return UINT64_MAX;
	}
	return size == UINT64_MAX ? size : size + 1;
}

static bool overlaps(const struct hl_range *a, const struct hl_range *b)
{
	return hl_range_contains(a, &b->start) ||
	       hl_range_contains(a, &b->end) ||
	       hl_range_contains(b, &a->start) || hl_range_contains(b, &a->end);
}

static void format_range(const struct hl_range *range, struct cni_buf *buf)
{
	char text[CNI_ADDR_STRLEN];

	cni_buf_add(buf, cni_addr_format(&range->start, text));
	cni_buf_add(buf, "-");
	cni_buf_add(buf, cni_addr_format(&range->end, text));
}

static int ranges_overlap(const struct hl_range *a, const struct hl_range *b,
			  struct cni_error *reterr)
{
	CNI_CLEANUP(buf) struct cni_buf text = { 0 };

	cni_buf_add(&text, "subnets ");
	format_range(a, &text);
	cni_buf_add(&text, " and ");
	format_range(b, &text);
	cni_buf_add(&text, " overlap");
	return invalid(reterr, cni_buf_text(&text));
}

int hl_range_set_canonicalise(struct hl_range_set *set,
			      struct cni_error *reterr)
{
	if (!set->count)
		return invalid(reterr, "empty range set");
	for (size_t i = 0; i < set->count; i++) {
		int ret = hl_range_canonicalise(&set->items[i], reterr);

		if (ret)
			return ret;
		if (set->items[i].start.family != set->items[0].start.family)
			return invalid(reterr, "mixed address families");
	}
	for (size_t i = 0; i < set->count; i++)
		for (size_t j = i + 1; j < set->count; j++)
			if (overlaps(&set->items[i], &set->items[j]))
				return ranges_overlap(&set->items[i],
						      &set->items[j], reterr);
	return 0;
}

const struct hl_range *hl_range_set_find(const struct hl_range_set *set,
					 const struct cni_addr *addr)
{
	for (size_t i = 0; i < set->count; i++)
		if (hl_range_contains(&set->items[i], addr))
			return &set->items[i];
	return NULL;
}

void hl_range_set_format(const struct hl_range_set *set, struct cni_buf *buf)
{
	for (size_t i = 0; i < set->count; i++) {
		if (i)
			cni_buf_add(buf, ",");
		format_range(&set->items[i], buf);
	}
}

static bool sets_overlap(const struct hl_range_set *a,
			 const struct hl_range_set *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (overlaps(&a->items[i], &b->items[j]))
				return true;
	return false;
}

static int check_families(const struct hl_range_sets *sets,
			  const char *cni_version, struct cni_error *reterr)
{
	size_t v4 = 0;

	for (size_t i = 0; i < sets->count; i++)
		v4 += is_v4(&sets->items[i].items[0].start);
	if (v4 <= 1 && sets->count - v4 <= 1)
		return 0;
	return cni_error_set(reterr, CNI_CODE_INVALID_CONFIG, EPROTONOSUPPORT,
			     "CNI version %s does not support more than 1 "
			     "address per family",
			     cni_version);
}

int hl_range_sets_canonicalise(struct hl_range_sets *sets,
			       const char *cni_version, bool one_per_family,
			       struct cni_error *reterr)
{
	int ret;

	if (!sets->count)
		return invalid(reterr, "no IP ranges specified");
	for (size_t i = 0; i < sets->count; i++) {
		ret = hl_range_set_canonicalise(&sets->items[i], reterr);
		if (ret)
			return cni_error_prefix(reterr, ret,
						"invalid range set %zu", i);
	}
	if (one_per_family) {
		ret = check_families(sets, cni_version, reterr);
		if (ret)
			return ret;
	}
	for (size_t i = 0; i < sets->count; i++)
		for (size_t j = i + 1; j < sets->count; j++)
			if (sets_overlap(&sets->items[i], &sets->items[j]))
				return cni_error_set(
					reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
					"range set %zu overlaps with %zu", i,
					j);
	return 0;
}

void hl_range_sets_done(struct hl_range_sets *sets)
{
	for (size_t i = 0; i < sets->count; i++)
		free(sets->items[i].items);
	free(sets->items);
	*sets = (struct hl_range_sets) { 0 };
}
