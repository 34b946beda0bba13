#include "engine/rules/trace.h"

#include "engine/model/kinds.h"

namespace pawprint::rules {

namespace {

bool plain_key(std::string_view key) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (key.empty() || !letter(key.front())) return false;
  for (const char c : key) {
    if (!letter(c) && c != '-' && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

}  // namespace

void append_field(std::string& path, std::string_view key) {
  if (plain_key(key)) {
    path += '.';
    path += key;
    return;
  }
  path += "['";
  for (const char c : key) {
    if (c == '\'' || c == '\\') path += '\\';
    path += c;
  }
  path += "']";
}

Tracing::Src Tracing::object(const world::Object& object, std::string_view field) {
  const model::KindInfo& kind = model::info(object.kind);
  return {{{std::string(object.zone.view()), std::string(kind.group), std::string(kind.name),
            std::string(object.ns.view()), std::string(object.name.view())},
           std::string(field),
           {}}};
}

Tracing::Src Tracing::setting(std::string_view member) { return {{{}, {}, std::string(member)}}; }

}  // namespace pawprint::rules
