/* SPDX-License-Identifier: Apache-2.0 */
/* gateway.c - the bridge as the pods' gateway */
#include <errno.h>
#include <sys/socket.h>

#include "cni/addr.h"
#include "cni/sysctl.h"

#include "attach.h"
#include "forwarding.h"
#include "ports.h"
#include "ready.h"
#include "router.h"
#include "settled.h"

static bool is_settled(struct bridge_attach *attach,
		       const struct cni_prefix *gateway)
{
	for (size_t i = 0; i < attach->result->ip_count; i++) {
		const struct cni_result_ip *ip = &attach->result->ips[i];

		if (cni_addr_equal(&ip->gateway, &gateway->addr) &&
		    ip->address.len == gateway->len)
			return bridge_has_address(&attach->host,
						  attach->router.index, gateway,
						  &ip->address.addr);
	}
	return false;
}

static int refuse_conflict(const struct bridge_attach *attach,
			   const struct cni_prefix *present,
			   const struct cni_prefix *wanted,
			   struct cni_error *reterr)
{
	char present_text[CNI_PREFIX_STRLEN];
	char wanted_text[CNI_PREFIX_STRLEN];
	int ret;

	ret = cni_error_set(reterr, CNI_CODE_ADDRESS_CONFLICT, EADDRINUSE,
			    "failed to set bridge addr: \"%s\" already has an "
			    "IP address different from %s",
			    attach->router.name,
			    cni_prefix_format(wanted, wanted_text));
	cni_error_details(reterr,
			  "its address %s overlaps: set \"forceAddress\" to "
			  "replace it, or remove it",
			  cni_prefix_format(present, present_text));
	return ret;
}

/* Nobody uses the address of a bridge that has no port but this one. */
static bool may_replace(const struct bridge_attach *attach)
{
	int own = attach->veth.host_index ? 1 : 0;

	return attach->conf.force_address ||
	       bridge_count_ports(&attach->host, attach->conf.bridge) == own;
}

/* Return: 1 when the address is there; 0 when it can be added. */
static int check_one(struct bridge_attach *attach,
		     const struct cni_prefix *wanted, struct cni_error *reterr)
{
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list list = { 0 };
	int ret;

	ret = cni_ifaddr_get(&attach->host, attach->router.index,
			     wanted->addr.family, &list, reterr);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < list.count; i++) {
		if (cni_prefix_equal(&list.items[i].prefix, wanted))
			return 1;
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct cni_prefix *present = &list.items[i].prefix;

		if (bridge_plan_conflict(present, wanted) &&
		    !may_replace(attach))
			return refuse_conflict(attach, present, wanted, reterr);
	}
	return 0;
}

/* Return: 1 when the address is there; 0 when it can be added. */
static int check_gateway(struct bridge_attach *attach,
			 const struct cni_prefix *gateway,
			 struct cni_error *reterr)
{
	if (!attach->router.index || attach->router_is_new)
		return 0;
	if (is_settled(attach, gateway))
		return 1;
	return check_one(attach, gateway, reterr);
}

/* Gateways that are there are forgotten; the others must not conflict. */
int bridge_check_gateway(struct bridge_attach *attach, struct cni_error *reterr)
{
	struct bridge_prefix_list *gateways = &attach->gateways;
	size_t missing = 0;
	int ret;

	ret = bridge_find_router(attach, reterr);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < gateways->count; i++) {
		ret = check_gateway(attach, &gateways->items[i], reterr);
		if (ret < 0)
			return ret;
		if (ret == 0)
			gateways->items[missing++] = gateways->items[i];
	}
	gateways->count = missing;
	return 0;
}

/* The check has found that whatever is in the way may go. */
static int clear_way(struct bridge_attach *attach,
		     const struct cni_prefix *wanted, struct cni_error *reterr)
{
	CNI_CLEANUP(ifaddr_list) struct cni_ifaddr_list list = { 0 };
	int ret;

	ret = cni_ifaddr_get(&attach->host, attach->router.index,
			     wanted->addr.family, &list, reterr);
	for (size_t i = 0; ret == 0 && i < list.count; i++) {
		if (!bridge_plan_conflict(&list.items[i].prefix, wanted))
			continue;
		ret = cni_ifaddr_del(&attach->host, attach->router.index,
				     &list.items[i].prefix, reterr);
		if (ret == -EADDRNOTAVAIL)
			ret = 0;
	}
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "could not remove IP address from "
					  "\"%s\"",
					  attach->router.name)
		       : 0;
}

static int add_address(struct bridge_attach *attach,
		       const struct cni_prefix *gateway,
		       struct cni_error *reterr)
{
	static const struct cni_sysctl enable[] = {
		{ AF_INET6, "disable_ipv6", "0", true },
	};
	const unsigned int flags = CNI_IFADDR_NODAD | CNI_IFADDR_MAY_EXIST;
	int ret;

	ret = cni_ifaddr_add(&attach->host, attach->router.index, gateway,
			     flags, reterr);
	/* IPv6 is there, but off on this interface. */
	if (ret == -EACCES &&
	    cni_sysctl_ensure_if(attach->router.name, enable, 1, NULL) == 0)
		ret = cni_ifaddr_add(&attach->host, attach->router.index,
				     gateway, flags, reterr);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "could not add IP address to \"%s\"",
					  attach->router.name)
		       : 0;
}

static int add_missing(struct bridge_attach *attach, struct cni_error *reterr)
{
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < attach->gateways.count; i++) {
		const struct cni_prefix *gateway = &attach->gateways.items[i];

		if (!attach->router_is_new)
			ret = clear_way(attach, gateway, reterr);
		if (ret == 0)
			ret = add_address(attach, gateway, reterr);
	}
	if (ret == 0)
		bridge_await_ready(&attach->host, attach->gateways.items,
				   attach->gateways.count);
	return ret < 0 ? cni_error_prefix(reterr, ret,
					  "failed to set bridge addr")
		       : 0;
}

static bool has_gateway(const struct cni_result *result, uint8_t family)
{
	for (size_t i = 0; i < result->ip_count; i++) {
		if (result->ips[i].gateway.family == family)
			return true;
	}
	return false;
}

int bridge_ensure_gateway(struct bridge_attach *attach,
			  struct cni_error *reterr)
{
	int ret;

	if (!attach->conf.is_gateway)
		return 0;
	ret = bridge_ensure_router(attach, reterr);
	if (ret == 0)
		ret = add_missing(attach, reterr);
	if (ret == 0 && has_gateway(attach->result, AF_INET))
		ret = bridge_enable_forwarding(&attach->host, AF_INET, reterr);
	if (ret == 0 && has_gateway(attach->result, AF_INET6))
		ret = bridge_enable_forwarding(&attach->host, AF_INET6, reterr);
	return ret;
}
