#!/usr/bin/env bash
# ./dev darwin [--check|--libs]: the device's programs for macOS, built on Linux. docs/macos-build.md tells what each step does and what
# its checks prove.
source "$(dirname "$0")/common.sh"
[ "$(uname -s)" = Linux ] || die "darwin builds for macOS on Linux; on a Mac: ./dev build"

usage() {
  sed -n 's/^  //p' <<'EOT'
  usage: ./dev darwin [--check|--libs] [--arch aarch64|x86_64] [--identity FILE.p12 [--password-file FILE]]
    --check  only compile each source, without making code: needs no libraries
    --libs   only the compiler and the libraries
    --arch   one architecture (default: both)
    --identity  a certificate with its key, to sign with (default: ad hoc)
EOT
}

what=programs
architectures=()
identity=
password_file=
while [ $# -gt 0 ]; do
  case "$1" in
    --libs) what=libraries ;;
    --check) what=check ;;
    --arch) architectures+=("$2") && shift ;;
    --identity) identity=$2 && shift ;;
    --password-file) password_file=$2 && shift ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
scripts/setup.sh darwin
source scripts/darwin/cache.sh
if [ ${#architectures[@]} = 0 ]; then architectures=("${ARCHITECTURES[@]}"); fi
source scripts/darwin/toolchain.sh
if [ "$what" = check ]; then
  source scripts/darwin/check.sh
  check_sources "${architectures[@]}"
  exit
fi
make_once "$RUNTIME" make_runtime
source scripts/darwin/sources.sh
source scripts/darwin/libraries.sh
make_libraries "${architectures[@]}"
if [ "$what" = libraries ]; then exit; fi
source scripts/darwin/programs.sh
source scripts/darwin/sign.sh
source scripts/darwin/checks.sh
source scripts/darwin/package.sh
for arch in "${architectures[@]}"; do
  say "The programs for $arch"
  build_programs "$arch"
done
merge_programs "${architectures[@]}"
sign_programs "$identity" "$password_file"
check_programs "${architectures[@]}"
write_package "$identity" "$password_file"
check_package
say "The programs are in $PROGRAMS, the package is $PACKAGE"
