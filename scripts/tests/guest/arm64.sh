#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On an emulated arm64 machine with Debian's own kernel, which has panfrost, virtio-gpu and no
# series: what needs no series passes, the rest skips with the reason. With IGT_TEST_ARMHF set the
# same for the suite built for armhf, whose ioctls that kernel translates. The library's helpers
# do what they should.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$1
results=$work/arm64-kernel
export CROSS_BUILD_DIR=$work
rm -rf "$results" "$results-armhf"
"$top/scripts/run-guest" --arch arm64 --results "$results"

prog=arm64
# shellcheck source=scripts/common.sh
. "$top/scripts/common.sh"
# shellcheck source=scripts/cross.sh
. "$top/scripts/cross.sh"
image=$(sed -n 's/.*"kernel_image":"\(.*\)".*/\1/p' "$results/guest.json")
guest=("$work/plain/install/bin/igt_guest")
of() {
	echo --arch arm64 --kernel "${image%/boot/*}" --suite "$work/$1/install" --sysroot "$(sysroot "$1")"
}
machines=(arm64)
if [ -n "${IGT_TEST_ARMHF:-}" ]; then
	machines+=(armhf)
	build_cross "$work/armhf" armhf
	# shellcheck disable=SC2046 # words
	"${guest[@]}" run $(of armhf) --tests '^(panfrost_basic|virtio_(madvise|host))@' \
		--results "$results-armhf"
fi

/usr/bin/python3 - "$results" "$results-armhf" <<'PYTHON'
import json, os, re, sys

panfrost = ["No known gpu found for chipset flags 0x20 (panfrost)"]
# B170 shows here or not.
lost = "igt@virtio_rebind@unbind-while-making-leaves-nothing"
virtio = ["no MADVISE ioctl", "this needs virgl", "no blob resources", "CONFIG_SW_SYNC"]

def check(folder, machine):
    guest = json.load(open(folder + "/guest.json"))
    assert (guest["arch"], guest["drm_devices"]) == ("arm64", ["renderD128 virtio-pci"]), guest
    tests = json.load(open(folder + "/results.json"))["tests"]
    passed = {name for name, test in tests.items() if test["result"] == "pass"}
    assert passed and all(name == lost or re.search("@virtio_(host|misuse)@", name)
                          for name in passed), passed
    for name, test in tests.items():
        assert "(%s) (Linux: " % machine in test["igt-version"], (name, test["igt-version"])
        if name in passed or name == lost:
            continue
        assert test["result"] == "skip", (name, test["result"])
        reasons = (["No fault can be injected"] if "_inject@" in name else
                   panfrost if "@panfrost_" in name else virtio)
        assert any(reason in test["out"] for reason in reasons), (name, test["out"])

check(sys.argv[1], "aarch64")
if os.path.exists(sys.argv[2]):
    check(sys.argv[2], "arm")
PYTHON

# What Linux 6.1 has not got is skipped, and everything else passes.
for arch in "${machines[@]}"; do
	# shellcheck disable=SC2046 # words
	out=$("$(dirname "$0")/core-helpers" "${guest[@]}" shell $(of "$arch"))
	[ "$(grep -c '^Subtest .*: SUCCESS' <<<"$out")" -ge 28 ]
done
