#include "profiles/bundle/read.h"

#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "profiles/bundle/provisioning.h"
#include "profiles/plist/keys.h"
#include "profiles/plist/limits.h"
#include "profiles/plist/plist.h"

namespace holdfast::bundle {
namespace {

constexpr size_t kMostBundles = 500;
constexpr size_t kMaxProgramBytes = size_t{512} << 20;

struct Suffix {
  absl::string_view text;
  Kind kind;
};
constexpr std::array kSuffixes = {
    Suffix{".app", Kind::kApp},
    Suffix{".systemextension", Kind::kSystemExtension},
    Suffix{".appex", Kind::kAppExtension},
    Suffix{".framework", Kind::kFramework},
    Suffix{".xpc", Kind::kXpcService},
    Suffix{".dext", Kind::kDriver},
};

std::optional<Kind> KindOf(absl::string_view path) {
  for (const Suffix& suffix : kSuffixes) {
    if (absl::EndsWith(path, suffix.text)) return suffix.kind;
  }
  return std::nullopt;
}

bool IsIn(absl::string_view path, absl::string_view folder) {
  return absl::StartsWith(path, absl::StrCat(folder, "/"));
}

// --- Info.plist

void PlaceApp(const Tree& tree, Bundle& bundle) {
  bundle.contents = absl::StrCat(bundle.path, "/Contents");
  bundle.flat = !tree.HasFolder(bundle.contents) && tree.FindFile(absl::StrCat(bundle.path, "/Info.plist"));
  if (bundle.flat) bundle.contents = bundle.path;
  bundle.info_path = absl::StrCat(bundle.contents, "/Info.plist");
}

std::string FrameworkProgram(const Bundle& bundle) {
  return std::string(absl::StripSuffix(bundle.Name(), ".framework"));
}

// A framework has versions, of which one is current; copies often lose the link that says which.
void PlaceFramework(const Tree& tree, Bundle& bundle) {
  for (const absl::string_view version : {"/Versions/Current", "/Versions/A", ""}) {
    bundle.contents = absl::StrCat(bundle.path, version);
    bundle.info_path = absl::StrCat(bundle.contents, "/Resources/Info.plist");
    const bool has_program =
        tree.FindFile(absl::StrCat(bundle.contents, "/", FrameworkProgram(bundle))).has_value();
    if (has_program || tree.FindFile(bundle.info_path)) return;
  }
}

void ReadInfo(const Tree& tree, Bundle& bundle) {
  const absl::StatusOr<std::string> bytes = tree.ReadFile(bundle.info_path, plist::kMaxBytes);
  if (!bytes.ok()) {
    bundle.info_trouble = std::string(bytes.status().message());
    return;
  }
  absl::StatusOr<plist::Document> document = plist::Parse(*bytes, bundle.info_path);
  if (!document.ok()) {
    bundle.info_trouble = std::string(document.status().message());
  } else if (document->root.As<plist::Dict>() == nullptr) {
    bundle.info_trouble = absl::StrCat("reading ", bundle.info_path, ": it is no dictionary");
  } else {
    bundle.info = std::move(document->root);
  }
}

// --- the program

void PlaceProgram(Bundle& bundle) {
  std::string name = plist::Text(bundle.info, "CFBundleExecutable");
  if (name.empty() && bundle.kind == Kind::kFramework) name = FrameworkProgram(bundle);
  if (name.empty()) {
    bundle.program_trouble = "its Info.plist names no program (CFBundleExecutable)";
    return;
  }
  const bool beside = bundle.flat || bundle.kind == Kind::kFramework;
  bundle.program_path = absl::StrCat(bundle.contents, beside ? "/" : "/MacOS/", name);
}

ProgramSlice ReadSlice(const profiles::Slice& image, absl::string_view name) {
  ProgramSlice out{image, std::nullopt, ""};
  absl::StatusOr<profiles::CodeSignature> signature = profiles::ReadCodeSignature(image, name);
  if (signature.ok()) {
    out.signature = *std::move(signature);
  } else if (!absl::IsNotFound(signature.status())) {
    out.signature_trouble = std::string(signature.status().message());
  }
  out.image.signature = {};  // the bytes it points at do not stay
  return out;
}

void ReadProgram(const Tree& tree, Bundle& bundle) {
  PlaceProgram(bundle);
  if (bundle.program_path.empty()) return;
  const absl::StatusOr<std::string> bytes = tree.ReadFile(bundle.program_path, kMaxProgramBytes);
  if (!bytes.ok()) {
    bundle.program_trouble = std::string(bytes.status().message());
    return;
  }
  const auto slices = profiles::ReadImage(*bytes, bundle.program_path);
  if (!slices.ok()) {
    bundle.program_trouble = std::string(slices.status().message());
    return;
  }
  for (const profiles::Slice& slice : *slices) {
    bundle.program.push_back(
        ReadSlice(slice, profiles::SliceName(bundle.program_path, slice, slices->size())));
  }
}

// --- providers

void AddProviderClasses(const plist::Value& classes, Bundle& bundle) {
  const auto* dict = classes.As<plist::Dict>();
  if (dict == nullptr) return;
  for (const plist::Entry& entry : dict->entries()) {
    const auto* name = entry.value.As<std::string>();
    bundle.providers.push_back({entry.key, name != nullptr ? *name : "",
                                absl::StrCat("NetworkExtension.NEProviderClasses.", entry.key),
                                entry.value.line()});
  }
}

// An app extension is one provider; ExtensionKit's kind names its class in code.
void AddExtensionPoint(absl::string_view dictionary, absl::string_view key, absl::string_view class_key,
                       Bundle& bundle) {
  const plist::Value* extension = plist::SubDict(bundle.info, dictionary);
  const plist::Value* point = extension != nullptr ? extension->Find(key) : nullptr;
  const auto* text = point != nullptr ? point->As<std::string>() : nullptr;
  if (text == nullptr || !absl::StartsWith(*text, "com.apple.networkextension.")) return;
  bundle.providers.push_back({*text, class_key.empty() ? "" : plist::Text(*extension, class_key),
                              absl::StrCat(dictionary, ".", key), point->line()});
}

void ReadProviders(Bundle& bundle) {
  if (bundle.kind == Kind::kSystemExtension) {
    const plist::Value* extension = plist::SubDict(bundle.info, "NetworkExtension");
    const plist::Value* classes = extension != nullptr ? extension->Find("NEProviderClasses") : nullptr;
    if (classes != nullptr) AddProviderClasses(*classes, bundle);
  } else if (bundle.kind == Kind::kAppExtension) {
    AddExtensionPoint("NSExtension", "NSExtensionPointIdentifier", "NSExtensionPrincipalClass", bundle);
    AddExtensionPoint("EXAppExtensionAttributes", "EXExtensionPointIdentifier", "", bundle);
  }
}

// --- all

Bundle ReadBundle(const Tree& tree, Kind kind, const std::string& path) {
  Bundle bundle;
  bundle.kind = kind;
  bundle.path = path;
  if (kind == Kind::kFramework) {
    PlaceFramework(tree, bundle);
  } else {
    PlaceApp(tree, bundle);
  }
  ReadInfo(tree, bundle);
  if (bundle.info_trouble.empty() || kind == Kind::kFramework) ReadProgram(tree, bundle);
  ReadProviders(bundle);
  bundle.provisioning = ReadProvisioning(tree, absl::StrCat(bundle.contents, "/embedded.provisionprofile"));
  return bundle;
}

// Paths are in order, so what a bundle lies in is already there.
void Nest(std::vector<Bundle>& bundles) {
  for (size_t i = 0; i < bundles.size(); ++i) {
    for (size_t j = i; j-- > 0;) {
      if (!IsIn(bundles[i].path, bundles[j].path)) continue;
      if (!bundles[i].parent) bundles[i].parent = j;
      if (!bundles[i].app && bundles[j].kind == Kind::kApp) bundles[i].app = j;
    }
  }
}

}  // namespace

std::vector<Bundle> ReadBundles(const Tree& tree) {
  std::vector<Bundle> out;
  for (const std::string& path : tree.folders()) {
    const std::optional<Kind> kind = KindOf(path);
    if (kind && out.size() < kMostBundles) out.push_back(ReadBundle(tree, *kind, path));
  }
  Nest(out);
  return out;
}

}  // namespace holdfast::bundle
