PACKAGE=libabsl-dev
build() {
  cmake_configure "$SOURCE" -DCMAKE_CXX_STANDARD=20 -DABSL_PROPAGATE_CXX_STD=ON "-DCoreFoundation:STRING=-Wl,-framework,CoreFoundation"
  cmake_install
  # Debian adds libatomic for its own architectures; macOS has none.
  python3 - "$OUT/lib/cmake/absl/abslTargets.cmake" <<'PY'
import pathlib, re, sys
targets = pathlib.Path(sys.argv[1])
targets.write_text(re.sub(r";?-Wl,--push-state,--as-needed;.*?-Wl,--pop-state", "", targets.read_text()))
PY
}
