#include "engine/traffic/filters.h"

#include "engine/traffic/parse.h"

namespace pawprint::traffic {
namespace {

constexpr std::int32_t kHttpPort = 80, kHttpsPort = 443, kFound = 302;

void add_headers(const Json& list, std::vector<Header>& out) {
  if (!list.is_array()) return;
  for (const Json& each : list) out.push_back({text(each, "name"), text(each, "value")});
}

void change_headers(const Json& modifier, HeaderChanges& out) {
  add_headers(member(modifier, "set"), out.set);
  add_headers(member(modifier, "add"), out.add);
  const Json& removed = member(modifier, "remove");
  if (!removed.is_array()) return;
  for (const Json& each : removed) {
    if (each.is_string()) out.remove.push_back(each.get<std::string>());
  }
}

struct SplitPath {
  std::string path, query;  ///< The query with its question mark.
};

SplitPath split(const std::string& path) {
  const auto mark = path.find('?');
  if (mark == std::string::npos) return {path, ""};
  return {path.substr(0, mark), path.substr(mark)};
}

/// What follows a matched prefix, without the slash between them.
std::string below(const std::string& path, const std::string& prefix) {
  std::string rest = path.substr(std::min(prefix.size(), path.size()));
  if (rest.starts_with('/')) rest.erase(0, 1);
  return rest;
}

std::string replace_prefix(const std::string& path, const std::string& prefix,
                           const std::string& by, Proxy proxy) {
  if (path == prefix && prefix != "/") return by.empty() ? "/" : by;
  const std::string rest = below(path, prefix);
  // D-53: a sidecar puts the rest right behind the replacement.
  if (proxy == Proxy::kSidecar) return by + rest;
  return (by.ends_with('/') ? by : by + '/') + rest;
}

std::string changed_path(const Json& change, const std::string& path, const Match& match,
                         Proxy proxy) {
  const std::string type = text(change, "type");
  if (type == "ReplaceFullPath") return text(change, "replaceFullPath", path);
  if (type != "ReplacePrefixMatch" || match.kind != Match::Path::kPrefix) return path;
  return replace_prefix(path, match.path, text(change, "replacePrefixMatch"), proxy);
}

std::int32_t default_port(const std::string& scheme) {
  return scheme == "https" ? kHttpsPort : kHttpPort;
}

std::string scheme_of(const Request& request, const Answer& answer) {
  return request.scheme == Scheme::kHttps || !answer.tls.empty() ? "https" : "http";
}

/// The port that a Location of Envoy's own making has: that of the Host header, unless a new scheme
/// makes it the default one.
std::int32_t kept_port(const Request& request, const std::string& before,
                       const std::string& after) {
  const std::string written = split_authority(request.authority).port;
  if (written.empty()) return default_port(after);
  const std::int32_t port = static_cast<std::int32_t>(std::stol(written));
  const bool stripped = before != after && port == default_port(before);
  return stripped ? default_port(after) : port;
}

Redirect redirect_of(const Json& filter, const Match& match, const Request& request, Proxy proxy,
                     const Answer& answer) {
  Redirect out;
  const std::string before = scheme_of(request, answer);
  out.scheme = text(filter, "scheme", before);
  out.status = static_cast<std::int32_t>(number(filter, "statusCode", kFound));
  if (const std::string host = text(filter, "hostname"); !host.empty()) out.host = host;
  const SplitPath split_path = split(request.path);
  out.path = changed_path(member(filter, "path"), split_path.path, match, proxy);
  // D-51: a gateway loses the query and always names a port.
  if (proxy == Proxy::kSidecar && out.path.find('?') == std::string::npos) {
    out.query = split_path.query;
  }
  const auto port = static_cast<std::int32_t>(number(filter, "port", 0));
  if (port != 0) out.port = port;
  else if (proxy == Proxy::kGateway) out.port = request.port;
  else out.port = out.host ? default_port(out.scheme) : kept_port(request, before, out.scheme);
  return out;
}

void rewrite(const Json& filter, const Match& match, const Request& request, Proxy proxy,
             Answer& answer) {
  if (const std::string host = text(filter, "hostname"); !host.empty()) answer.host = host;
  const Json& own = member(filter, "hostToBackendHostname");
  answer.host_of_backend = own.is_boolean() && own.get<bool>();
  const SplitPath parts = split(request.path);
  const std::string path = changed_path(member(filter, "path"), parts.path, match, proxy);
  answer.path = path + (path.find('?') == std::string::npos ? parts.query : "");
}

}  // namespace

void apply_filters(const Json& filters, const Match& match, const Request& request, Proxy proxy,
                   Answer& answer) {
  if (!filters.is_array()) return;
  for (const Json& each : filters) {
    const std::string type = text(each, "type");
    if (type == "RequestHeaderModifier") {
      change_headers(member(each, "requestHeaderModifier"), answer.request);
    } else if (type == "ResponseHeaderModifier") {
      change_headers(member(each, "responseHeaderModifier"), answer.response);
    } else if (type == "URLRewrite") {
      rewrite(member(each, "urlRewrite"), match, request, proxy, answer);
    } else if (type == "RequestRedirect") {
      answer.redirect = redirect_of(member(each, "requestRedirect"), match, request, proxy, answer);
    }
  }
}

std::vector<MirrorFilter> mirrors_of(const Json& filters, Proxy proxy) {
  std::vector<MirrorFilter> out;
  if (!filters.is_array()) return out;
  for (const Json& each : filters) {
    if (text(each, "type") != "RequestMirror") continue;
    const Json& mirror = member(each, "requestMirror");
    const Json& percentage = member(mirror, "percentage");
    std::string percent = "100";
    if (percentage.is_string()) percent = percentage.get<std::string>();
    else if (percentage.is_number_integer()) percent = percentage.dump();
    // D-27: on a gateway a later mirror takes the place of an earlier one.
    if (proxy == Proxy::kGateway) out.clear();
    out.push_back({parse_target(member(mirror, "backendRef")), std::move(percent)});
  }
  return out;
}

}  // namespace pawprint::traffic
