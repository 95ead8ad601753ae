/* SPDX-License-Identifier: Apache-2.0 */
/* publication.c - what an ADD is about to make */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/link.h"
#include "cni/route.h"

#include "publication.h"

void portmap_publication_done(struct portmap_publication *pub)
{
	portmap_record_done(&pub->record);
	portmap_plan_done(&pub->plan);
	*pub = (struct portmap_publication) { 0 };
}

static const char *family_name(int family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/*
 * The request reaches the pod, but the kernel takes no answer for ::1 from
 * another interface than lo, and has no route_localnet for IPv6.
 */
static int check_loopback(const struct portmap_mapping_list *mappings,
			  struct cni_error *reterr)
{
	static const struct cni_addr loopback = { .family = AF_INET6,
						  .bytes = { [15] = 1 } };

	for (size_t i = 0; i < mappings->count; i++)
		if (cni_addr_equal(&mappings->items[i].host_ip, &loopback))
			return cni_error_set(
				reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				"portMappings: entry %zu: hostIP ::1 cannot be "
				"published, the kernel routes no answers to it",
				i);
	return 0;
}

/*
 * An address of a family that the pod lacks would publish nothing.  Runtimes
 * publish on 0.0.0.0 and :: alike, so those are passed over.
 */
static int check_families(const struct portmap_mapping_list *mappings,
			  const struct portmap_target *target,
			  struct cni_error *reterr)
{
	for (size_t i = 0; i < mappings->count; i++) {
		const struct portmap_mapping *mapping = &mappings->items[i];
		int family = mapping->host_ip.family;
		char text[CNI_ADDR_STRLEN];

		if (!family ||
		    cni_addr_is_set(
			    &portmap_target_prefix(target, family)->addr))
			continue;
		if (!portmap_mapping_is_any(mapping))
			return cni_error_set(
				reterr, CNI_CODE_INVALID_CONFIG, EINVAL,
				"portMappings: entry %zu: hostIP %s is %s, but "
				"the container has no %s address",
				i, cni_addr_format(&mapping->host_ip, text),
				family_name(family), family_name(family));
		cni_warn("portMappings: entry %zu: the container has no %s "
			 "address, ignoring",
			 i, family_name(family));
	}
	return 0;
}

static int copy_mappings(const struct portmap_mapping_list *from,
			 struct portmap_mapping_list *to)
{
	to->items = calloc(from->count, sizeof(*to->items));
	if (!to->items)
		return -ENOMEM;
	memcpy(to->items, from->items, from->count * sizeof(*to->items));
	to->count = from->count;
	return 0;
}

static bool has_conditions(const struct portmap_conf *conf,
			   const struct portmap_target *target, int family)
{
	return portmap_conf_conditions(conf, family)->count &&
	       cni_addr_is_set(&portmap_target_prefix(target, family)->addr);
}

static int fill(struct portmap_publication *pub, const char *sandbox,
		const struct portmap_target *target)
{
	const struct portmap_conf *conf = pub->conf;
	struct portmap_record *record = &pub->record;
	int ret = portmap_record_set_owner(record, &pub->owner, sandbox);

	record->target.ipv4 = target->ipv4;
	record->target.ipv6 = target->ipv6;
	record->snat = conf->snat;
	record->masq_all = conf->masq_all;
	record->iptables = conf->backend == PORTMAP_BACKEND_IPTABLES;
	record->conditions = !record->iptables &&
			     (has_conditions(conf, target, AF_INET) ||
			      has_conditions(conf, target, AF_INET6));
	if (ret == 0 && record->iptables && conf->mark_chain)
		ret = cni_result_set_string(&record->mark_chain,
					    conf->mark_chain);
	if (ret == 0)
		ret = copy_mappings(&conf->mappings, &record->mappings);
	if (ret == 0)
		ret = portmap_plan_build(&record->mappings, target, &pub->plan);
	return ret;
}

int portmap_publication_build(const struct portmap_conf *conf,
			      const struct cni_owner *owner,
			      const char *sandbox,
			      const struct portmap_target *target,
			      struct portmap_publication *ret_pub,
			      struct cni_error *reterr)
{
	int ret = check_loopback(&conf->mappings, reterr);

	if (ret == 0)
		ret = check_families(&conf->mappings, target, reterr);
	*ret_pub =
		(struct portmap_publication) { .conf = conf, .owner = *owner };
	if (ret < 0)
		return ret;
	cni_owner_key(owner, ret_pub->key);
	cni_owner_comment(owner, ret_pub->comment);
	ret = fill(ret_pub, sandbox, target);
	if (ret < 0)
		return cni_error_errno(reterr, CNI_CODE_INTERNAL, -ret,
				       "portMappings");
	return 0;
}

static void look_port(struct cni_nl *nl, const struct portmap_target *target,
		      struct portmap_record *record)
{
	struct cni_link link;

	for (size_t i = 0; i < target->host_if_count; i++) {
		if (cni_link_get(nl, target->host_ifs[i], &link, NULL) < 0 ||
		    strcmp(link.kind, "veth") != 0)
			continue;
		memcpy(record->port, link.name, sizeof(record->port));
		record->port_index = link.index;
		return;
	}
}

static bool wants_localhost(const struct portmap_record *record)
{
	const struct portmap_mapping_list *list = &record->mappings;

	for (size_t i = 0; i < list->count; i++)
		if (portmap_mapping_is_for(&list->items[i], AF_INET) &&
		    (portmap_mapping_is_any(&list->items[i]) ||
		     cni_addr_is_loopback(&list->items[i].host_ip)))
			return record->snat;
	return false;
}

/* The interface towards the pod: what a packet from 127.0.0.1 leaves by. */
static void look_bridge(struct cni_nl *nl, struct portmap_record *record)
{
	struct cni_link link;
	struct cni_rt route;

	if (!cni_addr_is_set(&record->target.ipv4.addr) ||
	    !wants_localhost(record) ||
	    cni_rt_lookup(nl, &record->target.ipv4.addr, &route, NULL) < 0 ||
	    cni_link_get_index(nl, route.index, &link, NULL) < 0 ||
	    (link.flags & IFF_LOOPBACK))
		return;
	memcpy(record->localnet, link.name, sizeof(record->localnet));
}

void portmap_publication_look_host(struct cni_nl *nl,
				   const struct portmap_target *target,
				   struct portmap_publication *pub)
{
	look_port(nl, target, &pub->record);
	look_bridge(nl, &pub->record);
}
