# The programs' toolchain: as the libraries' but for the compiler's driver, which knows precompiled headers.
include(${CMAKE_CURRENT_LIST_DIR}/toolchain.cmake)
set(CMAKE_CXX_COMPILER ${DARWIN_TOOLS}/$ENV{DARWIN_ARCH}-clang++)
