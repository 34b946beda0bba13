#include "tools/sandbox/path_set.h"

namespace pawprint::sandbox {

void PathSet::insert(const Path& path) {
  PathSet* node = this;
  for (const std::string& element : path) node = &node->children_[element];
  node->member_ = true;
}

bool PathSet::has(const Path& path) const {
  const PathSet* node = this;
  for (const std::string& element : path) {
    node = node->below(element);
    if (node == nullptr) return false;
  }
  return node->member_;
}

const PathSet* PathSet::below(const std::string& element) const {
  auto found = children_.find(element);
  return found == children_.end() ? nullptr : &found->second;
}

void PathSet::prune_empty() {
  for (auto entry = children_.begin(); entry != children_.end();) {
    entry->second.prune_empty();
    entry = entry->second.empty() ? children_.erase(entry) : std::next(entry);
  }
}

PathSet PathSet::united(const PathSet& other) const {
  PathSet out = *this;
  out.member_ = member_ || other.member_;
  for (const auto& [element, theirs] : other.children_) {
    auto [entry, is_new] = out.children_.try_emplace(element, theirs);
    if (!is_new) entry->second = entry->second.united(theirs);
  }
  return out;
}

PathSet PathSet::intersected(const PathSet& other) const {
  PathSet out;
  out.member_ = member_ && other.member_;
  for (const auto& [element, ours] : children_) {
    const PathSet* theirs = other.below(element);
    if (theirs == nullptr) continue;
    PathSet both = ours.intersected(*theirs);
    if (!both.empty()) out.children_.emplace(element, std::move(both));
  }
  return out;
}

PathSet PathSet::without(const PathSet& other) const {
  PathSet out;
  out.member_ = member_ && !other.member_;
  for (const auto& [element, ours] : children_) {
    const PathSet* theirs = other.below(element);
    PathSet rest = theirs == nullptr ? ours : ours.without(*theirs);
    if (!rest.empty()) out.children_.emplace(element, std::move(rest));
  }
  return out;
}

PathSet PathSet::without_subtrees(const PathSet& other) const {
  PathSet out;
  if (other.member_) return out;
  out.member_ = member_;
  for (const auto& [element, ours] : children_) {
    const PathSet* theirs = other.below(element);
    PathSet rest = theirs == nullptr ? ours : ours.without_subtrees(*theirs);
    if (!rest.empty()) out.children_.emplace(element, std::move(rest));
  }
  return out;
}

void PathSet::collect(Path& prefix, std::vector<Path>& out) const {
  if (member_) out.push_back(prefix);
  for (const auto& [element, node] : children_) {
    prefix.push_back(element);
    node.collect(prefix, out);
    prefix.pop_back();
  }
}

std::vector<PathSet::Path> PathSet::paths() const {
  std::vector<Path> out;
  Path prefix;
  collect(prefix, out);
  return out;
}

Json PathSet::to_fields_v1() const {
  Json out = Json::object();
  for (const auto& [element, node] : children_) {
    Json inner = node.to_fields_v1();
    // A leaf is {}; a node that is itself owned and has owned children says so with ".".
    if (node.member_ && !node.children_.empty()) inner["."] = Json::object();
    out[element] = std::move(inner);
  }
  return out;
}

bool PathSet::from_fields_v1(const Json& fields, PathSet& out) {
  if (!fields.is_object()) return false;
  for (auto entry = fields.begin(); entry != fields.end(); ++entry) {
    const std::string& element = entry.key();
    if (element == ".") {
      out.member_ = true;
      continue;
    }
    if (element.size() < 2 || element[1] != ':') return false;
    PathSet& node = out.children_[element];
    if (entry->empty()) node.member_ = true;
    if (!from_fields_v1(*entry, node)) return false;
  }
  return true;
}

std::string shown(const PathSet::Path& path) {
  std::string out;
  for (const std::string& element : path) {
    std::string rest = element.substr(2);
    if (element[0] == 'f') {
      out += "." + rest;
      continue;
    }
    if (element[0] == 'v') {
      out += "[=" + rest + "]";
      continue;
    }
    Json key = Json::parse(rest, nullptr, false);
    std::string inside;
    for (auto entry = key.begin(); entry != key.end(); ++entry) {
      inside += (inside.empty() ? "" : ",") + entry.key() + "=" + entry->dump();
    }
    out += "[" + inside + "]";
  }
  return out;
}

}  // namespace pawprint::sandbox
