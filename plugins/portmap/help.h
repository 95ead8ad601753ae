/* SPDX-License-Identifier: Apache-2.0 */
/* help.h - what portmap --help says */
#ifndef PORTMAP_HELP_H
#define PORTMAP_HELP_H

static const char usage[] = "  portmap --list               what is published "
			    "on this node, as JSON\n"
			    "  portmap --reload [--cache-dir DIR]\n"
			    "                               put back rules "
			    "that a flush has taken; prints JSON\n";

static const char help[] =
	"Configuration keys:\n"
	"  backend           \"nftables\" or \"iptables\" [\"nftables\", "
	"unless another key or\n"
	"                    the kernel asks for iptables]\n"
	"  snat              bool [true]: the pod itself, its siblings and the "
	"node's\n"
	"                    127.0.0.1 are served, too, by masquerading just "
	"those\n"
	"  masqAll           bool [false]: masquerade every client\n"
	"  markMasqBit       0 to 31 [13]: bit of the packet mark; iptables "
	"only\n"
	"  externalSetMarkChain\n"
	"                    string [none]: chain that marks packets to be "
	"masqueraded;\n"
	"                    iptables only, not with markMasqBit\n"
	"  conditionsV4, conditionsV6\n"
	"                    list of strings [none]: further conditions, in "
	"the words of\n"
	"                    the backend\n"
	"  onConflict        \"error\" or \"replace\" [\"error\"]: when "
	"another container has\n"
	"                    the port\n"
	"  runtimeConfig.portMappings\n"
	"                    list of objects [none]: hostPort and "
	"containerPort, 1 to\n"
	"                    65535; protocol, \"tcp\", \"udp\", \"sctp\" or "
	"\"dccp\" [\"tcp\"];\n"
	"                    hostIP, an address [every one of the node]\n";

static const char files[] =
	"  /var/lib/cni/results\n"
	"                    results that runtimes keep, for --reload\n";

#endif /* PORTMAP_HELP_H */
