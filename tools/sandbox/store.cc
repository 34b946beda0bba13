#include "tools/sandbox/store.h"

#include <charconv>

#include "engine/result.h"

namespace pawprint::sandbox {

std::string object_key(const std::string& space, const std::string& name) {
  return space.empty() ? name : space + "/" + name;
}

Table& Store::open(const std::string& resource) {
  auto [entry, is_new] = tables_.try_emplace(resource);
  if (is_new) entry->second.horizon = first_;
  return entry->second;
}

const Table& Store::table(const std::string& resource) { return open(resource); }

ObjectPtr Store::find(const std::string& resource, const std::string& key) {
  Table& table = open(resource);
  auto found = table.objects.find(key);
  return found == table.objects.end() ? nullptr : found->second;
}

void Store::record(Table& table, StoreEvent event) {
  table.events.push_back(std::move(event));
  while (table.events.size() > window_) {
    table.horizon = table.events.front().revision;
    table.events.pop_front();
  }
}

ObjectPtr Store::put(const std::string& resource, const std::string& key, Json object) {
  ++revision_;
  return replace(resource, key, std::move(object));
}

ObjectPtr Store::place(const std::string& resource, const std::string& key, Json object) {
  std::string version = text(member(object, "metadata"), "resourceVersion");
  Revision own = 0;
  auto [rest, error] = std::from_chars(version.data(), version.data() + version.size(), own);
  bool number = error == std::errc() && rest == version.data() + version.size();
  revision_ = number && own > revision_ ? own : revision_ + 1;
  return replace(resource, key, std::move(object));
}

ObjectPtr Store::replace(const std::string& resource, const std::string& key, Json object) {
  Table& table = open(resource);
  object["metadata"]["resourceVersion"] = std::to_string(revision_);
  ObjectPtr stored = std::make_shared<const Json>(std::move(object));
  ObjectPtr& slot = table.objects[key];
  ObjectPtr before = std::exchange(slot, stored);
  record(table, StoreEvent{revision_, key, std::move(before), stored, nullptr});
  return stored;
}

ObjectPtr Store::erase(const std::string& resource, const std::string& key, Json last) {
  Table& table = open(resource);
  auto found = table.objects.find(key);
  PAWPRINT_CHECK(found != table.objects.end());
  last["metadata"]["resourceVersion"] = std::to_string(++revision_);
  ObjectPtr shown = std::make_shared<const Json>(std::move(last));
  ObjectPtr before = std::move(found->second);
  table.objects.erase(found);
  record(table, StoreEvent{revision_, key, std::move(before), nullptr, shown});
  return shown;
}

void Store::withdraw(const std::string& resource) {
  Table& table = open(resource);
  while (!table.objects.empty()) {
    Json last = *table.objects.begin()->second;
    erase(resource, std::string(table.objects.begin()->first), std::move(last));
  }
  table.withdrawn_at = revision_;
  ++table.incarnation;
}

std::optional<Objects> Store::at(const std::string& resource, Revision revision) {
  Table& table = open(resource);
  if (revision < table.horizon) return std::nullopt;
  Objects objects = table.objects;
  for (auto event = table.events.rbegin();
       event != table.events.rend() && event->revision > revision; ++event) {
    if (event->before == nullptr) {
      objects.erase(event->key);
    } else {
      objects[event->key] = event->before;
    }
  }
  return objects;
}

void Store::compact() {
  for (auto& [resource, table] : tables_) {
    table.events.clear();
    table.horizon = revision_;
  }
  first_ = revision_;
}

}  // namespace pawprint::sandbox
