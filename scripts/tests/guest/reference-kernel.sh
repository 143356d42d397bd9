#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On the reference kernel the one command succeeds: every subtest of the suite
# passes, those of panfrost on both models, and the results folders say so. What
# Linux 6.12 has not got is skipped, and what takes a host that renders or has
# blobs, or a kernel with fault injection or with records of who has each page.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/reference-kernel
rm -rf "$results"
"$top/scripts/run-guest" --all --results "$results"
/usr/bin/python3 - "$results" <<'PYTHON'
import json, sys

# What Linux 6.12 has not got, nor this guest.
missing = {"igt@panfrost_basic@label-can-be-set", "igt@virtio_madvise@imported-is-kept",
           "igt@virtio_rebind@devices-are-apart"}
# What takes two things to happen at once, which may not come about in the time there is.
by_chance = {"igt@virtio_commands@closed-in-scan-is-freed-there": "none was closed while a scan had it",
             "igt@virtio_pressure@users-reclaim-from-users": "kswapd is always there first"}
lacking = ("this needs virgl", "no blob resources", "built without CONFIG_FAULT_INJECTION",
           "a kernel with CONFIG_PAGE_OWNER")

def tests(mali):
    folder = sys.argv[1] + "/" + mali
    guest = json.load(open(folder + "/guest.json"))
    assert guest["mali"] == mali, guest
    assert any(device.endswith(" panfrost") for device in guest["drm_devices"]), guest
    tests = json.load(open(folder + "/results.json"))["tests"]
    def expected(name, test):
        if name in by_chance and by_chance[name] in test["out"]:
            print("skipped by chance:", name)
            return "skip"
        if name in missing or any(words in test["out"] for words in lacking):
            return "skip"
        return "pass"

    bad = {name: test["result"] for name, test in tests.items()
           if test["result"] != expected(name, test)}
    assert not bad, (mali, bad)
    return {name for name in tests if "@panfrost_" in name}, len(tests)

t860, all_t860 = tests("t860")
g52, all_g52 = tests("g52")
assert t860 and t860 == g52, t860 ^ g52
assert len(t860) == all_g52 < all_t860, (all_t860, all_g52)
PYTHON
