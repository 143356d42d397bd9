#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On Debian's own kernel, which has no MADVISE ioctl and no software Mali, everything
# skips with a reason that says what is needed, and the status says that nothing was
# verified.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/stock-kernel
rm -rf "$results"
status=0
"$top/scripts/run-guest" --kernel stock --results "$results" || status=$?
[ "$status" -eq 77 ] || { echo "status $status, expected 77"; exit 1; }
/usr/bin/python3 - "$results/results.json" <<'PYTHON'
import json, sys
tests = json.load(open(sys.argv[1]))["tests"]
assert tests
for name, test in tests.items():
    needed = ["panfrost"] if "@panfrost_" in name else ["MADVISE", "kernel"]
    assert test["result"] == "skip", (name, test["result"])
    assert all(word in test["out"] for word in needed), (name, test["out"])
PYTHON
