#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The manual pages are there and name every option that there is, the tables of
# compatibility every option, variable and exit code; the API documentation is
# complete.
set -u
prefix=$1
cd "$(dirname "$0")/../.." || exit 1
build=$(dirname "$prefix")
wrong=0

for name in igt-test igt_resume igt_results; do
	page=$prefix/share/man/man1/$name.1
	[ -e "$page" ] || { echo "no manual page at $page"; exit 1; }
done
tester=$build/lib/tests/tester_outcomes
for option in $("$tester" --help | grep -o -- '--[a-z-]*'); do
	grep -qF -- "$option" docs/igt-test.rst || { echo "$option is not in docs/igt-test.rst"; wrong=1; }
	grep -qF -- "\`$option" docs/igt-compat.md || { echo "$option is not in docs/igt-compat.md"; wrong=1; }
done

# tool_options TOOL: every option that the tool's help has is in its page.
tool_options() {
	[ -e "$prefix/share/man/man1/$1.1" ] || { echo "no manual page of $1"; wrong=1; }
	for option in $("$prefix/bin/$1" --help | grep -o -- '--[a-z-]*' | sort -u); do
		grep -qE -- "(^|[ ,*])$option([ ,]|\$)" "docs/$1.rst" ||
			{ echo "$option is not in docs/$1.rst"; wrong=1; }
	done
}
for tool in igt_report igt_resume igt_results; do tool_options "$tool"; done

meson compile -C "$build" docs || wrong=1
for header in lib/*.h lib/{gem,kms,mali,reclaim,virgl}/*.h; do
	# The library's own.
	[ "$header" != lib/igt_internal.h ] && ! grep -q 'Nothing here is for tests' "$header" || continue
	grep -qF "'$header'" docs/meson.build || { echo "$header is not in docs/meson.build"; wrong=1; }
	# Without it doxygen takes no notice of the functions and macros in it.
	grep -q '^ \* @file$' "$header" || { echo "$header has no @file"; wrong=1; }
done

# What tests and runners agree on is in the tables.
for variable in $(sed -n 's/^#define IGT_ENV_[A-Z_]* "\(.*\)"/\1/p' include/igt_wire.h); do
	grep -qF -- "\`$variable\`" docs/igt-compat.md ||
		{ echo "$variable is not in docs/igt-compat.md"; wrong=1; }
	grep -q "^$variable$" docs/igt-test.rst || { echo "$variable is not in docs/igt-test.rst"; wrong=1; }
done
for code in $(sed -n 's/^#define IGT_EXIT_[A-Z]* \([0-9]*\)$/\1/p' include/igt_wire.h); do
	grep -qE "^\| ([0-9, ]+, )?${code}[, |]" docs/igt-compat.md ||
		{ echo "exit code $code is not in docs/igt-compat.md"; wrong=1; }
	grep -q "^$code$" docs/igt-test.rst || { echo "exit code $code is not in docs/igt-test.rst"; wrong=1; }
done
exit "$wrong"
