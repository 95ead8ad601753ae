# SPDX-License-Identifier: Apache-2.0
"""Random networks through both host-local executables: same verdict, same
answer, same lease files after every call.

usage: host_local.py GO-DIRECTORY OUR-DIRECTORY GENERATION COUNT SEED [ONLY]

Case I of a seed is always the same; ONLY runs that one and shows it.  A deliberate
difference counts for its id in differences.json, and ends the case if it leaves
other leases; any other is printed with all that is needed to repeat it.
"""
import ipaddress
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile

from generate import Generator

LEFT_OUT = {"lock"}


def leases(directory):
    """All files below a data directory but locks and hidden ones."""
    found = {}
    for path, _, names in os.walk(directory):
        for name in names:
            if name in LEFT_OUT or name.startswith("."):
                continue
            full = os.path.join(path, name)
            with open(full, "rb") as file:
                found[os.path.relpath(full, directory)] = file.read()
    return found


class Side:
    """One implementation with its own data directory."""

    def __init__(self, executable, work, name):
        self.executable = executable
        self.directory = os.path.join(work, name)

    def prepare(self, case):
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)
        for name, content in case["files"].items():
            path = os.path.join(self.directory, case["name"], name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content.encode())

    def call(self, case, step):
        environment = {
            "PATH": os.environ["PATH"],
            "CNI_COMMAND": step["verb"],
            "CNI_CONTAINERID": step["id"],
            "CNI_IFNAME": step["ifname"],
            "CNI_NETNS": "/run/netns/none",
            "CNI_PATH": os.path.dirname(self.executable),
            "CNI_ARGS": step["args"],
        }
        text = step["stdin"].replace("@DIR@", self.directory)
        done = subprocess.run([self.executable], input=text.encode(), env=environment, cwd=self.directory,
                              capture_output=True, timeout=60, check=False)
        try:
            answer = json.loads(done.stdout) if done.stdout else None
        except ValueError:
            answer = done.stdout.decode(errors="replace")
        # Up to 1.1.1 the Go plugins print an empty dns in 1.x results, too.
        if isinstance(answer, dict) and answer.get("dns") == {}:
            del answer["dns"]
        return {"status": done.returncode, "answer": answer,
                "stderr": done.stderr.decode(errors="replace"),
                "leases": leases(self.directory)}


def numbers(network):
    """Network and broadcast address of a subnet in text, as text."""
    try:
        subnet = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return set()
    found = {str(subnet.network_address)}
    if subnet.version == 4:
        found.add(str(subnet.broadcast_address))
    return found


def requested(step):
    """Does the call ask for an address?"""
    config = step["config"]
    given = [config.get("args"), config.get("runtimeConfig")]
    return "IP=" in step["args"] or any("ips" in json.dumps(part) for part in given if part)


def reserved(case, go):
    """Network and broadcast addresses that Go's leases have."""
    edges = set()
    for network in case["subnets"]:
        edges |= numbers(network)
    return {os.path.basename(name) for name in go["leases"]} & edges


def is_address(name):
    name = os.path.basename(name)
    try:
        return str(ipaddress.ip_address(name)) == name
    except ValueError:
        return False


def without_hints(files):
    return {name: text for name, text in files.items() if "last_reserved_ip." not in name}


