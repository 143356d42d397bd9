#!/bin/bash
# SPDX-License-Identifier: MIT
#
# scripts/score finds a known mutation in a guest, by the subtest that is expected to
# notice it, and remembers; another one, which those subtests cannot see, survives them.
# scripts/soak has the same subtests pass in random order.
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
suite=$1/plain/install
results=$1/score
rm -rf "$results"
score=("$top/scripts/score" --suite "$suite" --results "$results/score"
	--tests '^virtio_madvise@(willneed-alone-retains|purged-map-raises-sigbus)$')

"${score[@]}" --only m15
grep '^| m15 ' "$results/score/score-default.md" |
	grep -q '| assertion | virtio_madvise@purged-map-raises-sigbus | .*expected SIGBUS'
seen=$(wc -l <"$results/score/observations.jsonl")
"${score[@]}" --only m15
[ "$(wc -l <"$results/score/observations.jsonl")" -eq "$seen" ]

status=0
"${score[@]}" --only m52 || status=$?
[ "$status" -eq 1 ]
grep '^| m52 ' "$results/score/score-default.md" | grep -q '| SURVIVED |'

"$top/scripts/soak" --suite "$suite" --results "$results/soak" --repeat 1 --mali none \
	--tests '^virtio_madvise@(willneed-alone-retains|purged-map-raises-sigbus)$' |
	tee "$results/soak.log"
grep -q '^repeat 1 of 1: seed [0-9]' "$results/soak.log"
