#include "tools/bench/edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/record/bodies.h"
#include "tools/bench/workload.h"

namespace pawprint::bench {

namespace {

using nlohmann::json;

json managed(const char* manager, const char* subresource, json fields) {
  json out{{"apiVersion", "gateway.networking.k8s.io/v1"},
           {"fieldsType", "FieldsV1"},
           {"fieldsV1", std::move(fields)},
           {"manager", manager},
           {"operation", "Update"},
           {"time", "2026-01-01T00:00:00Z"}};
  if (*subresource != '\0') out["subresource"] = subresource;
  return out;
}

json condition(const char* type, const char* reason) {
  return {{"lastTransitionTime", "2026-01-01T00:00:00Z"},
          {"message", ""},
          {"observedGeneration", 1},
          {"reason", reason},
          {"status", "True"},
          {"type", type}};
}

/// What a cluster adds to the bare route of the other workloads.
void dress(json& route, int number) {
  json& meta = route["metadata"];
  meta["annotations"] = {{"deploy.example.com/revision", "1"}};
  meta["labels"] = {{"app.kubernetes.io/managed-by", "kubectl"},
                    {"app.kubernetes.io/name", "route-" + std::to_string(number)},
                    {"team", "team-" + std::to_string(number % 17)}};
  const json empty = json::object();
  meta["managedFields"] = json::array(
      {managed("kubectl", "",
               {{"f:metadata",
                 {{"f:annotations", {{"f:deploy.example.com/revision", empty}}},
                  {"f:labels",
                   {{"f:app.kubernetes.io/managed-by", empty},
                    {"f:app.kubernetes.io/name", empty},
                    {"f:team", empty}}}}},
                {"f:spec", {{"f:hostnames", empty}, {"f:parentRefs", empty}, {"f:rules", empty}}}}),
       managed("pawprint", "status", {{"f:status", {{".", empty}, {"f:parents", empty}}}})});
  for (json& rule : route["spec"]["rules"]) {
    rule["filters"] = json::array(
        {{{"type", "RequestHeaderModifier"},
          {"requestHeaderModifier",
           {{"set",
             json::array({{{"name", "x-tenant"}, {"value", "t" + std::to_string(number)}}})}}}}});
    rule["timeouts"] = {{"request", "10s"}};
  }
  route["status"] = {
      {"parents",
       json::array({{{"conditions", json::array({condition("Accepted", "Accepted"),
                                                 condition("ResolvedRefs", "ResolvedRefs")})},
                     {"controllerName", "gateways.kuma.io/controller"},
                     {"parentRef", route["spec"]["parentRefs"][0]}}})}};
}

}  // namespace

EditStream::EditStream(int routes) : routes_count_(routes) {
  for (int i = 0; i < routes; ++i) {
    json route = json::parse(route_record(i, routes, 1).body);
    dress(route, i);
    routes_.push_back(std::move(route));
  }
}

std::uint64_t EditStream::random() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return state_;
}

std::int64_t EditStream::now() {
  return time_ns_ += static_cast<std::int64_t>(20'000'000 + random() % 400'000'000);
}

std::string EditStream::next_version() { return std::to_string(version_ += 1 + random() % 4); }

std::string EditStream::timestamp() {
  const std::int64_t second = time_ns_ / 1'000'000'000;
  return fmt::format("2026-03-{:02}T{:02}:{:02}:{:02}Z", 1 + second / 86400 % 28,
                     second / 3600 % 24, second / 60 % 60, second % 60);
}

record::Record EditStream::observed(const json& object, record::Event event) {
  const json& meta = object.at("metadata");
  record::Record out;
  out.kind = record::Kind::kObserved;
  out.time_ns = now();
  out.event = event;
  out.zone = "zone-1";
  out.api_version = object.at("apiVersion").get<std::string>();
  out.object = {out.zone, std::string(record::group_of(out.api_version)),
                object.at("kind").get<std::string>(), meta.value("namespace", std::string{}),
                meta.at("name").get<std::string>()};
  out.uid = meta.value("uid", std::string{});
  out.resource_version = meta.value("resourceVersion", std::string{"1"});
  out.body = object.dump();
  return out;
}

std::vector<record::Record> EditStream::initial() {
  std::vector<record::Record> out = base_records(routes_count_);
  for (record::Record& each : out) {
    each.time_ns = now();
    if (!each.object.name.empty()) others_[each.object] = json::parse(each.body);
  }
  for (json& route : routes_) {
    route["metadata"]["resourceVersion"] = next_version();
    route["metadata"]["uid"] = fmt::format(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", random() & 0xffffffff, random() & 0xffff,
        random() & 0xfff, random() & 0xfff, random() & 0xffffffffffff);
    out.push_back(observed(route, record::Event::kAdded));
  }
  return out;
}

void EditStream::edit(json& route) {
  json& rules = route["spec"]["rules"];
  json& rule = rules[random() % rules.size()];
  const auto shift = [&](json& one) {
    const auto weight = random() % 101;
    one["backendRefs"][0]["weight"] = weight;
    one["backendRefs"][1]["weight"] = 100 - weight;
  };
  switch (random() % 10) {
    case 0:
      rule["matches"][0]["headers"][0]["value"] = fmt::format("v{}", random() % 1000);
      break;
    case 1:
      rule["matches"][1]["path"]["value"] = fmt::format("/p{}/{}", random() % 100, random() % 1000);
      break;
    case 2:
    case 3:
      for (json& each : rules) shift(each);
      break;
    default:
      shift(rule);
  }
}

