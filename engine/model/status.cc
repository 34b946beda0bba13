#include "engine/model/status.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/model/canonical.h"

namespace pawprint::model {

namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

struct Date {
  std::int64_t year;
  unsigned month, day;
};

// Days since 1970-01-01 to a proleptic Gregorian date and back; eras of 400 years have equal
// length.
Date date_of_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto day_of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned shifted_month = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const unsigned month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

std::int64_t days_of_date(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto year_of_era = static_cast<unsigned>(year - era * 400);
  const unsigned day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + static_cast<std::int64_t>(day_of_era) - 719'468;
}

void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) out.append(width - size, '0');
  out.append(digits.data(), size);
}

bool number_at(std::string_view text, std::size_t at, std::size_t width, std::int64_t& out) {
  if (at + width > text.size()) return false;
  const char* first = text.data() + at;
  const auto result = std::from_chars(first, first + width, out);
  return result.ec == std::errc{} && result.ptr == first + width && *first != '-';
}

}  // namespace

std::string comparison_text(const Status& status) {
  std::vector<std::string> sections;
  for (const StatusEntry& entry : status.entries) {
    StatusEntry sorted = entry;
    std::sort(sorted.conditions.begin(), sorted.conditions.end(),
              [](const Condition& a, const Condition& b) { return a.type < b.type; });
    std::string text = entry.section + '\n' + entry.members + '\n';
    sections.push_back(text + print_conditions(sorted, {}));
  }
  std::sort(sections.begin(), sections.end());
  std::string out;
  for (const std::string& section : sections) out += section + '\n';
  return out;
}

std::string print_conditions(const StatusEntry& entry, const TransitionTime& time) {
  std::string out = "[";
  for (const Condition& condition : entry.conditions) {
    if (out.size() > 1) out += ',';
    out += '{';
    if (time) out += "\"lastTransitionTime\":\"" + rfc3339(time(entry, condition)) + "\",";
    out += "\"message\":";
    append_json_string(out, condition.message);
    out += ",\"observedGeneration\":" + std::to_string(condition.generation) + ",\"reason\":";
    append_json_string(out, condition.reason);
    out += ",\"status\":";
    append_json_string(out, condition.status);
    out += ",\"type\":";
    append_json_string(out, condition.type);
    out += '}';
  }
  out += ']';
  return out;
}

std::string rfc3339(std::int64_t time_ns) {
  std::int64_t seconds = time_ns / kNsPerSecond;
  if (time_ns % kNsPerSecond < 0) --seconds;
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t rest = seconds % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  const Date date = date_of_days(days);
  std::string out;
  append_padded(out, date.year, 4);
  out += '-';
  append_padded(out, date.month, 2);
  out += '-';
  append_padded(out, date.day, 2);
  out += 'T';
  append_padded(out, rest / 3600, 2);
  out += ':';
  append_padded(out, rest / 60 % 60, 2);
  out += ':';
  append_padded(out, rest % 60, 2);
  out += 'Z';
  return out;
}

std::int64_t parse_rfc3339(std::string_view text) {
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (!number_at(text, 0, 4, year) || !number_at(text, 5, 2, month) ||
      !number_at(text, 8, 2, day) || !number_at(text, 11, 2, hour) ||
      !number_at(text, 14, 2, minute) || !number_at(text, 17, 2, second) || month < 1 ||
      month > 12 || day < 1 || day > 31) {
    return 0;
  }
  return days_of_date(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) *
             kSecondsPerDay +
         hour * 3600 + minute * 60 + second;
}

}  // namespace pawprint::model
