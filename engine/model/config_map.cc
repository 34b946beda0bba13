#include "engine/model/config_map.h"

#include <nlohmann/json.hpp>

namespace pawprint::model {

std::optional<std::string> config_map_on_record(std::string_view object) {
  using Json = nlohmann::ordered_json;
  static constexpr const char* kAuthorities = "ca.crt";
  static constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  Json map = Json::parse(object, nullptr, false);
  if (!map.is_object()) return std::nullopt;
  map.erase("binaryData");
  const auto data = map.find("data");
  if (data != map.end()) {
    Json kept = Json::object();
    if (data->is_object() && data->contains(kAuthorities)) {
      kept[kAuthorities] = (*data)[kAuthorities];
    }
    *data = std::move(kept);
  }
  const auto meta = map.find("metadata");
  if (meta != map.end() && meta->is_object() && meta->contains("annotations") &&
      (*meta)["annotations"].is_object()) {
    (*meta)["annotations"].erase(kLastApplied);
  }
  return map.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace pawprint::model
