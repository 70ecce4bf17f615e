PACKAGE=libc-ares-dev
# Without arpa/nameser.h it has its own constants, but for these two.
build() {
  cmake_configure "$SOURCE" -DCMAKE_C_FLAGS="-DINADDRSZ=4 -DIN6ADDRSZ=16" -DHAVE_ARPA_NAMESER_H=0 -DHAVE_ARPA_NAMESER_COMPAT_H=0 \
    -DCARES_STATIC=ON -DCARES_SHARED=OFF -DCARES_BUILD_TOOLS=OFF -DCARES_BUILD_TESTS=OFF
  cmake_install
}
