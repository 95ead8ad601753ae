/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vlan.h - VLANs of the bridge's ports
 */
#ifndef BRIDGE_VLAN_H
#define BRIDGE_VLAN_H

#include "cni/bridge.h"

#include "attach.h"

/**
 * bridge_plan_vlans() - the VLANs a pod's port has
 * @conf: vlan, vlanTrunk
 * @ret_list: ascending; to be freed
 * @reterr: -ENOMEM
 *
 * `vlan` untagged, or VLAN 1 when there is only a trunk; the trunk tagged.
 *
 * Return: 0; -ENOMEM.
 */
int bridge_plan_vlans(const struct bridge_conf *conf,
		      struct cni_vlan_list *ret_list, struct cni_error *reterr);

/** bridge_set_vlans() - put the configured VLANs on the pod's port */
int bridge_set_vlans(struct bridge_attach *attach, struct cni_error *reterr);

/** bridge_set_gateway_vlan() - the same for the VLAN interface's port */
int bridge_set_gateway_vlan(struct bridge_attach *attach, uint32_t port,
			    struct cni_error *reterr);

#endif /* BRIDGE_VLAN_H */
