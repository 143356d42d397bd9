#!/bin/bash
# SPDX-License-Identifier: MIT
#
# lib/reclaim on Debian's own kernel: a swap file serves where there is no zram, and
# is gone afterwards; where cgroup v1 has the memory controller tests say so.
set -eu
top=$(cd "$(dirname "$0")/../../.." && pwd)
# shellcheck source=scripts/common.sh
prog=stock-reclaim . "$top/scripts/common.sh"
work=$1/stock-reclaim

# The folder that run-guest has made for the image, after stock-kernel.sh for sure.
newest() { find "$cache/kernel" -maxdepth 1 -name 'stock-*' ! -name '*.partial' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2; }
[ -n "$(newest)" ] || "$top/scripts/run-guest" --kernel stock --tests unknown-handle-is-refused --results "$work/fetch" || true
kernel=$(newest)

# The guest has no disk: one in memory, with a filesystem that takes swap files.
rm -rf "$work/suite"
mkdir -p "$work/suite"
cp -r "$1/plain/install/." "$work/suite"
mkdir "$work/suite/libexec/igt-gpu-tools/ko"
for module in crc32c_generic crc16 mbcache jbd2 ext4 brd; do
	file=$(find "$kernel" -name "$module.ko*" | head -n 1)
	# What is not a module is built in.
	[ -n "$file" ] || continue
	case $file in
	*.xz) xz -dc "$file" ;;
	*) cat "$file" ;;
	esac >"$work/suite/libexec/igt-gpu-tools/ko/$module.ko"
done

out=$("$work/suite/bin/igt_guest" shell --kernel "$kernel" --suite "$work/suite" <<'GUEST'
export IGT_PLAIN_OUTPUT=1
dmesg -n 1
tests=/igt/libexec/igt-gpu-tools
mkdir /v1 && mount -t cgroup -o memory none /v1
$tests/core_reclaim --run-subtest cgroup-counts
umount /sys/fs/cgroup
$tests/core_reclaim --run-subtest cgroup-counts
umount /v1
$tests/core_reclaim --run-subtest cgroup-counts
mount -t cgroup2 none /sys/fs/cgroup
cd $tests/ko && for module in crc32c_generic crc16 mbcache jbd2 ext4; do insmod ./$module.ko; done
insmod ./brd.ko rd_nr=1 rd_size=131072
mke2fs -b 4096 /dev/ram0 >/dev/null && mkdir -p /var/tmp && mount -t ext4 /dev/ram0 /var/tmp
mkdir /tmp/aside && mv $(find /lib/modules -name 'zram.ko*') /tmp/aside
$tests/core_reclaim --run-subtest swap-takes-what-is-reclaimed
dmesg | grep 'swap on'
ls /var/tmp
GUEST
)
out=$(tr -d '\r' <<<"$out")
echo "$out"
grep -q '^Subtest swap-takes-what-is-reclaimed: SUCCESS' <<<"$out"
grep -q 'swap on /var/tmp/igt-swap-' <<<"$out"
grep -qx 'lost+found' <<<"$out"
[ "$(grep -c '^Subtest cgroup-counts: SKIP' <<<"$out")" -eq 3 ]
[ "$(grep -c '^No cgroup can be made: the memory controller is used by cgroup v1, at /v1: boot' <<<"$out")" -eq 2 ]
grep -qx 'No cgroup can be made: cgroup v2 is not mounted' <<<"$out"
