// Libraries and where dyld looks for them.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "profiles/bundle/load_paths.h"
#include "profiles/bundle/rules/rules.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;
using profiles::LoadedLibrary;

constexpr Rule kOutside = {
    .id = "library-outside-extension",
    .severity = Severity::kError,
    .title = "The system extension loads a library that is not inside it",
    .why =
        "macOS copies an activated system extension to a protected folder, and nothing of its app with it. "
        "There "
        "the library is missing, and the extension's process ends before its main function, each time.",
    .fix = "embed the library in the extension's Contents/Frameworks; let the app load it from there",
    .reference = "Apple Developer Forums: Network Extension Provider Packaging, Frameworks"};
constexpr Rule kRpath = {
    .id = "library-search-path-to-app",
    .severity = Severity::kError,
    .title = "The system extension searches for libraries outside of itself",
    .why =
        "The path leads into the app only where the extension was built. In the folder to which macOS copies "
        "it, "
        "nothing of the app is there. Xcode sets @executable_path/../../../../Frameworks, which is right for "
        "an "
        "app extension. Harmless, and then a warning, as long as no library is missing without it.",
    .fix = "remove that path from LD_RUNPATH_SEARCH_PATHS; keep @executable_path/../Frameworks",
    .reference = "Apple Developer Forums: Network Extension Provider Packaging, Frameworks"};
constexpr Rule kAppRpath = {
    .id = "library-search-path-missing",
    .severity = Severity::kError,
    .title = "A library lies in the system extension, and the app does not search there",
    .why =
        "The library is where it has to be for the extension, but dyld does not find it for the app: the app "
        "ends "
        "before its main function.",
    .fix = "add an LC_RPATH for the extension's Contents/Frameworks to the app",
    .reference =
        "Apple Developer Forums: Network Extension Provider Packaging, Frameworks; Dynamic Library Standard "
        "Setup for Apps"};
constexpr Rule kMissing = {.id = "library-missing",
                           .severity = Severity::kError,
                           .title = "A library is in none of the places where dyld looks for it",
                           .why = "dyld ends the process before its main function ('Library not loaded').",
                           .fix = "embed the library, or add an LC_RPATH to the folder that has it",
                           .reference = "dyld(1)"};

constexpr std::array kRules = {&kOutside, &kRpath, &kAppRpath, &kMissing};
constexpr lint::RuleGroup kGroup = {
    "bundle-libraries", "Libraries of apps and extensions and where they are found", kRules, false};

std::string FolderOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// Libraries that come with macOS, or that dyld can do without.
bool MayBeAbsent(const LoadedLibrary& library) {
  return library.how == LoadedLibrary::How::kWeak || !absl::StartsWith(library.name, "@");
}

class LoadCheck {
 public:
  // `image`: the program itself or a library that it loads.
  LoadCheck(Context& context, const Bundle& program, const Bundle& image, const ProgramSlice& slice)
      : context_(context), program_(program), image_(image), slice_(slice) {
    loader_.executable_folder = FolderOf(program.program_path);
    // A link in front of the current version does not change where the file is.
    loader_.loader_folder =
        FolderOf(context.tree().FindFile(image.program_path).value_or(image.program_path));
    loader_.rpaths = slice.image.rpaths;
    if (&program == &image) return;
    for (const ProgramSlice& other : program.program) {
      if (other.image.architecture != slice.image.architecture) continue;
      for (const std::string& rpath : other.image.rpaths) {
        loader_.rpaths.push_back(absl::StrReplaceAll(rpath, {{"@loader_path", "@executable_path"}}));
      }
    }
  }

  void Run() {
    for (const LoadedLibrary& library : slice_.image.libraries) {
      if (!MayBeAbsent(library)) Check(library.name);
    }
    if (program_.kind == Kind::kSystemExtension) CheckSearchPaths();
  }

 private:
  bool Inside(absl::string_view path) const {
    return absl::StartsWith(path, absl::StrCat(program_.path, "/"));
  }

  void Check(const std::string& library) {
    const bool system = program_.kind == Kind::kSystemExtension;
    for (const std::string& path : Candidates(library, loader_)) {
      if ((!system || Inside(path)) && context_.tree().FindFile(path)) return;
    }
    const std::string name = Rest(library);
    if (system && InApp(name)) {
      found_through_app_ = true;
      context_.InProgram(kOutside, image_, "LC_LOAD_DYLIB",
                         absl::StrCat(library, " is in the app's Frameworks only"));
      return;
    }
    if (program_.kind == Kind::kApp && InExtension(library, name)) return;
    // What lies in /usr/lib/swift or in a folder of another product is not known.
    if (SearchesElsewhere(loader_) && absl::StartsWith(library, "@rpath/")) return;
    context_.InProgram(kMissing, image_, "LC_LOAD_DYLIB", absl::StrCat(library, " is not found"));
  }

  // What follows the variable: "My.framework/Versions/A/My".
  static std::string Rest(absl::string_view library) {
    absl::ConsumePrefix(&library, "@rpath/");
    const size_t frameworks = library.rfind("Frameworks/");
    if (frameworks != absl::string_view::npos) library.remove_prefix(frameworks + 11);
    return std::string(library);
  }

  bool InApp(const std::string& name) const {
    const Bundle* app = context_.AppOf(program_);
    return app != nullptr && context_.tree().FindFile(absl::StrCat(app->contents, "/Frameworks/", name));
  }

  bool InExtension(const std::string& library, const std::string& name) {
    for (const Bundle* extension : context_.Inside(program_, Kind::kSystemExtension)) {
      if (!context_.tree().FindFile(absl::StrCat(extension->contents, "/Frameworks/", name))) continue;
      const std::string rpath = absl::StrCat("@executable_path/../Library/SystemExtensions/",
                                             extension->Name(), "/Contents/Frameworks");
      context_.InProgram(kAppRpath, image_, "LC_RPATH",
                         absl::StrCat(library, " is in ", extension->Name(), " only"),
                         absl::StrCat("add the LC_RPATH ", rpath, " to the app"));
      return true;
    }
    return false;
  }

  void CheckSearchPaths() {
    for (const std::string& rpath : slice_.image.rpaths) {
      const std::optional<std::string> folder = Expand(rpath, loader_);
      const bool variable = absl::StartsWith(rpath, "@");
      if (!variable || (folder && (*folder == program_.path || Inside(*folder)))) continue;
      lint::Finding& finding =
          context_.InProgram(kRpath, image_, "LC_RPATH", absl::StrCat("LC_RPATH is ", rpath));
      if (!found_through_app_) finding.severity = Severity::kWarning;
    }
  }

  Context& context_;
  const Bundle& program_;
  const Bundle& image_;
  const ProgramSlice& slice_;
  Loader loader_;
  bool found_through_app_ = false;
};

void CheckImage(Context& context, const Bundle& program, const Bundle& image) {
  for (const ProgramSlice& slice : image.program) LoadCheck(context, program, image, slice).Run();
}

}  // namespace

const lint::RuleGroup& LoadingRules() {
  return kGroup;
}

void CheckLoading(Context& context, const Bundle& bundle) {
  if (bundle.kind != Kind::kApp && !bundle.IsExtension()) return;
  CheckImage(context, bundle, bundle);
  if (bundle.kind != Kind::kSystemExtension) return;
  for (const Bundle* framework : context.Inside(bundle, Kind::kFramework))
    CheckImage(context, bundle, *framework);
}

}  // namespace holdfast::bundle
