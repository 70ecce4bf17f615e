PACKAGE=libssl-dev
build() {
  local target=darwin64-x86_64-cc
  if [ "$ARCH" = aarch64 ]; then target=darwin64-arm64-cc; fi
  CC="ccache $CC" perl "$SOURCE/Configure" "$target" no-shared no-tests no-engine no-legacy no-dso no-ui-console --libdir=lib \
    --prefix="$OUT" --openssldir=/private/etc/ssl
  make -j "$JOBS" build_generated libcrypto.a libssl.a
  mkdir -p "$OUT/lib" "$OUT/include"
  cp libcrypto.a libssl.a "$OUT/lib/"
  cp -r "$SOURCE/include/openssl" include/openssl "$OUT/include/"
}
