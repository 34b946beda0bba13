// The configuration file: read with every unknown key named, and printed.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "replay/nearest.h"
#include "tools/pawprintd/settings.h"

namespace pawprint::pawprintd {
namespace {

constexpr std::string_view kVersion = "pawprint.dev/v1alpha1";

/// Names that may stand below `prefix` ("" or "store.").
std::vector<std::string_view> names_below(std::string_view prefix) {
  std::vector<std::string_view> out;
  if (prefix.empty()) out = {"apiVersion", "kind", "zones", "secrets"};
  for (const Key& key : keys()) {
    if (!key.path.starts_with(prefix)) continue;
    const std::string_view rest = key.path.substr(prefix.size());
    out.push_back(rest.substr(0, rest.find('.')));
  }
  return out;
}

std::string quoted_yaml(const std::string& text) {
  YAML::Emitter out;
  out << text;
  return out.c_str();
}

}  // namespace

/// Reads one file into settings. yaml-cpp throws; nothing leaves read().
class FileReader {
 public:
  FileReader(Settings& settings, std::string path)
      : settings_(settings), path_(std::move(path)), origin_("file " + path_) {}

  Result<void> read(const std::string& text) {
    try {
      const YAML::Node root = YAML::Load(text);
      if (root.IsNull()) return {};
      if (!root.IsMap()) return bad(root, "is no mapping of keys");
      return mapping(root, "");
    } catch (const YAML::Exception& error) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{}:{}: {}", path_, error.mark.line + 1, error.msg));
    }
  }

 private:
  Result<void> bad(const YAML::Node& node, const std::string& what) const {
    return fail(ErrorCode::kInvalid, fmt::format("{}:{}: {}", path_, node.Mark().line + 1, what));
  }

  Result<void> unknown(const YAML::Node& node, std::string_view prefix, const std::string& name,
                       const std::vector<std::string_view>& known) const {
    return bad(
        node, fmt::format("unknown key \"{}{}\"{}", prefix, name, replay::suggestion(name, known)));
  }

  Result<void> mapping(const YAML::Node& node, const std::string& prefix) {
    const auto known = names_below(prefix);
    std::set<std::string> seen;
    for (const auto& entry : node) {
      const std::string name = entry.first.Scalar();
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        return unknown(entry.first, prefix, name, known);
      }
      if (!seen.insert(name).second)
        return bad(entry.first, fmt::format("key \"{}{}\" is there twice", prefix, name));
      if (auto done = member(entry.second, prefix + name); !done) return done;
    }
    return {};
  }

  Result<void> member(const YAML::Node& node, const std::string& path) {
    if (path == "apiVersion") return constant(node, path, kVersion);
    if (path == "kind") return constant(node, path, "Config");
    if (path == "zones") return zones(node);
    if (path == "secrets") return secrets(node);
    const auto all = keys();
    const bool leaf =
        std::any_of(all.begin(), all.end(), [&](const Key& key) { return key.path == path; });
    if (!leaf) {
      if (!node.IsMap()) return bad(node, fmt::format("{} must be a mapping", path));
      return mapping(node, path + '.');
    }
    if (!node.IsScalar()) return bad(node, fmt::format("{} must be one value", path));
    auto done =
        settings_.set(path, node.Scalar(), fmt::format("{}:{}", origin_, node.Mark().line + 1));
    return done;
  }

  Result<void> constant(const YAML::Node& node, const std::string& path,
                        std::string_view wanted) const {
    if (node.IsScalar() && node.Scalar() == wanted) return {};
    return bad(node, fmt::format("{} must be {}", path, wanted));
  }

  Result<void> zones(const YAML::Node& node) {
    if (!node.IsSequence()) return bad(node, "zones must be a list");
    settings_.zones_.clear();
    settings_.zones_origin_ = fmt::format("{}:{}", origin_, node.Mark().line + 1);
    for (const YAML::Node& entry : node) {
      if (!entry.IsMap()) return bad(entry, "zones must be a list of mappings");
      ZoneSettings& zone = settings_.zones_.emplace_back();
      const std::vector<std::string_view> known{"name", "kubeconfig", "context", "role"};
      for (const auto& member : entry) {
        const std::string name = member.first.Scalar();
        if (!member.second.IsScalar())
          return bad(member.second, "zones[]." + name + " must be one value");
        const std::string value = member.second.Scalar();
        if (name == "name") zone.name = value;
        else if (name == "kubeconfig") zone.kubeconfig = value;
        else if (name == "context") zone.context = value;
        else if (name == "role") zone.role = value;
        else return unknown(member.first, "zones[].", name, known);
      }
    }
    return {};
  }

  Result<void> secrets(const YAML::Node& node) {
    if (!node.IsMap()) return bad(node, "secrets must be a mapping");
    const std::vector<std::string_view> known{"namespaces"};
    for (const auto& member : node) {
      const std::string name = member.first.Scalar();
      if (name != "namespaces") return unknown(member.first, "secrets.", name, known);
      if (!member.second.IsSequence())
        return bad(member.second, "secrets.namespaces must be a list");
      settings_.secrets_origin_ = fmt::format("{}:{}", origin_, node.Mark().line + 1);
      for (const YAML::Node& each : member.second) {
        if (!each.IsScalar()) return bad(each, "secrets.namespaces must be a list of names");
        settings_.secret_namespaces_.push_back(each.Scalar());
      }
    }
    return {};
  }

  Settings& settings_;
  const std::string path_, origin_;
};

