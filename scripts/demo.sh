#!/usr/bin/env bash
# ./dev demo: see demo/README.md
source "$(dirname "$0")/common.sh"
start=$SECONDS
scripts/setup.sh
if [ ! -x build/bin/holdfastd ] || [ ! -x build/bin/holdfast-server ]; then
  say "Building the programs (the first build takes some minutes)"
fi
build dev holdfastd holdfastctl holdfast-server holdfast-admin | awk '/^\[/ { if (++n % 25 == 0) print "  " $1; fflush() }' || die "the build failed: run ./dev build to see why"
if [ $((SECONDS - start)) -gt 20 ]; then say "Built in $((SECONDS - start)) s"; fi
exec python3 demo/demo.py --bin build/bin "$@"
