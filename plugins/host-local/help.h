/* SPDX-License-Identifier: Apache-2.0 */
/* help.h - what host-local --help says about its configuration */
#ifndef HOST_LOCAL_HELP_H
#define HOST_LOCAL_HELP_H

#define HL_HELP                                                                \
	"Another plugin runs it to get addresses; its keys are in \"ipam\":\n" \
	"\n"                                                                   \
	"  type                \"host-local\"\n"                               \
	"  ranges              list of range sets; one address of each set.\n" \
	"                      A set is a list of ranges:\n"                   \
	"    subnet            CIDR, required\n"                               \
	"    rangeStart        first address (default: network + 1)\n"         \
	"    rangeEnd          last address (default: the last before the\n"   \
	"                      broadcast address; IPv6: the last)\n"           \
	"    gateway           default: network + 1; never handed out\n"       \
	"  subnet, rangeStart, rangeEnd, gateway\n"                            \
	"                      one range, in front of \"ranges\"\n"            \
	"  routes              handed on: dst, gw, mtu, advmss, priority,\n"   \
	"                      table, scope\n"                                 \
	"  dataDir             default: /var/lib/cni/networks\n"               \
	"  resolvConf          file whose DNS settings go into the result\n"   \
	"  exclude             list of CIDRs never handed out\n"               \
	"  cooldownSeconds     rest of a freed address (default: 0)\n"         \
	"  stickyAddresses     a container that had an address before the\n"   \
	"                      last boot gets it again (default: false)\n"     \
	"  lockTimeoutSeconds  wait for others on this network (default: "     \
	"30,\n"                                                                \
	"                      at most 3600)\n"                                \
	"\n"                                                                   \
	"Requested addresses: CNI_ARGS IP=, args.cni.ips, "                    \
	"runtimeConfig.ips.\n"                                                 \
	"More range sets, in front of the others: runtimeConfig.ipRanges.\n"   \
	"\n"                                                                   \
	"Files in <dataDir>/<network name>: lock; leases, named by their\n"    \
	"address; last_reserved_ip.N; .index, a cache; .released-<address>.\n"

#endif /* HOST_LOCAL_HELP_H */
