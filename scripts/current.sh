#!/usr/bin/env bash
# ./dev current: compiles every source of the product, without code, against the current gRPC, protobuf and Abseil, as a Mac with Homebrew
# has them; Debian's are years older. The headers come from the source package grpcio-tools (Python's registry), which has all three, and
# its protobuf's compiler from Maven's. Needs mvn. Not a part of .ci/run: what is current changes.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
command -v mvn >/dev/null || die "mvn is not installed: the current protoc comes from Maven's registry (apt-get install maven)"
configure dev
cmake --build build/dev -j "$JOBS" --target holdfast_proto holdfast_grpc_proto >/dev/null
work=$PWD/build/current
mkdir -p "$work"
[ -x "$work/venv/bin/pip" ] || python3 -m venv "$work/venv"
say "The current grpcio-tools"
"$work/venv/bin/pip" download -q --no-deps --no-binary :all: -d "$work/sdist" grpcio-tools
archive=$(ls -t "$work"/sdist/*.tar.gz | head -1)
source=$work/$(basename "$archive" .tar.gz)
[ -d "$source" ] || tar -xf "$archive" -C "$work"
number=$(sed -nE 's/^#define GOOGLE_PROTOBUF_VERSION ([0-9]+)$/\1/p' "$source/third_party/protobuf/src/google/protobuf/stubs/common.h")
# C++ 7.35.1 is 35.1, whose compiler is 4.35.1 there.
version=4.$((number / 1000 % 1000)).$((number % 1000))
protoc=$work/protoc-$version-linux-x86_64.exe
[ -f "$protoc" ] || mvn -q -B dependency:copy "-Dartifact=com.google.protobuf:protoc:$version:exe:linux-x86_64" "-DoutputDirectory=$work"
chmod +x "$protoc"
say "protobuf $((number / 1000 % 1000)).$((number % 1000)), $(basename "$source")"
rm -rf "$work/generated"
mkdir "$work/generated"
(
  cd proto
  mapfile -t protos < <(git ls-files '*.proto')
  "$protoc" -I. "-I$source/third_party/protobuf/src" --cpp_out="$work/generated" "${protos[@]}"
  # The calls' plugin is Debian's: what it writes is part of what is checked.
  "$protoc" -I. "-I$source/third_party/protobuf/src" --plugin=protoc-gen-grpc="$(command -v grpc_cpp_plugin)" \
    --grpc_out="$work/generated" holdfast/v1/agent_service.proto holdfast/v1/admin_service.proto
)
scripts/current.py "$source" "$work/generated"
