#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A runner starts each test binary once to list it and once for each subtest,
# so starting must cost little: few libraries, and below 2 ms of CPU; listing,
# below 5 ms in user space. The least of 20 runs is taken, for the machine may be
# busy with other things. Listing is for anyone, and touches no device.
set -u
tests=$1/libexec/igt-gpu-tools
testers=$(dirname "$1")/lib/tests
wrong=0

for binary in $(grep -v TESTLIST "$tests/test-list.txt"); do
	extra=$(readelf -d "$tests/$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
		grep -vE '^(libc|libm|libdrm|ld-linux.*)\.so\.') &&
		{ echo "$binary needs more than libc and libdrm: $extra"; wrong=1; }
done

/usr/bin/python3 - "$tests" "$testers" <<'PYTHON' || wrong=1
import os, sys

tests, testers = sys.argv[1:]
names = [n for n in open(tests + "/test-list.txt").read().split() if n not in ("TESTLIST", "END")]
commands = [[f"{tests}/{name}", "--list-subtests"] for name in names]
commands.append([f"{testers}/tester_simple"])
silent = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1, 2)]
slow = 0
for command in commands:
    cpu = user = 1e9
    for _ in range(20):
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=silent)
        _, status, usage = os.wait4(pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{command} failed")
        cpu = min(cpu, 1e3 * (usage.ru_utime + usage.ru_stime))
        user = min(user, 1e3 * usage.ru_utime)
    print(f"{cpu:.2f} ms, {user:.2f} of it in user space: "
          f"{os.path.basename(command[0])} {' '.join(command[1:])}")
    slow += cpu >= 2 or user >= 5
sys.exit(slow > 0)
PYTHON

# Anyone may be somebody who cannot look into our folder.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
chmod 755 "$copy"
anyone=()
[ "$(id -u)" -ne 0 ] || anyone=(setpriv --reuid=65534 --regid=65534 --clear-groups)
for binary in $(grep -v TESTLIST "$tests/test-list.txt"); do
	cp "$tests/$binary" "$copy/"
	for mode in --list-subtests --show-testlist --describe; do
		"$tests/$binary" "$mode" >"$copy/ours"
		(cd / && "${anyone[@]}" "$copy/$binary" "$mode") >"$copy/anyones" 2>&1
		cmp -s "$copy/ours" "$copy/anyones" ||
			{ echo "$binary $mode needs root, or a device:"; cat "$copy/anyones"; wrong=1; }
	done
	# Names of files stand in parentheses behind what points to them.
	touched=$(valgrind --tool=none --trace-syscalls=yes "$tests/$binary" --list-subtests 2>&1 |
		grep -E '\((/dev|/sys|/proc/(sys|kmsg|self/oom))') &&
		{ echo "$binary --list-subtests touches devices:"; echo "$touched"; wrong=1; }
done
exit "$wrong"
