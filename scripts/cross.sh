# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Building for other machines: compilers of Debian's, and of each architecture a small file
# system with the headers and libraries to build against, unpacked from Debian's packages
# into the cache. dpkg and apt hear nothing of a second architecture, and nothing that is
# installed changes for its sake. To be sourced after common.sh.

# The oldest Debian whose libraries will do, whichever builds: what is linked against an old
# glibc runs on every newer one.
sysroot_release=bookworm
sysroot_packages=(
	busybox-static libbz2-1.0 libc6 libc6-dev libcmocka-dev libcmocka0 libdrm-dev libdrm2
	libdw-dev libdw1 libelf-dev libelf1 libgcc-s1 libglib2.0-0 libglib2.0-dev libjson-c-dev
	libjson-c5 libkmod-dev libkmod2 liblzma-dev liblzma5 libpcre2-8-0 libpcre2-dev libssl3
	libzstd1 linux-libc-dev zlib1g zlib1g-dev
)

# cross_packages ARCH: the native packages that it takes to build for it, one a line.
cross_packages() {
	printf '%s\n' git meson ninja-build pkg-config qemu-user
	case $1 in
	amd64) echo gcc ;;
	arm64) echo gcc-aarch64-linux-gnu ;;
	armhf) echo gcc-arm-linux-gnueabihf ;;
	*) die "there is no architecture '$1'; known are amd64, arm64 and armhf" ;;
	esac
}

# cross_triplet ARCH: as the compiler is called, and folders of libraries.
cross_triplet() {
	sed -n "s/^triplet = '\(.*\)'/\1/p" "$top/scripts/cross/$1.ini"
}

# foreign_apt ARCH RELEASE DIR: apt's options for another architecture or release than this
# machine's, in the array apt_from; everything that apt keeps of it is in DIR, which exists. The
# mirror is this machine's, or DEBIAN_MIRROR where apt has none of Debian. Of a release that is
# called NAME-backports packages come from there as far as they are there, else from NAME.
foreign_apt() {
	local arch=$1 release=$2 dir=$3 site keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	site=${DEBIAN_MIRROR:-$(debian_mirror)} && [ -n "$site" ] ||
		die "apt has no mirror of Debian: name one in DEBIAN_MIRROR"
	mkdir -p "$dir"/{lists/partial,archives/partial,parts}
	: >"$dir/status"
	[ ! -e "$keyring" ] || site="[signed-by=$keyring] $site"
	printf 'deb %s main\n' "$site ${release%-backports}" "$site $release" | uniq >"$dir/sources.list"
	apt_from=(
		-q -o "APT::Architecture=$arch" -o "APT::Architectures::=$arch"
		-o "Dir::State=$dir" -o "Dir::State::status=$dir/status" -o "Dir::Cache=$dir"
		-o "Dir::Etc::sourcelist=$dir/sources.list" -o "Dir::Etc::sourceparts=$dir/parts"
		-o "APT::Default-Release=$release"
		-o Acquire::Languages=none -o APT::Sandbox::User=root
	)
	apt-get "${apt_from[@]}" update >"$dir/apt.log" 2>&1 || {
		grep '^[EW]:' "$dir/apt.log" | tail -n 3 >&2
		die "the packages of Debian $release for $arch cannot be listed: is there a network?"
	}
}

# fetch_debs DIR PACKAGE...: unpacks them into DIR, from where foreign_apt looked.
fetch_debs() {
	local dir=$1
	shift
	unpack_fetched "$dir" download "$@"
}

# fetch_whole DIR PACKAGE...: the same, with all that they depend on.
fetch_whole() {
	local dir=$1
	shift
	unpack_fetched "$dir" install --download-only --no-install-recommends -y "$@"
}

# unpack_fetched DIR WORD...: unpacks into DIR what apt-get fetches when told the words.
unpack_fetched() {
	local dir=$1 debs deb status=0
	shift
	debs=$(mktemp -d)
	mkdir "$debs/partial"
	(cd "$debs" && apt-get "${apt_from[@]}" -o "Dir::Cache::archives=$debs" "$@" >apt.log 2>&1) || {
		grep '^E:' "$debs/apt.log" | tail -n 3 >&2
		rm -rf "$debs"
		return 1
	}
	for deb in "$debs"/*.deb; do
		dpkg-deb -x "$deb" "$dir" || status=1
	done
	rm -rf "$debs"
	return "$status"
}

# keep DIR FINAL: DIR is complete. Who else made the same meanwhile was quicker.
keep() {
	chmod 755 "$1"
	mv -T "$1" "$2" 2>/dev/null || rm -rf "$1"
	[ -d "$2" ]
}

# sysroot ARCH: the folder to build against, made if missing, on stdout.
sysroot() {
	local arch=$1 dir new link key
	key=$(echo "$sysroot_release ${sysroot_packages[*]}" | sha256sum)
	dir=$cache/sysroot/$arch-${key:0:12}
	if [ ! -d "$dir" ]; then
		step "fetching libraries of Debian $sysroot_release for $arch"
		mkdir -p "$cache/sysroot"
		new=$(mktemp -d "$dir.XXXXXX")
		foreign_apt "$arch" "$sysroot_release" "$new/apt"
		fetch_debs "$new" "${sysroot_packages[@]}" || {
			rm -rf "$new"
			die "packages for $arch cannot be fetched: is there a network?"
		}
		rm -rf "$new/apt" "$new"/usr/share/{locale,man,gtk-doc}
		# For what is handed on: the licences.
		find "$new/usr/share/doc" -type f ! -name copyright -delete
		# They are meant for the root of a file system.
		find "$new" -type l -lname '/*' | while read -r link; do
			ln -snrf "$new$(readlink "$link")" "$link"
		done
		keep "$new" "$dir" || die "$dir cannot be made"
	fi
	echo "$dir"
}

# cross_build_dir: where the suite is built for other machines, in a folder for each.
cross_build_dir() {
	realpath -m "${CROSS_BUILD_DIR:-$top/build-cross}"
}

# build_cross DIR ARCH [MESON OPTION]...: as build_suite, for the architecture.
build_cross() {
	local dir=$1 arch=$2 root
	local files=("$top/scripts/cross/$arch.ini" "$top/scripts/cross/debian.ini")
	shift 2
	root=$(sysroot "$arch") || exit 2
	mkdir -p "$dir" || die "$dir cannot be created"
	# Once set up, a folder keeps what these files say: when they change, it is made anew.
	{
		echo "# $(cat "${files[@]}" | sha256sum)"
		echo "[constants]"
		echo "sysroot = '$root'"
	} >"$dir/sysroot.new"
	if ! cmp -s "$dir/sysroot.new" "$dir/sysroot.ini"; then
		rm -rf "$dir/build.ninja" "$dir/meson-private"
		mv "$dir/sysroot.new" "$dir/sysroot.ini"
	fi
	rm -f "$dir/sysroot.new"
	build_suite "$dir" --cross-file "$dir/sysroot.ini" --cross-file "${files[0]}" \
		--cross-file "${files[1]}" -Dguest=disabled -Dguest_init=enabled "$@"
}
