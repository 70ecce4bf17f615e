#!/usr/bin/env bash
# ./dev bench: each figure beside its baseline, measured in the same run by the release build. docs/bench.md tells how.
source "$(dirname "$0")/common.sh"
if [ "${1:-}" = --collector ]; then
  shift
  exec scripts/collector.sh "$@"
fi
scripts/setup.sh
configure release
say "Building the release preset"
cmake --build build/release -j "$JOBS" --target benches >build/bench-build.log 2>&1 || {
  tail -30 build/bench-build.log >&2
  die "the build failed"
}
failed=0
while read -r program; do
  say "$(basename "$program")"
  "$program" || failed=1
done <build/release/benches.list
exit $failed
