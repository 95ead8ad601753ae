# SPDX-License-Identifier: Apache-2.0
"""Random networks for host_local.py and bridge.py, mostly valid ones."""
import ipaddress
import json

VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
SUBNETS4 = ["10.1.0.0/29", "10.1.0.0/28", "10.1.0.8/30", "10.1.1.0/24", "10.2.0.0/16",
            "192.168.5.128/25", "172.16.0.0/30"]
SUBNETS6 = ["fd00:1::/64", "fd00:1::/125", "fd00:2::8/126", "fd00:3::/112", "2001:db8::/48"]
ODD_SUBNETS = ["10.1.0.1/29", "10.3.0.0/31", "10.3.0.0/32", "fd00::1/64", "fd00::/127",
               "::ffff:10.1.0.0/120", "10.1.0.0", "x", "", "10.1.0.0/33", "10.01.0.0/24", None, 5]
ODD_ADDRESSES = ["", "x", "10.1.0", "10.01.0.2", "::ffff:10.1.0.2", "::", "0.0.0.0", "fd00:1::%eth0",
                 "10.1.0.2 ", "FD00:1::2", "10.1.0.2/29"]
ODD_VALUES = [None, "", "x", 0, 1, -1, 1.5, True, [], {}, [None], [[]], [[None]], ["x"], {"a": 1}]


