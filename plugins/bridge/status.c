/* SPDX-License-Identifier: Apache-2.0 */
/* status.c - STATUS: can an ADD be served now? */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cni/bridge.h"
#include "cni/invoke.h"

#include "conf.h"
#include "firewall.h"
#include "forwarding.h"
#include "ports.h"
#include "verbs.h"

/* So many free ports are worth a warning. */
#define FEW_PORTS 32

static int check_ports(const struct cni_nl *host, const char *bridge,
		       struct cni_error *reterr)
{
	int ret = bridge_check_port_limit(host, bridge, 1, reterr);

	if (ret == 0 &&
	    bridge_check_port_limit(host, bridge, FEW_PORTS, NULL) < 0)
		cni_warn("bridge \"%s\" has less than %d free ports", bridge,
			 FEW_PORTS);
	return ret;
}

static int check_bridge(const struct bridge_conf *conf,
			struct cni_error *reterr)
{
	CNI_CLEANUP(nl) struct cni_nl host = { 0 };
	struct cni_link bridge;
	int ret;

	ret = cni_nl_open(&host, NETLINK_ROUTE, reterr);
	if (ret == 0)
		ret = cni_link_get(&host, conf->bridge, &bridge, reterr);
	if (ret == -ENODEV)
		return 0;
	if (ret == 0 && strcmp(bridge.kind, "bridge") != 0)
		return cni_error_set(reterr, CNI_CODE_NOT_A_BRIDGE, EEXIST,
				     "\"%s\" already exists but is not a "
				     "bridge",
				     conf->bridge);
	if (ret == 0)
		ret = check_ports(&host, conf->bridge, reterr);
	/* Without a bridge nobody can tell. */
	if (ret == 0 && bridge_conf_wants_vlans(conf) &&
	    !bridge.bridge.can_filter_vlans)
		ret = cni_error_set(reterr, CNI_CODE_NOT_AVAILABLE, EOPNOTSUPP,
				    "the kernel's bridges cannot filter "
				    "VLANs");
	return ret;
}

/* ADD switches it on; where that is not possible it has to be on. */
static int check_forwarding(const struct bridge_conf *conf,
			    struct cni_error *reterr)
{
	if (!conf->is_gateway || !bridge_conf_is_layer3(conf) ||
	    bridge_is_forwarding(AF_INET, NULL) != 0 ||
	    access("/proc/sys/net/ipv4/ip_forward", W_OK) == 0)
		return 0;
	return cni_error_errno(reterr, CNI_CODE_NOT_AVAILABLE, errno,
			       "IPv4 forwarding is off and cannot be switched "
			       "on");
}

int bridge_status(const struct cni_call *call, struct cni_error *reterr)
{
	CNI_CLEANUP(bridge_conf) struct bridge_conf conf;
	int ret;

	ret = bridge_conf_decode(call, &conf, reterr);
	if (ret == 0 && bridge_conf_is_layer3(&conf))
		ret = cni_delegate_run(call, conf.ipam_type, CNI_COMMAND_STATUS,
				       NULL, reterr);
	if (ret < 0)
		return ret;
	ret = check_bridge(&conf, reterr);
	if (ret == 0)
		ret = check_forwarding(&conf, reterr);
	if (ret == 0)
		ret = bridge_firewall_probe(&conf, reterr);
	if (ret == 0)
		bridge_firewall_warn(&conf, NULL);
	/* What is wrong is in the text; runtimes look for this code. */
	if (ret < 0 && reterr)
		reterr->code = CNI_CODE_NOT_AVAILABLE;
	return ret;
}
