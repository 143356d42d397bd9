#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every test has a name that all consumers can carry: KCIDB allows no '@' or '/'
# within a part, LAVA folds '-' to '_', deqp-runner's lists are regular
# expressions. Names must be different even then.
set -u
prefix=$1
tests=$prefix/libexec/igt-gpu-tools
wrong=0

names=$(for binary in $(grep -v TESTLIST "$tests/test-list.txt"); do
	subtests=$("$tests/$binary" --list-subtests) || echo "$binary@cannot-list"
	for subtest in $subtests; do echo "$binary@$subtest"; done
done)
[ -n "$names" ] || { echo "no tests in $tests"; exit 1; }

bad=$(grep -vE '^[a-z][a-z0-9_]*@[a-z0-9]+(-[a-z0-9]+)*$' <<<"$names")
[ -z "$bad" ] || { echo "names with other than a-z, 0-9 and - (or _ in the binary): $bad"; wrong=1; }
bad=$(grep -E '.{81}|@cannot-list$' <<<"$names")
[ -z "$bad" ] || { echo "names over 80 characters, or that cannot be listed: $bad"; wrong=1; }
bad=$(tr -- - _ <<<"$names" | sort | uniq -d)
[ -z "$bad" ] || { echo "names that differ only in - and _: $bad"; wrong=1; }
exit "$wrong"
