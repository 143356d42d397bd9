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
refused 2 "--require needs a value" "$guest" --require
refused 2 "no such file or folder" "$guest" --kernel /nonexistent
refused 2 "there is no --gpu 'vga'" "$guest" --gpu vga
refused 2 "leave out --gpu, --iommu and --mali" "$guest" --matrix --gpu virgl
refused 2 "leave out --gpu, --iommu and --mali" "$guest" --iommu --matrix
refused 2 "leave out --gpu, --iommu and --mali" "$guest" --mali g52 --matrix
refused 2 "user-mode Linux has no virtio-gpu" "$guest" --kernel uml --matrix
refused 2 "there is no --mali 't720'" "$guest" --mali t720
refused 2 "user-mode Linux has no virtio-gpu" "$guest" --kernel uml --gpu virgl
refused 2 "user-mode Linux has no virtio-gpu" "$guest" --kernel uml --iommu
refused 2 "unknown option '--bogus'" "$top/scripts/run-tests" --bogus
for tool in score soak; do
	refused 2 "unrecognized arguments: --bogus; see --help" "$top/scripts/$tool" --bogus
	refused 2 "'5 minutes': give a time such as 90s, 20m or 2h" "$top/scripts/$tool" --budget '5 minutes'
	refused 2 "--tests: '(x'" "$top/scripts/$tool" --tests '(x'
	refused 2 "no suite is installed there" "$top/scripts/$tool" --suite /nonexistent
done
refused 2 "invalid choice: 'vanilla'" "$top/scripts/score" --flavour vanilla
refused 2 "'0': give a whole number above 0" "$top/scripts/soak" --repeat 0
refused 2 "too many arguments" "$top/scripts/run-tests" --quick --quick

refused 2 "there is no --arch 'mips'" "$guest" --arch mips
refused 2 "--kernel uml is for amd64" "$guest" --arch arm64 --kernel uml
refused 2 "--arch arm64 has --gpu 2d or none, and no --mali" "$guest" --arch arm64 --mali t860
refused 2 "there is no architecture 'mips'" "$top/scripts/make-tarball" mips
refused 2 "unknown option '--bogus'" "$top/scripts/make-tarball" --bogus
refused 2 "the first argument is arm64 or armhf" "$top/scripts/emulated" mips true

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
