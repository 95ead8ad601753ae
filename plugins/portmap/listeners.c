/* SPDX-License-Identifier: Apache-2.0 */
/* listeners.c - processes of the host on ports that are published */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>

#include "cni/netlink.h"

#include "listeners.h"

struct search {
	const struct portmap_record *record;
	uint8_t protocol;
	uint8_t family;
};

static struct cni_addr address_of(const struct inet_diag_msg *socket)
{
	struct cni_addr addr = { .family = socket->idiag_family };

	memcpy(addr.bytes, socket->id.idiag_src,
	       addr.family == AF_INET ? 4 : 16);
	return cni_addr_unmap(&addr);
}

/* Could one packet be meant for both? */
static bool overlap(const struct portmap_mapping *mapping,
		    const struct cni_addr *listening)
{
	bool everywhere = cni_addr_is_unspecified(listening);

	/* A socket on :: takes IPv4, too, unless it was told not to. */
	if (!portmap_mapping_is_for(mapping, listening->family))
		return false;
	return everywhere || portmap_mapping_is_any(mapping) ||
	       cni_addr_equal(&mapping->host_ip, listening);
}

static int take_socket(const struct nlmsghdr *message, void *data)
{
	const struct search *search = data;
	const struct portmap_mapping_list *list = &search->record->mappings;
	const struct inet_diag_msg *socket;
	struct cni_addr addr;

	if (!message || mnl_nlmsg_get_payload_len(message) < sizeof(*socket))
		return 0;
	socket = mnl_nlmsg_get_payload(message);
	addr = address_of(socket);
	for (size_t i = 0; i < list->count; i++) {
		const struct portmap_mapping *mapping = &list->items[i];
		char text[PORTMAP_MAPPING_STRLEN];

		if (mapping->protocol != search->protocol ||
		    mapping->host_port != ntohs(socket->id.idiag_sport) ||
		    !overlap(mapping, &addr))
			continue;
		cni_warn("portMappings: entry %zu: a process of this host "
			 "listens on %s: it gets no connections while the port "
			 "is published, ignoring",
			 i, portmap_mapping_format(mapping, text));
	}
	return 0;
}

static void look(struct cni_nl *nl, struct search *search)
{
	CNI_CLEANUP(nl_req) struct cni_nl_req req;
	struct inet_diag_req_v2 *diag;

	cni_nl_req_init(&req);
	diag = cni_nl_begin(&req, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP,
			    sizeof(*diag));
	diag->sdiag_family = search->family;
	diag->sdiag_protocol = search->protocol;
	/* A UDP socket that talks to nobody in particular is "closed". */
	diag->idiag_states = search->protocol == IPPROTO_TCP ? 1U << TCP_LISTEN
							     : 1U << TCP_CLOSE;
	(void)cni_nl_dump(nl, &req, take_socket, search, NULL);
}

static bool has(const struct portmap_record *record, uint8_t protocol)
{
	for (size_t i = 0; i < record->mappings.count; i++)
		if (record->mappings.items[i].protocol == protocol)
			return true;
	return false;
}

void portmap_listeners_warn(const struct portmap_record *record)
{
	static const uint8_t protocols[] = { IPPROTO_TCP, IPPROTO_UDP };
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	CNI_CLEANUP(nl) struct cni_nl nl = { 0 };

	if (cni_nl_open(&nl, NETLINK_SOCK_DIAG, NULL) < 0)
		return;
	for (size_t i = 0; i < 4; i++) {
		struct search search = { .record = record,
					 .protocol = protocols[i / 2],
					 .family = families[i % 2] };

		if (has(record, search.protocol))
			look(&nl, &search);
	}
}
