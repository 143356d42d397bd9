#!/bin/bash
# SPDX-License-Identifier: MIT
#
# As user-mode Linux, the reference kernel passes panfrost's tests on both models with
# the panfrost that was built with it, and no QEMU runs meanwhile.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/uml
rm -rf "$results"
# Any use of QEMU would fail here.
mkdir -p "$results.path"
printf '#!/bin/sh\necho "QEMU was started: $*" >&2\nexit 1\n' >"$results.path/qemu-system-x86_64"
chmod +x "$results.path/qemu-system-x86_64"
PATH=$results.path:$PATH "$top/scripts/run-guest" --kernel uml --results "$results"

# The driver in use is the kernel's own: the model's folder has no other.
modules=$(echo "$IGT_TEST_UML"/lib/modules/*)
[ -e "$modules/updates/mali_model.ko" ]
[ "$(find "$modules" -name 'panfrost.ko*')" = "$modules/kernel/drivers/gpu/drm/panfrost/panfrost.ko" ]
/usr/bin/python3 - "$results" <<'PYTHON'
import glob, json, sys

for mali in "t860", "g52":
    folder = sys.argv[1] + "/" + mali
    guest = json.load(open(folder + "/guest.json"))
    assert (guest["machine"], guest["mali"]) == ("uml", mali), guest
    assert guest["drm_devices"] == ["renderD128 panfrost"], guest
    tests = json.load(open(folder + "/results.json"))["tests"]
    assert sum("@panfrost_" in name for name in tests) > 50, len(tests)

# The memory time lines saw what the tests did, at the times of the kernel's log.
seen = set()
for path in glob.glob(sys.argv[1] + "/t860/*/memory.txt"):
    lines = [line.rstrip("\n").split("\t") for line in open(path)]
    assert lines[0] == ["# igt-reclaim memory 1"], path
    rows = [dict(zip(lines[1], line)) for line in lines[2:]]
    seen.update(key for row in rows for key in row if row[key] not in ("-", "0"))
    log = [int(line.split(",")[2]) / 1e6 for line in open(path.replace("memory", "dmesg"))
           if line[0].isdigit()]
    assert abs(float(rows[0]["time"]) - log[0]) < 1, (path, rows[0], log[0])
assert seen > {"MemAvailable", "Shmem", "shrinker", "resident", "purgeable"}, seen
PYTHON
