/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - what CHECK compares: what ADD answered, and what is there */
#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "compare.h"
#include "names.h"
#include "router.h"

static const char *text(const char *string)
{
	return string ? string : "";
}

static int differs(struct cni_error *reterr, const char *name, const char *what,
		   const char *have, const char *want)
{
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ESTALE,
			     "interface \"%s\": %s is %s instead of %s", name,
			     what, have, want);
}

static int differs_number(struct cni_error *reterr, const char *name,
			  const char *what, long long have, long long want)
{
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ESTALE,
			     "interface \"%s\": %s is %lld instead of %lld",
			     name, what, have, want);
}

static int compare_flag(struct cni_error *reterr, const char *name,
			const char *what, bool have, bool want)
{
	if (have == want)
		return 0;
	return differs(reterr, name, what, have ? "on" : "off",
		       want ? "on" : "off");
}

static int compare_kind(const struct cni_link *have, const char *want,
			struct cni_error *reterr)
{
	if (strcmp(have->kind, want) == 0)
		return 0;
	return differs(reterr, have->name, "its kind", have->kind, want);
}

static int compare_mac(const struct cni_result_interface *want,
		       const struct cni_link *have, struct cni_error *reterr)
{
	char have_text[CNI_MAC_STRLEN];
	struct cni_mac mac;

	if (!text(want->mac)[0])
		return 0;
	if (cni_mac_parse(want->mac, &mac) == 0 &&
	    cni_mac_equal(&mac, &have->mac))
		return 0;
	return differs(reterr, have->name, "its MAC address",
		       cni_mac_format(&have->mac, have_text), want->mac);
}

/* Results before 1.1.0 say nothing about it. */
static int compare_mtu(const struct bridge_conf *conf,
		       const struct cni_result_interface *want,
		       const struct cni_link *have, struct cni_error *reterr)
{
	int64_t mtu = want->mtu ? want->mtu : conf->mtu;

	if (mtu == 0 || mtu == have->mtu)
		return 0;
	return differs_number(reterr, have->name, "its mtu", have->mtu, mtu);
}

static int missing(struct cni_error *reterr, const char *what, const char *name)
{
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "prevResult has no %s \"%s\"", what, name);
}

static const struct cni_result_interface *
find_interface(const struct cni_result *prev, const char *name,
	       const char *sandbox)
{
	const struct cni_result_interface *found = NULL;

	/* Of several, the last one counts, as in the Go plugin. */
	for (size_t i = 0; i < prev->interface_count; i++) {
		const struct cni_result_interface *entry = &prev->interfaces[i];

		if (strcmp(text(entry->name), name) == 0 &&
		    strcmp(text(entry->sandbox), sandbox) == 0)
			found = entry;
	}
	return found;
}

static const struct cni_result_interface *
find_host_end(const struct cni_result *prev, const struct bridge_parts *parts)
{
	for (size_t i = 0; i < prev->interface_count; i++) {
		const struct cni_result_interface *entry = &prev->interfaces[i];

		if (entry != parts->bridge && entry != parts->container &&
		    entry != parts->router && !text(entry->sandbox)[0] &&
		    text(entry->name)[0])
			return entry;
	}
	return NULL;
}

int bridge_find_parts(const struct bridge_conf *conf,
		      const struct cni_call *call,
		      const struct cni_result *prev,
		      struct bridge_parts *ret_parts, struct cni_error *reterr)
{
	struct bridge_parts parts = { 0 };
	char router[IFNAMSIZ];
	int ret;

	parts.bridge = find_interface(prev, conf->bridge, "");
	if (!parts.bridge)
		return missing(reterr, "bridge", conf->bridge);
	parts.container =
		find_interface(prev, call->args.ifname, call->args.netns);
	if (!parts.container)
		return missing(reterr, "container interface",
			       call->args.ifname);
	if (conf->vlan && conf->is_gateway && bridge_conf_is_layer3(conf)) {
		ret = bridge_router_name(conf, router, reterr);
		if (ret < 0)
			return ret;
		parts.router = find_interface(prev, router, "");
		if (!parts.router)
			return missing(reterr, "VLAN interface", router);
	}
	parts.host = find_host_end(prev, &parts);
	if (!parts.host)
		return missing(reterr, "veth of bridge", conf->bridge);
	*ret_parts = parts;
	return 0;
}

int bridge_compare_bridge(const struct bridge_conf *conf,
			  const struct cni_result_interface *want,
			  const struct cni_link *have, struct cni_error *reterr)
{
	int ret = compare_kind(have, "bridge", reterr);

	if (ret == 0)
		ret = compare_mac(want, have, reterr);
	if (ret == 0 && !(have->flags & IFF_UP))
		ret = differs(reterr, have->name, "it", "down", "up");
	/* Another network may want more of the same bridge. */
	if (ret == 0 && conf->promisc_mode)
		ret = compare_flag(reterr, have->name, "promiscuous mode",
				   (have->flags & IFF_PROMISC) != 0, true);
	/* ADD leaves that of somebody else's bridge alone. */
	if (ret == 0 && bridge_conf_wants_vlans(conf) &&
	    strcmp(have->alias, BRIDGE_ALIAS_OF_BRIDGE) == 0)
		ret = compare_flag(reterr, have->name, "VLAN filtering",
				   have->bridge.vlan_filtering, true);
	return ret;
}

