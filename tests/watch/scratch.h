// A directory that is gone when the test ends.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "engine/result.h"

namespace pawprint::watch::tests {

class Scratch {
 public:
  Scratch() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "pawprint-watch-XXXXXX").string();
    PAWPRINT_CHECK(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  /// A kubeconfig for `server`; `cluster` and `user` are YAML lines at the right depth.
  std::string kubeconfig(const std::string& server, const std::string& cluster = "",
                         const std::string& user = "    token: t0ken\n") const {
    return write("kubeconfig",
                 "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\n"
                 "clusters:\n- name: k\n  cluster:\n    server: " +
                     server + "\n" + cluster + "users:\n- name: u\n  user:\n" + user);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace pawprint::watch::tests
