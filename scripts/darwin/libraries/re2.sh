PACKAGE=libre2-dev
# The tables that Debian's package generates from the Unicode database of package unicode-data.
build() {
  cp -r "$SOURCE" source
  (
    cd source/re2
    perl make_perl_groups.pl >perl_groups.cc
    python3 make_unicode_groups.py >unicode_groups.cc
    python3 make_unicode_casefold.py >unicode_casefold.cc
  )
  mkdir build && cd build
  cmake_configure ../source -DRE2_BUILD_TESTING=OFF
  cmake_install
  pkg_config re2 10 re2
}
