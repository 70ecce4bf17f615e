#!/usr/bin/env bash
# tests/lab/lab.sh [--require] [--keep] [FAULT...]: see README.md. Exit status: 0 passed, 1 failed, 77 skipped and why.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
skipped=77
for argument in "$@"; do [ "$argument" = --require ] && skipped=1; done

missing() {
  echo "lab: skipped, because $*" >&2
  exit "$skipped"
}
[ "$(uname -s)" = Linux ] || missing "this is not Linux: it needs network namespaces and strongSwan's charon"
command -v python3 >/dev/null || missing "there is no python3"
[ "$(id -u)" = 0 ] || missing "it needs root, for network namespaces and tunnels"
for program in ip nft charon-systemd swanctl; do
  command -v "$program" >/dev/null || missing "there is no $program: ./dev setup installs what is needed"
done
[ -c /dev/net/tun ] || missing "there is no /dev/net/tun, which userspace ESP needs"
probe=hf$$p
ip netns add "$probe" 2>/dev/null || missing "this machine does not let us make network namespaces"
ip netns exec "$probe" nft list ruleset >/dev/null 2>&1 || {
  ip netns del "$probe"
  missing "nftables does not work in a network namespace here"
}
ip netns del "$probe"
exec python3 "$here/lab.py" "$@"
