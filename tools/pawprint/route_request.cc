#include "tools/pawprint/route_request.h"

#include <algorithm>
#include <array>
#include <optional>

#include "engine/traffic/hostname.h"
#include "engine/traffic/route.h"
#include "replay/kind_names.h"

namespace pawprint::cli {
namespace {

using traffic::Scheme;

struct KnownScheme {
  std::string_view name;
  Scheme scheme;
  std::int32_t port;  ///< 0: has to be given.
};
constexpr std::array<KnownScheme, 5> kSchemes{{{"http", Scheme::kHttp, 80},
                                               {"https", Scheme::kHttps, 443},
                                               {"grpc", Scheme::kGrpc, 80},
                                               {"tcp", Scheme::kTcp, 0},
                                               {"udp", Scheme::kUdp, 0}}};

bool stream(Scheme scheme) { return scheme == Scheme::kTcp || scheme == Scheme::kUdp; }

Result<KnownScheme> parse_scheme(const std::string& url) {
  const std::string text = traffic::lower(url.substr(0, url.find("://")));
  for (const KnownScheme& each : kSchemes) {
    if (url.find("://") != std::string::npos && each.name == text) return each;
  }
  return fail(ErrorCode::kInvalid,
              "a URL begins with http://, https://, grpc://, tcp:// or "
              "udp://, not like '" +
                  url + "'");
}

Result<std::int32_t> parse_port(const std::string& text, const KnownScheme& scheme,
                                const std::string& url) {
  constexpr std::int32_t kLargest = 65535;
  if (text.empty() && scheme.port != 0) return scheme.port;
  if (text.empty()) {
    return fail(ErrorCode::kInvalid,
                "a " + std::string(scheme.name) + " URL needs a port: '" + url + "'");
  }
  const std::int32_t port = std::stoi(text);
  if (port > 0 && port <= kLargest) return port;
  return fail(ErrorCode::kInvalid, "port " + text + " in '" + url + "' is not one of 1 to 65535");
}

Result<void> parse_url(const std::string& url, traffic::Request& out) {
  const auto scheme = parse_scheme(url);
  if (!scheme) return tl::unexpected<Error>(scheme.error());
  out.scheme = scheme->scheme;
  std::string rest = url.substr(url.find("://") + 3);
  rest = rest.substr(0, rest.find('#'));
  const auto path = rest.find_first_of("/?");
  const std::string authority = rest.substr(0, path);
  out.path = path == std::string::npos ? "/" : rest.substr(path);
  if (out.path.starts_with('?')) out.path.insert(0, "/");
  const traffic::HostPort parts = traffic::split_authority(authority);
  if (parts.host.empty() || authority.find_first_of("@ ") != std::string::npos ||
      (parts.port.empty() && authority.ends_with(':')) ||
      (parts.host.find(':') != std::string::npos && !parts.host.starts_with('['))) {
    return fail(ErrorCode::kInvalid, "no host and port can be read in '" + url + "'");
  }
  const auto port = parse_port(parts.port, *scheme, url);
  if (!port) return tl::unexpected<Error>(port.error());
  out.port = *port;
  out.authority = *port == scheme->port ? parts.host : authority;
  const bool tls = out.scheme == Scheme::kHttps || out.scheme == Scheme::kGrpc;
  if (tls) out.sni = out.host();
  return {};
}

Result<void> parse_headers(const std::vector<std::string>& headers, traffic::Request& out) {
  for (const std::string& each : headers) {
    const auto colon = each.find(':');
    if (colon == std::string::npos || colon == 0) {
      return fail(ErrorCode::kInvalid, "-H wants 'Name: value', not '" + each + "'");
    }
    const std::string name = each.substr(0, colon);
    const auto from = each.find_first_not_of(" \t", colon + 1);
    std::string value = from == std::string::npos ? "" : each.substr(from);
    if (traffic::lower(name) == "host") out.authority = std::move(value);
    else out.headers.push_back({name, std::move(value)});
  }
  return {};
}

Result<void> parse_method(const std::string& method, traffic::Request& out) {
  if (stream(out.scheme) != (method == "-")) {
    return fail(ErrorCode::kInvalid, stream(out.scheme)
                                         ? "METHOD of a tcp or udp URL is -, not " + method
                                         : "METHOD - is for tcp and udp URLs");
  }
  out.method = method;
  std::transform(out.method.begin(), out.method.end(), out.method.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return {};
}

Result<void> check_parent(const RequestOptions& options) {
  if (!options.gateway.empty() && !options.service.empty()) {
    return fail(ErrorCode::kInvalid, "give --gateway or --service, not both");
  }
  if (!options.from.empty() && !options.gateway.empty()) {
    return fail(ErrorCode::kInvalid,
                "--from is the namespace of a client in the mesh: it goes "
                "with --service");
  }
  const auto check = [](const char* flag, const std::string& name) -> Result<void> {
    const auto slash = name.find('/');
    const bool good = slash != 0 && slash != std::string::npos && slash + 1 < name.size() &&
                      name.find('/', slash + 1) == std::string::npos;
    if (name.empty() || good) return {};
    return fail(ErrorCode::kInvalid,
                std::string(flag) + " wants NAMESPACE/NAME, not '" + name + "'");
  };
  if (auto checked = check("--gateway", options.gateway); !checked) return checked;
  return check("--service", options.service);
}

}  // namespace

Result<traffic::Request> parse_request(const RequestOptions& options) {
  if (options.words.size() != 2) {
    return fail(ErrorCode::kInvalid,
                "`pawprint route` wants METHOD URL, like GET http://shop.example.com/cart");
  }
  traffic::Request out;
  if (auto parsed = parse_url(options.words[1], out); !parsed) {
    return tl::unexpected<Error>(parsed.error());
  }
  if (auto parsed = parse_method(options.words[0], out); !parsed) {
    return tl::unexpected<Error>(parsed.error());
  }
  if (auto parsed = parse_headers(options.headers, out); !parsed) {
    return tl::unexpected<Error>(parsed.error());
  }
  if (auto checked = check_parent(options); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  out.gateway = options.gateway;
  out.service = options.service;
  out.from = options.from;
  return out;
}

Result<void> choose_parent(const traffic::World& world, traffic::Request& request) {
  if (!request.gateway.empty() || !request.service.empty()) return {};
  auto parents = traffic::parents_of(world, request);
  if (!request.from.empty()) {
    std::erase_if(parents, [](const traffic::Parent& each) { return each.gateway; });
  }
  if (parents.empty()) {
    return fail(ErrorCode::kNotFound, "no listener and no Service answers port " +
                                          std::to_string(request.port) +
                                          " for this URL; name one with --gateway or --service");
  }
  if (parents.size() > 1) {
    std::string list;
    for (const traffic::Parent& each : parents) {
      list += std::string(list.empty() ? "" : ", ") + (each.gateway ? "--gateway " : "--service ") +
              each.name;
    }
    return fail(ErrorCode::kInvalid, "several could answer; give one of " + list);
  }
  (parents[0].gateway ? request.gateway : request.service) = parents[0].name;
  return {};
}

}  // namespace pawprint::cli
