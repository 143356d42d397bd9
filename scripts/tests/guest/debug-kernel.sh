#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On the debug flavour everything passes and the kernel has no complaint: no
# lockdep report, no KASAN report, no warning, from boot to the end. With a
# T860 all tests run; with a G52 jobs, faults, resets and purges do for a minute. Where
# writers lose pages beneath their hands, free pages hold a pattern that is looked at
# when they are taken again; and where BOs are closed, the kernel knows who has its pages.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
suite=$1/plain/install
results=$1/debug-kernel

# quiet LOG: the kernel that wrote this log checks itself, and found nothing.
quiet() {
	grep -q 'Lock dependency validator' "$1" || { echo "lockdep is not in this kernel"; exit 1; }
	if grep -E 'WARNING|BUG:|possible recursive|circular locking|KASAN|refcount_t|pagealloc: |DMA-API:.*(error|leak)|INFO: (task|lockdep|possible)|turning off the locking' "$1" |
		grep -v 'KernelAddressSanitizer initialized'; then
		exit 1
	fi
}

rm -rf "$results"
"$top/scripts/run-guest" --kernel debug --all --mali t860 --results "$results"
quiet "$results/guest-dmesg.txt"

kernel=$("$top/kernel/build" --flavour debug)
kernel=${kernel##*$'\n'}
rm -rf "$results-poison"
"$suite/bin/igt_guest" run --kernel "$kernel" --suite "$suite" --results "$results-poison" \
	--mali t860 --mem 2G --append 'page_poison=1 page_owner=on' \
	--tests 'purge-beside-writers-is-safe|purge-zaps-dmabuf-map|closed-own-no-pages' \
	--require 'purge-beside-writers-is-safe|purge-zaps-dmabuf-map|closed-own-no-pages'
quiet "$results-poison/guest-dmesg.txt"

# Without the console: a fault's lines there keep the driver's interrupt thread for
# so long that jobs run into its timeout.
log=$results/stress.log
"$suite/bin/igt_guest" shell --kernel "$kernel" --suite "$suite" --mali g52 --mem 2G >"$log" <<'GUEST'
export IGT_PLAIN_OUTPUT=1
dmesg -n 1
/igt/libexec/igt-gpu-tools/panfrost_stress --seconds 60
cat /sys/kernel/debug/mali_model/stats
dmesg
GUEST
grep -v '^\[' "$log" | tail -n 40
grep -q '^Subtest all-at-once: SUCCESS' "$log"
# A hang every 1.5 s, and each is ended by a reset.
resets=$(tr -d '\r' <"$log" | sed -n 's/^resets //p')
[ "$resets" -ge 10 ] || { echo "$resets resets in a minute are too few"; exit 1; }
quiet "$log"
