#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every mutation of the list can be switched on and off in a running kernel, and a
# name it does not know changes nothing.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
suite=$1/plain/install
names=$(sed -n 's/^- id: //p' "$top/kernel/mutations.yaml")
[ "$(wc -w <<<"$names")" -gt 70 ]
out=$("$suite/bin/igt_guest" shell --kernel "$IGT_TEST_KERNEL" --suite "$suite" <<GUEST
cd /sys/module/drm/parameters
echo "off:\$(cat mutation):"
for m in $(echo $names); do echo \$m >mutation && [ "\$(cat mutation)" = \$m ] || echo "cannot switch \$m on"; done
echo m01,p03 >mutation; echo "two:\$(cat mutation):"
echo m01,unknown >mutation || echo "refused:\$(cat mutation):"
echo >mutation; echo "off again:\$(cat mutation):"
GUEST
)
echo "$out"
out=$(tr -d '\r' <<<"$out")
grep -qx 'off::' <<<"$out"
grep -qx 'two:m01,p03:' <<<"$out"
grep -qx 'refused:m01,p03:' <<<"$out"
grep -qx 'off again::' <<<"$out"
if grep '^cannot switch' <<<"$out"; then exit 1; fi
