# The cache of ./dev darwin, keyed by what makes each thing: a changed recipe has another key, so nothing stale is ever used.
DARWIN=$HOLDFAST_ROOT/scripts/darwin
CACHE=${HOLDFAST_DARWIN_CACHE:-$HOME/.cache/holdfast-darwin}
# Not the machine's compiler cache: what is built here is large, and rarely built again.
export CCACHE_DIR=$CACHE/ccache CCACHE_COMPILERTYPE=clang CCACHE_COMPILERCHECK=content
export ZIG_GLOBAL_CACHE_DIR=$CACHE/zig ZIG_LOCAL_CACHE_DIR=$CACHE/zig
# Headers and stubs of our own, which the compiler and the linker take from the tree.
export DARWIN_SDK=$DARWIN/sdk
source "$DARWIN/pins.sh"

# key TEXT FILE...: what names a result made from these.
key() {
  local text=$1
  shift
  { printf '%s\n' "$text" && cat "$@"; } | sha256sum | cut -c1-12
}

# make_once FOLDER COMMAND...: runs COMMAND once, with its output in a log beside FOLDER; a FOLDER half made is made again.
make_once() {
  local folder=$1 start=$SECONDS
  shift
  if [ -e "$folder/.done" ]; then return; fi
  rm -rf "$folder"
  mkdir -p "$folder"
  say "Making $(basename "$folder")"
  # In a shell of its own: bash switches errexit off inside a condition.
  (set -euo pipefail; "$@") >"$folder.log" 2>&1 &
  wait $! || {
    tail -30 "$folder.log" >&2
    die "making $folder failed; the whole log is $folder.log"
  }
  echo $((SECONDS - start)) >"$folder/.done"
  echo "    $((SECONDS - start)) s"
}
