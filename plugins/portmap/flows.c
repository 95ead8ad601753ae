/* SPDX-License-Identifier: Apache-2.0 */
/* flows.c - forgetting the tracked flows of mappings that come or go */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cni/conntrack.h"

#include "flows.h"

static size_t list_ports(const struct portmap_record *record, int family,
			 const struct cni_addr *pod,
			 struct cni_conntrack_port *ports)
{
	const struct portmap_mapping_list *list = &record->mappings;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct portmap_mapping *mapping = &list->items[i];

		/* TCP connections end by themselves. */
		if (!portmap_mapping_is_for(mapping, family) ||
		    (mapping->protocol != IPPROTO_UDP &&
		     mapping->protocol != IPPROTO_SCTP))
			continue;
		ports[count].protocol = mapping->protocol;
		ports[count].port = mapping->host_port;
		if (!portmap_mapping_is_any(mapping))
			ports[count].address = mapping->host_ip;
		if (pod)
			ports[count].pod = *pod;
		count++;
	}
	return count;
}

static void forget(const struct portmap_record *record, int family, bool going)
{
	const struct cni_addr *pod =
		&portmap_target_prefix(&record->target, family)->addr;
	CNI_CLEANUP(free) struct cni_conntrack_port *ports = NULL;
	struct cni_error err;
	size_t count;

	if (!cni_addr_is_set(pod) || record->mappings.count == 0)
		return;
	ports = calloc(record->mappings.count, sizeof(*ports));
	if (!ports)
		return;
	count = list_ports(record, family, going ? pod : NULL, ports);
	if (count && cni_conntrack_flush(family, ports, count, &err) < 0)
		cni_warn("failed to delete stale flows: %s, ignoring", err.msg);
}

void portmap_flows_coming(const struct portmap_record *record)
{
	forget(record, AF_INET, false);
	forget(record, AF_INET6, false);
}

void portmap_flows_going(const struct portmap_record *record)
{
	forget(record, AF_INET, true);
	forget(record, AF_INET6, true);
}
