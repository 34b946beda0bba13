#include "replay/answer.h"

#include "engine/model/status.h"

namespace pawprint::replay {

Json answer(std::string_view kind, record::Seq seq, std::int64_t time_ns,
            std::string_view coverage) {
  return Json{{"apiVersion", "pawprint/v1"},
              {"kind", kind},
              {"at", {{"seq", seq}, {"time", model::rfc3339(time_ns)}}},
              {"coverage", coverage}};
}

Json parsed(std::string_view text) { return Json::parse(text, nullptr, false); }

const Json& member_in(const Json& object, const char* member) {
  static const Json kNull;
  if (!object.is_object()) return kNull;
  const auto found = object.find(member);
  return found == object.end() ? kNull : *found;
}

std::string text_in(const Json& object, const char* member) {
  const Json& value = member_in(object, member);
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace pawprint::replay
