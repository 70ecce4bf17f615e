#include "profiles/bundle/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/storage/temp_folder.h"

namespace holdfast::bundle {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TreeTest : public ::testing::Test {
 protected:
  TreeTest() {
    fs::create_directories(folder_.File("top/a/b"));
    std::ofstream(folder_.File("top/a/file")) << "content";
    std::ofstream(folder_.File("secret")) << "outside";
  }
  Tree Read(TreeLimits limits = {}) const { return *Tree::Read(folder_.File("top"), limits); }
  TempFolder folder_;
};

TEST_F(TreeTest, PathsBeginWithTheFoldersName) {
  const Tree tree = Read();
  EXPECT_EQ(tree.top(), "top");
  EXPECT_THAT(tree.folders(), ElementsAre("top", "top/a", "top/a/b"));
  EXPECT_EQ(tree.FindFile("top/a/b/../file"), "top/a/file");
  EXPECT_EQ(tree.FindFile("top/a"), std::nullopt);
  EXPECT_EQ(*tree.ReadFile("top/a/file", 100), "content");
}

TEST_F(TreeTest, LinksInsideAreFollowed) {
  fs::create_symlink("file", folder_.File("top/a/link"));
  fs::create_directory_symlink("a", folder_.File("top/again"));
  const Tree tree = Read();
  EXPECT_EQ(tree.FindFile("top/a/link"), "top/a/file");
  EXPECT_EQ(tree.FindFile("top/again/file"), "top/a/file");
  EXPECT_THAT(tree.links_outside(), IsEmpty());
  EXPECT_FALSE(tree.HasFolder("top/again"));  // seen once
}

TEST_F(TreeTest, NothingOutsideIsRead) {
  fs::create_symlink("../../secret", folder_.File("top/a/link"));
  fs::create_symlink("../topmost", folder_.File("top/near"));
  const Tree tree = Read();
  EXPECT_THAT(tree.links_outside(), ::testing::UnorderedElementsAre("top/a/link", "top/near"));
  EXPECT_FALSE(tree.ReadFile("top/a/link", 100).ok());
  EXPECT_FALSE(tree.ReadFile("top/../secret", 100).ok());
  EXPECT_FALSE(tree.ReadFile("secret", 100).ok());
}

TEST_F(TreeTest, LinksInACircleEnd) {
  fs::create_symlink("two", folder_.File("top/one"));
  fs::create_symlink("one", folder_.File("top/two"));
  EXPECT_EQ(Read().FindFile("top/one"), std::nullopt);
}

TEST_F(TreeTest, WhatIsBeyondALimitIsTold) {
  EXPECT_THAT(Read({.entries = 1}).left_out(), SizeIs(1));
  EXPECT_THAT(Read({.depth = 0}).left_out(), ElementsAre("top/a"));
  EXPECT_FALSE(Read({.depth = 0}).HasFolder("top/a/b"));
  EXPECT_FALSE(Read().ReadFile("top/a/file", 3).ok());
}

TEST_F(TreeTest, AFileOrNothingIsRefused) {
  EXPECT_TRUE(absl::IsNotFound(Tree::Read(folder_.File("none")).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(Tree::Read(folder_.File("secret")).status()));
}

}  // namespace
}  // namespace holdfast::bundle
