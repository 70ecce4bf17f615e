#!/usr/bin/env bash
# Builds one library for one architecture: what libraries.sh sets is in the environment. The recipe's build runs in an empty folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export CC=$TOOLCHAIN/bin/$DARWIN_ARCH-cc CXX=$TOOLCHAIN/bin/$DARWIN_ARCH-c++ AR=$TOOLCHAIN/bin/ar RANLIB=$TOOLCHAIN/bin/ranlib
ARCH=$DARWIN_ARCH

# prefix_of NAME: the folder of a library that this one needs.
prefix_of() { tr ';' '\n' <<<"$DARWIN_PREFIXES" | grep "/$1-$ARCH-"; }

# cmake_configure FOLDER [-D...]
cmake_configure() {
  local source=$1
  shift
  cmake -G Ninja -S "$source" -B . -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DBUILD_TESTING=OFF -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_INSTALL_PREFIX="$OUT" \
    -DCMAKE_INSTALL_LIBDIR=lib "$@"
}
cmake_install() { ninja -j "$JOBS" install; }

# archive LIBRARY INCLUDES-AND-DEFINES... -- FILE...: compiles C files and archives them, for libraries whose own build asks the host too much.
archive() {
  local library=$1 flags=() file
  shift
  while [ "$1" != -- ]; do flags+=("$1") && shift; done
  shift
  mkdir -p "$OUT/lib" "$OUT/include"
  printf '%s\n' "$@" | xargs -P "$JOBS" -I{} sh -c 'out=$(basename "$1" .c).o; shift; exec ccache "$@" -o "$out"' - {} "$CC" -w -O2 "${flags[@]}" -c {}
  for file; do echo "$(basename "$file" .c).o"; done | xargs "$AR" rcs "$OUT/lib/$library"
}

# pkg_config NAME VERSION LIBRARY: what CMake's pkg_check_modules reads.
pkg_config() {
  mkdir -p "$OUT/lib/pkgconfig"
  printf 'Name: %s\nDescription: %s for macOS\nVersion: %s\nLibs: -L%s/lib -l%s\nCflags: -I%s/include\n' "$1" "$1" "$2" "$OUT" "$3" "$OUT" \
    >"$OUT/lib/pkgconfig/$1.pc"
}

# shellcheck source=/dev/null
source "$here/libraries/$DARWIN_NAME.sh"
work=$CACHE/work/$(basename "$OUT")
rm -rf "$work"
mkdir -p "$work"
cd "$work"
build
cd /
rm -rf "$work"
