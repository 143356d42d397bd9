#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The kernel's own tests of the shmem helper pass on the reference kernel, the
# cases for eviction among them, and without a warning.
set -eu
suite=$1/plain/install
out=$("$suite/bin/igt_guest" shell --kernel "$IGT_TEST_KERNEL" --suite "$suite" <<'GUEST'
dmesg -c >/dev/null
modprobe drm_gem_shmem_test
dmesg
GUEST
)
echo "$out"
grep -q 'drm_gem_shmem: pass:11 fail:0 skip:0 total:11' <<<"$out"
grep -q 'ok [0-9]* drm_gem_shmem_test_evict_content' <<<"$out"
if grep -E 'WARNING:|BUG:|not ok' <<<"$out"; then exit 1; fi
