#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On Debian's own kernel, which has no MADVISE ioctl and no software Mali, everything
# that needs them skips with a reason that says what is needed. What is left, which is
# about the host and the driver's end, passes; without it the status says that nothing was verified.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/stock-kernel
rm -rf "$results"
"$top/scripts/run-guest" --kernel stock --results "$results"
/usr/bin/python3 - "$results/results.json" <<'PYTHON'
import json, re, sys
tests = json.load(open(sys.argv[1]))["tests"]
assert tests
for name, test in tests.items():
    if test["result"] == "pass" and ("@virtio_host@" in name or "@virtio_misuse@" in name):
        continue
    # B170 shows here or not.
    if name == "igt@virtio_rebind@unbind-while-making-leaves-nothing":
        continue
    needed = (["No fault can be injected"] if "_inject@" in name else
              ["panfrost"] if "@panfrost_" in name else
              ["CONFIG_SW_SYNC"] if name == "igt@virtio_misuse@refused-jobs-leave-nothing" else
              ["virgl"] if re.search("@virtio_(virgl|host|misuse)@", name) else
              ["no blob resources"] if "@virtio_blob@" in name else
              ["MADVISE", "kernel"])
    assert test["result"] == "skip", (name, test["result"])
    assert all(word in test["out"] for word in needed), (name, test["out"])
PYTHON

status=0
"$top/scripts/run-guest" --kernel stock --results "$results" --tests '^virtio_madvise@both-nodes-take-advice$' || status=$?
[ "$status" -eq 77 ] || { echo "status $status, expected 77"; exit 1; }

# The newest one of the release has neither, and of Linux 6.12 is known what it does wrong.
"$top/scripts/run-guest" --kernel newest --results "$results-newest" --tests '^virtio_(host|misuse)@'
