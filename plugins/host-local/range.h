/* SPDX-License-Identifier: Apache-2.0 */
/*
 * range.h - ranges of addresses and sets of them
 *
 * DOC: Theory of Operation
 *
 * A *range* is the part of one subnet that addresses are taken from, with the
 * gateway of that subnet.  A *range set* is a list of ranges of one family; an
 * attachment gets one address of each set.  The configuration is completed and
 * validated here ("canonicalised") before anything is allocated: afterwards
 * every range has a start, an end and a gateway.
 *
 * Texts and order of the checks: containernetworking/plugins
 * plugins/ipam/host-local/backend/allocator/{range,range_set}.go.
 */
#ifndef HOST_LOCAL_RANGE_H
#define HOST_LOCAL_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/buf.h"
#include "cni/ip.h"

/**
 * struct hl_range - consecutive addresses of a subnet
 * @subnet: the subnet; unset when the configuration names none
 * @start: first address; unset until canonicalised when not configured
 * @end: last address; likewise
 * @gateway: the subnet's gateway; likewise
 */
struct hl_range {
	struct cni_prefix subnet;
	struct cni_addr start;
	struct cni_addr end;
	struct cni_addr gateway;
};

/**
 * struct hl_range_set - ranges of which an attachment gets one address
 * @items: owned
 * @count: how many
 */
struct hl_range_set {
	struct hl_range *items;
	size_t count;
};

/**
 * struct hl_range_sets - the sets of a configuration, in their order
 * @items: owned, with what they own
 * @count: how many
 */
struct hl_range_sets {
	struct hl_range_set *items;
	size_t count;
};

/**
 * hl_range_canonicalise() - complete and validate one range
 * @range: as configured
 * @reterr: code 7
 *
 * Defaults: the gateway and the start are the network's address + 1, the end
 * is the last address before the broadcast address (IPv4) or the last address
 * (IPv6).  Unlike the Go plugin this wants the gateway inside the subnet.
 *
 * Return: 0 or -EINVAL.
 */
int hl_range_canonicalise(struct hl_range *range, struct cni_error *reterr);

/** hl_range_contains() - is @addr in the subnet and from start to end? */
bool hl_range_contains(const struct hl_range *range,
		       const struct cni_addr *addr);

/**
 * hl_range_size() - how many addresses there are from start to end
 *
 * Return: the number; UINT64_MAX when it is that or more.
 */
uint64_t hl_range_size(const struct hl_range *range);

/**
 * hl_range_set_canonicalise() - complete and validate a set
 * @set: its ranges as configured
 * @reterr: code 7
 *
 * Return: 0 or -EINVAL.
 */
int hl_range_set_canonicalise(struct hl_range_set *set,
			      struct cni_error *reterr);

/**
 * hl_range_set_find() - the range of a set that contains an address
 *
 * Return: borrowed from @set; NULL when none contains it.
 */
const struct hl_range *hl_range_set_find(const struct hl_range_set *set,
					 const struct cni_addr *addr);

/** hl_range_set_format() - append "start-end,start-end" */
void hl_range_set_format(const struct hl_range_set *set, struct cni_buf *buf);

/**
 * hl_range_sets_canonicalise() - complete and validate all sets
 * @sets: as configured
 * @cni_version: cniVersion of the configuration, for the error text
 * @one_per_family: the version's results hold one address of each family
 * @reterr: code 7
 *
 * Return: 0; -EINVAL; -EPROTONOSUPPORT for more sets than the version can have.
 */
int hl_range_sets_canonicalise(struct hl_range_sets *sets,
			       const char *cni_version, bool one_per_family,
			       struct cni_error *reterr);

/** hl_range_sets_done() - free what it owns; it is empty afterwards */
void hl_range_sets_done(struct hl_range_sets *sets);

#endif /* HOST_LOCAL_RANGE_H */
