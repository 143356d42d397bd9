#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Whatever a test does to its machine, the runner says what happened, and goes on as long as the
# machine does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1/accidents
install=$1/plain/install
suite=$work/suite
rm -rf "$work"
mkdir -p "$suite/libexec/igt-gpu-tools"
cp -r "$install/bin" "$suite/bin"
cp "$here/accidents/accident" "$suite/libexec/igt-gpu-tools/"
echo accident >"$suite/libexec/igt-gpu-tools/test-list.txt"

# verdicts FOLDER: "subtest result" for each.
verdicts() {
	/usr/bin/python3 - "$1" <<'PYTHON'
import json, sys
for name, test in json.load(open(sys.argv[1] + "/results.json"))["tests"].items():
    print(name.split("@")[-1], test["result"])
PYTHON
}

# guest_dies NAME VERDICTS [OPTION]...: the subtests before, NAME and after, in a guest that does not
# survive NAME. Nothing of the first one is lost, and nothing is claimed of the last one.
guest_dies() {
	local name=$1 status=0
	shift
	"$install/bin/igt_guest" run --kernel "$IGT_TEST_KERNEL" --suite "$suite" \
		--results "$work/$name" --tests "@(before|$name|after)\$" "$@" || status=$?
	[ "$status" -eq 1 ]
	diff <(printf '%s\n' 'before pass' "$name incomplete" 'after notrun') <(verdicts "$work/$name")
	# What was recorded until then is there, too.
	grep -q "^subtest=before	taint=0x[0-9a-f]*->0x[0-9a-f]*	debug_locks=" "$work/$name/0/machine.txt"
	grep -q '^time	MemAvailable	' "$work/$name/1/memory.txt"
	grep -q "starting subtest $name" "$work/$name/1/dmesg.txt"
}
guest_dies panic
# As long as the runner has patience, it is the kernel that hangs, for all that the host can see.
guest_dies hang --per-test-timeout 600 --idle-timeout 10

# The rest is done in one guest, which is quick as a program of its own.
out=$("$install/bin/igt_guest" shell --machine uml --kernel "$IGT_TEST_UML" --suite "$suite" --mem 512M <<'GUEST'
dmesg -n 1
run() {
	name=$1
	shift
	echo "--- $name"
	igt_runner --report text "$@" /igt/libexec/igt-gpu-tools "/tmp/$name"
	echo "status $?"
	cat /tmp/"$name"/*/machine.txt
}
run group -t '@in-its-group$'
ls /sys/fs/cgroup | grep igt-runner
run flood -t '@(flood|after)$'
grep -c ';line ' /tmp/flood/0/dmesg.txt
run for-ever --per-test-timeout 3 -t '@(flood-for-ever|after)$'
run memory -t '@(eat-memory|after)$'
run clock --per-test-timeout 120 --inactivity-timeout 120 -t '@(clock-.*|after)$'
cat /tmp/clock/?/journal.txt
echo "took $(awk '{ t[FILENAME] = $1 } END { printf "%d", t["/tmp/clock/endtime.txt"] - t["/tmp/clock/starttime.txt"] }' /tmp/clock/starttime.txt /tmp/clock/endtime.txt) s"
run stuck --per-test-timeout 2 -t '@(stuck|last)$'
cat /tmp/stuck/aborted.txt
run taint --abort-on-monitored-error=taint -t '@(after|taint|last)$'
cat /tmp/taint/aborted.txt
run tainted --abort-on-monitored-error -t '@last$'
cat /tmp/tainted/0/out.txt
GUEST
)
out=$(tr -d '\r' <<<"$out")
echo "$out"

# section NAME: what was printed of one run.
section() {
	awk -v name="$1" '/^--- / { on = $2 == name } on' <<<"$out"
}

# has NAME REGEX...: lines that the section has.
has() {
	local name=$1 regex
	shift
	for regex; do
		section "$name" | grep -qE "^$regex\$" || {
			echo "no line '$regex' in section $name" >&2
			return 1
		}
	done
}

has group 'PASS  accident@in-its-group  .*' 'status 0'
# The group is gone with the run.
if section group | grep -q '^igt-runner-'; then exit 1; fi
has flood 'PASS  accident@flood  .*' 'PASS  accident@after  .*' 'status 0' '[0-9]{4,}'
has for-ever 'TIMEOUT  accident@flood-for-ever  .*per-test timeout of 3 s' \
	'PASS  accident@after  .*' 'status 0'
has memory 'INCOMPLETE  accident@eat-memory  .*oom-killer.*' 'PASS  accident@after  .*' 'status 0' \
	'subtest=eat-memory	taint=.*	oom_kills=1' 'subtest=after	.*	oom_kills=0'
has clock 'PASS  accident@clock-forward  .*' 'PASS  accident@clock-back  .*' \
	'PASS  accident@after  .*' 'status 0' 'took [0-9]{1,2} s'
# No process took longer than it did.
[ "$(section clock | grep -cE '^exit:0 \([0-9]\.[0-9]{3}s\)$')" -eq 3 ]
has stuck 'TIMEOUT  accident@stuck  .*' 'NOTRUN  accident@last  .*' 'status 1' \
	'Child refuses to die, tainted 0x0\. Aborting\.'
has taint 'PASS  accident@after  .*' 'PASS  accident@taint  .*' 'NOTRUN  accident@last  .*' \
	'status 1' 'subtest=taint	taint=0x0->0x200	.*' \
	'Previous test: accident \(taint\)' 'Next test: accident \(last\)' \
	'Kernel badly tainted \(0x200, 0x200\) \(check dmesg for details\):'
has tainted 'NOTRUN  accident@last  .*' 'status 1' \
	'Forced notrun result because of abort condition on bootup'
