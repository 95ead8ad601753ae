# SPDX-License-Identifier: Apache-2.0
"""Random networks through both bridge executables, as random cases of
test/conformance/compare.sh: same verdict, answer and kernel state.

usage: bridge.py GO-DIRECTORY OUR-DIRECTORY GENERATION COUNT SEED [ONLY]

A case ends where a step fails on both sides: what it leaves is one of the
deliberate differences (bridge_add_undone).
"""
import json
import os
import random
import subprocess
import sys
import tempfile

from generate import Generator

SOURCE = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))


def compare(case, work, go_path, our_path):
    """Return: exit status and output of compare.sh."""
    with open(os.path.join(work, "random.json"), "w", encoding="utf-8") as file:
        json.dump([case], file, indent=2)
    environment = dict(os.environ, CNI_CASES=work, CNI_BIN_DIR=our_path, REF_CNI_PATH=go_path,
                       CNI_SOURCE_DIR=SOURCE, CNI_RESULTS=os.path.join(work, "results"))
    environment.pop("CNI_TEST_FUNCTION", None)
    done = subprocess.run(["bash", os.path.join(SOURCE, "test/conformance/compare.sh"), f"random.{case['name']}"],
                          env=environment, capture_output=True, timeout=300, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def main():
    go_path, our_path, generation, count, seed = sys.argv[1:6]
    only = int(sys.argv[6]) if len(sys.argv) > 6 else None
    counts, wrong, deliberate = {0: 0, 77: 0}, [], {}
    with tempfile.TemporaryDirectory() as work:
        for number in range(int(count)) if only is None else [only]:
            case = Generator(random.Random(f"{seed}/{number}"), generation).bridge(number)
            status, output = compare(case, work, go_path, our_path)
            counts[status] = counts.get(status, 0) + 1
            if status == 77 and counts[0] == 0:
                print(output.strip())
                sys.exit(77)
            if status not in (0, 77):
                wrong.append(number)
                print(f"case {number}: {json.dumps(case)}\n{output}")
            elif status == 0:
                with open(os.path.join(work, "results", f"random.{case['name']}.json"), encoding="utf-8") as file:
                    for rule in {found["rule"] for found in json.load(file)["differences"]}:
                        deliberate[rule] = deliberate.get(rule, 0) + 1
            if only is not None:
                print(json.dumps(case, indent=2), output, sep="\n")
            if len(wrong) == 10:
                break
    print(f"bridge, seed {seed}: {number + 1} networks, {counts[0]} equal, {len(wrong)} wrong;"
          f" networks with deliberate differences: {deliberate}")
    if wrong:
        print(f"cases {wrong} differ")
        sys.exit(1)


if __name__ == "__main__":
    main()