def deliberate(case, step, go, ours):
    """The id of the deliberate difference that this is; None when it is none."""
    if any(part == "" or part.count("=") > 1 for part in step["args"].split(";")) and step["args"]:
        return "args_pairs"
    verdicts = (go["status"] == 0, ours["status"] == 0)
    if verdicts == (True, False) and step["verb"] == "ADD":
        if case["foreign_gateway"]:
            return "host_local_gateway"
        if case["inverted"] and "RangeStart" in ours["answer"]["msg"]:
            return "host_local_inverted"
        if requested(step) and ours["answer"]["code"] == 102:
            return "host_local_repeated"
    if verdicts == (False, True) and step["verb"] == "DEL":
        return "host_local_del"
    if verdicts == (False, False) and step["verb"] == "ADD":
        if without_hints(go["leases"]) == without_hints(ours["leases"]):
            return "host_local_all_or_nothing"
        lost = without_hints(ours["leases"]).items() - without_hints(go["leases"]).items()
        if lost and all(text.decode().split() in ([step["id"], step["ifname"]], [step["id"]]) for _, text in lost):
            return "host_local_repeated"
    if step["verb"] == "ADD" and reserved(case, go):
        return "host_local_reserved"
    if step["verb"] == "ADD" and case["gateways"] & {os.path.basename(name) for name in go["leases"]}:
        return "host_local_other_gateway"
    if step["verb"] == "DEL" and not all(map(is_address, without_hints(ours["leases"]))):
        return "host_local_other_files"
    if step["verb"] == "DEL" and verdicts == (True, True):
        kept = ours["leases"].items() - go["leases"].items()
        if kept and all(text.decode().split() == [step["id"]] for _, text in kept):
            return "host_local_both_formats"
    if "" in case["files"].values():
        return "host_local_empty"
    return None


def sane(ours):
    """Whatever the input: an answer or an error object, no crash."""
    if ours["status"] == 0:
        return True
    return (ours["status"] == 1 and isinstance(ours["answer"], dict)
            and isinstance(ours["answer"].get("code"), int)
            and bool(ours["answer"].get("msg")))


def equal(step, go, ours):
    if (go["status"] == 0) != (ours["status"] == 0) or go["leases"] != ours["leases"]:
        return False
    return go["status"] != 0 or step["verb"] != "ADD" or go["answer"] == ours["answer"]


def show(case, step, go, ours):
    print(f"case {case['number']}: {step['verb']} {step['id']} {step['ifname']}"
          f" CNI_ARGS={step['args']!r}\n  {step['stdin']}")
    for name, side in (("Go", go), ("ours", ours)):
        print(f"  {name}: status {side['status']}, {json.dumps(side['answer'])}")
        if side["status"] not in (0, 1):
            print(f"    {side['stderr'][:2000]}")
        print(f"    {side['leases']}")


def run(case, sides, counts, verbose):
    """Return: whether the case is as it should be."""
    for side in sides:
        side.prepare(case)
    for step in case["steps"]:
        go, ours = (side.call(case, step) for side in sides)
        counts["calls"] += 1
        if verbose:
            show(case, step, go, ours)
        if not sane(ours):
            show(case, step, go, ours)
            return False
        if equal(step, go, ours):
            verdict = "succeeded" if go["status"] == 0 else "refused"
            counts[verdict] += 1
            continue
        reason = deliberate(case, step, go, ours)
        if reason is None:
            show(case, step, go, ours)
            return False
        counts["deliberate"][reason] = counts["deliberate"].get(reason, 0) + 1
        if go["leases"] != ours["leases"]:
            return True
    return True


def main():
    go_path, our_path, generation, count, seed = sys.argv[1:6]
    only = int(sys.argv[6]) if len(sys.argv) > 6 else None
    counts = {"calls": 0, "succeeded": 0, "refused": 0, "deliberate": {}}
    wrong = []
    with tempfile.TemporaryDirectory() as work:
        # Paths of one length: they are in error texts and configurations.
        sides = (Side(os.path.realpath(f"{go_path}/host-local"), work, "go"),
                 Side(os.path.realpath(f"{our_path}/host-local"), work, "us"))
        for number in range(int(count)) if only is None else [only]:
            case = Generator(random.Random(f"{seed}/{number}"), generation).host_local()
            case["number"] = number
            if not run(case, sides, counts, only is not None):
                wrong.append(number)
            if len(wrong) == 10:
                break
    print(f"host-local, seed {seed}: {number + 1} networks, {counts['calls']} calls"
          f" ({counts['succeeded']} succeeded, {counts['refused']} refused alike),"
          f" {sum(counts['deliberate'].values())} deliberate differences"
          f" {counts['deliberate']}, {len(wrong)} wrong")
    if wrong:
        print(f"cases {wrong} differ")
        sys.exit(1)


if __name__ == "__main__":
    main()
