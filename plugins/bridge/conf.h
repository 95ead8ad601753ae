/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf.h - the bridge plugin's network configuration
 *
 * DOC: Theory of Operation
 *
 * Every key is one row of a table (conf.c); docs/bridge.md describes them for
 * users.  ADD, CHECK and --check-config decode strictly: the first bad key is
 * an error, before anything is changed.  DEL and GC decode leniently: each key
 * on its own, a bad one counts as absent, because a config that became invalid
 * must not keep an attachment from being removed.
 */
#ifndef BRIDGE_CONF_H
#define BRIDGE_CONF_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "cni/ip.h"
#include "cni/isolation.h"
#include "cni/mac.h"
#include "cni/masquerade.h"
#include "cni/result.h"
#include "cni/skel.h"

#include "trunk.h"

/* What ipMasq selects; bit flags. */
#define BRIDGE_MASQ_V4 (1U << 0)
#define BRIDGE_MASQ_V6 (1U << 1)

/**
 * struct bridge_prefix_list - an owned list of prefixes
 */
struct bridge_prefix_list {
	struct cni_prefix *items;
	size_t count;
};

/**
 * struct bridge_conf - the decoded configuration
 * @bridge: bridge interface name
 * @ipam_type: NULL or "" in layer-2 mode
 * @mtu: bytes; 0 when unset
 * @vlan: 0 when unset
 * @trunk: vlanTrunk
 * @masq: BRIDGE_MASQ_* of ipMasq; 0 in layer-2 mode
 * @mac: the requested pod MAC, or none
 * @dns: the plugin config's dns
 *
 * The other members are the keys of the same names.
 */
struct bridge_conf {
	char bridge[IFNAMSIZ];
	char *ipam_type;
	bool is_gateway;
	bool is_default_gateway;
	bool force_address;
	unsigned int masq;
	enum cni_masquerade_backend masq_backend;
	struct bridge_prefix_list masq_exclude;
	bool masq_random;
	bool masq_drop_invalid;
	int64_t mtu;
	bool hairpin_mode;
	bool promisc_mode;
	int64_t vlan;
	struct bridge_trunk trunk;
	bool preserve_default_vlan;
	bool mac_spoof_check;
	bool enable_dad;
	bool disable_container_interface;
	bool port_isolation;
	enum cni_isolation_level isolation;
	bool forward_accept;
	bool auto_remove;
	struct cni_mac mac;
	struct cni_dns dns;

	/* As decoded, before validation; private to conf.c. */
	char *bridge_text;
	char *backend_text;
	char *args_mac;
	char *runtime_mac;
	struct json_object *trunk_json;
	struct json_object *prev_result;
};

/** bridge_conf_is_layer3() - is there an IPAM plugin? */
bool bridge_conf_is_layer3(const struct bridge_conf *conf);

/**
 * bridge_conf_wants_vlans() - must the bridge filter VLANs?
 *
 * An empty vlanTrunk list counts, too, as in the Go plugin.
 */
bool bridge_conf_wants_vlans(const struct bridge_conf *conf);

/**
 * bridge_conf_decode() - decode and validate
 * @call: the invocation; its conf must outlive @ret_conf
 * @ret_conf: free with bridge_conf_done(), also after a failure
 * @reterr: code 7
 *
 * Return: 0; -EINVAL; -ENOMEM.
 */
int bridge_conf_decode(const struct cni_call *call,
		       struct bridge_conf *ret_conf, struct cni_error *reterr);

/**
 * bridge_conf_decode_lenient() - decode for DEL and GC
 * @call: the invocation
 * @ret_conf: what could be read, defaults for the rest; free with
 *	bridge_conf_done()
 */
void bridge_conf_decode_lenient(const struct cni_call *call,
				struct bridge_conf *ret_conf);

/** bridge_check_config() - the verb of --check-config */
int bridge_check_config(const struct cni_call *call, struct cni_error *reterr);

/** bridge_conf_done() - free what it owns; empty afterwards */
void bridge_conf_done(struct bridge_conf *conf);

CNI_DEFINE_CLEANUP(bridge_conf, struct bridge_conf, bridge_conf_done);

#endif /* BRIDGE_CONF_H */
