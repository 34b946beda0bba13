#include "watch/kube/target.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/model/scrub.h"

namespace pawprint::watch::kube {
namespace {

namespace fs = std::filesystem;

constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string trimmed(std::string text) {
  const auto* blanks = " \t\r\n";
  text.erase(text.find_last_not_of(blanks) + 1);
  text.erase(0, text.find_first_not_of(blanks));
  return text;
}

Result<Target> from_list(const std::string& list, const std::string& context) {
  std::vector<fs::path> present;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ':');) {
    if (!part.empty() && is_there(part)) present.emplace_back(part);
  }
  if (present.empty()) {
    return fail(ErrorCode::kUnreachable,
                fmt::format("$KUBECONFIG names {}, which does not exist", list));
  }
  return load_kubeconfig(present, context);
}

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  if (!in || fs::is_directory(path) || !(text << in.rdbuf())) {
    std::error_code ignored;
    // An empty file makes operator<< fail although nothing is wrong.
    if (in && fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) == 0) {
      return std::string{};
    }
    const int code = errno != 0 ? errno : EIO;
    return fail(
        ErrorCode::kUnreachable,
        fmt::format("cannot read {}: {}", model::scrub_text(path.string()), std::strerror(code)));
  }
  return text.str();
}

Result<void> parse_server(std::string_view server, Target& target) {
  target.server = std::string(server);
  // Never quoted: where it goes wrong there may be a password, or a token.
  const auto bad = [](const char* why) {
    return fail(ErrorCode::kInvalid, fmt::format("server {}", why));
  };
  // Also in a path: "https://to/ken@host" is a token that was not percent-encoded.
  if (server.find('@') != std::string_view::npos) {
    return bad("must hold no user and no password; those belong to the user entry");
  }
  std::string_view rest = server;
  if (rest.starts_with("https://")) {
    target.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    target.tls = false;
    rest.remove_prefix(7);
  } else {
    return bad("must start with https:// or http://");
  }
  const std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  target.base_path = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
  while (target.base_path.ends_with('/')) target.base_path.pop_back();
  if (target.base_path.find_first_of("?# \r\n") != std::string::npos) return bad("has a bad path");
  target.port = target.tls ? "443" : "80";
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return bad("has an unclosed '['");
    target.host = std::string(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = authority.find(':');
    target.host = std::string(authority.substr(0, colon));
    port = colon == std::string_view::npos ? "" : authority.substr(colon);
  }
  if (!port.empty()) {
    target.port = std::string(port.substr(1));
    const bool digits = target.port.find_first_not_of("0123456789") == std::string::npos;
    if (port[0] != ':' || !digits || target.port.empty() || target.port.size() > 5 ||
        std::stoi(target.port) > 65535) {
      return bad("has a bad port");
    }
  }
  if (target.host.empty()) return bad("has no host");
  if (target.host.find_first_of(" \t\r\n\"") != std::string::npos) return bad("has a bad host");
  return {};
}

Result<Target> load_in_cluster(std::string_view host, std::string_view port,
                               const fs::path& directory) {
  Target target;
  target.origin = "in-cluster";
  const bool v6 = host.find(':') != std::string_view::npos;
  const std::string address = v6 ? fmt::format("[{}]", host) : std::string(host);
  auto parsed = parse_server(fmt::format("https://{}:{}", address, port), target);
  if (!parsed) return tl::unexpected(parsed.error());
  target.ca.file = (directory / "ca.crt").string();
  target.token_file = (directory / "token").string();
  for (const auto& file : {target.ca.file, target.token_file}) {
    auto text = read_file(file);
    if (!text) return fail(ErrorCode::kUnreachable, "in-cluster: " + text.error().message);
    if (trimmed(*text).empty()) {
      return fail(ErrorCode::kUnreachable, fmt::format("in-cluster: {} is empty", file));
    }
  }
  if (auto name = read_file(directory / "namespace")) target.default_namespace = trimmed(*name);
  return target;
}

Result<Target> load_target(const std::string& path, const std::string& context) {
  if (!path.empty()) {
    if (!is_there(path)) {
      return fail(
          ErrorCode::kUnreachable,
          fmt::format("kubeconfig {} does not exist; give another with --kubeconfig", path));
    }
    return load_kubeconfig({path}, context);
  }
  if (const auto list = environment("KUBECONFIG"); !list.empty()) return from_list(list, context);
  const auto host = environment("KUBERNETES_SERVICE_HOST");
  const auto port = environment("KUBERNETES_SERVICE_PORT");
  if (context.empty() && !host.empty() && !port.empty()) {
    return load_in_cluster(host, port, kServiceAccount);
  }
  const auto home = environment("HOME");
  const fs::path standard = fs::path(home.empty() ? "/" : home) / ".kube" / "config";
  if (!is_there(standard)) {
    return fail(
        ErrorCode::kUnreachable,
        fmt::format("no kubeconfig: $KUBECONFIG is not set, this is no pod, and {} does not "
                    "exist; give one with --kubeconfig",
                    standard.string()));
  }
  return load_kubeconfig({standard}, context);
}

}  // namespace pawprint::watch::kube
