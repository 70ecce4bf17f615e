# The compiler: zig's clang with its headers and libc++ for macOS, from one Python package. The linker is Debian's ld64.lld.

# What changes the code of the libraries: they are made anew with it.
COMPILER_KEY=$(key "$ZIGLANG $MACOS_MINIMUM" "$DARWIN"/{cc.in,toolchain.cmake})
ZIG=$CACHE/zig-$ZIGLANG-macos-$MACOS_MINIMUM
RUNTIME=$CACHE/runtime-$ZIGLANG-macos-$MACOS_MINIMUM
TOOLCHAIN=$CACHE/toolchain-$(key "$COMPILER_KEY" "$DARWIN"/{clang.in,ld.in,toolchain.sh})
export TOOLCHAIN

own_name() { if [ "$1" = aarch64 ]; then echo arm64; else echo "$1"; fi; }

# The libc++ and compiler runtime that zig builds for an architecture when it first links: told by the line it links with.
make_runtime() {
  local arch archive
  echo 'int main() {}' >"$RUNTIME/empty.cc"
  for arch in "${ARCHITECTURES[@]}"; do
    mkdir -p "$RUNTIME/$arch"
    "$ZIG/zig" c++ -target "$arch-macos.$MACOS_MINIMUM" -O2 -g0 -v "$RUNTIME/empty.cc" -o "$RUNTIME/empty" >"$RUNTIME/link.log" 2>&1
    for archive in $(grep '^zig ld' "$RUNTIME/link.log" | grep -oE '[^ ]+/lib(c\+\+|c\+\+abi|compiler_rt)\.a'); do cp "$archive" "$RUNTIME/$arch/"; done
    [ -f "$RUNTIME/$arch/libc++.a" ] && [ -f "$RUNTIME/$arch/libc++abi.a" ] && [ -f "$RUNTIME/$arch/libcompiler_rt.a" ]
  done
}

# libc++ is configured on the command line: zig's own way of compiling tells how.
libcxx_configuration() {
  "$ZIG/zig" c++ -target "aarch64-macos.$MACOS_MINIMUM" -E -dM -x c++ /dev/null |
    sed -nE 's/^#define (_LIBC[A-Z_]*) ?(.*)$/-D\1=\2/p' | sort | tr '\n' ' '
}

install_zig() {
  local zig
  python3 -m venv "$ZIG/python"
  "$ZIG/python/bin/pip" install --quiet "ziglang==$ZIGLANG"
  zig=$("$ZIG/python/bin/python" -c 'import os, ziglang; print(os.path.join(os.path.dirname(ziglang.__file__), "zig"))')
  ln -s "$zig" "$ZIG/zig"
  mkdir -p "$ZIG/lib"
  # ld64.lld 19 does not know the newest targets of Apple's stub.
  python3 -c 'import re, sys; sys.stdout.write(re.sub(r",\s*arm64e\.x1-\w+", "", sys.stdin.read()))' \
    <"$(dirname "$zig")/lib/libc/darwin/libSystem.tbd" >"$ZIG/lib/libSystem.tbd"
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["MinimalDisplayName"])' \
    "$(dirname "$zig")/lib/libc/darwin/SDKSettings.json" >"$ZIG/sdk-version"
  libcxx_configuration >"$ZIG/libcxx-configuration"
}

# fill TEMPLATE ARCHITECTURE LANGUAGE PROGRAM. A program finds its folder by itself: the compiler cache goes by its text, which is
# then the same everywhere.
fill() {
  sed -e "s|@ARCH@|$2|g; s|@OWN@|$(own_name "$2")|g; s|@LANGUAGE@|$3|g; s|@ZIGLANG@|$ZIGLANG|g; s|@MACOS_MINIMUM@|$MACOS_MINIMUM|g" \
    -e "s|@SDK_VERSION@|$(cat "$ZIG/sdk-version")|g; s|@LIBCXX@|$(cat "$ZIG/libcxx-configuration")|g" "$DARWIN/$1" >"$TOOLCHAIN/bin/$4"
  chmod +x "$TOOLCHAIN/bin/$4"
}

install_toolchain() {
  local arch tool
  mkdir -p "$TOOLCHAIN/bin"
  ln -s "$ZIG/zig" "$TOOLCHAIN/bin/zig"
  ln -s "$ZIG/lib" "$TOOLCHAIN/lib"
  ln -s "$RUNTIME" "$TOOLCHAIN/runtime"
  for arch in "${ARCHITECTURES[@]}"; do
    fill cc.in "$arch" cc "$arch-cc"
    fill cc.in "$arch" c++ "$arch-c++"
    fill clang.in "$arch" c++ "$arch-clang++"
    fill ld.in "$arch" ld "$arch-ld"
  done
  for tool in ar ranlib; do
    # shellcheck disable=SC2016
    printf '#!/bin/sh\nexec "$(dirname "$0")/zig" %s "$@"\n' "$tool" >"$TOOLCHAIN/bin/$tool"
    chmod +x "$TOOLCHAIN/bin/$tool"
  done
}

make_once "$ZIG" install_zig
make_once "$TOOLCHAIN" install_toolchain
