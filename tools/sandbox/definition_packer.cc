// Build step: definition_packer OUTPUT.cc BUILTIN.yaml CRD.yaml...
//
// Writes the source file behind definitions.h. Descriptions are dropped: they are most of a
// definition and mean nothing to a server.
#include <fstream>
#include <iostream>
#include <sstream>

#include "tools/sandbox/yaml.h"

namespace {

using pawprint::sandbox::Json;

void drop_descriptions(Json& value) {
  if (value.is_object()) {
    // A description of a schema is text; a property called "description" is an object.
    auto found = value.find("description");
    if (found != value.end() && found->is_string()) value.erase(found);
    value.erase("x-kubernetes-validations");
  }
  if (value.is_structured()) {
    for (Json& below : value) drop_descriptions(below);
  }
}

bool append(const char* path, Json& into) {
  std::stringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  auto documents = pawprint::sandbox::yaml_documents(bytes.str());
  if (!documents || documents->empty()) {
    std::cerr << "definition_packer: " << path << ": "
              << (documents ? "no document" : documents.error().message) << "\n";
    return false;
  }
  for (Json& document : *documents) {
    drop_descriptions(document);
    into.push_back(Json{{"spec", document["spec"]}});
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: definition_packer OUTPUT.cc BUILTIN.yaml CRD.yaml...\n";
    return 2;
  }
  Json builtin = Json::array();
  Json custom = Json::array();
  for (int i = 2; i < argc; ++i) {
    if (!append(argv[i], i == 2 ? builtin : custom)) return 1;
  }
  std::ofstream out(argv[1], std::ios::binary);
  out << "#include \"tools/sandbox/definitions.h\"\n\nnamespace pawprint::sandbox {\n\n"
      << "const std::string_view kBuiltinDefinitions = R\"crd(" << builtin.dump() << ")crd\";\n"
      << "const std::string_view kCustomDefinitions = R\"crd(" << custom.dump() << ")crd\";\n\n"
      << "}  // namespace pawprint::sandbox\n";
  return out.flush() ? 0 : 1;
}
