PACKAGE=libsqlite3-dev
# The amalgamation is made as SQLite's own sources say, on this machine.
build() {
  mkdir amalgamation
  (
    cd amalgamation
    env CC=clang-19 "$SOURCE/configure" --disable-tcl --disable-readline
    make sqlite3.c sqlite3.h
  )
  archive libsqlite3.a -DSQLITE_THREADSAFE=1 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_ENABLE_COLUMN_METADATA -DHAVE_FULLFSYNC=1 -- amalgamation/sqlite3.c
  cp amalgamation/sqlite3.h "$SOURCE/src/sqlite3ext.h" "$OUT/include/"
  pkg_config sqlite3 "$(cat "$SOURCE/VERSION")" sqlite3
}
