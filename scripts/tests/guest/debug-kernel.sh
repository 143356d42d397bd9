#!/bin/bash
# SPDX-License-Identifier: MIT
#
# On the debug flavour everything passes and the kernel has no complaint: no
# lockdep report, no KASAN report, no warning, from boot to the end.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
results=$1/debug-kernel
rm -rf "$results"
"$top/scripts/run-guest" --kernel debug --results "$results"

for mali in t860 g52; do
	log=$results/$mali/guest-dmesg.txt
	grep -q 'Lock dependency validator' "$log" || { echo "lockdep is not in this kernel"; exit 1; }
	if grep -E 'WARNING|BUG:|possible recursive|circular locking|KASAN|refcount_t|DMA-API:.*(error|leak)|INFO: (task|lockdep|possible)|turning off the locking' "$log" |
		grep -vE 'KernelAddressSanitizer initialized'; then
		exit 1
	fi
done
