/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trunk.h - the vlanTrunk key: a set of VLAN ids, kept as ranges
 */
#ifndef BRIDGE_TRUNK_H
#define BRIDGE_TRUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cni/cleanup.h"
#include "cni/error.h"
#include "cni/json.h"

#define BRIDGE_VLAN_MAX 4094

/** struct bridge_vlan_range - VLAN ids @first..@last, both included */
struct bridge_vlan_range {
	uint16_t first;
	uint16_t last;
};

/**
 * struct bridge_trunk - the tagged VLANs of a port
 * @ranges: sorted, neither overlapping nor adjacent
 * @count: how many
 * @present: vlanTrunk was a list, maybe an empty one
 */
struct bridge_trunk {
	struct bridge_vlan_range *ranges;
	size_t count;
	bool present;
};

/**
 * bridge_trunk_decode() - read vlanTrunk
 * @list: the array; NULL when the key is absent
 * @ret_trunk: empty before; free with bridge_trunk_done()
 * @reterr: code 7; texts of the Go plugin
 *
 * Entries {minID,maxID}, {id}, both in one, or {} (adds nothing).
 * Source: containernetworking/plugins plugins/main/bridge/bridge.go,
 * collectVlanTrunk().
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int bridge_trunk_decode(json_object *list, struct bridge_trunk *ret_trunk,
			struct cni_error *reterr);

/**
 * bridge_trunk_check_keys() - refuse unknown members of the entries
 * @list: as decoded before; NULL passes
 * @reterr: code 7, see cni_check_keys()
 *
 * Return: 0 or -EINVAL.
 */
int bridge_trunk_check_keys(json_object *list, struct cni_error *reterr);

/** bridge_trunk_has() - is @vid one of the trunk's VLANs? */
bool bridge_trunk_has(const struct bridge_trunk *trunk, uint16_t vid);

/** bridge_trunk_done() - free the ranges; empty afterwards */
void bridge_trunk_done(struct bridge_trunk *trunk);

CNI_DEFINE_CLEANUP(bridge_trunk, struct bridge_trunk, bridge_trunk_done);

#endif /* BRIDGE_TRUNK_H */
