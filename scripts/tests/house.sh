#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Every file says its licence: GPL-2.0-only under kernel/, MIT elsewhere. Shell
# scripts pass shellcheck.
set -u
cd "$(dirname "$0")/../.." || exit 1
wrong=0

while IFS= read -r file; do
	case $file in
	# Formats without comments, and text.
	COPYING | *.md | board/README.txt | *.patch | .gitignore | *test-list.txt* | */fuzz/corpus/*) continue ;;
	kernel/*) licence=GPL-2.0-only ;;
	*) licence=MIT ;;
	esac
	if ! head -n 3 "$file" | grep -q "SPDX-License-Identifier: $licence"; then
		echo "$file: no SPDX line for $licence in the first three lines"
		wrong=1
	fi
done < <(git ls-files)

mapfile -t scripts < <(git ls-files | xargs grep -lE '^#!/bin/(ba)?sh' --)
shellcheck -x -P scripts -S warning "${scripts[@]}" || wrong=1
exit "$wrong"
