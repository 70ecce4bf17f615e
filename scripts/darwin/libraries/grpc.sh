PACKAGE=libgrpc++-dev
NEEDS="abseil cares openssl protobuf re2 zlib"
build() {
  local ssl part
  ssl=$(prefix_of openssl)
  cmake_configure "$SOURCE" -DCMAKE_CXX_STANDARD=20 "-DCMAKE_CXX_FLAGS=-w -Wno-missing-template-arg-list-after-template-kw" -DCMAKE_C_FLAGS=-w \
    -DgRPC_INSTALL=ON -DgRPC_BUILD_TESTS=OFF -DgRPC_BUILD_CODEGEN=OFF -DgRPC_BUILD_CSHARP_EXT=OFF -DgRPC_BACKWARDS_COMPATIBILITY_MODE=OFF \
    -DgRPC_{ABSL,CARES,PROTOBUF,RE2,SSL,ZLIB}_PROVIDER=package -DgRPC_PROTOBUF_PACKAGE_TYPE=CONFIG -DProtobuf_PROTOC_EXECUTABLE="$(command -v protoc)" \
    -DOPENSSL_ROOT_DIR="$ssl" -DOPENSSL_USE_STATIC_LIBS=ON -DOPENSSL_INCLUDE_DIR="$ssl/include" -DOPENSSL_SSL_LIBRARY="$ssl/lib/libssl.a" \
    -DOPENSSL_CRYPTO_LIBRARY="$ssl/lib/libcrypto.a" -DZLIB_INCLUDE_DIR="$(prefix_of zlib)/include" -DZLIB_LIBRARY="$(prefix_of zlib)/lib/libz.a"
  # Its own install wants every library and plugin built; a client needs these.
  ninja -j "$JOBS" grpc++
  mkdir -p "$OUT/lib/cmake/grpc"
  cp -r "$SOURCE/include" "$OUT/"
  for part in grpc++ grpc gpr upb address_sorting; do cp "lib$part.a" "$OUT/lib/"; done
  write_grpc_config >"$OUT/lib/cmake/grpc/gRPCConfig.cmake"
}
write_grpc_config() {
  cat <<'CMAKE'
find_package(absl REQUIRED CONFIG)
find_package(re2 REQUIRED CONFIG)
find_package(c-ares REQUIRED CONFIG)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Protobuf REQUIRED)
get_filename_component(grpc_lib ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
add_library(gRPC::grpc++ INTERFACE IMPORTED)
target_include_directories(gRPC::grpc++ INTERFACE ${grpc_lib}/../include)
target_link_libraries(gRPC::grpc++ INTERFACE
  ${grpc_lib}/libgrpc++.a ${grpc_lib}/libgrpc.a ${grpc_lib}/libgpr.a ${grpc_lib}/libupb.a ${grpc_lib}/libaddress_sorting.a
  protobuf::libprotobuf c-ares::cares re2::re2 OpenSSL::SSL OpenSSL::Crypto ZLIB::ZLIB
  absl::flat_hash_map absl::flat_hash_set absl::inlined_vector absl::bind_front absl::statusor absl::status absl::random_random
  absl::str_format absl::strings absl::synchronization absl::time absl::optional absl::variant absl::function_ref absl::hash absl::cord)
CMAKE
}
