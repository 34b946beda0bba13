#include "tools/sandbox/table.h"

#include <fmt/format.h>

#include <ctime>

namespace pawprint::sandbox {
namespace {

/// The values at a JSONPath of the form that CRDs use: .a.b, .a[0], .a[*], .a[?(@.b=="c")].
std::vector<Json> values_at(const Json& object, const std::string& path) {
  static const RE2 kName(R"(\.([A-Za-z0-9_/-]+))");
  static const RE2 kIndex(R"(\[(\d+)\])");
  static const RE2 kAll(R"(\[\*\])");
  static const RE2 kFilter(R"re(\[\?\(@\.([A-Za-z0-9_]+)\s*==\s*["']([^"']*)["']\)\])re");
  std::vector<Json> values = {object};
  re2::StringPiece rest(path);
  while (!rest.empty()) {
    std::string name, wanted;
    std::size_t index = 0;
    std::vector<Json> next;
    auto each = [&](const auto& keep) {
      for (const Json& value : values) {
        for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
          if (keep(value[i], i)) next.push_back(value[i]);
        }
      }
    };
    if (RE2::Consume(&rest, kName, &name)) {
      for (const Json& value : values) {
        const Json& found = member(value, name);
        if (!found.is_null()) next.push_back(found);
      }
    } else if (RE2::Consume(&rest, kIndex, &index)) {
      each([&](const Json&, std::size_t i) { return i == index; });
    } else if (RE2::Consume(&rest, kAll)) {
      each([](const Json&, std::size_t) { return true; });
    } else if (RE2::Consume(&rest, kFilter, &name, &wanted)) {
      each([&](const Json& item, std::size_t) { return text(item, name) == wanted; });
    } else {
      return {};
    }
    values = std::move(next);
  }
  return values;
}

std::string printed(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Seconds since 1970 of "2024-01-01T00:00:00Z"; -1 when it is not one.
std::int64_t unix_seconds(const std::string& time) {
  std::tm parts{};
  const char* end = strptime(time.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  return end == nullptr ? -1 : static_cast<std::int64_t>(timegm(&parts));
}

Json cell(const Cluster& cluster, const Column& column, const Json& object) {
  std::vector<Json> values = values_at(object, column.path);
  if (values.empty()) return nullptr;
  if (column.type == "date") {
    std::int64_t then = unix_seconds(printed(values.front()));
    return then < 0 ? "<unknown>" : human_duration(cluster.seconds() - then);
  }
  if (column.type != "string") return values.front();
  std::string line;
  for (const Json& value : values) line += (line.empty() ? "" : " ") + printed(value);
  return line;
}

Json definitions(const KindVersion& version) {
  Json out = Json::array();
  out.push_back({{"name", "Name"},
                 {"type", "string"},
                 {"format", "name"},
                 {"description", "Name of the object, unique in its namespace"},
                 {"priority", 0}});
  for (const Column& column : version.columns) {
    out.push_back({{"name", column.name},
                   {"type", column.type},
                   {"format", ""},
                   {"description", column.path},
                   {"priority", column.priority}});
  }
  return out;
}

}  // namespace

std::string human_duration(std::int64_t seconds) {
  constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400, kYear = 365 * kDay;
  auto two = [](std::int64_t first, const char* unit, std::int64_t second, const char* smaller) {
    return second == 0 ? fmt::format("{}{}", first, unit)
                       : fmt::format("{}{}{}{}", first, unit, second, smaller);
  };
  std::int64_t s = std::max<std::int64_t>(seconds, 0);
  if (s < 2 * kMinute) return fmt::format("{}s", s);
  if (s < 10 * kMinute) return two(s / kMinute, "m", s % kMinute, "s");
  if (s < 3 * kHour) return fmt::format("{}m", s / kMinute);
  if (s < 8 * kHour) return two(s / kHour, "h", s % kHour / kMinute, "m");
  if (s < 2 * kDay) return fmt::format("{}h", s / kHour);
  if (s < 8 * kDay) return two(s / kDay, "d", s % kDay / kHour, "h");
  if (s < 2 * kYear) return fmt::format("{}d", s / kDay);
  if (s < 8 * kYear) return two(s / kYear, "y", s % kYear / kDay, "d");
  return fmt::format("{}y", s / kYear);
}

Json table_of(const Cluster& cluster, const Call& call, const std::vector<ObjectPtr>& objects) {
  std::string include = call.target.parameter("includeObject");
  Json rows = Json::array();
  for (const ObjectPtr& object : objects) {
    Json cells = Json::array({text((*object)["metadata"], "name")});
    for (const Column& column : call.version->columns) {
      cells.push_back(cell(cluster, column, *object));
    }
    Json row = {{"cells", std::move(cells)}};
    Call part = call;
    part.view = include == "Object" ? View::kObject : View::kMetadata;
    row["object"] = include == "None" ? Json() : shown_object(part, *object);
    rows.push_back(std::move(row));
  }
  return {{"kind", "Table"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", Json::object()},
          {"columnDefinitions", definitions(*call.version)},
          {"rows", std::move(rows)}};
}

}  // namespace pawprint::sandbox
