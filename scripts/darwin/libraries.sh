# The libraries of the programs, static, one folder each: $CACHE/libraries/NAME-ARCH-KEY. A recipe (libraries/NAME.sh) says which
# package of this machine it has to match (PACKAGE), what it is built on (NEEDS), and how (build, run in an empty folder).
# A recipe sees SOURCE, OUT, ARCH, CC, CXX, AR and RANLIB, and the folders of what it needs by prefix_of NAME.
LIBRARIES=(zlib openssl cares abseil re2 protobuf sqlite yaml-cpp libplist cli11 grpc)

recipe() { echo "$DARWIN/libraries/$1.sh"; }
recipe_says() { (unset PACKAGE NEEDS && source "$(recipe "$1")" && eval "echo \${$2:-}"); }

# A library's key covers its recipe, its version, the compiler and the keys of what it needs.
library_key() {
  local name=$1 arch=$2 text need
  text="$arch $COMPILER_KEY $(dpkg-query -W -f '${source:Version}' "$(recipe_says "$name" PACKAGE)")"
  for need in $(recipe_says "$name" NEEDS); do text+=" $(library_key "$need" "$arch")"; done
  key "$text" "$DARWIN/library.sh" "$(recipe "$name")"
}
prefix_of_arch() { echo "$CACHE/libraries/$1-$2-$(library_key "$1" "$2")"; }

build_library() {
  local name=$1 arch=$2 source=$3 out=$4
  # shellcheck disable=SC2046
  env DARWIN_NAME="$name" DARWIN_ARCH="$arch" SOURCE="$source" OUT="$out" CACHE="$CACHE" JOBS="$JOBS" \
    DARWIN_PREFIXES="$(prefixes "$arch" $(recipe_says "$name" NEEDS))" "$DARWIN/library.sh"
}

# prefixes ARCH NAME...: their folders as CMake wants a list.
prefixes() {
  local arch=$1 name out=
  shift
  for name; do out+="${out:+;}$(prefix_of_arch "$name" "$arch")"; done
  echo "$out"
}

make_libraries() {
  local arch name folder source
  for arch; do
    for name in "${LIBRARIES[@]}"; do
      folder=$(prefix_of_arch "$name" "$arch")
      if [ -e "$folder/.done" ]; then continue; fi
      source=$(fetch_source "$(recipe_says "$name" PACKAGE)")
      make_once "$folder" build_library "$name" "$arch" "$source" "$folder"
    done
  done
}
