# Signatures: ad hoc unless a certificate is given. Notarization is Apple's service and not done here.
RCODESIGN=$CACHE/rcodesign-$APPLE_CODESIGN
IDENTIFIER_PREFIX=io.holdfast

install_rcodesign() {
  command -v cargo >/dev/null || die "signing needs cargo, of a Rust that builds apple-codesign $APPLE_CODESIGN"
  # Notarizing is its default feature, and half of its dependencies.
  CARGO_TARGET_DIR=$CACHE/work/$(basename "$RCODESIGN") cargo install --locked --no-default-features --root "$RCODESIGN" "apple-codesign@$APPLE_CODESIGN"
  rm -rf "$CACHE/work/$(basename "$RCODESIGN")"
}

# sign_programs [P12-FILE [PASSWORD-FILE]]
sign_programs() {
  local program identity=()
  make_once "$RCODESIGN" install_rcodesign
  if [ -n "${1:-}" ]; then
    identity=(--p12-file "$1")
    if [ -n "${2:-}" ]; then identity+=(--p12-password-file "$2"); fi
  fi
  for program in "$PROGRAMS"/*; do
    "$RCODESIGN/bin/rcodesign" sign ${identity[@]+"${identity[@]}"} --timestamp-url none --code-signature-flags runtime \
      --entitlements-xml-file "$HOLDFAST_ROOT/deploy/macos/entitlements.plist" \
      --binary-identifier "$IDENTIFIER_PREFIX.$(basename "$program")" "$program" >"$program.log" 2>&1 || {
      cat "$program.log" >&2
      die "signing $program failed"
    }
    rm -f "$program.log"
  done
}
