# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What the entry points share: one line for an error, and the packages of a
# fresh Debian. To be sourced with $prog set to the name to report under.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # used by the scripts that source this
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/igt-reclaim

die() {
	echo "$prog: $*" >&2
	exit 2
}

step() {
	echo "$prog: $*" >&2
}

build_packages=(
	gcc git libarchive-dev libc6-dev libdrm-dev libdw-dev libglib2.0-dev
	libjson-c-dev libkmod-dev meson ninja-build pkg-config zlib1g-dev
)
kernel_packages=(
	bc bison bzip2 flex kmod libelf-dev libssl-dev linux-source-6.12 make patch
	perl xz-utils
)
guest_packages=(busybox-static kmod qemu-system-x86)

# opengl_packages: what QEMU takes to render, one a line; Debian 13 has split its packages.
opengl_packages() {
	printf '%s\n' qemu-system-gui xvfb
	[ "$(. /etc/os-release 2>/dev/null && echo "${VERSION_ID:-}")" = 12 ] ||
		echo qemu-system-modules-opengl
}

# shellcheck disable=SC2034
test_packages=(
	bash-completion clang doxygen libclang-rt-dev libcmocka-dev libxml2-utils procps python3
	python3-docutils python3-jsonschema python3-yaml shellcheck sparse valgrind
)
# Large, and not everywhere: tests that need it are skipped without.
# shellcheck disable=SC2034
browser_packages=(chromium-headless-shell fonts-dejavu-core)

# missing_packages NAME...: those that are not installed, one a line.
missing_packages() {
	local name
	for name in $(printf '%s\n' "$@" | sort -u); do
		dpkg-query -W -f='${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed$' ||
			echo "$name"
	done
}

# debian_release: the codename of this machine's, if it is a Debian.
debian_release() {
	[ -e /etc/os-release ] && (. /etc/os-release && [ "${ID:-}" = debian ] && echo "$VERSION_CODENAME")
}

# debian_mirror: the one that apt is configured with.
debian_mirror() {
	local codename site
	codename=$(debian_release) || return 1
	site=$(apt-get indextargets "Codename: $codename" 'Component: main' --format '$(SITE)' 2>/dev/null | head -n 1)
	[ -n "$site" ] && echo "$site"
}

# Debian 12 has linux-source-6.12 in its backports suite only. The mirror is the
# one that apt is configured with already; the extra source is used for this one
# run and leaves the system's configuration alone.
backports_options() {
	local codename=$1 dir=$2 site
	site=$(debian_mirror) || return 1
	{
		cat /etc/apt/sources.list 2>/dev/null || true
		if [ -e /usr/share/keyrings/debian-archive-keyring.gpg ]; then
			echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $codename-backports main"
		else
			echo "deb $site $codename-backports main"
		fi
	} >"$dir/sources.list"
	echo "Dir::Etc::sourcelist=$dir/sources.list"
}

apt_get() {
	DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" </dev/null
}

# install_packages NAME...: make sure that they are installed, or die naming them.
install_packages() {
	local missing id='' version='' codename='' dir log options=()
	mapfile -t missing < <(missing_packages "$@")
	[ ${#missing[@]} -gt 0 ] || return 0

	if [ -e /etc/os-release ]; then
		id=$(. /etc/os-release && echo "${ID:-}")
		version=$(. /etc/os-release && echo "${VERSION_ID:-}")
		codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	fi
	case $id-$version in
	debian-12 | debian-13) ;;
	*) die "these are missing, under the names Debian gives them: ${missing[*]}; install them (this is not Debian 12 or 13, where it would be done for you)" ;;
	esac
	[ "$(id -u)" = 0 ] || die "these packages are missing: ${missing[*]}; run this as root, or install them"

	step "installing ${#missing[@]} packages: ${missing[*]}"
	dir=$(mktemp -d)
	log=$dir/apt.log
	if ! apt_get update >"$log" 2>&1; then
		tail -n 3 "$log" >&2
		rm -rf "$dir"
		die "apt-get update failed: is there a network, and a mirror in /etc/apt?"
	fi
	if [[ " ${missing[*]} " == *" linux-source-6.12 "* ]] &&
		! apt-cache show linux-source-6.12 >/dev/null 2>&1; then
		options=(-o "$(backports_options "$codename" "$dir")") ||
			die "apt has no mirror for $codename to take linux-source-6.12 from"
		apt_get "${options[@]}" update >>"$log" 2>&1 || true
	fi
	if ! apt_get "${options[@]}" install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
		grep '^E:' "$log" | tail -n 3 >&2
		cp "$log" "${TMPDIR:-/tmp}/igt-reclaim-apt.log"
		rm -rf "$dir"
		die "apt-get install failed; its output is in ${TMPDIR:-/tmp}/igt-reclaim-apt.log"
	fi
	rm -rf "$dir"
}

# want_packages NAME...: make sure that they are installed, if that is possible here.
want_packages() {
	(install_packages "$@") || step "going on without them"
}

# build_suite DIR [MESON OPTION]...: configure and compile in DIR, install into
# DIR/install, quietly unless something is wrong.
build_suite() {
	local dir=$1 log=$1/build-suite.log
	shift
	mkdir -p "$dir" || die "$dir cannot be created"
	if [ ! -e "$dir/build.ninja" ]; then
		meson setup "$dir" "$top" --prefix="$dir/install" "$@" >"$log" 2>&1 || {
			tail -n 20 "$log" >&2
			die "meson setup failed; its output is in $log"
		}
	fi
	meson compile -C "$dir" >"$log" 2>&1 && meson install -C "$dir" --quiet >>"$log" 2>&1 || {
		grep -E 'error|FAILED' "$log" | head -n 20 >&2
		die "the suite does not compile; the output is in $log"
	}
}
