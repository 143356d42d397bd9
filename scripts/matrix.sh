# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# The suite over all kinds of guest, for run-guest, which sources this: its functions
# and options are used here.

# A virtio-gpu is with an IOMMU and without; the panfrost tests are for the Malis.
cells=(2d 2d-iommu virgl virgl-iommu blob blob-iommu t860 g52)

# tests_of CELL NAMES: those of the names that are for the cell, as a regular expression.
tests_of() {
	case $1 in
	t860 | g52) grep '^panfrost_' <<<"$2" ;;
	*) grep -v '^panfrost_' <<<"$2" ;;
	esac | paste -sd '|' || true
}

# run_cell CELL OPTION...: one guest; its status is igt_guest's.
run_cell() {
	local cell=$1 model=none kind=(--gpu "${1%-iommu}")
	shift
	case $cell in
	t860 | g52) kind=(--gpu none) model=$cell ;;
	*-iommu) kind+=(--iommu) ;;
	esac
	case $cell in
	blob*) kind+=("${for_blobs[@]}") ;;
	esac
	run_guest "$model" "$results/$cell" "${kind[@]}" "$@"
}

# why_not CELL ERRORS: why a guest of this kind could not be made, in one line.
why_not() {
	local reason
	reason=$(sed -n 's/^ *"detail":"\(.*\)",$/\1/p' "$results/$1/guest.json" 2>/dev/null) || true
	[ -n "$reason" ] || reason=$(tail -n 1 "$2" | sed 's/^igt_guest: //')
	echo "$reason"
}

# row CELL WORD TEXT SECONDS: a line of the report.
row() {
	printf '%-12s %-8s %6s  %s\n' "$1" "$2" "$4" "$3" >>"$report"
}

# run_matrix: all cells and the report; the status is the worst that any cell has.
run_matrix() {
	local cell names wanted accel=() status total=77 errors report started seconds word
	local failures=()
	for cell in metadata.txt guest.json guest-console.log; do
		[ ! -e "$results/$cell" ] ||
			die "--results $results holds what one guest left, a matrix makes folders there: give another folder"
	done
	names=$("$suite/bin/igt_guest" list --suite "$suite" "${tests[@]}") || return
	mkdir -p "$results" || die "$results cannot be made"
	report=$results/matrix.txt
	errors=$(mktemp)
	: >"$report"
	for cell in "${cells[@]}"; do
		# Nothing old may be taken for new.
		[ ! -e "$results/$cell/guest.json" ] || rm -rf "${results:?}/$cell"
		wanted=$(tests_of "$cell" "$names")
		if [ -z "$wanted" ]; then
			row "$cell" none "none of the tests is for it" ""
			continue
		fi
		case $cell in
		t860 | g52)
			has_mali "$kernel_dir" || {
				row "$cell" skipped "this kernel has no software Mali; kernel/build makes one that has" ""
				continue
			}
			;;
		esac
		step "$cell"
		started=$SECONDS status=0
		run_cell "$cell" "${accel[@]}" --tests "^($wanted)\$" 2> >(tee "$errors" >&2) || status=$?
		wait $! || true
		seconds=$((SECONDS - started))s
		case $status in
		0) word=passed ;;
		1) word=FAILED ;;
		3) word="NO BOOT" ;;
		4 | 77) word=skipped ;;
		*) rm -f "$errors"; return "$status" ;;
		esac
		case $status in
		3 | 4) row "$cell" "$word" "$(why_not "$cell" "$errors")" "$seconds" ;;
		*) row "$cell" "$word" "$(total "$cell")" "$seconds" ;;
		esac
		mapfile -t -O ${#failures[@]} failures < <(not_passed "$cell")
		# The same accelerator, without the time that it takes to find out which.
		[ ${#accel[@]} -gt 0 ] || [ "$status" -eq 4 ] ||
			accel=(--accel "$(sed -n 's/.*"accel":"\([a-z]*\)".*/\1/p' "$results/$cell/guest.json")")
		[ "$status" -ne 4 ] || status=77
		total=$(both "$total" "$status")
	done
	rm -f "$errors"
	[ ${#failures[@]} -eq 0 ] || printf '%s\n' "${failures[@]}" >>"$report"
	echo "matrix of $(basename "$kernel_dir"), results in $results:"
	cat "$report"
	return "$total"
}
