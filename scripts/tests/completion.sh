#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the shell completes for igt_report is all that it has, and each where it fits.
set -u
prefix=$1
wrong=0

# shellcheck source=runner/completions/igt_report
. "$prefix/share/bash-completion/completions/igt_report" || exit 1

# completes TEXT WORD...: what the last word can become, which must be TEXT.
completes() {
	local expected=$1 got
	shift
	COMP_WORDS=(igt_report "$@")
	COMP_CWORD=$#
	_igt_report
	got=$(printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd ' ')
	if [ "$got" != "$expected" ]; then
		echo "'igt_report $*' completes to '$got', expected '$expected'"
		wrong=1
	fi
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/results" && touch "$dir/a-fails.txt" "$dir/notes.txt"
cd "$dir" || exit 1

formats=$("$prefix/bin/igt_report" --help | sed -n '/^Formats:/,/^$/s/^  \([a-z]\{3,\}\) .*/\1/p' | sort | paste -sd ' ')
completes "$formats" ''
completes 'junit' ju
completes 'results' junit ''
completes 'a-fails.txt results' summary --expect ''
completes 'a-fails.txt' junit -o a
completes '' summary --require ''
completes '--help --html' compare --h
completes '--help' junit --h

# Every option is offered for some format.
for option in $("$prefix/bin/igt_report" --help | grep -o -- '--[a-z-]*' | sort -u); do
	found=
	for format in summary compare kcidb; do
		COMP_WORDS=(igt_report "$format" "$option")
		COMP_CWORD=2
		_igt_report
		[[ " ${COMPREPLY[*]} " != *" $option "* ]] || found=1
	done
	[ -n "$found" ] || { echo "$option is not completed"; wrong=1; }
done
exit "$wrong"
