#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On the reference kernel the one command succeeds: every subtest of the suite
# passes, and the results folder says so.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/reference-kernel
rm -rf "$results"
"$top/scripts/run-guest" --results "$results"
/usr/bin/python3 - "$results/results.json" <<'PYTHON'
import json, sys
tests = json.load(open(sys.argv[1]))["tests"]
bad = {name: test["result"] for name, test in tests.items() if test["result"] != "pass"}
assert tests and not bad, bad or "no tests"
PYTHON
