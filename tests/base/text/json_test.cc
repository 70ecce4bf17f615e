#include "base/text/json.h"

#include <gtest/gtest.h>

namespace holdfast::text {
namespace {

TEST(JsonWriter, ObjectsArraysAndEscapes) {
  JsonWriter json;
  json.Object().Text("a", "q\"\\\n\x01").Number("n", -7).Bool("b", true);
  json.Object("o").EndObject();
  json.Array("l").Object().Text("x", "").EndObject().Object().EndObject().EndArray();
  json.EndObject();
  EXPECT_EQ(json.Take(), R"({"a":"q\"\\\u000a\u0001","n":-7,"b":true,"o":{},"l":[{"x":""},{}]})");
  JsonWriter array;
  array.Array().Object().EndObject().EndArray();
  EXPECT_EQ(array.Take(), "[{}]");
}

TEST(JsonWriter, ElementsOfAnyKindAndKeysOfAnyText) {
  JsonWriter json;
  json.Object().Array("a\"b").Text("x").Number(-1).Bool(false).Real(0.5).EndArray().Real("r", 2).EndObject();
  EXPECT_EQ(json.Take(), R"({"a\"b":["x",-1,false,0.5],"r":2})");
}

}  // namespace
}  // namespace holdfast::text
