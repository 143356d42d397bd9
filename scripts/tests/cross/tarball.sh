#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The tarballs for boards: programs that need nothing but glibc wherever they lie, for each
# architecture; and run-on-board, in a guest that has busybox for tools, as a board may.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
work=$1
kernel=$IGT_TEST_KERNEL
dir="$work/tarball of a board"
rm -rf "$dir"
mkdir -p "$dir"
CROSS_BUILD_DIR=$work "$top/scripts/make-tarball" --out "$dir" amd64 arm64 armhf >"$dir/made"
[ "$(wc -l <"$dir/made")" -eq 3 ]

for arch in amd64 arm64 armhf; do
	here="$dir/igt-reclaim-$arch"
	tar -xzf "$dir"/igt-reclaim-*-"$arch.tar.gz" -C "$dir"
	grep -q "glibc 2\.[0-9]* or newer" "$here/README.md"
	grep -qx 'panfrost_madvise@dontneed-is-purged' "$here/tests.txt"
	# What is needed beside what is there: the C library.
	for file in "$here"/bin/igt_r* "$here"/lib/* "$here"/libexec/igt-gpu-tools/*_*; do
		for library in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
			case $library in
			libc.so.* | libm.so.* | libpthread.so.* | libdl.so.* | ld-linux*) ;;
			*) [ -e "$here/lib/$library" ] || { echo "$file needs $library"; exit 1; } ;;
			esac
		done
	done
	if grep -rlF "$top" "$here"; then echo "these know where they were built"; exit 1; fi
done
[ "$(wc -c <"$(sed -n 1p "$dir/made")")" -lt 8000000 ]

# Libraries that are loaded later are found beside the suite.
LD_DEBUG=libs "$dir/igt-reclaim-amd64/libexec/igt-gpu-tools/virtio_madvise" --run-subtest both-nodes-take-advice \
	>"$dir/libraries" 2>&1 || true
for library in libkmod.so.2 libcrypto.so.3; do
	grep -q "calling init: .*/igt-reclaim-amd64/.*/lib/$library" "$dir/libraries" ||
		{ echo "$library was taken from somewhere else"; exit 1; }
done

for arch in arm64 armhf; do
	"$top/scripts/emulated" "$arch" "$dir/igt-reclaim-$arch/run-on-board" --preflight >"$dir/looked" ||
		{ [ $? -eq 3 ] && echo "programs for $arch cannot be emulated here"; }
done

# refused TEXT [ARGUMENT]...: ends with 2, and says TEXT in one line.
refused() {
	local text=$1 status=0
	shift
	"$dir/igt-reclaim-amd64/run-on-board" "$@" >"$dir/out" 2>"$dir/err" || status=$?
	[ "$status" -eq 2 ] && [ ! -s "$dir/out" ] && [ "$(wc -l <"$dir/err")" -eq 1 ] &&
		grep -qF -- "$text" "$dir/err" || {
		echo "$* ended with $status, expected 2 and one line with '$text'"
		cat "$dir/out" "$dir/err"
		exit 1
	}
}
refused "unknown option '--bogus'" --bogus
refused "--memory 'much'" --memory much
refused "--console-level '9'" --console-level 9
refused "--expect none-fails.txt: no such file" --expect none-fails.txt
refused "--results needs a value" --results

# In the guest: a root that is read-only, and no debugfs.
out=$("$work/plain/install/bin/igt_guest" shell --kernel "$kernel" --suite "$dir/igt-reclaim-amd64" --mali t860 <<'GUEST'
cd /igt
dmesg -n 7
umount /sys/kernel/debug
mount -o remount,ro /
before=$(md5sum </proc/mounts)
state() { ls -d /sys/fs/cgroup/igt-* /tmp/igt-board* 2>/dev/null; echo "state $(cut -f 1 </proc/sys/kernel/printk) $(md5sum </proc/mounts | grep -c "$before")"; }
bin/igt_board --preflight
bin/igt_board --lava --memory 200 --tests '^virtio_madvise@dontneed-is-purged$' --tests '^panfrost_basic@params' --results /tmp/r1
echo "first $?"; state
bin/igt_board & pid=$!
# A test that runs: the tests' cgroup is there, and not empty.
i=0; while [ $i -lt 600 ] && ! grep -q . /sys/fs/cgroup/igt-tests-*/cgroup.procs 2>/dev/null; do i=$((i + 1)); usleep 50000; done
for group in /sys/fs/cgroup/igt-board-* /sys/fs/cgroup/igt-tests-*; do
	echo "group ${group%-*} $(cat $group/memory.min) $(cat $group/memory.max)"
	for p in $(cat $group/cgroup.procs); do echo "in ${group%-*}: $(cat /proc/$p/comm)"; done
	[ "${group#*/igt-board}" = "$group" ] || for p in $(cat $group/cgroup.procs); do echo "score $(cat /proc/$p/oom_score_adj)"; done
done
kill -TERM $pid; wait $pid; echo "stopped $?"; state
bin/igt_board --tests '^virtio_madvise@unknown' --expect 6.12-vanilla-fails.txt --results /nowhere; echo "nowhere $?"; state
GUEST
)
echo "$out"
out=$(tr -d '\r' <<<"$out")
# has LINE: a whole line of the guest's, as an extended regular expression.
has() {
	grep -qxE -- "$1" <<<"$out" || { echo "the guest did not say: $1"; exit 1; }
}
has 'gpu +virtio_gpu panfrost '
has 'debugfs +with shrinker/'
has 'cgroup +64 MiB are ours; tests may take 200 MiB'
has 'PASS  virtio_madvise@dontneed-is-purged  .*'
has '<LAVA_SIGNAL_TESTSET START virtio_madvise>'
has '<LAVA_SIGNAL_TESTCASE TEST_CASE_ID=dontneed-is-purged RESULT=pass>'
has 'results    - /tmp/r1 is in memory: .*'
has 'first 0'
# Without --results, on a root that cannot be written to.
has 'results    - /tmp/results-[^ ]* is in memory: .*'
has 'group /sys/fs/cgroup/igt-board 67108864 max'
has 'group /sys/fs/cgroup/igt-tests 0 [1-9][0-9]*'
has 'in /sys/fs/cgroup/igt-board: igt_runner'
has 'in /sys/fs/cgroup/igt-tests: (virtio|panfrost)_[a-z]*'
has 'score -1000'
if grep -E '^(in /sys/fs/cgroup/igt-(board: (virtio|panfrost)|tests: igt_)|score [^-])' <<<"$out"; then exit 1; fi
has 'stopped 143'
has 'nowhere 2'
# Whatever became of it, everything is as it was.
[ "$(grep -cx 'state 7 1' <<<"$out")" -eq 3 ]
if grep -E '^(/sys/fs/cgroup/igt-|/tmp/igt-board)' <<<"$out"; then exit 1; fi
