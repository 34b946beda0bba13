// Which API server to talk to, as whom: the outcome of reading a kubeconfig or the in-cluster
// files.
//
// Source: the kubeconfig format (client-go tools/clientcmd/api/v1) and the service account volume.
// What a daemon must not do (run programs: `exec`, `auth-provider`) or cannot (`proxy-url`) is
// refused with a line that says so, never ignored.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/redacted.h"
#include "engine/result.h"

namespace pawprint::watch::kube {

/// PEM text given in the file itself, or the path of a file that may be replaced at any time.
struct Pem {
  Redacted text;  ///< May be a private key.
  std::string file;
  [[nodiscard]] bool empty() const { return text.empty() && file.empty(); }
};

struct Target {
  std::string origin;  ///< "context C of FILE" or "in-cluster", for people.
  std::string server;  ///< As written: "https://127.0.0.1:6443".
  bool tls = true;
  std::string host;  ///< Without brackets.
  std::string port;
  std::string base_path;        ///< "" or "/prefix", without a trailing slash.
  std::string tls_server_name;  ///< Name to verify; empty: host.
  bool insecure = false;        ///< insecure-skip-tls-verify.
  Pem ca;                       ///< Empty: the system's authorities.
  Pem client_certificate, client_key;
  Redacted token;
  std::string token_file;  ///< Wins over `token` once it was read.
  std::string username;
  Redacted password;
  std::string as_user, as_uid;
  std::vector<std::string> as_groups;
  std::string default_namespace;
};

/// `path` empty: $KUBECONFIG (a list, merged), then in-cluster, then ~/.kube/config. `context`
/// empty: current-context. kUnreachable: no such file; kInvalid names file and member.
Result<Target> load_target(const std::string& path, const std::string& context);

/// Merges `files` as kubectl does: the first one that has an entry wins. All must be readable.
Result<Target> load_kubeconfig(const std::vector<std::filesystem::path>& files,
                               const std::string& context);

/// The pod's own credentials. `directory` holds token, ca.crt and namespace. Fails closed when one
/// of the first two is missing or empty.
Result<Target> load_in_cluster(std::string_view host, std::string_view port,
                               const std::filesystem::path& directory);

/// Splits `server` into tls, host, port and base_path. kInvalid says what is wrong.
Result<void> parse_server(std::string_view server, Target& target);

/// Reads a small file; kUnreachable when it cannot be read.
Result<std::string> read_file(const std::filesystem::path& path);

}  // namespace pawprint::watch::kube
