/* SPDX-License-Identifier: Apache-2.0 */
/* ports.c - how many ports a bridge has, and how many it can have */
#include <errno.h>
#include <linux/if_bridge.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cni/bridge.h"

#include "ports.h"

int bridge_count_ports(const struct cni_nl *host, const char *bridge)
{
	/* Indexed by port number, which starts at 1. */
	int indices[CNI_BRIDGE_PORTS_MAX + 1] = { 0 };
	unsigned long args[4] = { BRCTL_GET_PORT_LIST, (unsigned long)indices,
				  CNI_BRIDGE_PORTS_MAX + 1, 0 };
	struct ifreq request = { .ifr_data = (char *)args };
	int count = 0;

	memcpy(request.ifr_name, bridge,
	       strnlen(bridge, sizeof(request.ifr_name) - 1));
	if (ioctl(host->fd, SIOCDEVPRIVATE, &request) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(indices) / sizeof(indices[0]); i++)
		count += indices[i] != 0;
	return count;
}

int bridge_check_port_limit(const struct cni_nl *host, const char *bridge,
			    int more, struct cni_error *reterr)
{
	int count = bridge_count_ports(host, bridge);
	int ret;

	if (count < 0 || count + more <= CNI_BRIDGE_PORTS_MAX)
		return 0;
	ret = cni_error_set(reterr, CNI_CODE_BRIDGE_FULL, EXFULL,
			    "bridge \"%s\" has %d ports, the kernel allows %d",
			    bridge, count, CNI_BRIDGE_PORTS_MAX);
	cni_error_details(reterr, "delete attachments, or use a second "
				  "network with another bridge");
	return ret;
}
