// holdfast_incident_doc DIRECTORY: writes the documents of all incidents there.
#include <fstream>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/incidents/document.h"

namespace {

bool Write(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (!file)
    std::cerr << "writing " << path << " failed: does the directory exist and may you write there?\n";
  return static_cast<bool>(file);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: holdfast_incident_doc DIRECTORY\n";
    return 64;
  }
  const std::string directory = argv[1];
  bool ok = Write(directory + "/README.md", holdfast::IncidentIndex());
  for (const holdfast::IncidentKind& kind : holdfast::IncidentKinds()) {
    ok = Write(absl::StrCat(directory, "/", kind.name, ".md"), holdfast::IncidentDocument(kind)) && ok;
  }
  return ok ? 0 : 74;
}