record::Record EditStream::next() {
  json& route = routes_[random() % routes_.size()];
  edit(route);
  json& meta = route["metadata"];
  const int generation = meta["generation"].get<int>() + 1;
  meta["generation"] = generation;
  meta["annotations"]["deploy.example.com/revision"] = std::to_string(generation);
  meta["resourceVersion"] = next_version();
  meta["managedFields"][0]["time"] = timestamp();
  return observed(route, record::Event::kModified);
}

record::Record EditStream::written(const plan::Operation& operation) {
  const bool status = operation.verb == plan::Verb::kStatus;
  if (status && operation.object.kind == "HTTPRoute") {
    for (json& route : routes_) {
      if (route["metadata"]["name"] != operation.object.name) continue;
      route["status"] = json::parse(operation.body)["status"];
      route["metadata"]["resourceVersion"] = next_version();
      route["metadata"]["managedFields"][1]["time"] = timestamp();
      return observed(route, record::Event::kModified);
    }
  }
  const bool added = !others_.contains(operation.object);
  json& object = others_[operation.object];
  if (operation.verb == plan::Verb::kDelete) {
    record::Record gone = observed(object, record::Event::kDeleted);
    others_.erase(operation.object);
    return gone;
  }
  const json sent = json::parse(operation.body);
  for (const auto& [name, value] : sent.items()) {
    if (name != "metadata") object[name] = value;
  }
  json& meta = object["metadata"];
  for (const auto& [name, value] : sent["metadata"].items()) meta[name] = value;
  if (added) {
    meta["uid"] = fmt::format("{:08x}-0000-4000-a000-{:012x}", random() & 0xffffffff,
                              random() & 0xffffffffffff);
    meta["creationTimestamp"] = timestamp();
  }
  if (!status) meta["generation"] = meta.value("generation", 0) + 1;
  meta["resourceVersion"] = next_version();
  meta["managedFields"] = json::array({managed("pawprint", "", {{"f:spec", json::object()}})});
  meta["managedFields"][0]["time"] = timestamp();
  return observed(object, added ? record::Event::kAdded : record::Event::kModified);
}

EditLog::EditLog(int routes) : stream_(routes) { reducer_.enable_plan(); }

void EditLog::take(std::vector<record::Record> group,
                   std::vector<std::vector<record::Record>>& out) {
  for (record::Record& each : group) {
    each.seq = ++seq_;
    const Folded folded = reducer_.fold(each);
    if (folded.outputs_changed) triggers_.push_back(each.seq);
    changed_.insert(changed_.end(), folded.changed.begin(), folded.changed.end());
  }
  out.push_back(std::move(group));
}

void EditLog::settle(std::vector<std::vector<record::Record>>& out) {
  for (auto operations = reducer_.take_new_operations(); !operations.empty();
       operations = reducer_.take_new_operations()) {
    record::Decision decision;
    decision.upto = seq_;
    decision.triggers = std::exchange(triggers_, {});
    decision.digest_after = reducer_.output_digest();
    decision.digest_before = std::exchange(digest_, decision.digest_after);
    std::sort(changed_.begin(), changed_.end());
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    decision.changed = std::exchange(changed_, {});
    for (const plan::Operation& each : operations) {
      decision.operations.push_back(
          {each.id, std::string(plan::name(each.verb)), each.object, each.digest});
    }
    decision.reducer = kReducerVersion;
    record::Record decided;
    decided.kind = record::Kind::kDecision;
    decided.time_ns = stream_.now();
    decided.body = record::encode(decision);
    take({std::move(decided)}, out);
    for (const plan::Operation& each : operations) {
      record::Record seen = stream_.written(each);
      record::Applied applied;
      applied.operation = each.id;
      applied.verb = plan::name(each.verb);
      applied.object = each.object;
      applied.digest = each.digest;
      applied.status = 200;
      applied.outcome = "done";
      applied.resource_version = seen.resource_version;
      applied.uid = seen.uid;
      applied.latency_us = 1000 + seen.time_ns / 1000 % 9000;
      record::Record answered;
      answered.kind = record::Kind::kApplied;
      answered.time_ns = stream_.now();
      answered.zone = "zone-1";
      answered.body = record::encode(applied);
      take({std::move(answered)}, out);
      take({std::move(seen)}, out);
    }
  }
}

std::vector<std::vector<record::Record>> EditLog::initial() {
  std::vector<std::vector<record::Record>> out;
  auto records = stream_.initial();
  auto config = record::decode_config(records.front().body);
  if (config) {
    config->mode = "apply";
    records.front().body = record::encode(*config);
  }
  take(std::move(records), out);
  settle(out);
  return out;
}

std::vector<std::vector<record::Record>> EditLog::next() {
  std::vector<std::vector<record::Record>> out;
  take({stream_.next()}, out);
  settle(out);
  return out;
}

}  // namespace pawprint::bench
