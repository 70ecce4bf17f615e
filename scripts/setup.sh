#!/usr/bin/env bash
# Installs what building and testing need, and says so first. Does nothing, quickly, when nothing is missing.
# setup.sh [darwin]: also what building for macOS on Linux needs.
source "$(dirname "$0")/common.sh"

# What each group is for; --no-install-recommends everywhere, so everything needed is named.
debian=(
  clang-19 libclang-rt-19-dev lld-19 clang-format-19 clang-tidy-19 llvm-19 libstdc++-12-dev libc6-dev cmake ninja-build ccache pkg-config git ca-certificates
  libgrpc++-dev protobuf-compiler protobuf-compiler-grpc libprotobuf-dev libabsl-dev libsqlite3-dev libssl-dev
  libblocksruntime-dev libplist-dev libre2-dev libyaml-cpp-dev libcli11-dev libgtest-dev libgmock-dev libbenchmark-dev
  # libarchive-tools and openssl read the installer package for macOS, in its tests
  python3 python3-yaml python3-venv python3-pip sqlite3 libarchive-tools openssl
  # the lab: a real IKEv2 daemon between network namespaces
  charon-systemd strongswan-swanctl libcharon-extra-plugins libstrongswan-standard-plugins libstrongswan-extra-plugins
  strongswan-pki nftables iproute2 iputils-ping procps
)
if [ "${1:-}" = darwin ]; then
  # Sources and what they are generated with.
  debian+=(dpkg-dev libc-ares-dev zlib1g-dev make perl tcl unicode-data file)
fi
homebrew=(llvm@19 cmake ninja ccache pkg-config grpc protobuf abseil sqlite openssl@3 libplist re2 yaml-cpp cli11 googletest google-benchmark python@3.12)

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_debian() {
  local package
  for package in "${debian[@]}"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
  done
}

install_debian() {
  local missing
  mapfile -t missing < <(missing_debian)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing ${#missing[@]} packages from this machine's Debian mirrors (about 1.1 GB on a new machine): ${missing[*]}"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "not root and no sudo: install these yourself, then run this again"
    if [ -t 0 ] && [ -z "${HOLDFAST_YES:-}" ]; then
      read -r -p "Use sudo to install them now? [y/N] " answer
      [[ $answer == [yY]* ]] || die "nothing was installed; HOLDFAST_YES=1 answers yes"
    fi
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -o Dpkg::Use-Pty=0 "${missing[@]}" |
    awk '/^(Unpacking|Setting up)/ { n++; if (n % 20 == 0) { printf "  %d steps done\n", n; fflush() } }'
}

install_homebrew() {
  command -v brew >/dev/null || die "Homebrew is needed on a Mac: see its home page, then run this again"
  local have missing=() formula
  have=$(brew list --formula -1)
  for formula in "${homebrew[@]}"; do
    grep -qx "$formula" <<<"$have" || missing+=("$formula")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Installing with Homebrew: ${missing[*]}"
  brew install "${missing[@]}"
}

if on_mac; then
  install_homebrew
elif command -v dpkg-query >/dev/null; then
  install_debian
else
  die "this script knows Debian 12 and macOS with Homebrew; on another system install the packages named in scripts/setup.sh"
fi
