# Sourced by every script of ./dev: where things are, and how they are said.
set -euo pipefail
HOLDFAST_ROOT=${HOLDFAST_ROOT:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
cd "$HOLDFAST_ROOT"
export HOLDFAST_ROOT
export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ccache}
JOBS=${HOLDFAST_JOBS:-$(getconf _NPROCESSORS_ONLN)}

say() { printf '\033[1m==> %s\033[0m\n' "$*" | if [ -t 1 ]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }
die() {
  echo "dev: $*" >&2
  exit 1
}
on_mac() { [ "$(uname -s)" = Darwin ]; }

# configure PRESET: quick when nothing changed.
configure() {
  local out=build/$1
  if [ ! -f "$out/build.ninja" ] || [ CMakePresets.json -nt "$out/build.ninja" ]; then
    local args=()
    on_mac && args=(-DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++)
    mkdir -p build
    cmake --preset "$1" ${args[@]+"${args[@]}"} >"build/configure-$1.log" 2>&1 || {
      tail -30 "build/configure-$1.log" >&2
      die "configuring preset $1 failed; the whole log is build/configure-$1.log"
    }
  fi
}
# build PRESET [TARGET...]
build() {
  local preset=$1
  shift
  configure "$preset"
  cmake --build "build/$preset" -j "$JOBS" ${@:+--target "$@"}
}
