PACKAGE=libcli11-dev
build() {
  cmake_configure "$SOURCE" -DCLI11_BUILD_TESTS=OFF -DCLI11_BUILD_EXAMPLES=OFF -DCLI11_BUILD_DOCS=OFF
  cmake_install
}
