# The programs: linked for each architecture, stripped, merged and signed, into $PROGRAMS.
PROGRAMS=$CACHE/programs
# holdfast-session is built where the tree has it.
program_targets() { ninja -C "$1" -t targets all | sed -nE 's/^(holdfastd|holdfastctl|holdfast-session): phony$/\1/p'; }

# The build folders of two checkouts do not meet.
build_folder() { echo "$CACHE/build/$(key "$HOLDFAST_ROOT" /dev/null)-$1"; }

build_programs() {
  local arch=$1 out prefixes targets
  out=$(build_folder "$arch")
  prefixes=$(prefixes "$arch" "${LIBRARIES[@]}")
  export DARWIN_ARCH=$arch DARWIN_PREFIXES=$prefixes PKG_CONFIG_LIBDIR
  PKG_CONFIG_LIBDIR=$(sed 's|;|/lib/pkgconfig:|g; s|$|/lib/pkgconfig|' <<<"$prefixes")
  # CMake remembers where it found a library: what has moved is looked for again.
  if [ "$(cat "$out/prefixes" 2>/dev/null)" != "$TOOLCHAIN;$prefixes" ]; then rm -rf "$out"; fi
  mkdir -p "$out"
  # __FILE__ without its folder: where this was built is nobody's business, and no reason for other bytes.
  cmake -G Ninja -S "$HOLDFAST_ROOT" -B "$out" -DCMAKE_TOOLCHAIN_FILE="$DARWIN/device.cmake" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG -fstack-protector-strong -Werror=unguarded-availability-new -Wno-builtin-macro-redefined -D__FILE__=__FILE_NAME__" \
    -DHOLDFAST_DEVICE_ONLY=ON \
    -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$out/bin" >"$out.log" 2>&1 || {
    tail -30 "$out.log" >&2
    die "configuring for $arch failed; the whole log is $out.log"
  }
  echo "$TOOLCHAIN;$prefixes" >"$out/prefixes"
  mapfile -t targets < <(program_targets "$out")
  ninja -C "$out" -j "$JOBS" "${targets[@]}"
}

# merge ARCHITECTURE...: one universal file of each program, without what only a debugger wants.
merge_programs() {
  local arch program slices
  rm -rf "$PROGRAMS"
  mkdir -p "$PROGRAMS"
  for program in $(program_targets "$(build_folder "$1")"); do
    slices=()
    for arch; do
      slices+=("$PROGRAMS/$program.$arch")
      cp "$(build_folder "$arch")/bin/$program" "$PROGRAMS/$program.$arch"
      llvm-strip-19 -S -x "$PROGRAMS/$program.$arch"
    done
    llvm-lipo-19 -create "${slices[@]}" -output "$PROGRAMS/$program"
    rm "${slices[@]}"
  done
}
