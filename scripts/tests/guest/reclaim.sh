#!/bin/bash
# SPDX-License-Identifier: MIT
#
# lib/reclaim does on a kernel what docs/reclaim-api.md says: core_reclaim passes
# on the reference kernel, and what needs a debug kernel on that. A test that dies
# under the runner leaves a machine as it was, as soon as the runner is done with it.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$1/reclaim
debug_only='each-allocation-fails,fault-settings-are-put-back,call-fails-by-itself,healthy-kernel-passes,warning-fails-region,next-subtest-is-spared,end-of-lockdep-fails-subtest'

fail() { echo "reclaim: $*"; exit 1; }
# has TEXT: among the lines of the guest there is this one. tells PATTERN: one has this in it.
# ends NAME WORD: so ended a subtest.
has() { grep -qxF "$1" <<<"$out" || fail "no line '$1'"; }
tells() { grep -qE "$1" <<<"$out" || fail "no line with '$1'"; }
ends() { grep -qE "^Subtest $1: $2 " <<<"$out" || fail "$1 is no $2"; }

guest=("$1/plain/install/bin/igt_guest" shell --suite "$1/plain/install" --mem 512M --kernel "$IGT_TEST_KERNEL")
others=',!fdinfo-is-summed-up'
if "${guest[0]}" --help | grep -q -- --mali; then
	guest+=(--mali t860)
	others=
fi
out=$("${guest[@]}" <<GUEST
export IGT_PLAIN_OUTPUT=1
# Nothing of the kernel in the midst of our lines.
dmesg -n 1
tests=/igt/libexec/igt-gpu-tools
state() { cut -d' ' -f1,3 /proc/modules; cat /proc/swaps /proc/mounts /proc/sys/vm/swappiness; find /sys/fs/cgroup -type d; }
# Not the guard, which is the same program.
kill_test() { for pid in \$(pidof core_changes); do grep -q core_changes /proc/\$pid/comm && kill -9 \$pid; done; }
mkdir /tmp/root && cp \$tests/core_changes /tmp/root
printf 'TESTLIST\ncore_changes\nEND TESTLIST\n' >/tmp/root/test-list.txt
state >/tmp/before
export READY=/tmp/ready
(while [ ! -s \$READY ]; do usleep 10000; done; state >/tmp/during; kill_test) &
/igt/bin/igt_runner --report text -t @once /tmp/root /tmp/results | tail -n 1
state >/tmp/after
cmp -s /tmp/before /tmp/during || echo "the test changed the machine"
cmp /tmp/before /tmp/after && echo "the runner waited"
\$tests/core_reclaim --run-subtest '*,!$(sed 's/,/,!/g' <<<"$debug_only")$others'
echo "status \$?"
\$tests/core_reclaim --run-subtest each-allocation-fails
GUEST
)
out=$(tr -d '\r' <<<"$out")
echo "$out"
has 'the test changed the machine'
has 'the runner waited'
has 'status 0'
ends each-allocation-fails SKIP
tells '^No fault can be injected: this kernel was built without CONFIG_FAULT_INJECTION'
tells '^No swap can be made: /dev/shm: tmpfs has its files in the memory'
# A skip is as bad as a failure: what was skipped is not tested. Some are meant to skip.
if grep -E '^(Dynamic s|S)ubtest .*: ' <<<"$out" |
	grep -vE '(: SUCCESS|ubtest (tmpfs-is-refused|pressure-is-left-alone|each-allocation-fails): SKIP) '; then
	exit 1
fi

# The debug kernel, with a module whose test makes it warn, and one without a free licence.
kernel=$("$top/kernel/build" --flavour debug)
kernel=${kernel##*$'\n'}
rm -rf "$work"
mkdir -p "$work/suite"
cp -r "$1/plain/install/." "$work/suite"
cp "$(find "$kernel" -name drm_rect_test.ko)" "$work/suite/libexec/igt-gpu-tools/warning.ko"
sed 's/license=GPL/license=odd/' "$(find "$kernel" -name prime_numbers.ko)" >"$work/suite/libexec/igt-gpu-tools/unfree.ko"
out=$("$work/suite/bin/igt_guest" shell --kernel "$kernel" --suite "$work/suite" --mem 2G --boot-timeout 300 <<GUEST
export IGT_PLAIN_OUTPUT=1
dmesg -n 1
modprobe kunit
cd /igt/libexec/igt-gpu-tools
CORE_WARNING_MODULE=warning.ko CORE_UNFREE_MODULE=unfree.ko ./core_reclaim --run-subtest $debug_only
# What the kernel may have had to say before any of these.
dmesg | grep -m1 -A15 'BUG: '
GUEST
)
out=$(tr -d '\r' <<<"$out")
echo "$out"
ends each-allocation-fails SUCCESS
ends fault-settings-are-put-back SUCCESS
ends call-fails-by-itself FAIL
tells 'CRITICAL: advice for no BO fails though no allocation did: No such file or directory'
ends healthy-kernel-passes SUCCESS
ends warning-fails-region FAIL
tells 'CRITICAL: a module is loaded in peace: the kernel complains: WARNING: .* at drivers/gpu/drm/drm_rect.c'
tells 'TAINT_WARN: WARN_ON has happened'
ends next-subtest-is-spared SUCCESS
ends end-of-lockdep-fails-subtest FAIL
tells 'CRITICAL: end-of-lockdep-fails-subtest: the kernel complains: lockdep has turned itself off'
