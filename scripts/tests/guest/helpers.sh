#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The helpers of docs/igt-api.md that need a kernel do what they should on one; libraries
# that tests open when they need them are in the guest.
set -eu
suite=$1/plain/install
guest=("$suite/bin/igt_guest" shell --kernel "$IGT_TEST_KERNEL" --suite "$suite")
panfrost='panfrost-.*: SUCCESS'
if "$suite/bin/igt_guest" --help | grep -q -- --mali; then
	guest+=(--mali t860)
else
	# Without the software Mali there is no GPU for these.
	panfrost='panfrost-.*: SKIP'
fi
out=$("$(dirname "$0")/core-helpers" "${guest[@]}")
# A skip is as bad as a failure: what was skipped is not tested. One is meant to skip.
if grep -E '^(Dynamic s|S)ubtest .*: ' <<<"$out" |
	grep -vE "^[A-Za-z ]+ubtest ([a-z0-9_-]+: SUCCESS|skips-when-memory-lacks: SKIP|$panfrost) "; then
	exit 1
fi
grep -q '^Dynamic subtest dma_resv: SUCCESS' <<<"$out"
[ "$(grep -c '^Dynamic subtest drm_gem_shmem-.*: SUCCESS' <<<"$out")" -eq 11 ]
grep -q '^Subtest skips-when-memory-lacks: SKIP' <<<"$out"
grep -q "^Subtest $panfrost" <<<"$out"
