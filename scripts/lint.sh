#!/usr/bin/env bash
# ./dev lint [--all]: formatting of every file, clang-tidy and protocol rules on what changed since the base (or on everything).
# The base is $HOLDFAST_LINT_BASE, else the branch main when another branch is checked out, else the last ten commits.
source "$(dirname "$0")/common.sh"
scripts/setup.sh
all=
[ "${1:-}" = --all ] && all=1
failed=0

say "Format"
mapfile -t sources < <(git ls-files '*.cc' '*.h' | grep -v '^build/')
clang-format-19 --dry-run -Werror "${sources[@]}" || failed=1

say "What the tree may not contain"
# The project speaks of itself alone.
if git grep -nIE '((^|[^a-zA-Z])/work/|\bTODO\b|\bFIXME\b)' -- ':!scripts/lint.sh' ':!*.md'; then failed=1; fi
scripts/layers.py || failed=1

say "Scripts"
for script in dev scripts/*.sh scripts/darwin/*.sh scripts/darwin/libraries/*.sh .ci/run $(git ls-files 'tests/*.sh'); do bash -n "$script" || failed=1; done
python3 -m compileall -q $(git ls-files '*.py') || failed=1

say "Protocol (buf)"
if command -v npx >/dev/null; then
  (cd proto && npx --yes @bufbuild/buf@1.75.0 lint) || failed=1
  for promised in proto/released/*.binpb; do
    (cd proto && npx --yes @bufbuild/buf@1.75.0 breaking --against "released/$(basename "$promised")") || failed=1
  done
else
  echo "skipped: npx is not installed"
fi

say "clang-tidy"
configure dev
base=${HOLDFAST_LINT_BASE:-}
if [ -z "$base" ]; then
  if [ "$(git rev-parse HEAD)" != "$(git rev-parse -q --verify main || git rev-parse HEAD)" ]; then
    base=main
  else
    base=$(git rev-list --max-count=1 --skip=10 HEAD)
  fi
fi
if [ -n "$all" ] || [ -z "$base" ]; then
  mapfile -t tidy < <(git ls-files 'base/*.cc' 'core/*.cc' 'storage/*.cc' 'profiles/*.cc' 'sim/*.cc' 'proto/*.cc' 'agent/*.cc' 'server/*.cc' 'server-mock/*.cc')
else
  mapfile -t tidy < <(git diff --name-only --diff-filter=d "$base" -- '*.cc' | grep -v '^tests/')
fi
# What this machine does not compile (a Mac's own sources) is checked by ./dev darwin --check.
mapfile -t tidy < <(printf '%s\n' ${tidy[@]+"${tidy[@]}"} | grep -Fxf <(sed -n "s|^  \"file\": \"$PWD/\(.*\)\",\{0,1\}\$|\1|p" build/dev/compile_commands.json) || true)
if [ ${#tidy[@]} -gt 0 ]; then
  echo "${#tidy[@]} files since ${base:-the beginning}"
  cmake --build build/dev -j "$JOBS" --target holdfast_proto holdfast_grpc_proto >/dev/null
  printf '%s\0' "${tidy[@]}" | xargs -0 -n 4 -P "$JOBS" clang-tidy-19 -p build/dev --quiet 2> >(grep -vE 'warnings generated|Processing file' >&2) || failed=1
fi
[ "$failed" = 0 ] || die "lint found something; formatting is mended by: clang-format-19 -i FILE"
say "Lint is clean"
