#!/bin/bash
# SPDX-License-Identifier: MIT
#
# docs/rows.md is what its sources make of it, and they agree with each other. A row
# that is played by nobody, one that is played and said not to be, and a page that is
# not current are found. So are gaps in tests/fast-feedback.testlist.
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0

scripts/rows.py --check || wrong=1
scripts/fast.py --check || wrong=1

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -zco --exclude-standard docs kernel/mutations.yaml \
	scripts/rows.py scripts/fast.py scripts/scoring.py tests |
	xargs -0 cp --parents -t "$copy"

# refused PROGRAM TEXT: the program's check of the copy fails and says TEXT.
refused() {
	local out
	if out=$("$copy/scripts/$1" --check 2>&1); then
		echo "not noticed: $2"
		wrong=1
	elif ! grep -qF "$2" <<<"$out"; then
		echo "expected: $2"
		echo "$out"
		wrong=1
	fi
}

sed -i 's/  - rows: SI19$/  - rows: SI19, PU04/' "$copy/tests/rows.yaml"
refused rows.py 'PU04 has a test now'
sed -i 's/  - rows: SI19, PU04$/  - rows: FE12/' "$copy/tests/rows.yaml"
refused rows.py 'nothing plays SI19'
cp tests/rows.yaml "$copy/tests/rows.yaml"
sed -i '/^| interrupted-advice-is-not-taken /d' "$copy/docs/tests.md"
refused rows.py 'no line for virtio_madvise@interrupted-advice-is-not-taken'
cp docs/tests.md "$copy/docs/tests.md"
sed -i 's|/\*\* PU05: |/** PU99: |' "$copy/tests/reclaim/memory.c"
refused rows.py 'PU99: there is no such row'
cp tests/reclaim/memory.c "$copy/tests/reclaim/memory.c"
echo >>"$copy/docs/rows.md"
refused rows.py 'docs/rows.md is not current'

list=$copy/tests/fast-feedback.testlist
sed -i '/purged-map-takes-no-memory/d' "$list"
refused fast.py 'nothing of it notices b114'
cp tests/fast-feedback.testlist "$list"
echo igt@virtio_madvise@files-share-advice >>"$list"
refused fast.py 'virtio_madvise@files-share-advice is there for nothing'
cp tests/fast-feedback.testlist "$list"
echo igt@virtio_madvise@never-written >>"$list"
refused fast.py 'there is no subtest virtio_madvise@never-written'
exit "$wrong"