class Generator:
    """All choices come from one source of random numbers."""

    def __init__(self, rng, generation):
        self.rng = rng
        self.versions = [v for v in VERSIONS if v != "1.1.0" or generation == "1.1.0"]
        self.newest_routes = generation == "1.1.0"

    def one_in(self, number):
        return self.rng.randrange(number) == 0

    # ---- addresses ----

    def subnet(self):
        if self.one_in(40):
            return self.rng.choice(ODD_SUBNETS)
        return self.rng.choice(SUBNETS4 if self.rng.random() < 0.65 else SUBNETS6)

    def address_in(self, subnet):
        """Often near an edge, rarely outside, very rarely nonsense."""
        if self.one_in(30):
            return self.rng.choice(ODD_ADDRESSES)
        try:
            network = ipaddress.ip_network(subnet)
        except (ValueError, TypeError):
            network = ipaddress.ip_network("10.1.0.0/29")
        last = network.num_addresses - 1
        offset = self.rng.choice([1, 2, 2, 3, 3, 4, 5, last - 1, last - 2, self.rng.randint(0, min(last, 300))])
        if self.one_in(15):
            offset = self.rng.choice([0, last])
        if self.one_in(25):
            offset = self.rng.choice([last + 1, -1])
        return str(network.network_address + offset) if offset <= last else str(network.broadcast_address + 1)

    def range(self, family=None):
        subnet = self.subnet()
        while family and isinstance(subnet, str) and (":" in subnet) != (family == 6) and not self.one_in(10):
            subnet = self.subnet()
        made = {"subnet": subnet}
        if self.one_in(3):
            made["rangeStart"] = self.address_in(subnet)
        if self.one_in(3):
            made["rangeEnd"] = self.address_in(subnet)
        if self.one_in(4):
            made["gateway"] = self.address_in(subnet)
        if self.one_in(60):
            made[self.rng.choice(["rangeStart", "rangeEnd", "gateway", "subnet"])] = self.rng.choice(ODD_VALUES)
        return made

    def ranges(self):
        sets, families = [], self.rng.choice([[4], [6], [4, 6], [6, 4], [4], [4, 6], [4, 4], [6, 4, 6]])
        for family in families:
            sets.append([self.range(family) for _ in range(self.rng.choice([1, 1, 1, 1, 2]))])
        if self.one_in(50):
            self.rng.choice(sets).clear()
        return sets

    # ---- parts of a configuration ----

    def route(self):
        made = {"dst": self.rng.choice(["0.0.0.0/0", "::/0", "10.9.0.0/16", "192.0.2.7/24", "2001:db8:5::/48"])}
        if self.one_in(3):
            made["gw"] = self.rng.choice(["10.1.0.1", "10.1.0.3", "fd00:1::1", "fd00:1::9"])
        if self.newest_routes and self.one_in(5):
            made[self.rng.choice(["mtu", "advmss", "priority", "table"])] = self.rng.choice([0, 1, 1400, 4096])
        if self.one_in(60):
            made[self.rng.choice(["dst", "gw"])] = self.rng.choice(ODD_VALUES + ODD_ADDRESSES)
        return made

    def ipam(self):
        made = {"type": "host-local", "dataDir": "@DIR@"}
        if self.one_in(3):
            made.update(self.range())
        if len(made) == 2 or self.one_in(8):
            made["ranges"] = self.ranges()
        if self.one_in(3):
            made["routes"] = [self.route() for _ in range(self.rng.randint(0, 3))]
        if self.one_in(40):
            made["resolvConf"] = self.rng.choice(["", "/none", "/dev/null"])
        if self.one_in(40):
            made[self.rng.choice(["ranges", "routes", "subnet", "resolvConf"])] = self.rng.choice(ODD_VALUES)
        return made

    def misspell(self, config):
        """Names in another case, which Go's decoder takes; unknown names."""
        name = self.rng.choice(sorted(config))
        if self.one_in(2):
            config[name.swapcase() if self.one_in(2) else name.capitalize()] = config.pop(name)
        else:
            config["x-" + name] = self.rng.choice(ODD_VALUES)

    def requests(self, subnets):
        addresses = [self.address_in(self.rng.choice(subnets)) for _ in range(self.rng.choice([1, 1, 2]))]
        return [a + self.rng.choice(["", "", "/24", "/64"]) for a in addresses]

    def cni_args(self, subnets):
        parts = []
        if self.one_in(6):
            parts.append("IP=" + self.rng.choice(self.requests(subnets)))
        if self.one_in(8):
            parts += ["IgnoreUnknown=" + self.rng.choice(["1", "true", "TRUE", "0"]), "K8S_POD_NAME=a"]
        if self.one_in(60):
            parts.append(self.rng.choice(["", "IP=", "ip=10.1.0.2", "X", "IgnoreUnknown=yes", "A=b=c", "MAC=x"]))
        self.rng.shuffle(parts)
        return ";".join(parts)

    # ---- host-local ----

    def network(self):
        config = {"cniVersion": self.rng.choice(self.versions[2:] * 4 + self.versions), "name": "net1",
                  "type": "host-local", "ipam": self.ipam()}
        if self.one_in(60):
            del config["cniVersion"]
        if self.one_in(80):
            config[self.rng.choice(["cniVersion", "name", "ipam"])] = self.rng.choice(ODD_VALUES + ["9.9.9", "../x"])
        if self.one_in(12) and isinstance(config["ipam"], dict):
            self.misspell(config if self.one_in(3) else config["ipam"])
        return config

    def call_of(self, base, subnets):
        config = json.loads(json.dumps(base))
        if self.one_in(8):
            where = self.rng.choice(["args", "runtimeConfig"])
            ips = self.requests(subnets) if not self.one_in(15) else self.rng.choice(ODD_VALUES)
            config[where] = {"cni": {"ips": ips}} if where == "args" else {"ips": ips}
        elif self.one_in(25):
            config["runtimeConfig"] = {"ipRanges": self.ranges()}
        text = json.dumps(config)
        if self.one_in(50):
            damaged = self.damaged(text)
            # Without it, both would share the default directory.
            text = damaged if '"dataDir": "@DIR@' in damaged else text
        return {"verb": self.rng.choice(["ADD"] * 6 + ["DEL"] * 3 + ["CHECK"]),
                "id": "c" + str(self.rng.randint(1, 4)), "ifname": self.rng.choice(["eth0"] * 4 + ["eth1"]),
                "args": self.cni_args(subnets), "config": config, "stdin": text}

    def damaged(self, text):
        at = self.rng.randrange(len(text))
        return self.rng.choice([
            text[:at], text[:at] + text[at + 1:], text[:at] + self.rng.choice('"{}[],:0x \\') + text[at:],
            text + self.rng.choice([" ", "\n", "x", "{}"]), text.replace(":", ": ", 3)])

    def lease_files(self, subnets):
        """What an earlier life of the network may have left."""
        files = {}
        for _ in range(self.rng.randint(1, 6)):
            address = self.address_in(self.rng.choice(subnets))
            if "/" in address or not address:
                continue
            files[address] = self.rng.choice(["c1\r\neth0", "c2", "other\r\neth0", " c1\r\neth0 ", "c1\neth0",
                                              "c3\r\neth0\n", "old"] * 3 + [""])
        for number in range(2):
            if self.one_in(2):
                files[f"last_reserved_ip.{number}"] = self.address_in(self.rng.choice(subnets)) + \
                    self.rng.choice(["", "", "", "\n"])
        return files

    def host_local(self):
        config = self.network()
        everything = list(ranges_of(config))
        subnets = [r["subnet"] for r in everything if isinstance(r.get("subnet"), str)] or ["10.1.0.0/29"]
        steps = [self.call_of(config, subnets) for _ in range(self.rng.randint(2, 9))]
        for step in steps:
            everything += ranges_of(step["config"])
        return {"name": "net1", "steps": steps,
                "files": self.lease_files(subnets) if self.one_in(5) else {},
                "subnets": [r["subnet"] for r in everything if isinstance(r.get("subnet"), str)],
                "gateways": set().union(*map(gateways_of, everything)),
                "inverted": any("rangestart" in {n.lower() for n in r} for r in everything),
                "foreign_gateway": any(is_foreign(r) for r in everything)}

    # ---- bridge ----

    def bridge_ranges(self):
        """Range sets that a bridge takes alike: one of a family."""
        sets = []
        for family in self.rng.choice([[4], [6], [4, 6], [6, 4]]):
            third = self.rng.randint(1, 3)
            subnet = f"10.{third}.0.0/{self.rng.choice([24, 29, 16])}" if family == 4 else \
                f"fd00:{third}::/{self.rng.choice([64, 112])}"
            made = {"subnet": subnet}
            base = subnet.split("/")[0].rstrip("0") if family == 4 else subnet.split("/")[0]
            if self.one_in(4):
                made["gateway"] = base + str(self.rng.choice([1, 5, 6]))
            if self.one_in(4):
                made["rangeStart"] = base + str(self.rng.choice([2, 3]))
            sets.append([made])
        return sets

    def bridge_route(self, sets):
        family = 6 if ":" in sets[0][0]["subnet"] else 4
        base = sets[0][0]["subnet"].split("/")[0]
        inside = base.rstrip("0") + "5" if family == 4 else base + "5"
        made = {"dst": self.rng.choice(["192.168.0.0/16", "172.16.5.0/24", "198.51.100.7/32"] if family == 4
                                       else ["2001:db8:5::/48", "fd99::/16"])}
        if self.one_in(3):
            made["gw"] = inside
        if self.newest_routes and self.one_in(4):
            made[self.rng.choice(["priority", "table"])] = self.rng.choice([5, 100, 4000])
        return made

    def bridge_network(self):
        sets = self.bridge_ranges()
        config = {"bridge": self.rng.choice(["br0", "br0", "cni-long-name.1"])}
        for flag in ("isGateway", "isDefaultGateway", "hairpinMode", "promiscMode", "enabledad", "forceAddress"):
            if self.one_in(4):
                config[flag] = not self.one_in(6)
        if self.one_in(4):
            config["mtu"] = self.rng.choice([0, 1280, 1400, 9000, -1])
        if self.one_in(6):
            config["dns"] = self.rng.choice([{}, {"nameservers": ["10.9.9.9"]},
                                             {"search": ["a.example"], "domain": "b"}])
        if self.one_in(4):
            where, mac = self.rng.randrange(2), self.rng.choice(["02:00:00:00:00:07", "02-AA-BB-CC-DD-EE", ""])
            config["args" if where else "runtimeConfig"] = {"cni": {"mac": mac}} if where else {"mac": mac}
            # Two pods with one MAC address are duplicates of each other.
            config.pop("enabledad", None)
        if self.one_in(10):
            config["ipam"] = {}
        else:
            config["ipam"] = {"type": "host-local", "ranges": sets}
            if self.one_in(3):
                routes = [self.bridge_route(sets) for _ in range(self.rng.randint(1, 2))]
                # The same destination twice is a deliberate difference.
                config["ipam"]["routes"] = list({r["dst"]: r for r in routes}.values())
        if self.one_in(25):
            config[self.rng.choice(["mtu", "vlan", "isGateway", "hairpinMode", "dns", "ipMasq", "bridge"])] = \
                self.rng.choice([[], "x", 5000, -7, 1.5, {"a": 1}, "a/b"])
        if self.one_in(12):
            self.misspell(config)
        return config

    def bridge(self, number):
        """A case for compare.sh.

        No attachment comes back after DEL: ours would have the same host end
        again, Go's another. Nor does ADD repeat one without IPAM
        (bridge_add_again).
        """
        config, steps, attached = self.bridge_network(), [], []
        fresh = [f"{pod} {ifname}" for pod in ("a", "b") for ifname in ("eth0", "eth1", "eth2")]
        self.rng.shuffle(fresh)
        for _ in range(self.rng.randint(3, 7)):
            verb = self.rng.choice(["ADD", "ADD", "CHECK", "DEL"]) if attached else "ADD"
            if self.one_in(15):
                step = {"do": self.rng.choice(["DEL ", "DEL ", "CHECK "]) + fresh[-1]}
            elif verb == "ADD":
                attached.append(fresh.pop(0))
                step = {"do": "ADD " + attached[-1]}
            else:
                step = {"do": f"{verb} {self.rng.choice(attached)}"}
                gone = "DEL" + step["do"][len(verb):] in [s["do"] for s in steps]
                if self.one_in(12) and not gone and config.get("ipam"):
                    step["do"] = "ADD" + step["do"][len(verb):]
            if self.one_in(8):
                step["env"] = {"CNI_ARGS": "IgnoreUnknown=1;K8S_POD_NAME=a"}
            if step["do"].startswith("ADD") and self.one_in(8) and "enabledad" not in config:
                step["env"] = {"CNI_ARGS": self.rng.choice(["MAC=02:00:00:00:00:09", "FOO=bar", "MAC=zz"])}
            steps.append(step)
            if not fresh[1:]:
                break
        version = self.rng.choice(self.versions[2:])
        return {"name": f"case{number}", "plugin": "bridge", "until_failure": True, "versions": [version],
                "conf": config, "steps": steps}


def ranges_of(value):
    """All objects with a subnet anywhere in a configuration."""
    if isinstance(value, dict):
        folded = {name.lower(): member for name, member in value.items()}
        if "subnet" in folded:
            yield folded
        for member in value.values():
            yield from ranges_of(member)
    elif isinstance(value, list):
        for member in value:
            yield from ranges_of(member)


def gateways_of(made):
    try:
        return {str(ipaddress.ip_address(made.get("gateway") or ipaddress.ip_network(made["subnet"])[1]))}
    except (ValueError, TypeError, IndexError):
        return set()


def is_foreign(made):
    """Is the gateway of this range outside of its subnet?"""
    try:
        gateway = ipaddress.ip_address(made.get("gateway"))
        subnet = ipaddress.ip_network(made["subnet"])
        return gateway not in subnet and not (gateway.version == subnet.version == 6 and gateway.is_link_local)
    except (ValueError, TypeError):
        return False
