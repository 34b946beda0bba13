#include "tools/sandbox/watch_stream.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/sandbox/read.h"
#include "tools/sandbox/table.h"

namespace pawprint::sandbox {
namespace {

tl::unexpected<ApiError> forbidden_match(const std::string& why) {
  return invalid("meta.k8s.io", "ListOptions", "",
                 {{"FieldValueForbidden", "Forbidden: " + why, "resourceVersionMatch"}});
}

}  // namespace

Answer<WatchStream> WatchStream::open(Cluster& cluster, const Call& call) {
  WatchStream stream(call);
  stream.call_.request = nullptr;
  const Target& target = call.target;
  auto selector = Selector::parse(target.parameter("labelSelector"),
                                  target.parameter("fieldSelector"), call.kind->builtin);
  if (!selector) return tl::unexpected(selector.error());
  stream.selector_ = std::move(*selector);
  auto revision = parse_revision(target.parameter("resourceVersion"));
  if (!revision) return tl::unexpected(revision.error());
  auto timeout = parse_revision(target.parameter("timeoutSeconds"));
  if (!timeout) return bad_request("timeoutSeconds: invalid syntax");
  if (*timeout != 0) stream.timeout_ = std::chrono::seconds(std::min<Revision>(*timeout, 86400));
  bool streaming = target.flag("sendInitialEvents");
  std::string match = target.parameter("resourceVersionMatch");
  if (!target.parameter("sendInitialEvents").empty() && match != "NotOlderThan") {
    return forbidden_match(
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  }
  if (!match.empty() && target.parameter("sendInitialEvents").empty()) {
    return forbidden_match(
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  }
  stream.bookmarks_ = target.flag("allowWatchBookmarks");
  stream.incarnation_ = cluster.store.table(call.kind->resource()).incarnation;
  stream.position_ = *revision;
  if (*revision > cluster.store.revision()) stream.too_large_ = *revision;
  stream.initial_ = streaming || *revision == 0;
  // Real servers close the initial state of an old-style watch from "0" with that bookmark too.
  stream.initial_bookmark_ = stream.bookmarks_ && stream.initial_;
  return stream;
}

bool WatchStream::wanted(const ObjectPtr& object, const std::string& key) const {
  if (object == nullptr) return false;
  if (!call_.place.space.empty() && !key.starts_with(call_.place.space + "/")) return false;
  if (!call_.place.name.empty() && key != call_.key()) return false;
  return selector_.matches(*object);
}

void WatchStream::append(std::string& out, const char* type, const Json& object) {
  out += fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type,
                     object.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void WatchStream::append_object(const Cluster& cluster, std::string& out, const char* type,
                                const ObjectPtr& object) const {
  if (call_.view == View::kTable) {
    append(out, type, table_of(cluster, call_, {object}));
  } else {
    append(out, type, shown_object(call_, *object));
  }
}

void WatchStream::append_bookmark(Cluster& cluster, std::string& out, bool end_of_initial) const {
  bool metadata_only = call_.view == View::kMetadata;
  Json metadata = {{"resourceVersion", std::to_string(cluster.store.revision())}};
  if (end_of_initial) metadata["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  append(out, "BOOKMARK",
         {{"kind", metadata_only ? "PartialObjectMetadata" : call_.kind->kind},
          {"apiVersion", metadata_only ? "meta.k8s.io/v1" : call_.api_version()},
          {"metadata", metadata}});
}

void WatchStream::append_event(const Cluster& cluster, std::string& out,
                               const StoreEvent& event) const {
  bool before = wanted(event.before, event.key);
  bool after = wanted(event.after, event.key);
  if (after) append_object(cluster, out, before ? "MODIFIED" : "ADDED", event.after);
  if (!before || after) return;
  // Deleted, or out of the selector: the client sees its last state at the new revision.
  Json last = event.last != nullptr ? *event.last : *event.before;
  last["metadata"]["resourceVersion"] = std::to_string(event.revision);
  append_object(cluster, out, "DELETED", std::make_shared<const Json>(std::move(last)));
}

std::string WatchStream::fail_with(const tl::unexpected<ApiError>& error) {
  std::string out;
  append(out, "ERROR", error.value().status);
  ended_ = true;
  return out;
}

std::string WatchStream::pull(Cluster& cluster, bool bookmark) {
  if (ended_) return "";
  std::string out;
  const Table& table = cluster.store.table(call_.kind->resource());
  Revision current = cluster.store.revision();
  if (too_large_ > current) {
    return fail_with(too_large_version(std::to_string(too_large_), std::to_string(current)));
  }
  bool withdrawn = table.incarnation != incarnation_;
  if (initial_ && !withdrawn) {
    for (const auto& [key, object] : table.objects) {
      if (wanted(object, key)) append_object(cluster, out, "ADDED", object);
    }
    position_ = current;
    initial_ = false;
    if (initial_bookmark_) append_bookmark(cluster, out, true);
  }
  if (position_ < table.horizon) {
    return fail_with(
        expired(fmt::format("too old resource version: {} ({})", position_, table.horizon)));
  }
  auto next = std::upper_bound(
      table.events.begin(), table.events.end(), position_,
      [](Revision revision, const StoreEvent& event) { return revision < event.revision; });
  for (; next != table.events.end(); ++next) {
    if (withdrawn && next->revision > table.withdrawn_at) break;
    append_event(cluster, out, *next);
  }
  position_ = std::max(position_, current);
  ended_ = withdrawn;
  if (bookmark && bookmarks_ && !ended_) append_bookmark(cluster, out, false);
  return out;
}

}  // namespace pawprint::sandbox
