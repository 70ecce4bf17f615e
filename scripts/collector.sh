#!/usr/bin/env bash
# ./dev bench --collector [FOLDER]: holdfast-server beside an OpenTelemetry Collector that keeps the same records in its
# file_storage. docs/bench.md has the recipe that this follows. FOLDER decides which disk. Where Go or its modules cannot be had
# it says so, and nothing is measured.
source "$(dirname "$0")/common.sh"
RECIPE=tests/bench/collector
# The first Go that builds the version in builder.yaml; an older one fetches it.
GO_VERSION=1.25.7

skip() {
  say "skipped, nothing was measured: $*"
  exit 0
}

# Debian's package is there on any machine of ours; its Go only fetches the one that builds.
find_go() {
  command -v go >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    say "Installing golang-go from this machine's Debian mirrors"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go >/dev/null || true
  fi
  command -v go >/dev/null || skip "there is no Go; install it (Debian: golang-go), then run this again"
}

# use_go: afterwards `go` is $GO_VERSION or newer.
use_go() {
  local have
  have=$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//')
  if [ "$(printf '%s\n' "$GO_VERSION" "$have" | sort -V | head -1)" = "$GO_VERSION" ]; then
    export GOTOOLCHAIN=local
    return
  fi
  say "Go $have is too old: fetching Go $GO_VERSION as a module"
  # By hand, because a Go before 1.21 knows the module but not what it is for, nor that it holds programs.
  local module=golang.org/toolchain@v0.0.1-go$GO_VERSION.$(go env GOOS)-$(go env GOARCH) folder
  mkdir -p "$CACHE/empty"
  printf 'module empty\n' >"$CACHE/empty/go.mod"
  (cd "$CACHE/empty" && GOTOOLCHAIN=local GOMODCACHE=$CACHE/toolchain GOFLAGS=-modcacherw go mod download "$module") ||
    skip "Go $GO_VERSION cannot be fetched"
  folder=$CACHE/toolchain/$module
  find "$folder/bin" "$folder/pkg/tool" -type f -exec chmod +x {} +
  unset GOROOT
  export GOTOOLCHAIN=local PATH=$folder/bin:$PATH
}

# Into $CACHE/collector, at low priority. Keyed by the recipe, so a changed version is built anew.
build_collector() {
  [ -x "$CACHE/collector" ] && return
  find_go
  use_go
  local version
  version=$(sed -n 's/^  version: //p' "$RECIPE/builder.yaml")
  say "Building an OpenTelemetry Collector $version with $(go env GOVERSION) (several minutes; log: $CACHE/build.log)"
  sed "s|OUT\$|$CACHE/source|" "$RECIPE/builder.yaml" >"$CACHE/builder.yaml"
  {
    GOBIN=$CACHE nice -n 19 go install "go.opentelemetry.io/collector/cmd/builder@v$version" &&
      nice -n 19 "$CACHE/builder" --config "$CACHE/builder.yaml" &&
      mv "$CACHE/source/collector" "$CACHE/collector"
  } >"$CACHE/build.log" 2>&1 || {
    tail -5 "$CACHE/build.log" >&2
    skip "the collector cannot be built here"
  }
}

CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/holdfast-collector/$(sha256sum "$RECIPE/builder.yaml" | cut -c1-12)
mkdir -p "$CACHE"
build_collector
scripts/setup.sh
say "Building the release preset"
build release holdfast-server holdfast-admin collector_load >build/bench-build.log 2>&1 || {
  tail -30 build/bench-build.log >&2
  die "the build failed"
}
HOLDFAST_BIN=$PWD/build/release/bin HOLDFAST_SOURCE=$PWD PYTHONDONTWRITEBYTECODE=1 \
  exec python3 "$RECIPE/compare.py" "$CACHE/collector" "$PWD/build/release/bench/collector_load" "$@"
