// holdfast.v1.Policy and the schema have the same keys, with matching types: walked from both sides.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"
#include "holdfast/v1/policy.pb.h"

namespace holdfast {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

constexpr absl::string_view kDuration = "google.protobuf.Duration";

bool IsSection(const FieldDescriptor& field) {
  return field.message_type() != nullptr && field.message_type()->full_name() != std::string(kDuration);
}

// Leaf fields by path in snake_case.
void Leaves(const Descriptor& message, const std::string& prefix,
            std::map<std::string, const FieldDescriptor*>& out) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    const std::string path = prefix + field.name();
    if (!IsSection(field)) {
      out[path] = &field;
    } else {
      Leaves(*field.message_type(), path + (field.is_repeated() ? "[]." : "."), out);
    }
  }
}

std::map<std::string, const FieldDescriptor*> ProtoKeys() {
  std::map<std::string, const FieldDescriptor*> leaves;
  Leaves(*v1::Policy::descriptor(), "", leaves);
  return leaves;
}

// "retryOnceThenAsk" and RETRY_ONCE_THEN_ASK.
std::string Squeezed(absl::string_view name) {
  return absl::AsciiStrToLower(absl::StrReplaceAll(name, {{"_", ""}, {"-", ""}}));
}

// The enum's values without UNSPECIFIED and the prefix, in order.
std::vector<std::string> ValuesOf(const EnumDescriptor& type) {
  std::vector<std::string> out;
  const std::string prefix = absl::AsciiStrToUpper(SnakeSpelling(type.name())) + "_";
  for (int i = 1; i < type.value_count(); ++i) {
    EXPECT_TRUE(absl::StartsWith(type.value(i)->name(), prefix)) << type.value(i)->full_name();
    out.push_back(Squeezed(type.value(i)->name().substr(prefix.size())));
  }
  return out;
}

std::vector<std::string> ChoicesOf(const SchemaKey& key) {
  std::vector<std::string> out;
  for (absl::string_view choice : Choices(key)) out.push_back(Squeezed(choice));
  return out;
}

std::string TypeOf(const FieldDescriptor& field) {
  std::string name = field.type_name();
  if (field.message_type() != nullptr) name = field.message_type()->full_name();
  return absl::StrCat(field.is_repeated() ? "repeated " : "", name);
}

std::string ExpectedType(const SchemaKey& key) {
  switch (key.type) {
    case KeyType::kBool:
      return "bool";
    case KeyType::kInteger:
      return key.path == "PolicyVersion" ? "uint64" : "int32";
    case KeyType::kBytes:
      return "int64";
    case KeyType::kNumber:
      return "double";
    case KeyType::kDuration:
      return std::string(kDuration);
    case KeyType::kChoice:
      return "enum";
    case KeyType::kChoiceList:
      return "repeated enum";
    case KeyType::kTextList:
      return "repeated string";
    default:
      return "string";
  }
}

TEST(PolicyProto, HasTheKeysOfTheSchemaAndNoOthers) {
  std::set<std::string> schema, proto;
  for (const SchemaKey& key : PolicySchema()) schema.insert(SnakeSpelling(key.path));
  for (const auto& [path, field] : ProtoKeys()) proto.insert(path);
  EXPECT_EQ(proto, schema);
}

TEST(PolicyProto, TypesAndEnumsAgree) {
  const auto fields = ProtoKeys();
  for (const SchemaKey& key : PolicySchema()) {
    auto it = fields.find(SnakeSpelling(key.path));
    if (it == fields.end()) continue;
    EXPECT_EQ(TypeOf(*it->second), ExpectedType(key)) << key.path;
    if (const EnumDescriptor* type = it->second->enum_type())
      EXPECT_EQ(ValuesOf(*type), ChoicesOf(key)) << key.path;
  }
}

TEST(PolicyProto, UnsetIsNotZero) {
  for (const auto& [path, field] : ProtoKeys())
    EXPECT_TRUE(field->is_repeated() || field->has_presence()) << path;
}

TEST(PolicyProto, JsonNamesAreTheYamlSpelling) {
  const auto fields = ProtoKeys();
  for (const SchemaKey& key : PolicySchema()) {
    auto it = fields.find(SnakeSpelling(key.path));
    if (it == fields.end()) continue;
    const std::string yaml = YamlSpelling(key.path);
    EXPECT_TRUE(yaml == it->second->json_name() ||
                absl::EndsWith(yaml, absl::StrCat(".", it->second->json_name())))
        << yaml;
  }
}

}  // namespace
}  // namespace holdfast
