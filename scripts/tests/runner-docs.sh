#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Manual page, table of compatibility and completion of igt_runner know all of its options; that
# table, and the one of results, name only tests that exist; the completion completes.
set -u
prefix=$1
cd "$(dirname "$0")/../.." || exit 1
wrong=0

say() {
	echo "$*"
	wrong=1
}

[ -e "$prefix/share/man/man1/igt_runner.1" ] || say "no manual page igt_runner.1"
for option in $("$prefix/bin/igt_runner" --help | grep -oE '^ +(-[a-zA-Z], )?--[a-z-]+' | grep -oE -- '--[a-z-]+'); do
	grep -qE -- "^(--[^ ]* .*)?$option([ =,[]|\$)" docs/igt_runner.rst || say "$option is not in docs/igt_runner.rst"
	grep -qF -- "\`$option\`" docs/igt-runner-compat.md || say "$option is not in docs/igt-runner-compat.md"
done

# Rows without a test behind them are wishes.
grep -E '^\| `' docs/igt-runner-compat.md | grep -vE '[a-z_]+:[a-z_]+|\.sh' | while read -r row; do
	echo "no test is named in: $row"
done | grep . && wrong=1
for doc in docs/igt-runner-compat.md docs/results.md; do
	named=0
	for name in $(grep -oE '[a-z_]+:[a-z_0-9]{4,}' "$doc" | sort -u); do
		file=runner/tests/test_${name%%:*}.c
		[ -e "$file" ] || continue
		named=$((named + 1))
		grep -qE "(TEST|cmocka_unit_test[a-z_]*)\(${name##*:}\b" "$file" || say "$doc names $name, which $file does not run"
	done
	[ "$named" -gt 25 ] || say "$doc names $named tests only"
done
for name in $(grep -oE '[a-z-]+\.sh' docs/igt-runner-compat.md | sort -u); do
	[ -e "scripts/tests/$name" ] || [ -e "scripts/tests/guest/$name" ] || say "docs/igt-runner-compat.md names $name, which is not there"
done

# complete WORD...: what the completion offers for the last one.
complete_words() {
	PATH=$prefix/bin:$PATH bash -c '
		. /usr/share/bash-completion/bash_completion
		. "$1"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
		COMP_TYPE=9 COMP_KEY=9
		compopt() { :; }
		_igt_runner igt_runner "${@: -1}" "${@: -2:1}"
		printf "%s\n" "${COMPREPLY[@]}"
	' complete "$prefix/share/bash-completion/completions/igt_runner" "$@"
}
if [ -e /usr/share/bash-completion/bash_completion ]; then
	[ "$(complete_words igt_runner --inact)" = --inactivity-timeout ] || say "no completion of --inact"
	[ "$(complete_words igt_runner --log-level q)" = quiet ] || say "no completion of --log-level q"
	[ "$(complete_words igt_runner --prune-mode keep-r)" = keep-requested ] || say "no completion of --prune-mode keep-r"
	[ "$(complete_words igt_runner /us)" = /usr ] || say "no completion of a folder"
else
	say "bash-completion is not installed"
fi
exit "$wrong"
