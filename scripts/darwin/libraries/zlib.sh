PACKAGE=zlib1g-dev
# Its configure renames zconf.h when it fails, and takes macOS for one without fdopen.
build() {
  cp "$SOURCE"/*.h . && if [ ! -f zconf.h ]; then cp "$SOURCE/zconf.h.in" zconf.h; fi
  archive libz.a -I. -Dfdopen=fdopen -DHAVE_UNISTD_H -- "$SOURCE"/{adler32,compress,crc32,deflate,gzclose,gzlib,gzread,gzwrite,infback,inffast,inflate,inftrees,trees,uncompr,zutil}.c
  cp zlib.h zconf.h "$OUT/include/"
}
