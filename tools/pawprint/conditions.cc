#include "tools/pawprint/conditions.h"

namespace pawprint::cli {
namespace {

std::string name_of(const Json& object) {
  const Json& metadata = member_in(object, "metadata");
  const std::string ns = text_in(metadata, "namespace");
  return text_in(object, "kind") + '/' + (ns.empty() ? "" : ns + '/') + text_in(metadata, "name");
}

std::string parent_name(const Json& parent) {
  const Json& ref = member_in(parent, "parentRef");
  const std::string kind = text_in(ref, "kind");
  const std::string ns = text_in(ref, "namespace");
  const std::string section = text_in(ref, "sectionName");
  std::string out = "parent " + (kind.empty() ? "Gateway" : kind) + '/';
  out += (ns.empty() ? "" : ns + '/') + text_in(ref, "name");
  if (!section.empty()) out += ' ' + section;
  if (const Json& port = member_in(ref, "port"); !port.is_null()) out += ' ' + compact(port);
  return one_line(out);
}

void add_section(Table& table, const std::string& object, const std::string& section,
                 const Json& holder) {
  for (const Json& each : member_in(holder, "conditions")) {
    table.add({object, section, one_line(text_in(each, "type")), one_line(text_in(each, "status")),
               one_line(text_in(each, "reason")), one_line(text_in(each, "message"))});
  }
}

}  // namespace

void add_conditions(Table& table, const Json& object) {
  const Json& status = member_in(object, "status");
  const std::string name = name_of(object);
  add_section(table, name, "-", status);
  for (const Json& each : member_in(status, "listeners")) {
    add_section(table, name, "listener " + one_line(text_in(each, "name")), each);
  }
  for (const Json& each : member_in(status, "parents")) {
    add_section(table, name, parent_name(each), each);
  }
}

}  // namespace pawprint::cli
