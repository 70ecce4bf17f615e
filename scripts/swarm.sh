#!/usr/bin/env bash
# ./dev swarm [arguments of tests/integration/faults/swarm_test.py]: a fleet of real uplinks against the release build of the server.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
build release holdfast-server holdfast-admin holdfast-swarm
HOLDFAST_BIN=$PWD/build/release/bin HOLDFAST_SOURCE=$PWD exec python3 tests/integration/faults/swarm_test.py "$@"
