#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The test core under valgrind: no invalid access, no use of what was never
# set, no leak, in each way a test ends that valgrind can follow.
set -u
testers=$(dirname "$1")/lib/tests
log=$(mktemp)
wrong=0

# clean STATUS TESTER ARGUMENT...: it must end with STATUS, and valgrind find nothing.
clean() {
	local status=$1 tester=$2 got
	shift 2
	IGT_LOG_LEVEL=none valgrind --quiet --leak-check=full \
		--show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
		--log-file="$log" "$testers/tester_$tester" "$@" >/dev/null 2>&1 </dev/null
	got=$?
	if [ "$got" -ne "$status" ] || grep -q '^==.*[^= 0-9]' "$log"; then
		echo "tester_$tester $*: status $got, expected $status; valgrind says:"
		head -n 30 "$log"
		wrong=1
	fi
}

clean 0 fixtures --list-subtests
clean 0 dynamic --describe
clean 98 outcomes --run-subtest 'pass*,skip*,fail,thread,timeout' --hook 'true'
clean 98 dynamic --run-subtest 'good,mixed,timeouts'
clean 0 children --run-subtest 'well,multi,helper'
clean 98 logging --run-subtest 'full-ring,long,thread,inspect'
clean 0 asserts --run-subtest 'all-hold'
clean 77 device --device 'pci:vendor=1af4,card=all;drm:/dev/dri/none'
clean 98 interrupts --run-subtest 'alarms,helper,alarm-of-a-child'
clean 0 options -s 12 --fast --run-subtest 'options'
clean 0 drm --run-subtest 'any,vgem'
clean 0 modules
clean 0 simple
rm -f "$log"
exit "$wrong"
