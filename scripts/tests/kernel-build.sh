#!/bin/bash
# SPDX-License-Identifier: MIT
#
# kernel/build with a source that compiles at once: what is built again and what is
# not, and that nothing incomplete is left behind.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(dirname "$1")/kernel-build
rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache COMPILED=$work/compiled DROP='^$' ADD='# nothing'
cached=$XDG_CACHE_HOME/igt-reclaim/kernel
: >"$COMPILED"

fail() {
	echo "$*"
	cat "$work/err"
	exit 1
}

# A kernel tree with just the targets that kernel/build asks for.
source=$work/source
mkdir -p "$source"/{scripts/kconfig,scripts/package,drivers/gpu/drm/panfrost}
cat >"$source/Makefile" <<'MAKE'
VERSION = 6
PATCHLEVEL = 12
modules_dir = $(INSTALL_MOD_PATH)/lib/modules/6.12.0-test
allnoconfig modules: ; @:
olddefconfig: ; @sed -i '/$(DROP)/d' .config && echo '$(ADD)' >>.config
kernelrelease kernelversion: ; @echo 6.12.0-test
bzImage: ; @mkdir -p arch/x86/boot && echo image >arch/x86/boot/bzImage && echo once >>$(COMPILED)
modules_install: ; @mkdir -p $(modules_dir) && touch $(modules_dir)/modules.order $(modules_dir)/modules.builtin
run-command: ; @$(KBUILD_RUN_COMMAND)
prepare modules_prepare drivers/gpu/drm/virtio/ drivers/gpu/drm/panfrost/: ; @:
state.o: ; @grep -Hn warning: state.c | sed "s/:warning/: warning/" || :
.PHONY: state.o drivers/gpu/drm/virtio/ drivers/gpu/drm/panfrost/
MAKE
printf '#!/bin/sh\nshift 3\ncat "$@" >.config\n' >"$source/scripts/kconfig/merge_config.sh"
chmod +x "$source/scripts/kconfig/merge_config.sh"
# shellcheck disable=SC2016
echo 'mkdir -p "$1" && cp Makefile "$1"' >"$source/scripts/package/install-extmod-build"
touch "$source"/drivers/gpu/drm/panfrost/{panfrost_drv.c,panfrost_drv.h,Makefile}

# The script with a model that compiles at once, too.
mkdir "$work/kernel"
cp -r "$top"/kernel/{build,configs,series} "$work/kernel/"
mkdir "$work/kernel/mali-model"
cat >"$work/kernel/mali-model/build" <<'MODEL'
#!/bin/sh
[ "$1 $3" = "--kernel --modules" ] && [ -e "$2/drivers/gpu/drm/panfrost/panfrost_drv.c" ] || exit 1
mkdir -p "$4/lib/modules/6.12.0-test/updates"
gcc -c -x c -o "$4/lib/modules/6.12.0-test/updates/mali_model.ko" /dev/null
MODEL
chmod +x "$work/kernel/mali-model/build"

