#!/usr/bin/env bash
# ./dev test [--quick] [ctest arguments]: plain, then AddressSanitizer + UBSan, then what runs threads under ThreadSanitizer.
# Tests that cannot run here say so ("Skipped" in the summary, with the reason in their output).
source "$(dirname "$0")/common.sh"
scripts/setup.sh
quick=
if [ "${1:-}" = --quick ]; then
  quick=1
  shift
fi

# Failing output is shown; the summary of each run is ctest's own.
run_ctest() {
  local preset=$1
  shift
  ctest --test-dir "build/$preset" --output-on-failure -j "$JOBS" --no-tests=error "$@"
}

say "Plain build"
build dev
run_ctest dev -LE long "$@"
[ -z "$quick" ] || exit 0

say "AddressSanitizer and UndefinedBehaviorSanitizer"
build asan-ubsan
ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
  LSAN_OPTIONS="suppressions=$HOLDFAST_ROOT/tests/lsan.supp print_suppressions=0" \
  run_ctest asan-ubsan -LE 'long|lab|plain-only' "$@"

say "ThreadSanitizer, on the tests that run threads"
configure tsan
build tsan threads-tests
TSAN_OPTIONS="suppressions=$HOLDFAST_ROOT/tests/tsan.supp halt_on_error=1" run_ctest tsan -L threads -LE long "$@"
