#include "tests/integration/protocol/compatibility.h"

#include <google/protobuf/descriptor.h>

#include "absl/strings/str_cat.h"

namespace holdfast::protocol {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using google::protobuf::ServiceDescriptor;

class Comparison {
 public:
  explicit Comparison(const DescriptorPool& now) : now_(now) {}

  void File(const FileDescriptor& was) {
    for (int i = 0; i < was.message_type_count(); ++i) Message(*was.message_type(i));
    for (int i = 0; i < was.enum_type_count(); ++i) Enum(*was.enum_type(i));
    for (int i = 0; i < was.service_count(); ++i) Service(*was.service(i));
  }
  std::vector<std::string> Take() { return std::move(broken_); }

 private:
  template <class... Parts>
  void Say(const Parts&... parts) {
    broken_.push_back(absl::StrCat(parts...));
  }

  void Message(const Descriptor& was) {
    const Descriptor* is = now_.FindMessageTypeByName(was.full_name());
    if (is == nullptr) return Say("message ", was.full_name(), " is gone");
    for (int i = 0; i < was.field_count(); ++i)
      Field(*was.field(i), is->FindFieldByNumber(was.field(i)->number()));
    for (int i = 0; i < was.nested_type_count(); ++i) Message(*was.nested_type(i));
    for (int i = 0; i < was.enum_type_count(); ++i) Enum(*was.enum_type(i));
  }

  static std::string TypeOf(const FieldDescriptor& field) {
    std::string type = field.type_name();
    if (field.message_type() != nullptr) type = std::string(field.message_type()->full_name());
    if (field.enum_type() != nullptr) type = std::string(field.enum_type()->full_name());
    return absl::StrCat(field.is_repeated() ? "repeated " : "", type);
  }

  void Field(const FieldDescriptor& was, const FieldDescriptor* is) {
    const std::string what = absl::StrCat("field ", was.number(), " of ", was.containing_type()->full_name());
    if (is == nullptr) return Say(what, " is gone");
    if (is->name() != was.name()) Say(what, " was ", was.name(), " and is ", is->name());
    if (is->json_name() != was.json_name()) Say(what, " has another name in JSON");
    if (TypeOf(*is) != TypeOf(was)) Say(what, " was ", TypeOf(was), " and is ", TypeOf(*is));
    if (is->has_presence() != was.has_presence()) Say(what, " is no longer set or unset as it was");
    const bool grouped = was.real_containing_oneof() != nullptr;
    if ((is->real_containing_oneof() != nullptr) != grouped) Say(what, " went in or out of a oneof");
  }

  void Enum(const EnumDescriptor& was) {
    const EnumDescriptor* is = now_.FindEnumTypeByName(was.full_name());
    if (is == nullptr) return Say("enum ", was.full_name(), " is gone");
    for (int i = 0; i < was.value_count(); ++i) {
      const auto* value = is->FindValueByNumber(was.value(i)->number());
      if (value == nullptr || value->name() != was.value(i)->name()) {
        Say("value ", was.value(i)->number(), " of ", was.full_name(), " is not ", was.value(i)->name(),
            " any more");
      }
    }
  }

  void Service(const ServiceDescriptor& was) {
    const ServiceDescriptor* is = now_.FindServiceByName(was.full_name());
    if (is == nullptr) return Say("service ", was.full_name(), " is gone");
    for (int i = 0; i < was.method_count(); ++i) {
      const auto& before = *was.method(i);
      const auto* after = is->FindMethodByName(before.name());
      if (after == nullptr) {
        Say("method ", before.full_name(), " is gone");
      } else if (after->input_type()->full_name() != before.input_type()->full_name() ||
                 after->output_type()->full_name() != before.output_type()->full_name() ||
                 after->client_streaming() != before.client_streaming() ||
                 after->server_streaming() != before.server_streaming()) {
        Say("method ", before.full_name(), " takes or gives something else");
      }
    }
  }

  const DescriptorPool& now_;
  std::vector<std::string> broken_;
};

// Files stand after those that they import, as protoc writes them.
std::vector<std::string> Build(const FileDescriptorSet& files, DescriptorPool& pool) {
  std::vector<std::string> broken;
  for (const FileDescriptorProto& file : files.file()) {
    if (pool.BuildFile(file) == nullptr) broken.push_back(absl::StrCat(file.name(), " is no valid file"));
  }
  return broken;
}

}  // namespace

std::vector<std::string> Broken(const FileDescriptorSet& promised, const FileDescriptorSet& now) {
  DescriptorPool was, is;
  std::vector<std::string> broken = Build(promised, was);
  for (std::string& more : Build(now, is)) broken.push_back(std::move(more));
  if (!broken.empty()) return broken;
  Comparison comparison(is);
  for (const FileDescriptorProto& file : promised.file()) {
    if (file.package() == "holdfast.v1") comparison.File(*was.FindFileByName(file.name()));
  }
  return comparison.Take();
}

}  // namespace holdfast::protocol
