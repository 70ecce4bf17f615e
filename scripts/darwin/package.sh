# The installer package, and what others read in it.
PACKAGES=$CACHE/packages
PACKAGE_IDENTIFIER=io.holdfast.pkg

# write_package [P12-FILE [PASSWORD-FILE]]
write_package() {
  local version stage=$PACKAGES/root
  version=$(sed -nE 's/^project\(holdfast VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
  PACKAGE=$PACKAGES/Holdfast-$version.pkg
  mkdir -p "$PACKAGES"
  deploy/macos/stage "$PROGRAMS" "$stage"
  # Of the commit: the same tree gives the same package.
  "$DARWIN/package/write.py" --root "$stage" --scripts deploy/macos/scripts --identifier "$PACKAGE_IDENTIFIER" --version "$version" \
    --title Holdfast --minimum "$MACOS_MINIMUM" --time "$(git log -1 --format=%ct)" -o "$PACKAGE"
  if [ -n "${1:-}" ]; then
    "$RCODESIGN/bin/rcodesign" sign --p12-file "$1" ${2:+--p12-password-file "$2"} --timestamp-url none "$PACKAGE" >"$PACKAGE.log" 2>&1 || {
      cat "$PACKAGE.log" >&2
      die "signing $PACKAGE failed"
    }
    rm -f "$PACKAGE.log"
    "$DARWIN/package/signed.py" "$PACKAGE" || die "the package's signature does not hold"
  fi
}

# bsdtar opens it, and what comes out is what went in; its own copies of the programs pass the same checks.
check_package() {
  local opened=$PACKAGES/opened component
  rm -rf "$opened"
  mkdir -p "$opened/payload"
  bsdtar -xf "$PACKAGE" -C "$opened"
  component=$opened/$PACKAGE_IDENTIFIER.component.pkg
  bsdtar -xf "$component/Payload" -C "$opened/payload"
  diff -r "$PACKAGES/root" "$opened/payload" || die "the payload is not what was packed"
  say "$(basename "$PACKAGE"): $(stat -c %s "$PACKAGE") bytes, $(find "$opened/payload" -type f | wc -l) files"
  bsdtar -tf "$PACKAGE" | sed 's/^/  /'
  bsdtar -tvf "$component/Payload" | awk '{ print "  " $1, $3 ":" $4, $5, $NF }' | grep -v ' \.$'
  say "Installing it into a root of its own"
  HOLDFAST_SOURCE=$HOLDFAST_ROOT HOLDFAST_PACKAGE=$PACKAGE python3 -B tests/deploy/macos_package_test.py Installed || die "the package does not install"
}
