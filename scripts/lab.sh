#!/usr/bin/env bash
# ./dev lab [--require]: holdfastd keeps a real IKEv2 tunnel up between network namespaces, through outages. tests/lab/README.md
source "$(dirname "$0")/common.sh"
scripts/setup.sh
build dev holdfastd
exec tests/lab/lab.sh "$@"
