#!/usr/bin/env bash
# ./dev simulate --mutants [NAME...]: each patch of tests/simulation/mutants is a deliberate fault. It is applied to a copy of the tree
# (build/mutants, kept, so that a fault costs the compilation of one file and a link) and simulated; the simulation must find it within the
# number of seeds that the patch states at its top: `# seeds: N`, `# hours: H`, and where trouble is to be rare, `# every: MINUTES`.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
patches=$PWD/tests/simulation/mutants
copy=$PWD/build/mutants

# Files of equal content stay as they are, or everything would be compiled again; the others get the time of now, which is newer than
# what was made of a fault that an interrupted run left behind.
refresh_copy() {
  local file
  mkdir -p "$copy"
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ -f "$file" ] || continue
    cmp -s "$file" "$copy/$file" && continue
    mkdir -p "$copy/$(dirname "$file")"
    rm -f "$copy/$file"
    cp "$file" "$copy/$file"
    chmod --reference="$file" "$copy/$file" 2>/dev/null || true
  done
}
compile() { cmake --build build/simulate -j "$JOBS" --target holdfast-simulate >build.log 2>&1; }

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(cd "$patches" && ls ./*.patch | sed 's|^\./||; s|\.patch$||')
for name in "${names[@]}"; do
  [ -f "$patches/$name.patch" ] || die "there is no mutant '$name'; there are: $(cd "$patches" && ls | sed 's|\.patch$||' | tr '\n' ' ')"
done
say "Building a copy without a fault (build/mutants)"
refresh_copy
export HOLDFAST_ROOT=$copy
export GIT_CEILING_DIRECTORIES=$PWD/build  # to git the copy is no part of this repository, or patches would be ignored there
cd "$copy"
configure simulate
compile || {
  tail -30 build.log >&2
  die "the build failed"
}

failed=0
report() { printf '%-32s %-8s %s\n' "$@"; }
# try NAME: applies, builds, simulates, takes back.
try() {
  local name=$1 patch=$patches/$1.patch seeds hours every first
  seeds=$(sed -n 's/^# seeds: //p' "$patch") hours=$(sed -n 's/^# hours: //p' "$patch")
  every=$(sed -n 's/^# every: //p' "$patch")
  if ! git apply --check "$patch" >apply.log 2>&1; then
    report "$name" ERROR "the patch no longer applies: make it anew against $(sed -n 's/^+++ b\///p' "$patch" | head -1)"
    return 1
  fi
  git apply "$patch"
  local result=0
  if ! compile; then
    report "$name" ERROR "it does not compile: $(grep -m1 'error:' build.log)"
    result=1
  elif build/simulate/tests/holdfast-simulate --seeds "$seeds" --hours "$hours" --every "${every:-15}" --stop-after 1 >run.log 2>&1; then
    report "$name" MISSED "not within $seeds seeds of $hours hours"
    result=1
  else
    first=$(sed -nE 's/^FAILED: .*--first ([0-9]+) .*/\1/p' run.log | head -1)
    report "$name" caught "by seed $first of at most $seeds: $(grep -m1 '^  ' run.log | cut -c1-140 | sed 's/^ *//')"
  fi
  git apply -R "$patch"
  return "$result"
}
report MUTANT RESULT FOUND
for name in "${names[@]}"; do
  try "$name" || failed=1
done
[ "$failed" = 0 ] || die "not every mutant was caught"
say "Every mutant was caught (${#names[@]})"
