PACKAGE=libyaml-cpp-dev
build() {
  cmake_configure "$SOURCE" -DYAML_CPP_BUILD_TESTS=OFF -DYAML_CPP_BUILD_TOOLS=OFF -DYAML_BUILD_SHARED_LIBS=OFF
  cmake_install
}
