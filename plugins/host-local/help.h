/* SPDX-License-Identifier: Apache-2.0 */
/* help.h - what host-local --help says */
#ifndef HOST_LOCAL_HELP_H
#define HOST_LOCAL_HELP_H

static const char help[] =
	"Configuration keys:\n"
	"  Another plugin runs it to get addresses; these are in \"ipam\":\n"
	"\n"
	"  ranges            list of range sets [none]: one address of each "
	"set; a set\n"
	"                    is a list of ranges of one family\n"
	"  subnet            CIDR [none]: of a range, or of one more, in front "
	"of ranges\n"
	"  rangeStart        address [network + 1]: first of the range\n"
	"  rangeEnd          address [last before the broadcast address; IPv6: "
	"last]\n"
	"  gateway           address [network + 1]: of the range; never handed "
	"out\n"
	"  routes            list of objects [none]: handed on: dst, gw, mtu, "
	"advmss,\n"
	"                    priority, table, scope\n"
	"  dataDir           path [\"/var/lib/cni/networks\"]\n"
	"  resolvConf        path [none]: its DNS settings go into the result\n"
	"  exclude           list of CIDRs [none]: never handed out\n"
	"  cooldownSeconds   0 to 31622400 [0]: rest of a freed address\n"
	"  stickyAddresses   bool [false]: a container that had an address "
	"before the\n"
	"                    last boot gets it again\n"
	"  lockTimeoutSeconds\n"
	"                    0 to 3600 [30]: wait for others on this network\n"
	"\n"
	"  Beside \"ipam\":\n"
	"\n"
	"  args.cni.ips, runtimeConfig.ips\n"
	"                    list of addresses [none]: requested, as IP= in "
	"CNI_ARGS\n"
	"  runtimeConfig.ipRanges\n"
	"                    list of range sets [none]: in front of the "
	"others\n";

static const char files[] =
	"  <dataDir>/<network name>/\n"
	"    lock            held while leases are read and written\n"
	"    10.1.0.7        a lease, named by its address\n"
	"    last_reserved_ip.N\n"
	"                    address given last in set N\n"
	"    .index          a cache; may be removed\n"
	"    .lease.tmp      a lease being written\n"
	"    .released-10.1.0.7\n"
	"                    with cooldownSeconds: when the address was "
	"freed\n";

#endif /* HOST_LOCAL_HELP_H */