Result<void> Settings::read_file(const std::string& path) {
  const auto cannot = [&](const std::string& why) {
    return fail(ErrorCode::kInvalid,
                fmt::format("cannot read the configuration file {}: {}", path, why));
  };
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();  // Fails also when the file is empty, but then without an errno.
  if (!in.is_open() || in.bad() || (!bytes && errno != 0)) {
    return cannot(std::strerror(errno != 0 ? errno : EIO));
  }
  const std::string text = bytes.str();
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return cannot("it is empty");
  if (text.find_first_of(std::string_view("\0\xFE\xFF", 3)) != std::string::npos) {
    return cannot("it is no UTF-8 text");
  }
  return FileReader(*this, path).read(text);
}

std::string Settings::yaml(bool origin) const {
  const auto line = [&](int depth, const std::string& text, const std::string& from) {
    const std::string start(static_cast<std::size_t>(depth) * 2, ' ');
    return origin && !from.empty() ? fmt::format("{}{}  # {}\n", start, text, from)
                                   : start + text + '\n';
  };
  std::string out =
      line(0, "apiVersion: " + std::string(kVersion), "") + line(0, "kind: Config", "");
  std::vector<std::string> open;
  for (const Key& key : keys()) {
    std::vector<std::string> parts;
    std::istringstream path{std::string(key.path)};
    for (std::string part; std::getline(path, part, '.');) parts.push_back(part);
    const Value& value = values_.find(key.path)->second;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (i < open.size() && open[i] == parts[i]) continue;
      open.resize(i);
      open.push_back(parts[i]);
      out += line(static_cast<int>(i), parts[i] + ":", "");
    }
    open.resize(parts.size() - 1);
    out += line(static_cast<int>(parts.size()) - 1, parts.back() + ": " + quoted_yaml(value.text),
                value.origin);
  }
  out += line(0, fmt::format("secrets: {{namespaces: [{}]}}", fmt::join(secret_namespaces_, ", ")),
              secrets_origin_);
  out += line(0, "zones:", zones_origin_);
  for (const ZoneSettings& zone : zones_) {
    out += line(
        0,
        fmt::format("- {{name: {}, kubeconfig: {}, context: {}, role: {}}}", quoted_yaml(zone.name),
                    quoted_yaml(zone.kubeconfig), quoted_yaml(zone.context), zone.role),
        "");
  }
  return out;
}

}  // namespace pawprint::pawprintd
