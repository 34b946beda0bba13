// The kubeconfig part of target.h. yaml-cpp stays behind this file; its exceptions end here.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>

#include "watch/kube/base64.h"
#include "watch/kube/target.h"

namespace pawprint::watch::kube {
namespace {

namespace fs = std::filesystem;

/// A named entry (cluster, user or context) and the file that has it: paths in it are relative to
/// that file.
struct Entry {
  YAML::Node node;
  fs::path file;
  std::string where;  ///< "FILE: users[admin].user", the start of every complaint about it.
};

struct Document {
  fs::path file;
  YAML::Node root;
};

tl::unexpected<Error> invalid(const std::string& where, const std::string& what) {
  return fail(ErrorCode::kInvalid, fmt::format("{}: {}", where, what));
}

/// Text of a scalar member; "" when absent or null. Sets `error` for lists and maps.
std::string text(const Entry& entry, const char* member, std::string& error) {
  const YAML::Node value = entry.node[member];
  if (!value || value.IsNull()) return {};
  if (!value.IsScalar()) {
    if (error.empty()) error = fmt::format("{}.{} must be text", entry.where, member);
    return {};
  }
  return value.Scalar();
}

bool flag(const Entry& entry, const char* member, std::string& error) {
  const std::string value = text(entry, member, error);
  if (value.empty() || value == "false") return false;
  if (value != "true" && error.empty()) {
    error = fmt::format("{}.{} must be true or false", entry.where, member);
  }
  return value == "true";
}

std::string resolved(const Entry& entry, const std::string& path) {
  if (path.empty() || fs::path(path).is_absolute()) return path;
  return (fs::absolute(entry.file).parent_path() / path).lexically_normal().string();
}

/// `name`-data in base64 wins over the path in `name`, as in kubectl.
Pem pem(const Entry& entry, const std::string& name, std::string& error) {
  const std::string data = text(entry, (name + "-data").c_str(), error);
  if (!data.empty()) {
    auto decoded = base64_decode(data);
    if (!decoded && error.empty()) {
      error = fmt::format("{}.{}-data is not base64", entry.where, name);
    }
    return Pem{Redacted(decoded.value_or("")), ""};
  }
  const std::string path = text(entry, name.c_str(), error);
  // Who pastes the key itself there must not find it in a complaint about a missing file.
  if (path.find_first_of("\r\n") != std::string::npos || path.find("-----") != std::string::npos) {
    if (error.empty()) {
      error = fmt::format("{0}.{1} must be the path of a file; PEM goes into {1}-data, in base64",
                          entry.where, name);
    }
    return {};
  }
  return Pem{{}, resolved(entry, path)};
}

Result<Document> parse(const fs::path& file) {
  auto content = read_file(file);
  if (!content) return tl::unexpected(content.error());
  try {
    Document document{file, YAML::Load(*content)};
    if (!document.root.IsMap()) return invalid(file.string(), "is not a kubeconfig (no mapping)");
    return document;
  } catch (const YAML::Exception& problem) {
    // Only the place: the text around it may be a credential.
    return invalid(fmt::format("{}:{}", file.string(), problem.mark.line + 1), "is not valid YAML");
  }
}

/// The first entry called `name` in `list` ("clusters", member "cluster").
Result<Entry> find(const std::vector<Document>& documents, const char* list, const char* member,
                   const std::string& name) {
  std::string known;
  for (const auto& document : documents) {
    const YAML::Node entries = document.root[list];
    if (!entries || entries.IsNull()) continue;
    if (!entries.IsSequence()) {
      return invalid(fmt::format("{}: {}", document.file.string(), list), "must be a list");
    }
    for (const auto& item : entries) {
      if (!item.IsMap() || !item["name"] || !item["name"].IsScalar()) continue;
      const std::string found = item["name"].Scalar();
      if (found != name) {
        known += (known.empty() ? "" : ", ") + found;
        continue;
      }
      const std::string where =
          fmt::format("{}: {}[{}].{}", document.file.string(), list, name, member);
      if (!item[member] || !item[member].IsMap()) return invalid(where, "is missing");
      return Entry{item[member], document.file, where};
    }
  }
  const std::string file = documents.front().file.string();
  return invalid(file, fmt::format("{} has no entry {:?}; it has: {}", list, name,
                                   known.empty() ? "none" : known));
}

Result<void> read_cluster(const Entry& entry, Target& target) {
  std::string error;
  const std::string server = text(entry, "server", error);
  target.tls_server_name = text(entry, "tls-server-name", error);
  target.insecure = flag(entry, "insecure-skip-tls-verify", error);
  target.ca = pem(entry, "certificate-authority", error);
  const std::string proxy = text(entry, "proxy-url", error);
  if (!error.empty()) return fail(ErrorCode::kInvalid, error);
  if (server.empty()) return invalid(entry.where + ".server", "is missing");
  if (!proxy.empty()) return invalid(entry.where + ".proxy-url", "proxies are not supported");
  if (target.insecure && !target.ca.empty()) {
    return invalid(entry.where,
                   "insecure-skip-tls-verify and a certificate-authority exclude each other");
  }
  auto parsed = parse_server(server, target);
  if (!parsed) return invalid(entry.where, parsed.error().message);
  return {};
}

Result<void> read_user(const Entry& entry, Target& target) {
  std::string error;
  target.client_certificate = pem(entry, "client-certificate", error);
  target.client_key = pem(entry, "client-key", error);
  target.token = text(entry, "token", error);
  target.token_file = resolved(entry, text(entry, "tokenFile", error));
  target.username = text(entry, "username", error);
  target.password = text(entry, "password", error);
  target.as_user = text(entry, "as", error);
  target.as_uid = text(entry, "as-uid", error);
  if (!error.empty()) return fail(ErrorCode::kInvalid, error);
  for (const char* program : {"exec", "auth-provider"}) {
    if (entry.node[program] && !entry.node[program].IsNull()) {
      return invalid(
          entry.where + "." + program,
          "credential programs are not run; use a token, a tokenFile or a client certificate");
    }
  }
  if (target.client_certificate.empty() != target.client_key.empty()) {
    return invalid(entry.where,
                   "client-certificate and client-key belong together; one is missing");
  }
  if (const YAML::Node groups = entry.node["as-groups"]; groups && groups.IsSequence()) {
    for (const auto& group : groups) {
      if (group.IsScalar()) target.as_groups.push_back(group.Scalar());
    }
  }
  const std::string* const lines[] = {&target.token.reveal(), &target.as_user, &target.as_uid};
  for (const auto* value : lines) {
    if (value->find_first_of("\r\n") != std::string::npos) {
      return invalid(entry.where, "token and as must be single lines");
    }
  }
  return {};
}

Result<std::string> chosen_context(const std::vector<Document>& documents,
                                   const std::string& asked) {
  if (!asked.empty()) return asked;
  for (const auto& document : documents) {
    const YAML::Node current = document.root["current-context"];
    if (current && current.IsScalar() && !current.Scalar().empty()) return current.Scalar();
  }
  return invalid(documents.front().file.string(),
                 "current-context is not set; name one with --context");
}

Result<Target> load(const std::vector<fs::path>& files, const std::string& asked) {
  std::vector<Document> documents;
  for (const auto& file : files) {
    auto document = parse(file);
    if (!document) return tl::unexpected(document.error());
    documents.push_back(std::move(*document));
  }
  auto name = chosen_context(documents, asked);
  if (!name) return tl::unexpected(name.error());
  auto context = find(documents, "contexts", "context", *name);
  if (!context) return tl::unexpected(context.error());

  Target target;
  target.origin = fmt::format("context {} of {}", *name, context->file.string());
  std::string error;
  const std::string cluster_name = text(*context, "cluster", error);
  const std::string user_name = text(*context, "user", error);
  target.default_namespace = text(*context, "namespace", error);
  if (!error.empty()) return fail(ErrorCode::kInvalid, error);
  if (cluster_name.empty()) return invalid(context->where + ".cluster", "is missing");
  auto cluster = find(documents, "clusters", "cluster", cluster_name);
  if (!cluster) return tl::unexpected(cluster.error());
  if (auto read = read_cluster(*cluster, target); !read) return tl::unexpected(read.error());
  if (user_name.empty()) return target;
  auto user = find(documents, "users", "user", user_name);
  if (!user) return tl::unexpected(user.error());
  if (auto read = read_user(*user, target); !read) return tl::unexpected(read.error());
  return target;
}

}  // namespace

Result<Target> load_kubeconfig(const std::vector<fs::path>& files, const std::string& context) {
  try {
    return load(files, context);
  } catch (const std::exception&) {
    // yaml-cpp reports a wrong node type by throwing from anywhere.
    return invalid(files.empty() ? "kubeconfig" : files.front().string(),
                   "has an unexpected structure");
  }
}

}  // namespace pawprint::watch::kube
