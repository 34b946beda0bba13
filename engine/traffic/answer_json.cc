#include <algorithm>
#include <array>

#include "engine/traffic/answer.h"

namespace pawprint::traffic {
namespace {

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kForward:
      return "forward";
    case Outcome::kRedirect:
      return "redirect";
    case Outcome::kRespond:
      return "respond";
    case Outcome::kNone:
      return "none";
  }
  return "none";
}

/// What Envoy tells a gRPC client for a status that it answers itself.
std::int32_t grpc_status(std::int32_t status) {
  constexpr std::array<std::pair<std::int32_t, std::int32_t>, 8> kCodes{
      {{400, 13}, {401, 16}, {403, 7}, {404, 12}, {429, 14}, {502, 14}, {503, 14}, {504, 14}}};
  constexpr std::int32_t kUnknown = 2;
  const auto found = std::find_if(kCodes.begin(), kCodes.end(),
                                  [&](const auto& each) { return each.first == status; });
  return found == kCodes.end() ? kUnknown : found->second;
}

/// A decimal number as a JSON number; the text itself when it is none.
Json decimal(const std::string& text) {
  Json out = Json::parse(text, nullptr, false);
  return out.is_number() ? out : Json(text);
}

Json headers_json(const std::vector<Header>& list) {
  Json out = Json::array();
  for (const Header& each : list) out.push_back({{"name", each.name}, {"value", each.value}});
  return out;
}

Json changes_json(const HeaderChanges& changes) {
  Json out = Json::object();
  if (!changes.remove.empty()) out["remove"] = changes.remove;
  if (!changes.set.empty()) out["set"] = headers_json(changes.set);
  if (!changes.add.empty()) out["add"] = headers_json(changes.add);
  return out;
}

Json backend_json(const Backend& backend) {
  Json out{{"service", backend.service}, {"weight", backend.weight}};
  if (backend.port != 0) out["port"] = backend.port;
  if (backend.status != 0) out["status"] = backend.status;
  if (!backend.protocol.empty()) out["protocol"] = backend.protocol;
  return out;
}

Json redirect_json(const Redirect& redirect) {
  Json out{{"scheme", redirect.scheme},
           {"port", redirect.port},
           {"path", redirect.path},
           {"status", redirect.status}};
  if (redirect.host) out["host"] = *redirect.host;
  if (!redirect.query.empty()) out["query"] = redirect.query.substr(1);
  return out;
}

void add_origin(const Origin& origin, Json& out) {
  out["route"] = origin.object;
  out["ruleIndex"] = origin.rule;
  out["matchIndex"] = origin.match;
}

Json remarks_json(const std::vector<Remark>& remarks) {
  Json out = Json::array();
  for (const Remark& each : remarks) {
    out.push_back({{"object", each.object},
                   {"severity", each.severity},
                   {"rule", each.rule},
                   {"message", each.message}});
  }
  return out;
}

void add_request(const Answer& answer, Json& out) {
  Json request = Json::object();
  if (answer.host) request["host"] = *answer.host;
  if (answer.host_of_backend) request["hostOfBackend"] = true;
  if (answer.path) request["path"] = *answer.path;
  request["headers"] = changes_json(answer.request);
  out["request"] = std::move(request);
}

void add_shares(const Answer& answer, Json& out) {
  out["backends"] = Json::array();
  for (const Backend& each : answer.backends) out["backends"].push_back(backend_json(each));
  out["mirrors"] = Json::array();
  for (const Mirror& each : answer.mirrors) {
    Json mirror{{"service", each.service}, {"percent", decimal(each.percent)}};
    if (each.port != 0) mirror["port"] = each.port;
    if (each.status != 0) mirror["status"] = each.status;
    out["mirrors"].push_back(std::move(mirror));
  }
}

void add_status(const Answer& answer, Json& out) {
  if (answer.status == 0) return;
  out["status"] = answer.status;
  if (answer.grpc && answer.outcome != Outcome::kRedirect) {
    out["grpcStatus"] = grpc_status(answer.status);
  }
}

}  // namespace

Json to_json(const Answer& answer) {
  Json out{{"outcome", name_of(answer.outcome)}};
  add_status(answer, out);
  if (!answer.reason.empty()) out["reason"] = answer.reason;
  if (!answer.tls.empty()) out["tls"] = answer.tls;
  out["parent"] = answer.parent;
  if (!answer.listener.empty()) out["listener"] = answer.listener;
  if (answer.origin) add_origin(*answer.origin, out);
  if (!answer.kuma.empty()) out["kumaRoute"] = answer.kuma;
  add_shares(answer, out);
  add_request(answer, out);
  out["response"] = {{"headers", changes_json(answer.response)}};
  if (answer.redirect) out["redirect"] = redirect_json(*answer.redirect);
  if (!answer.timeouts.empty()) out["timeouts"] = answer.timeouts;
  if (!answer.retries.empty()) out["retries"] = answer.retries;
  out["considered"] = Json::array();
  for (const Considered& each : answer.considered) {
    Json one{{"failedOn", each.failed_on}, {"detail", each.detail}};
    add_origin(each.origin, one);
    out["considered"].push_back(std::move(one));
  }
  out["frozen"] = remarks_json(answer.frozen);
  out["diagnostics"] = remarks_json(answer.remarks);
  return out;
}

}  // namespace pawprint::traffic
