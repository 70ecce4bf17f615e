#!/usr/bin/env bash
# ./dev fresh [demo|test]: proves the README on a machine that has nothing: a new Debian 12 root made by debootstrap from the mirrors that this
# machine's own apt names, a clone of HEAD in it, and the two commands. Root only. Takes as long as a first build does;
# HOLDFAST_FRESH_CCACHE=FOLDER lends it a compiler cache.
source "$(dirname "$0")/common.sh"
[ "$(id -u)" = 0 ] || die "fresh makes a root of its own: run it as root"
what=${1:-all}

if [ "${HOLDFAST_FRESH_STAGE:-}" != inside ]; then
  command -v debootstrap >/dev/null || apt-get install -y --no-install-recommends debootstrap >/dev/null
  root=$(mktemp -d "${TMPDIR:-/var/tmp}/holdfast-fresh.XXXXXX")
  trap 'rm -rf --one-file-system "$root"' EXIT
  # grep fails where one of these does not exist, which is no failure here.
  mirror=$({ grep -rhoE '^(URIs: |deb )[^ ]*https?://[^ ]+' /etc/apt/sources.list /etc/apt/sources.list.d/*.sources \
    /etc/apt/sources.list.d/*.list 2>/dev/null || true; } | grep -oE 'https?://[^ ]+' | head -1)
  [ -n "$mirror" ] || die "this machine's apt names no mirror in /etc/apt/sources.list or sources.list.d"
  say "A new Debian 12 in $root"
  debootstrap --variant=minbase --include=ca-certificates,git bookworm "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -20 "$root.log" >&2
    die "debootstrap failed"
  }
  rm -f "$root.log"
  # How this machine reaches its mirrors; nothing else of it.
  for path in sources.list sources.list.d apt.conf.d auth.conf auth.conf.d keyrings trusted.gpg.d preferences.d; do
    if [ -e "/etc/apt/$path" ]; then cp -a "/etc/apt/$path" "$root/etc/apt/"; fi
  done
  rm -f "$root"/etc/apt/apt.conf.d/{20packagekit,50appstream}
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -aL /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  git clone -q --no-hardlinks "$HOLDFAST_ROOT" "$root/root/holdfast"
  HOLDFAST_FRESH_STAGE=inside unshare --mount --propagation private "$0" "$root" "$what"
  exit
fi

# --- inside a mount namespace of its own: $1 is the new root, $2 what to run
root=$1 what=$2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
if [ -n "${HOLDFAST_FRESH_CCACHE:-}" ]; then
  mkdir -p "$root/root/.cache/ccache"
  mount --bind "$HOLDFAST_FRESH_CCACHE" "$root/root/.cache/ccache"
fi
mount -t sysfs sysfs "$root/sys" 2>/dev/null || mount --rbind /sys "$root/sys"
mkdir -p "$root/.old"
cd "$root"
pivot_root . .old
umount -l /.old
rmdir /.old
run() {
  echo "==> fresh: ./dev $*"
  env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CI="${CI:-}" \
    bash -c 'cd /root/holdfast && ./dev "$@"' dev "$@"
}
case "$what" in
  demo) run demo --once ;;
  test) run "test" ;;
  all)
    run demo --once
    run "test"
    ;;
  *) echo "fresh: demo or test, not '$what'" >&2; exit 2 ;;
esac
echo "==> fresh: passed"
