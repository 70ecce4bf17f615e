#!/usr/bin/env bash
# ./dev planted: proves that red is red. A copy of the tree gets (1) a data race in a program path that TSan must report, and
# (2) a failing test that `./dev test` must not forgive.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -z | xargs -0 cp --parents -t "$work"
cd "$work"
git init -q && git add -A && git -c user.name=planted -c user.email=planted@localhost commit -qm planted
export HOLDFAST_ROOT=$work

say "A planted data race: PollExecutor::Post without its lock"
python3 - <<'EOT'
import pathlib
path = pathlib.Path("base/poll_executor.cc")
text = path.read_text()
old = "    std::lock_guard lock(mutex_);\n    first = posted_.empty();"
assert text.count(old) == 1, "base/poll_executor.cc changed: plant the race again"
path.write_text(text.replace(old, "    first = posted_.empty();"))
EOT
configure tsan
cmake --build build/tsan -j "$JOBS" --target poll_executor_test >/dev/null
if TSAN_OPTIONS="suppressions=$work/tests/tsan.supp halt_on_error=1" ctest --test-dir build/tsan -R '^poll_executor_test$' >build/race.log 2>&1; then
  die "the planted race was NOT found"
fi
grep -q 'data race' build/tsan/Testing/Temporary/LastTest.log || die "the test failed, but not for the race: see $work/build/race.log"
echo "found, as it must be"
git checkout -q base

say "A planted test failure"
sed -i 's/EXPECT_EQ(FormatShort(absl::Seconds(3)), "3s");/EXPECT_EQ(FormatShort(absl::Seconds(3)), "4s");/' tests/base/time_test.cc
git diff --quiet && die "tests/base/time_test.cc changed: plant the failure again"
configure dev
cmake --build build/dev -j "$JOBS" --target base_test >/dev/null
# The same call that ./dev test makes, on the binary that is built.
if ctest --test-dir build/dev --output-on-failure -R '^base_test$' --no-tests=error >build/failure.log 2>&1; then
  die "the planted failure was forgiven"
fi
echo "red, as it must be"
say "Both planted faults were caught"
