#include "profiles/macho/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/profiles/mach_o.h"

namespace holdfast::profiles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using How = LoadedLibrary::How;

Slice OnlySlice(const ImageAs& as) {
  const std::string bytes = Image(as);
  const auto read = ReadImage(bytes, "x");
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok() || read->size() != 1) return {};
  Slice slice = read->front();
  slice.signature = {};  // a view into `bytes`
  return slice;
}

std::string WhyNot(const std::string& bytes) {
  const auto read = ReadImage(bytes, "x");
  return read.ok() ? "" : std::string(read.status().message());
}

TEST(Image, LibrariesAndHowTheyAreLoaded) {
  const Slice slice =
      OnlySlice({.commands = {Loads("/usr/lib/libSystem.B.dylib"), LoadsWeakly("@rpath/W.dylib"),
                              Dylib(0x8000001F, "@rpath/R.dylib"), Dylib(0x20, "@rpath/L.dylib"),
                              Dylib(0x80000023, "@rpath/U.dylib")}});
  EXPECT_THAT(slice.libraries, ElementsAre(LoadedLibrary{"/usr/lib/libSystem.B.dylib", How::kRequired},
                                           LoadedLibrary{"@rpath/W.dylib", How::kWeak},
                                           LoadedLibrary{"@rpath/R.dylib", How::kReexported},
                                           LoadedLibrary{"@rpath/L.dylib", How::kLazy},
                                           LoadedLibrary{"@rpath/U.dylib", How::kUpward}));
}

TEST(Image, SearchPathsInTheirOrder) {
  const Slice slice =
      OnlySlice({.commands = {Rpath("@executable_path/../Frameworks"), Rpath("/usr/lib/swift")}});
  EXPECT_THAT(slice.rpaths, ElementsAre("@executable_path/../Frameworks", "/usr/lib/swift"));
}

TEST(Image, ALibraryHasAName) {
  const Slice slice =
      OnlySlice({.file_type = 6, .commands = {IsCalled("@rpath/My.framework/Versions/A/My")}});
  EXPECT_EQ(slice.kind, ImageKind::kLibrary);
  EXPECT_EQ(slice.install_name, "@rpath/My.framework/Versions/A/My");
}

TEST(Image, PlatformAndVersions) {
  const Slice slice = OnlySlice({.commands = {BuildVersion(1, 0x000D0100, 0x001A0002)}});
  EXPECT_EQ(slice.platform, "macOS");
  EXPECT_EQ(slice.minimum_os, (lint::MacOsVersion{13, 1, 0}));
  EXPECT_EQ(slice.sdk, (lint::MacOsVersion{26, 0, 2}));
}

TEST(Image, TheOlderCommandForVersions) {
  const Slice slice = OnlySlice({.commands = {VersionMin(0x000A0F04, 0x000B0000)}});
  EXPECT_EQ(slice.platform, "macOS");
  EXPECT_EQ(slice.minimum_os, (lint::MacOsVersion{10, 15, 4}));
}

TEST(Image, OtherPlatformsAreNamed) {
  EXPECT_EQ(OnlySlice({.commands = {BuildVersion(2, 0x00110000, 0x00110000)}}).platform, "iOS");
  EXPECT_EQ(OnlySlice({.commands = {BuildVersion(6, 0x00110000, 0x00110000)}}).platform, "Mac Catalyst");
  EXPECT_EQ(OnlySlice({.commands = {BuildVersion(99, 0x00110000, 0x00110000)}}).platform, "platform 99");
  EXPECT_EQ(OnlySlice({.commands = {}}).platform, "");
}

TEST(Image, Arm64eIsTold) {
  EXPECT_EQ(OnlySlice({.subtype = 0x80000002}).architecture, "arm64e");
  EXPECT_EQ(OnlySlice({.cpu = 7}).architecture, "cpu 7");
}

TEST(Image, AnUnsignedSliceHasNoSignature) {
  EXPECT_TRUE(ReadImage(Thin(""), "x")->front().signature.empty());
  const std::string program = Thin("signature");
  EXPECT_EQ(ReadImage(program, "x")->front().signature, "signature");
}

TEST(Image, UniversalFilesWithWideTables) {
  const std::string thin = Thin("");
  const auto size = static_cast<uint32_t>(thin.size());
  const std::string file = Big(0xCAFEBABF) + Big(1) + Big(kArm64) + Big(0) + Big(0) + Big(40) + Big(0) +
                           Big(size) + Big(0) + Big(0) + thin;
  const auto read = ReadImage(file, "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->front().architecture, "arm64");
}

TEST(Image, ThirtyTwoBitProgramsAreRead) {
  const std::string path = Rpath("/opt");
  const std::string program = Little(0xFEEDFACE) + Little(7) + Little(3) + Little(2) + Little(1) +
                              Little(static_cast<uint32_t>(path.size())) + Little(0) + path;
  const auto read = ReadImage(program, "x");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(read->front().rpaths, ElementsAre("/opt"));
}

TEST(Image, WhatIsNoProgramIsRefused) {
  EXPECT_THAT(WhyNot(""), HasSubstr("too short"));
  EXPECT_THAT(WhyNot("#!/bin/sh\nexit 0\n"), HasSubstr("no Mach-O file"));
  EXPECT_THAT(WhyNot(Big(0xCAFEBABE) + Big(52) + std::string(64, 'x')), HasSubstr("no Mach-O file"));  // Java
}

TEST(Image, NamesThatLieOutsideAreRefused) {
  EXPECT_THAT(WhyNot(Image({.commands = {Command(0x8000001C, Little(4000))}})), HasSubstr("search path"));
  EXPECT_THAT(WhyNot(Image({.commands = {Command(0xC, Little(12) + std::string(12, 'x'))}})),
              HasSubstr("library's name"));
  EXPECT_THAT(WhyNot(Image({.commands = {Command(0x32, Little(1))}})), HasSubstr("platform"));
}

TEST(Image, CommandsWithoutLengthAreRefused) {
  EXPECT_THAT(WhyNot(Image({.commands = {Little(0x1B) + Little(0)}})),
              HasSubstr("load commands are cut off"));
}

}  // namespace
}  // namespace holdfast::profiles
