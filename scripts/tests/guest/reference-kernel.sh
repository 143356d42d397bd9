#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On the reference kernel the one command succeeds: every subtest of the suite
# passes, those of panfrost on both models, and the results folders say so. What
# Linux 6.12 has not got is skipped.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/reference-kernel
rm -rf "$results"
"$top/scripts/run-guest" --results "$results"
/usr/bin/python3 - "$results" <<'PYTHON'
import json, sys

newer = {"igt@panfrost_basic@label-can-be-set"}

def tests(mali):
    folder = sys.argv[1] + "/" + mali
    guest = json.load(open(folder + "/guest.json"))
    assert guest["mali"] == mali, guest
    assert any(device.endswith(" panfrost") for device in guest["drm_devices"]), guest
    tests = json.load(open(folder + "/results.json"))["tests"]
    bad = {name: test["result"] for name, test in tests.items()
           if test["result"] != ("skip" if name in newer else "pass")}
    assert not bad, (mali, bad)
    return {name for name in tests if "@panfrost_" in name}, len(tests)

t860, all_t860 = tests("t860")
g52, all_g52 = tests("g52")
assert t860 and t860 == g52, t860 ^ g52
assert len(t860) == all_g52 < all_t860, (all_t860, all_g52)
PYTHON
