PACKAGE=libplist-dev
# Its configure is not in Debian's source; its files need nothing of it but these.
build() {
  archive libplist-2.0.a -I"$SOURCE/include" -I"$SOURCE/libcnary/include" -I"$SOURCE/src" -DHAVE_STRNDUP -DHAVE_TM_TM_GMTOFF -DHAVE_TM_TM_ZONE \
    '-DPLIST_API=__attribute__((visibility("default")))' -- "$SOURCE"/src/{base64,bytearray,bplist,hashtable,plist,ptrarray,time64,xplist}.c \
    "$SOURCE"/libcnary/{node,node_list}.c
  cp -r "$SOURCE/include/plist" "$OUT/include/"
  pkg_config libplist-2.0 2.2.0 plist-2.0
}
