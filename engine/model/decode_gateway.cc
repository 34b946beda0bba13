#include "engine/model/decode_gateway.h"

#include "engine/model/canonical.h"

namespace pawprint::model {

namespace {
constexpr std::string_view kGatewayGroup = "gateway.networking.k8s.io";
}

ParentRef read_parent(Reading& in, const JsonObject& ref) {
  return {in.text(ref, "group", kGatewayGroup),
          in.text(ref, "kind", "Gateway"),
          in.text(ref, "name"),
          in.nonempty(ref, "namespace"),
          in.nonempty(ref, "sectionName"),
          in.small(ref, "port", 0)};
}

namespace {

Condition read_condition(Reading& in, const JsonObject& condition) {
  return {in.text(condition, "type").view(), in.text(condition, "status").view(),
          in.text(condition, "reason").view(), std::string(in.text(condition, "message").view()),
          in.number(condition, "observedGeneration", 0)};
}

}  // namespace

void read_conditions(Reading& in, const JsonObject& parent, StatusEntry& entry, Seen& seen) {
  in.each_object(parent, "conditions", [&](const JsonObject& condition) {
    Condition read = read_condition(in, condition);
    seen.conditions.push_back({entry.section.empty() ? Sym{} : in.symbols.intern(entry.section),
                               in.symbols.intern(read.type), in.symbols.intern(read.status),
                               parse_rfc3339(in.text(condition, "lastTransitionTime").view())});
    entry.conditions.push_back(std::move(read));
  });
}

namespace {

BackendRef read_backend(Reading& in, const JsonObject& ref) {
  BackendRef out;
  out.ref = read_ref(in, ref, "Service");
  out.port = in.small(ref, "port", 0);
  out.weight = in.number(ref, "weight", 1);
  JsonArray filters;
  out.has_filters = in.array(ref, "filters", filters) && filters.size() > 0;
  return out;
}

std::vector<ValueMatch> read_values(Reading& in, const JsonObject& match, std::string_view member) {
  std::vector<ValueMatch> out;
  in.each_object(match, member, [&](const JsonObject& item) {
    out.push_back({in.text(item, "name"), in.text(item, "type", "Exact"), in.text(item, "value")});
  });
  return out;
}

Match read_match(Reading& in, const JsonObject& match) {
  Match out;
  out.path_type = in.symbols.intern("PathPrefix");
  out.path_value = in.symbols.intern("/");
  JsonObject path;
  if (in.object(match, "path", path)) {
    out.path_type = in.text(path, "type", "PathPrefix");
    out.path_value = in.text(path, "value", "/");
  }
  out.method = in.nonempty(match, "method");
  out.headers = read_values(in, match, "headers");
  out.query = read_values(in, match, "queryParams");
  return out;
}

/// A gRPC call is a POST to /<service>/<method>.
Match read_grpc_match(Reading& in, const JsonObject& match) {
  static constexpr std::string_view kAny = "[^/]+";
  Match out;
  out.method = in.symbols.intern("POST");
  out.headers = read_values(in, match, "headers");
  JsonObject method;
  const bool given = in.object(match, "method", method);
  const Sym service = given ? in.nonempty(method, "service") : Sym{};
  const Sym call = given ? in.nonempty(method, "method") : Sym{};
  const Sym type = given ? in.text(method, "type", "Exact") : Sym{};
  std::string path = "/";
  std::string_view path_type = "PathPrefix";
  if (given && !type.is("Exact")) {
    // An unknown type stays as it is, so that the rule is refused.
    path_type = type.view();
    path += service.set() ? service.view() : kAny;
    path += '/';
    path += call.set() ? call.view() : kAny;
  } else if (service.set()) {
    path += service.view();
    if (call.set()) path.append("/").append(call.view());
    if (call.set()) path_type = "Exact";
  } else if (call.set()) {
    path_type = "RegularExpression";
    path.append(kAny).append("/").append(call.view());
  }
  out.path_type = in.symbols.intern(path_type);
  out.path_value = in.symbols.intern(path);
  return out;
}

std::vector<Header> read_headers(Reading& in, const JsonObject& modifier, std::string_view member) {
  std::vector<Header> out;
  in.each_object(modifier, member, [&](const JsonObject& item) {
    out.push_back({in.text(item, "name"), in.text(item, "value")});
  });
  return out;
}

PathModifier read_path(Reading& in, const JsonObject& parent) {
  PathModifier out;
  JsonObject path;
  out.present = in.object(parent, "path", path);
  if (!out.present) return out;
  out.type = in.text(path, "type", "");
  if (out.type.is("ReplaceFullPath")) out.value = in.text(path, "replaceFullPath");
  if (out.type.is("ReplacePrefixMatch")) out.value = in.text(path, "replacePrefixMatch");
  return out;
}

void read_mirror(Reading& in, const JsonObject& mirror, Filter& out) {
  JsonObject backend;
  if (in.object(mirror, "backendRef", backend)) out.mirror = read_backend(in, backend);
  out.mirror_percent = in.small(mirror, "percent", -1);
  JsonObject fraction;
  if (in.object(mirror, "fraction", fraction)) {
    out.mirror_numerator = in.small(fraction, "numerator", 0);
    out.mirror_denominator = in.small(fraction, "denominator", 100);
  }
}

Filter read_filter(Reading& in, const JsonObject& filter) {
  Filter out;
  out.type = in.text(filter, "type", "");
  JsonObject body;
  for (const std::string_view member : {"requestHeaderModifier", "responseHeaderModifier"}) {
    const bool request = member == "requestHeaderModifier";
    if (!out.type.is(request ? "RequestHeaderModifier" : "ResponseHeaderModifier")) continue;
    if (!in.object(filter, member, body)) continue;
    out.set = read_headers(in, body, "set");
    out.add = read_headers(in, body, "add");
    out.remove = in.texts(body, "remove");
  }
  if (out.type.is("RequestRedirect") && in.object(filter, "requestRedirect", body)) {
    out.scheme = in.nonempty(body, "scheme");
    out.hostname = in.nonempty(body, "hostname");
    out.port = in.small(body, "port", 0);
    out.status_code = in.small(body, "statusCode", 302);
    out.path = read_path(in, body);
  }
  if (out.type.is("URLRewrite") && in.object(filter, "urlRewrite", body)) {
    out.hostname = in.nonempty(body, "hostname");
    out.path = read_path(in, body);
  }
  if (out.type.is("RequestMirror") && in.object(filter, "requestMirror", body)) {
    read_mirror(in, body, out);
  }
  return out;
}

void read_matches(Reading& in, Kind kind, const JsonObject& rule, HttpRule& out) {
  if (kind != Kind::kHttpRoute && kind != Kind::kGrpcRoute) return;
  const bool grpc = kind == Kind::kGrpcRoute;
  in.each_object(rule, "matches", [&](const JsonObject& match) {
    out.matches.push_back(grpc ? read_grpc_match(in, match) : read_match(in, match));
  });
  if (!out.matches.empty()) return;
  const Sym method = grpc ? in.symbols.intern("POST") : Sym{};
  out.matches.push_back({in.symbols.intern("PathPrefix"), in.symbols.intern("/"), method, {}, {}});
}

HttpRule read_rule(Reading& in, Kind kind, const JsonObject& rule) {
  HttpRule out;
  out.name = in.nonempty(rule, "name");
  read_matches(in, kind, rule, out);
  in.each_object(rule, "filters",
                 [&](const JsonObject& filter) { out.filters.push_back(read_filter(in, filter)); });
  in.each_object(rule, "backendRefs",
                 [&](const JsonObject& ref) { out.backends.push_back(read_backend(in, ref)); });
  JsonObject timeouts;
  if (in.object(rule, "timeouts", timeouts)) {
    out.timeouts = {in.text(timeouts, "request"), in.text(timeouts, "backendRequest")};
  }
  JsonObject retry;
  out.retry.present = in.object(rule, "retry", retry);
  if (out.retry.present) {
    out.retry.attempts = in.small(retry, "attempts", -1);
    out.retry.backoff = in.text(retry, "backoff");
    out.retry.codes = in.smalls(retry, "codes");
  }
  out.unsupported = in.present(rule, {"sessionPersistence"});
  return out;
}

/// "True" of condition `type` in a list of conditions.
bool has_true(Reading& in, const JsonObject& parent, std::string_view type) {
  bool found = false;
  in.each_object(parent, "conditions", [&](const JsonObject& condition) {
    found =
        found || (in.text(condition, "type").is(type) && in.text(condition, "status").is("True"));
  });
  return found;
}

std::string canonical_member(const JsonObject& parent, std::string_view member) {
  JsonValue value;
  if (parent[member].get(value) != simdjson::SUCCESS || value.is_null()) return {};
  auto text = canonical_json(simdjson::minify(value));
  if (!text || *text == "[]") return {};
  return '"' + std::string(member) + "\":" + *text;
}

StatusEntry read_listener_status(Reading& in, const JsonObject& listener, Seen& seen) {
  StatusEntry entry;
  entry.section = in.text(listener, "name").view();
  std::string kinds = canonical_member(listener, "supportedKinds");
  if (kinds.empty()) kinds = "\"supportedKinds\":[]";
  entry.members = "\"attachedRoutes\":" + std::to_string(in.number(listener, "attachedRoutes", 0)) +
                  ',' + kinds;
  read_conditions(in, listener, entry, seen);
  return entry;
}

/// Conditions of types that we write go into `entry`, others are kept as text for writing back.
void read_own_conditions(Reading& in, const JsonObject& status, StatusEntry& entry, Seen& seen) {
  StatusEntry all;
  read_conditions(in, status, all, seen);
  for (Condition& condition : all.conditions) {
    const bool own = condition.type == "Accepted" || condition.type == "Programmed" ||
                     condition.type == "SupportedVersion";
    if (own) entry.conditions.push_back(std::move(condition));
  }
  in.each_object(status, "conditions", [&](const JsonObject& condition) {
    const std::string_view type = in.text(condition, "type").view();
    if (type == "Accepted" || type == "Programmed" || type == "SupportedVersion") return;
    if (!seen.foreign_conditions.empty()) seen.foreign_conditions += ',';
    seen.foreign_conditions += simdjson::minify(condition);
  });
}

}  // namespace

ObjectRef read_ref(Reading& in, const JsonObject& ref, std::string_view kind) {
  return {in.text(ref, "group", ""), in.text(ref, "kind", kind), in.text(ref, "name"),
          in.nonempty(ref, "namespace")};
}

Meta read_meta(Reading& in, const JsonObject& object) {
  Meta out;
  JsonObject meta;
  if (!in.object(object, "metadata", meta)) return out;
  out.generation = in.number(meta, "generation", 1);
  out.created_s = parse_rfc3339(in.text(meta, "creationTimestamp").view());
  out.uid = in.nonempty(meta, "uid");
  out.deleting = in.text(meta, "deletionTimestamp").set();
  JsonObject map;
  if (in.object(meta, "labels", map)) out.mesh_label = in.nonempty(map, "kuma.io/mesh");
  if (in.object(meta, "annotations", map)) out.mesh_annotation = in.nonempty(map, "kuma.io/mesh");
  return out;
}

HttpRouteFact read_route(Reading& in, Kind kind, const JsonObject& object) {
  HttpRouteFact out;
  out.meta = read_meta(in, object);
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  in.each_object(spec, "parentRefs",
                 [&](const JsonObject& ref) { out.parents.push_back(read_parent(in, ref)); });
  out.hostnames = in.texts(spec, "hostnames");
  in.each_object(spec, "rules",
                 [&](const JsonObject& rule) { out.rules.push_back(read_rule(in, kind, rule)); });
  JsonArray rules;
  if (!in.array(spec, "rules", rules) && kind == Kind::kHttpRoute) {
    out.rules.emplace_back().matches.push_back(
        {in.symbols.intern("PathPrefix"), in.symbols.intern("/"), {}, {}, {}});
  }
  out.unsupported = in.present(spec, {"useDefaultGateways"});
  if (!in.problem.empty()) out.malformed = in.symbols.intern(in.problem);
  return out;
}

GrantFact read_grant(Reading& in, const JsonObject& object) {
  GrantFact out;
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  in.each_object(spec, "from", [&](const JsonObject& from) {
    out.from.push_back(
        {in.text(from, "group", ""), in.text(from, "kind"), in.text(from, "namespace")});
  });
  in.each_object(spec, "to", [&](const JsonObject& to) {
    out.to.push_back({in.text(to, "group", ""), in.text(to, "kind"), in.nonempty(to, "name")});
  });
  return out;
}

void read_status(Reading& in, const JsonObject& object, Seen& seen) {
  JsonObject status;
  if (!in.object(object, "status", status)) return;
  Status own;
  StatusEntry& top = own.entries.emplace_back();
  read_own_conditions(in, status, top, seen);
  for (const std::string_view member : {"addresses", "attachedListenerSets", "supportedFeatures"}) {
    const std::string text = canonical_member(status, member);
    if (!text.empty()) top.members += (top.members.empty() ? "" : ",") + text;
  }
  in.each_object(status, "listeners", [&](const JsonObject& listener) {
    own.entries.push_back(read_listener_status(in, listener, seen));
  });
  seen.has_status = true;
  seen.status = record::sha256(comparison_text(own));
}

void read_route_status(Reading& in, const JsonObject& object, std::string_view controller,
                       HttpRouteFact& route, Seen& seen) {
  JsonObject status;
  if (!in.object(object, "status", status)) return;
  Status own;
  in.each_object(status, "parents", [&](const JsonObject& parent) {
    JsonObject ref;
    if (!in.object(parent, "parentRef", ref)) return;
    const ParentRef read = read_parent(in, ref);
    if (in.text(parent, "controllerName").is(controller)) {
      StatusEntry entry;
      entry.section = parent_json(read);
      read_conditions(in, parent, entry, seen);
      own.entries.push_back(std::move(entry));
      return;
    }
    route.foreign.push_back({read, has_true(in, parent, "Accepted")});
    if (!route.foreign_entries.empty()) route.foreign_entries += ',';
    route.foreign_entries += simdjson::minify(parent);
  });
  seen.has_status = !own.entries.empty();
  seen.status = record::sha256(comparison_text(own));
}

std::string parent_json(const ParentRef& parent) {
  std::string out = "{\"group\":";
  append_json_string(out, parent.group.view());
  out += ",\"kind\":";
  append_json_string(out, parent.kind.view());
  out += ",\"name\":";
  append_json_string(out, parent.name.view());
  if (parent.ns.set()) {
    out += ",\"namespace\":";
    append_json_string(out, parent.ns.view());
  }
  if (parent.port != 0) out += ",\"port\":" + std::to_string(parent.port);
  if (parent.section.set()) {
    out += ",\"sectionName\":";
    append_json_string(out, parent.section.view());
  }
  out += '}';
  return out;
}

}  // namespace pawprint::model