int bridge_compare_container(const struct bridge_conf *conf,
			     const struct cni_result_interface *want,
			     const struct cni_link *have,
			     struct cni_error *reterr)
{
	int ret = compare_kind(have, "veth", reterr);

	if (ret == 0)
		ret = compare_mac(want, have, reterr);
	if (ret == 0)
		ret = compare_mtu(conf, want, have, reterr);
	if (ret == 0 && !conf->disable_container_interface &&
	    !(have->flags & IFF_UP))
		ret = differs(reterr, have->name, "it", "down", "up");
	return ret;
}

static int compare_port(const struct bridge_conf *conf,
			const struct cni_link *have,
			const struct cni_link *bridge, struct cni_error *reterr)
{
	int ret = 0;

	if (have->master != bridge->index)
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ESTALE,
				     "interface \"%s\": it is no port of "
				     "bridge \"%s\"",
				     have->name, bridge->name);
	/* Chained plugins turn it on: a pod's way to its own published port. */
	if (conf->hairpin_mode)
		ret = compare_flag(reterr, have->name, "hairpin mode",
				   have->port.hairpin, true);
	if (ret == 0)
		ret = compare_flag(reterr, have->name, "port isolation",
				   have->port.isolated, conf->port_isolation);
	return ret;
}

int bridge_compare_host(const struct bridge_conf *conf,
			const struct cni_result_interface *want,
			const struct cni_link *have,
			const struct cni_link *container,
			const struct cni_link *bridge, struct cni_error *reterr)
{
	int ret = compare_kind(have, "veth", reterr);

	if (ret == 0 &&
	    (have->peer != container->index || container->peer != have->index))
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ESTALE,
				     "interface \"%s\": it is not the other "
				     "end of \"%s\"",
				     have->name, container->name);
	if (ret == 0)
		ret = compare_mac(want, have, reterr);
	if (ret == 0)
		ret = compare_mtu(conf, want, have, reterr);
	if (ret == 0 && !(have->flags & IFF_UP))
		ret = differs(reterr, have->name, "it", "down", "up");
	if (ret == 0)
		ret = compare_port(conf, have, bridge, reterr);
	return ret;
}

int bridge_compare_router(const struct cni_result_interface *want,
			  const struct cni_link *have, struct cni_error *reterr)
{
	int ret = compare_mac(want, have, reterr);

	if (ret == 0 && !(have->flags & IFF_UP))
		ret = differs(reterr, have->name, "it", "down", "up");
	return ret;
}

/* What a VLAN id can be on a port. */
enum membership {
	NOT_A_MEMBER,
	TAGGED,
	UNTAGGED,
	PVID_TAGGED,
	PVID_UNTAGGED,
};

static const char *const membership_names[] = {
	[NOT_A_MEMBER] = "absent",
	[TAGGED] = "tagged",
	[UNTAGGED] = "untagged",
	[PVID_TAGGED] = "tagged and pvid",
	[PVID_UNTAGGED] = "untagged and pvid",
};

static void expand(const struct cni_vlan_list *list,
		   uint8_t members[static CNI_VLAN_MAX + 1])
{
	memset(members, NOT_A_MEMBER, CNI_VLAN_MAX + 1);
	for (size_t i = 0; i < list->count; i++) {
		const struct cni_vlan_range *range = &list->items[i];
		uint8_t kind = range->pvid ? PVID_TAGGED : TAGGED;

		if (range->untagged)
			kind = range->pvid ? PVID_UNTAGGED : UNTAGGED;
		for (unsigned int vid = range->first;
		     vid <= range->last && vid <= CNI_VLAN_MAX; vid++)
			members[vid] = kind;
	}
}

int bridge_compare_vlans(const char *port, const struct cni_vlan_list *want,
			 const struct cni_vlan_list *have, bool others_allowed,
			 struct cni_error *reterr)
{
	uint8_t wanted[CNI_VLAN_MAX + 1];
	uint8_t present[CNI_VLAN_MAX + 1];

	expand(want, wanted);
	expand(have, present);
	for (unsigned int vid = CNI_VLAN_MIN; vid <= CNI_VLAN_MAX; vid++) {
		if (wanted[vid] == present[vid] ||
		    (wanted[vid] == NOT_A_MEMBER && others_allowed))
			continue;
		return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ESTALE,
				     "interface \"%s\": VLAN %u is %s instead "
				     "of %s",
				     port, vid, membership_names[present[vid]],
				     membership_names[wanted[vid]]);
	}
	return 0;
}

int bridge_compare_address(const char *ifname, const struct cni_prefix *want,
			   const struct cni_ifaddr_list *have,
			   struct cni_error *reterr)
{
	char address[CNI_PREFIX_STRLEN];

	(void)cni_prefix_format(want, address);
	for (size_t i = 0; i < have->count; i++) {
		if (!cni_prefix_equal(&have->items[i].prefix, want))
			continue;
		if (have->items[i].flags & IFA_F_DADFAILED)
			return cni_error_set(reterr, CNI_CODE_CHECK_FAILED,
					     ESTALE,
					     "interface \"%s\": address %s is "
					     "in use by another host",
					     ifname, address);
		return 0;
	}
	return cni_error_set(reterr, CNI_CODE_CHECK_FAILED, ENOENT,
			     "interface \"%s\": it lacks address %s", ifname,
			     address);
}