# build OPTION...: runs the script; its last line is in $dir.
build() {
	dir=$("$work/kernel/build" --flavour vanilla --source "$source" "$@" 2>"$work/err") ||
		fail "kernel/build $* failed"
	dir=${dir##*$'\n'}
}

# folders: what is in the cache, logs aside.
folders() {
	ls -A --ignore='*.log' "$cached"
}

# compiled N: the kernel was compiled N times so far.
compiled() {
	[ "$(wc -l <"$COMPILED")" -eq "$1" ] || fail "compiled $(wc -l <"$COMPILED") times, expected $1"
}

# refused TEXT [OPTION]...: the script fails, says TEXT, and leaves the cache as it was.
refused() {
	local text=$1 before
	shift
	before=$(folders)
	! "$work/kernel/build" --source "$source" "$@" >"$work/out" 2>"$work/err" || fail "$* succeeded"
	grep -qF -- "$text" "$work/err" || fail "no '$text'"
	[ ! -s "$work/out" ] || fail "output in spite of an error"
	[ "$(folders)" = "$before" ] || fail "the cache has changed: $(folders)"
}

build
compiled 1
first=$dir
for file in bzImage config release lib/modules/6.12.0-test/{modules.dep,updates/mali_model.ko}; do
	[ -e "$first/$file" ] || fail "$file is missing"
done
build
compiled 1
[ "$dir" = "$first" ] || fail "$dir is not $first"

# What may change without compiling the kernel again.
echo "/* changed */" >"$work/kernel/mali-model/as.c"
build
compiled 1
[ "$dir" != "$first" ] || fail "a change of the model was not noticed"
second=$dir
mkdir "$work/kernel/mali-model/tests"
touch "$work/kernel/mali-model/tests/test.c"
echo "# a comment" >>"$work/kernel/configs/10-base.config"
build
[ "$dir" = "$second" ] || fail "a test or a comment changed the kernel"
build --no-mali
[ ! -e "$dir/lib/modules/6.12.0-test/updates" ] || fail "--no-mali has the model"
build --devel
[ -e "$dir/drivers/gpu/drm/panfrost/panfrost_drv.h" ] || fail "--devel has no panfrost"
build --out "$work/result"
[ -e "$work/result/lib/modules/6.12.0-test/updates/mali_model.ko" ] || fail "--out is not complete"
compiled 1

# What goes elsewhere stays out of the cache, also the kernel it was made from.
echo "CONFIG_MORE=y" >>"$work/kernel/configs/10-base.config"
before=$(folders)
build --out "$work/other"
compiled 2
[ "$(folders)" = "$before" ] || fail "--out changed the cache"

# One tree for two kernels: as it is first, then with the series.
rm "$work"/kernel/series/6.12/{,older/}*.patch
echo new >"$source/state"
echo 'Skip-if: state: new' >"$work/kernel/series/6.12/older/0001-skipped.patch"
printf -- '--- a/state\n+++ b/state\n@@ -1 +1 @@\n-new\n+newer\n' >"$work/kernel/series/6.12/0001-series.patch"
build --flavour default --also-vanilla
compiled 4
build
compiled 4
[ "$(ls -d "$cached"/base-default-*)" ] || fail "the reference kernel is not kept"

# Warnings that the series adds, and others.
printf '%s\n' 'warning: old' >"$source/state.c"
series=$work/kernel/series/6.12/0002-series.patch
printf -- '--- a/state.c\n+++ b/state.c\n@@ -1 +1,2 @@\n+moved\n warning: old\n' >"$series"
build --flavour default --static
grep -q "of 1 warnings none is the series's own" "$work/err" || fail "--static does not tell"
printf -- '--- a/state.c\n+++ b/state.c\n@@ -1 +1,2 @@\n+warning: new\n warning: old\n' >"$series"
refused "the series adds 1 warnings" --flavour default --static
grep -q '^state.c:1: warning: new$' "$work/err" || fail "the warning is not named"
! grep -q 'warning: old' "$work/err" || fail "a warning is named that was there before"
refused "has no patches" --flavour vanilla --static
rm "$series" "$source/state.c"
compiled 4

# A model that does not build.
echo "exit 1" >"$work/kernel/mali-model/build"
build --no-mali
compiled 4
refused "--no-mali leaves it out" --flavour vanilla
compiled 4

# Lines of a fragment that do not hold, and what takes their place.
export DROP=CONFIG_PROC_SYSCTL
echo "CONFIG_MORE_OF_IT=y" >>"$work/kernel/configs/10-base.config"
line=$(grep -n CONFIG_PROC_SYSCTL= "$work/kernel/configs/10-base.config" | cut -d: -f1)
refused "configs/10-base.config:$line: CONFIG_PROC_SYSCTL=y;" --flavour vanilla
export ADD=CONFIG_SYSCTL=y
build --no-mali
compiled 5

# Another version is for vanilla only.
sed -i 's/^VERSION = 6/VERSION = 7/' "$source/Makefile"
build --no-mali
compiled 6
echo "exit 0" >"$work/kernel/mali-model/build"
refused "is Linux 7.12, the series is for 6.12"
