#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Each kind of virtio-gpu is what it says: its guest has the device, renders or does
# not, and is behind an IOMMU or is not. What there is no guest for is named, and no X
# server stays behind.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/kinds
rm -rf "$results"
"$top/scripts/run-guest" --matrix --results "$results" \
	--tests '^virtio_(virgl|host|blob)@' --tests '^virtio_madvise@dontneed-is-purged$'
# One that another igt_guest needs is its child.
for pid in $(pgrep -f '^[^ ]*Xvfb -displayfd .* -nolisten unix -noreset$' || true); do
	parent=$(ps -o comm= -p "$(ps -o ppid= -p "$pid")" || true)
	[ "$parent" = igt_guest ] || { echo "an X server was left behind: $pid of $parent"; exit 1; }
done

/usr/bin/python3 - "$results" <<'PYTHON'
import json, re, sys

results = sys.argv[1]
rows = {line.split()[0]: line for line in open(results + "/matrix.txt")}
assert list(rows) == ["2d", "2d-iommu", "virgl", "virgl-iommu", "blob", "blob-iommu", "t860", "g52"], rows
no_screen = "does not do 'screendump'|knows but one kind of context"
needs = {"2d": "this needs virgl|no blob resources", "virgl": no_screen + "|no blob resources",
         "blob": no_screen + "|it has no host3d"}
for kind in list(rows)[:6]:
    gpu = kind.split("-")[0]
    assert rows[kind].split()[1] == "passed", rows[kind]
    guest = json.load(open(f"{results}/{kind}/guest.json"))
    assert guest["gpu"] == gpu and guest["mali"] == "none", guest
    assert (guest["iommu"] is not None) == kind.endswith("-iommu"), guest
    assert guest["drm_devices"][0].startswith("renderD128 virtio"), guest
    tests = json.load(open(f"{results}/{kind}/results.json"))["tests"]
    for name, test in tests.items():
        assert test["result"] in ("pass", "skip"), (kind, name, test["result"])
        if test["result"] == "skip":
            assert re.search(needs[gpu], test["out"]), (kind, name, test["out"])
    renders = tests["igt@virtio_virgl@clear-fills-image"]["result"] == "pass"
    assert renders == (gpu != "2d" and "gl-pci" in guest["gpu_device"]), (kind, renders)
    assert tests["igt@virtio_madvise@dontneed-is-purged"]["result"] == "pass", kind
for kind in "t860", "g52":
    assert "none of the tests is for it" in rows[kind], rows[kind]
PYTHON
