#include "tools/pawprintd/event_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "engine/model/scrub.h"

namespace pawprint::pawprintd {
namespace {

constexpr std::size_t kLongestValue = 512;
bool json_format = false;

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::kDebug:
      return "debug";
    case Level::kInfo:
      return "info";
    case Level::kWarn:
      return "warn";
    case Level::kError:
      return "error";
  }
  return "error";
}

/// Scrubbed before it is cut: half a credential is not recognised any more.
std::string cut(std::string_view text) {
  std::string out = model::scrub_text(text);
  if (out.size() > kLongestValue) out = out.substr(0, kLongestValue) + "...";
  return out;
}

std::string value_text(std::string_view text) {
  const std::string short_text = cut(text);
  const bool plain =
      !short_text.empty() && short_text.find_first_of(" \"=\\\t\r\n") == std::string::npos;
  const std::string json =
      nlohmann::json(short_text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return plain && json.size() == short_text.size() + 2 ? short_text : json;
}

std::string now_text() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  const auto whole = std::chrono::time_point_cast<std::chrono::seconds>(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                     (now - whole).count());
}

std::string json_line(Level level, std::string_view event, std::initializer_list<Field> fields) {
  nlohmann::ordered_json line{{"time", now_text()}, {"level", level_name(level)}, {"event", event}};
  for (const Field& field : fields) {
    nlohmann::ordered_json& value = line[std::string(field.key)];
    if (field.number) value = std::stoull(field.text);
    else value = cut(field.text);
  }
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string text_line(Level level, std::string_view event, std::initializer_list<Field> fields) {
  std::string line = fmt::format("{} {} {}", now_text(), level_name(level), event);
  for (const Field& field : fields)
    line += fmt::format(" {}={}", field.key, value_text(field.text));
  return line;
}

}  // namespace

Result<void> start_log(const std::string& format, const std::string& level) {
  if (format != "text" && format != "json") {
    return fail(ErrorCode::kInvalid, "log format \"" + format + "\" is unknown: use text or json");
  }
  const auto parsed = spdlog::level::from_str(level == "error" ? "err" : level);
  if (level != "debug" && level != "info" && level != "warn" && level != "error") {
    return fail(ErrorCode::kInvalid,
                "log level \"" + level + "\" is unknown: use debug, info, warn or error");
  }
  json_format = format == "json";
  auto logger = std::make_shared<spdlog::logger>("pawprintd",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
  logger->set_pattern("%v");
  logger->set_level(parsed);
  logger->flush_on(spdlog::level::debug);
  spdlog::set_default_logger(std::move(logger));
  return {};
}

void silence_log() { spdlog::set_level(spdlog::level::off); }

void log(Level level, std::string_view event, std::initializer_list<Field> fields) {
  spdlog::logger* logger = spdlog::default_logger_raw();
  if (!logger->should_log(level_of(level))) return;
  logger->log(level_of(level), "{}",
              json_format ? json_line(level, event, fields) : text_line(level, event, fields));
}

}  // namespace pawprint::pawprintd
