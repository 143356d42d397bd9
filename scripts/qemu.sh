# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# QEMU of a newer Debian, for what this machine's is too old for: guests with blob resources,
# which take QEMU 9.2 and virglrenderer 1.0, and without KVM QEMU 11 (docs/running.md tells why).
# It is unpacked from Debian's packages into the cache and runs there by its own libraries;
# nothing that is installed changes for its sake. To be sourced after common.sh and cross.sh.

qemu_release=trixie-backports
qemu_packages=(
	libegl1 libgl1 libgl1-mesa-dri libglx-mesa0 qemu-system-gui qemu-system-modules-opengl
	qemu-system-x86 seabios
)

# blob_qemu: a QEMU that makes guests with blob resources, made if missing, on stdout; nothing
# where this machine's own is to do that, or where none can be fetched.
blob_qemu() {
	local dir new key
	case $(debian_release) in
	bookworm | trixie) ;;
	*) return 0 ;;
	esac
	[ "$(qemu_version)" -lt 11 ] || return 0
	key=$(echo "$qemu_release ${qemu_packages[*]} $(declare -f qemu_program)" | sha256sum)
	dir=$cache/qemu/$qemu_release-${key:0:12}
	if [ ! -d "$dir" ]; then
		step "fetching QEMU of Debian's $qemu_release, for blob resources"
		mkdir -p "$cache/qemu"
		new=$(mktemp -d "$dir.XXXXXX")
		if ! (foreign_apt amd64 "$qemu_release" "$new/apt" && fetch_whole "$new" "${qemu_packages[@]}"); then
			rm -rf "$new"
			step "going on without it"
			return 0
		fi
		rm -rf "$new/apt" "$new"/usr/share/{doc,locale,man}
		qemu_program "$dir" >"$new/qemu-system-x86_64"
		chmod +x "$new/qemu-system-x86_64"
		keep "$new" "$dir" || die "$dir cannot be made"
	fi
	echo "$dir/qemu-system-x86_64"
}

# qemu_version: the first number of that of this machine's own QEMU; 0 if there is none.
qemu_version() {
	local version
	version=$(qemu-system-x86_64 --version 2>/dev/null | sed -n 's/^QEMU emulator version \([0-9]*\)\..*/\1/p')
	echo "${version:-0}"
}

# qemu_program DIR: a program that runs it from DIR. All that it looks for elsewhere is named,
# and the linker is its own, so that it takes no privileges and no other root.
qemu_program() {
	cat <<PROGRAM
#!/bin/sh
root='$1'
libs=\$root/usr/lib/x86_64-linux-gnu
export QEMU_MODULE_DIR=\$libs/qemu LIBGL_DRIVERS_PATH=\$libs/dri
export GBM_BACKENDS_PATH=\$libs/gbm __EGL_VENDOR_LIBRARY_DIRS=\$root/usr/share/glvnd/egl_vendor.d
exec "\$root/usr/lib64/ld-linux-x86-64.so.2" --library-path "\$libs:\$libs/pulseaudio" \\
	--argv0 qemu-system-x86_64 "\$root/usr/bin/qemu-system-x86_64" \\
	-L "\$root/usr/share/qemu" -L "\$root/usr/share/seabios" -L "\$root/usr/lib/ipxe/qemu" "\$@"
PROGRAM
}
