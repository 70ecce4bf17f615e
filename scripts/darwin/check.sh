# ./dev darwin --check: every source of the device's programs through the compiler's front end, for each architecture. It needs no
# library built: their headers are this machine's, which are of the same versions. And every name that is looked up when the program
# runs, held against the SDK's list of exports.
CHECK=$CACHE/check

# Ours alone: /usr/include as a whole would bring Linux's own headers along.
library_headers() {
  local out=$1 name
  mkdir -p "$out"
  for name in absl CLI google grpc grpc++ grpcpp plist re2 yaml-cpp sqlite3.h; do ln -s "/usr/include/$name" "$out/"; done
  cp -r /usr/include/openssl "/usr/include/$(dpkg-architecture -qDEB_HOST_MULTIARCH)/openssl" "$out/"
}

generate() {
  local out=$1 proto
  mkdir -p "$out/agent/daemon"
  sed 's/@PROJECT_VERSION@/0/' agent/daemon/version.h.in >"$out/agent/daemon/version.h"
  cd proto
  mapfile -t proto < <(find . -name '*.proto' -printf '%P\n' | sort)
  protoc -I. --cpp_out="$out" --grpc_out="$out" --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" "${proto[@]}"
}

check_sources() {
  local headers generated
  headers=$CHECK/headers-$(key "$(dpkg-query -W -f '${Package} ${Version}\n' libabsl-dev libgrpc++-dev libprotobuf-dev libssl-dev)" "$DARWIN/check.sh")
  make_once "$headers" library_headers "$headers"
  # shellcheck disable=SC2046
  generated=$CHECK/generated-$(key "" agent/daemon/version.h.in $(find proto -name '*.proto' | sort))
  make_once "$generated" generate "$generated"
  "$DARWIN/names.py" "$TOOLCHAIN/lib/libSystem.tbd"
  say "Compiling for macOS $MACOS_MINIMUM, without code"
  "$DARWIN/check.py" "$TOOLCHAIN/bin" "$headers" "$generated" "$CHECK" "$JOBS" "$@"
}
