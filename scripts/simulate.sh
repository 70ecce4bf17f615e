#!/usr/bin/env bash
# ./dev simulate [--seeds N] [--first S] [--hours H] [--devices D] [--jobs J] [--trace FILE]: simulated Macs, agents and their server under
# seeded faults, in virtual time; a failing seed prints the line that repeats it.
# ./dev simulate --mutants [NAME...]: deliberate faults (tests/simulation/mutants), each of which the simulation must find.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
[ "${1:-}" != --mutants ] || exec scripts/mutants.sh "${@:2}"
configure simulate
log=$PWD/build/simulate-build.log
build simulate holdfast-simulate >"$log" 2>&1 || {
  tail -30 "$log" >&2
  die "the build failed; the whole log is $log"
}
exec build/simulate/tests/holdfast-simulate "$@"
