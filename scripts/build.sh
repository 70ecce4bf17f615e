#!/usr/bin/env bash
# ./dev build [PRESET]
source "$(dirname "$0")/common.sh"
scripts/setup.sh
preset=${1:-dev}
build "$preset"
if [ "$preset" = dev ]; then say "Programs are in build/bin: $(cd build/bin && ls | tr '\n' ' ')"; fi
