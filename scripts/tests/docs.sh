#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The manual page is there and names every option the library has; the API
# documentation has no warnings, where doxygen is installed (it brings all of
# libclang along and is therefore not asked for); the table of compatibility
# names only tests that exist.
set -u
prefix=$1
cd "$(dirname "$0")/../.." || exit 1
build=$(dirname "$prefix")
wrong=0

page=$prefix/share/man/man1/igt-test.1
[ -e "$page" ] || { echo "no manual page at $page"; exit 1; }
tester=$build/lib/tests/tester_outcomes
for option in $("$tester" --help | grep -o -- '--[a-z-]*'); do
	grep -qF -- "$option" docs/igt-test.rst || { echo "$option is not in docs/igt-test.rst"; wrong=1; }
	grep -qF -- "\`$option" docs/igt-compat.md || { echo "$option is not in docs/igt-compat.md"; wrong=1; }
done

if command -v doxygen >/dev/null; then
	meson compile -C "$build" docs || wrong=1
else
	echo "doxygen is not installed: API documentation not checked"
fi

# Tests are named FILE:FUNCTION there, FILE below lib/tests without test_ and .c.
named=0
for name in $(grep -oE '[a-z_]+:[a-z_0-9]+' docs/igt-compat.md | sort -u); do
	file=lib/tests/test_${name%%:*}.c
	[ -e "$file" ] || continue
	named=$((named + 1))
	grep -qE "cmocka_unit_test\(${name##*:}\)" "$file" ||
		{ echo "docs/igt-compat.md names $name, which $file does not run"; wrong=1; }
done
[ "$named" -gt 50 ] || { echo "docs/igt-compat.md names $named tests only"; wrong=1; }
# A test that nobody names is one whose line of the table is missing.
for test in asserts children comms config dynamic fixtures listing logging markers options outcomes stack; do
	for name in $(grep -oE 'cmocka_unit_test\([a-z_0-9]+' "lib/tests/test_$test.c" | cut -d'(' -f2); do
		grep -qF "$test:$name" docs/igt-compat.md ||
			{ echo "docs/igt-compat.md does not name $test:$name"; wrong=1; }
	done
done
exit "$wrong"
