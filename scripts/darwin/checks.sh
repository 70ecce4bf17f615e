# What can be known of the programs without a Mac, printed.
LIEF_HOME=$CACHE/lief-$LIEF

install_lief() {
  python3 -m venv "$LIEF_HOME/python"
  "$LIEF_HOME/python/bin/pip" install --quiet "lief==$LIEF"
}

# A second opinion, by other people's code: layout, symbol tables, signature's place.
check_layout() {
  "$LIEF_HOME/python/bin/python" - "$@" <<'PY'
import sys
import lief
bad = 0
for path in sys.argv[1:]:
    slices = lief.MachO.parse(path)  # which owns what it is asked for
    for binary in slices:
        fine, words = lief.MachO.check_layout(binary)
        print(f"LIEF {lief.__version__.split('-')[0]}: {path.rsplit('/', 1)[1]} {binary.header.cpu_type.name}: {'sound' if fine else words}")
        bad += not fine
sys.exit(1 if bad else 0)
PY
}

# check_programs ARCHITECTURE...
check_programs() {
  local arch options programs=("$PROGRAMS"/*)
  make_once "$LIEF_HOME" install_lief
  options=(--minimum "$MACOS_MINIMUM" --stubs "$ZIG/lib" "$DARWIN_SDK" --entitlements deploy/macos/entitlements.plist
    --without "$HOLDFAST_ROOT/" --architectures)
  for arch; do options+=("$(own_name "$arch")"); done
  say "Checks"
  file -b "${programs[@]}" | sed 's/^/file: /'
  "$DARWIN/verify.py" "${options[@]}" --programs "${programs[@]}" || die "a program is not what it should be"
  check_layout "${programs[@]}" || die "a program's layout is not sound"
  "$DARWIN/planted.py" "${programs[0]}" "${options[@]}"
  sha256sum "${programs[@]}" | sed "s|$PROGRAMS/||"
}
