#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A runner starts each test binary once to list it and once for each subtest,
# so starting must cost little: few libraries, and below 2 ms of CPU. The least
# of 20 runs is taken, for the machine may be busy with other things.
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
    least = 1e9
    for _ in range(20):
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=silent)
        _, status, usage = os.wait4(pid, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            sys.exit(f"{command} failed")
        least = min(least, 1e3 * (usage.ru_utime + usage.ru_stime))
    print(f"{least:.2f} ms  {os.path.basename(command[0])} {' '.join(command[1:])}")
    slow += least >= 2
sys.exit(slow > 0)
PYTHON
exit "$wrong"
