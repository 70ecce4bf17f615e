# What is fetched from registries at a fixed version, and what the programs are built for. Debian's sources have no line here:
# they are taken at the version of the packages this machine has, so that protoc and the libraries are of one release.
ZIGLANG=0.17.0
LIEF=1.0.0
APPLE_CODESIGN=0.29.0
MACOS_MINIMUM=13.0
ARCHITECTURES=(aarch64 x86_64)
