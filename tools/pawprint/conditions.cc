#include "tools/pawprint/conditions.h"

namespace pawprint::cli {
namespace {

std::string text(const Json& object, const char* member) {
  const auto found = object.find(member);
  return found == object.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

std::string name_of(const Json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end()) return text(object, "kind");
  const std::string ns = text(*metadata, "namespace");
  return text(object, "kind") + '/' + (ns.empty() ? "" : ns + '/') + text(*metadata, "name");
}

std::string parent_name(const Json& parent) {
  const auto found = parent.find("parentRef");
  if (found == parent.end()) return "parent";
  const std::string kind = text(*found, "kind");
  const std::string ns = text(*found, "namespace");
  const std::string section = text(*found, "sectionName");
  std::string out = "parent " + (kind.empty() ? "Gateway" : kind) + '/';
  out += (ns.empty() ? "" : ns + '/') + text(*found, "name");
  if (!section.empty()) out += ' ' + section;
  if (found->contains("port")) out += ' ' + compact((*found)["port"]);
  return out;
}

void add_section(Table& table, const std::string& object, const std::string& section,
                 const Json& holder) {
  const auto conditions = holder.find("conditions");
  if (conditions == holder.end() || !conditions->is_array()) return;
  for (const Json& each : *conditions) {
    table.add({object, section, text(each, "type"), text(each, "status"), text(each, "reason"),
               one_line(text(each, "message"))});
  }
}

}  // namespace

void add_conditions(Table& table, const Json& object) {
  const auto status = object.find("status");
  if (status == object.end() || !status->is_object()) return;
  const std::string name = name_of(object);
  add_section(table, name, "-", *status);
  if (status->contains("listeners")) {
    for (const Json& each : (*status)["listeners"]) {
      add_section(table, name, "listener " + text(each, "name"), each);
    }
  }
  if (status->contains("parents")) {
    for (const Json& each : (*status)["parents"]) add_section(table, name, parent_name(each), each);
  }
}

}  // namespace pawprint::cli
