#!/usr/bin/env bash
# ./dev fuzz [--seconds N] [TARGET...]: each target from its corpus in tests/fuzz/corpus, N seconds (20). A finding is kept in build/fuzz/findings.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
seconds=20
if [ "${1:-}" = --seconds ]; then
  seconds=$2
  shift 2
fi
build fuzz all-fuzzers
mkdir -p build/fuzz/findings build/fuzz/work
failed=0 count=0
while read -r target corpus; do
  if [ $# -gt 0 ] && [[ " $* " != *" $target "* ]]; then continue; fi
  mkdir -p "build/fuzz/work/$target"
  if "build/fuzz/fuzzers/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix=build/fuzz/findings/"$target"- \
    "build/fuzz/work/$target" "$corpus" >"build/fuzz/$target.log" 2>&1; then
    echo "fuzz $target: no finding in ${seconds}s, $(grep -oE 'stat::number_of_executed_units: [0-9]+|Done [0-9]+' "build/fuzz/$target.log" | grep -oE '[0-9]+' | tail -1) runs"
  else
    echo "fuzz $target: FOUND SOMETHING"
    tail -40 "build/fuzz/$target.log"
    failed=1
  fi
  count=$((count + 1))
done <build/fuzz/fuzzers.list
[ "$count" -gt 0 ] || die "no such fuzz target; there are: $(cut -d' ' -f1 build/fuzz/fuzzers.list | tr '\n' ' ')"
[ "$failed" = 0 ] || die "inputs are in build/fuzz/findings; run build/fuzz/fuzzers/TARGET FILE to see one again"
