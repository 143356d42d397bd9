#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Wrong use of an entry point ends with one clear line on stderr, the right
# status, and nothing done.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
wrong=0

# refused STATUS TEXT COMMAND...: the command must end with STATUS, print nothing
# on stdout and one line on stderr, with TEXT in it.
refused() {
	local status=$1 text=$2 out err got
	shift 2
	err=$(mktemp)
	out=$("$@" 2>"$err" </dev/null)
	got=$?
	if [ "$got" -ne "$status" ] || [ -n "$out" ] || [ "$(wc -l <"$err")" -ne 1 ] ||
		! grep -qF -- "$text" "$err"; then
		echo "'$*' ended with $got, expected $status and one line with '$text':"
		printf '%s\n' "$out" "$(cat "$err")"
		wrong=1
	fi
	rm -f "$err"
}

guest=$top/scripts/run-guest
refused 2 "unknown option '--bogus'" "$guest" --bogus
refused 2 "--kernel needs a value" "$guest" --kernel
refused 2 "no such file or folder" "$guest" --kernel /nonexistent
refused 2 "--gpu virgl is not part" "$guest" --gpu virgl
refused 2 "there is no --gpu 'vga'" "$guest" --gpu vga
refused 2 "there is no --mali 't720'" "$guest" --mali t720
refused 2 "--iommu" "$guest" --iommu
refused 2 "unknown option '--bogus'" "$top/scripts/run-tests" --bogus
refused 2 "too many arguments" "$top/scripts/run-tests" --quick --quick

kernel=$top/kernel/build
refused 1 "unknown option '--bogus'" "$kernel" --bogus
refused 1 "there is no flavour 'none'" "$kernel" --flavour none
refused 1 "no such file or folder" "$kernel" --source /nonexistent
refused 1 "--jobs takes a number" "$kernel" --jobs many
refused 1 "--check: the flavour vanilla has no patches" "$kernel" --flavour vanilla --check true
refused 1 "--check keeps nothing" "$kernel" --check true --devel
refused 1 "--devel prints a folder of the cache" "$kernel" --devel --out /nonexistent/out
full=$(mktemp -d)
touch "$full/file"
refused 1 "is not empty" "$kernel" --source "$top" --out "$full"
rm -rf "$full"

exit "$wrong"
