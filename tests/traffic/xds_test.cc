// What real proxies did with Kuma resources is what the evaluator says they do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "engine/traffic/route.h"
#include "tests/traffic/xds_case.h"

namespace pawprint::traffic {
namespace {

/// "200:v1" -> weight, as the recording counts answers.
std::map<std::string, double> shares(const Answer& answer) {
  std::map<std::string, double> out;
  if (answer.outcome == Outcome::kNone) return {{"0:None", 1}};
  if (answer.outcome != Outcome::kForward) return {{std::to_string(answer.status) + ":None", 1}};
  double total = 0;
  for (const Backend& each : answer.backends) {
    const std::string key =
        each.status == 0 ? "200:" + echo_of(each.service) : std::to_string(each.status) + ":None";
    out[key] += static_cast<double>(each.weight);
    total += static_cast<double>(each.weight);
  }
  for (auto& [key, weight] : out) weight /= total;
  return out;
}

/// Within four standard deviations; exact where there is nothing to draw.
void expect_share(double observed, double requests, double share, const std::string& what) {
  const double sigma = std::sqrt(requests * share * (1 - share));
  EXPECT_NEAR(observed, requests * share, 4 * sigma) << what;
}

void judge_counts(const Json& seen, const Answer& answer) {
  const auto expected = shares(answer);
  double requests = 0;
  std::map<std::string, double> counts;
  for (const auto& [key, count] : seen.items()) {
    counts[key] = count;
    requests += counts[key];
    EXPECT_TRUE(expected.contains(key)) << key << " was observed, and is not expected";
  }
  for (const auto& [key, share] : expected) expect_share(counts[key], requests, share, key);
}

std::string location(const Request& request, const Redirect& redirect) {
  const std::string host = redirect.host.value_or(split_authority(request.authority).host);
  std::string out = redirect.scheme + "://" + host + ':' + std::to_string(redirect.port);
  out += redirect.path + redirect.query;
  return out;
}

/// The header after `changes`, as the last one that the far side sees; empty: none.
std::string header_after(std::vector<Header> headers, const HeaderChanges& changes,
                         const std::string& name) {
  const auto drop = [&](const std::string& gone) {
    std::erase_if(headers, [&](const Header& each) { return each.name == gone; });
  };
  for (const std::string& each : changes.remove) drop(each);
  for (const Header& each : changes.set) {
    drop(each.name);
    headers.push_back(each);
  }
  headers.insert(headers.end(), changes.add.begin(), changes.add.end());
  std::string out;
  for (const Header& each : headers) {
    if (each.name == name) out = each.value;
  }
  return out;
}

void judge_headers(const Json& seen, const std::vector<Header>& before,
                   const HeaderChanges& changes) {
  for (const auto& [name, value] : seen.items()) {
    EXPECT_EQ(header_after(before, changes, name), value) << name;
  }
  for (const std::string& each : changes.remove) EXPECT_FALSE(seen.contains(each)) << each;
}

void judge_detail(const Json& detail, const Request& request, const Answer& answer) {
  if (detail.contains("up")) {
    judge_headers(detail["up"], request.headers, answer.request);
    judge_headers(detail["down"], {}, answer.response);
    return;
  }
  ASSERT_EQ(answer.outcome, Outcome::kRedirect);
  for (const auto& [status, to] : detail.items()) {
    EXPECT_EQ(std::to_string(answer.status), status);
    EXPECT_EQ(location(request, *answer.redirect), to);
  }
}

double seconds(const Json& conf, const char* name, double otherwise) {
  if (!conf.contains(name)) return otherwise;
  const std::string text = conf[name];
  const double value = std::stod(text);
  return text.ends_with("ms") ? value / 1000 : value;
}

/// A backend that delays by 1.6 s, and one that answers 503.
void judge_policies(const Json& seen, const Answer& answer) {
  constexpr double kDelay = 1.6;
  EXPECT_EQ(answer.outcome, Outcome::kForward);
  EXPECT_EQ(seconds(answer.timeouts, "request", 0) < kDelay ? 504 : 200, seen["delayed"]);
  EXPECT_EQ(answer.retries["attempts"].get<int>() + 1, seen["attempts"]);
}

void judge(const Probe& probe, const Answer& answer) {
  SCOPED_TRACE(probe.seen["request"].get<std::string>() + "\n" + to_json(answer).dump(1));
  for (const auto& [key, value] : probe.seen.items()) {
    if (key == "status_backend_counts") judge_counts(value, answer);
    if (key == "detail") judge_detail(value, probe.request, answer);
    if (key == "delayed") judge_policies(probe.seen, answer);
    if (key.starts_with("hdr ")) judge_headers({{key.substr(4), value}}, {}, answer.request);
    if (key == "httpv" && value.is_string()) {
      EXPECT_EQ("HTTP/" + value.get<std::string>(), answer.backends.at(0).protocol);
    }
    if (key.starts_with("mirrored ")) {
      ASSERT_EQ(answer.mirrors.size(), 1U);
      EXPECT_EQ(echo_of(answer.mirrors[0].service), key.substr(9));
      expect_share(value, probe.seen["requests"], std::stod(answer.mirrors[0].percent) / 100, key);
    }
  }
}

std::vector<std::string> files() {
  std::vector<std::string> out;
  for (const auto& each : std::filesystem::directory_iterator(PAWPRINT_XDS_CASES)) {
    out.push_back(each.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

class Xds : public testing::TestWithParam<std::string> {};

TEST_P(Xds, IsWhatProxiesDid) {
  const XdsCase recorded = read_case(std::string(PAWPRINT_XDS_CASES) + '/' + GetParam());
  const World world = read_world(recorded.input);
  EXPECT_TRUE(!recorded.probes.empty() || !recorded.refusals.empty());
  for (const Probe& probe : recorded.probes) {
    const Answer answer = route(world, probe.request);
    judge(probe, answer);
    if (recorded.frozen_known) continue;
    EXPECT_TRUE(answer.frozen.empty()) << to_json(answer).dump(1);
  }
  if (recorded.frozen_known) {
    EXPECT_EQ(!route(world, recorded.probes[0].request).frozen.empty(), recorded.frozen);
  }
  for (const std::string& each : recorded.refusals) {
    EXPECT_TRUE(std::any_of(world.remarks.begin(), world.remarks.end(), [&](const Remark& remark) {
      const auto at = remark.message.find("spec.");
      return at != std::string::npos && each.ends_with(remark.message.substr(at));
    })) << each;
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string out = info.param.substr(0, info.param.rfind('.'));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return std::isalnum(c) == 0; }, '_');
  return out;
}

INSTANTIATE_TEST_SUITE_P(Recorded, Xds, testing::ValuesIn(files()), test_name);

TEST(XdsFiles, AreAllThere) { EXPECT_EQ(files().size(), 63U); }

}  // namespace
}  // namespace pawprint::traffic
