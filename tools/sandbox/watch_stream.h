// One watch: a position in the history of a kind and what the client wants to see of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tools/sandbox/cluster.h"
#include "tools/sandbox/selector.h"

namespace pawprint::sandbox {

/// Pulled by the server whenever something may have changed. Not thread-safe; the API server locks
/// around open() and pull().
class WatchStream {
 public:
  /// Checks the parameters. Errors are answers; a version out of the window is not one of them: it
  /// comes as the first event, as real servers do it.
  static Answer<WatchStream> open(Cluster& cluster, const Call& call);

  /// Lines that are due, each a watch event. `bookmark`: end with a bookmark if the client takes
  /// them. Sets ended() after an ERROR, and when the kind has been withdrawn.
  std::string pull(Cluster& cluster, bool bookmark);

  bool ended() const { return ended_; }
  bool bookmarks() const { return bookmarks_; }
  /// As asked for, else an hour.
  std::chrono::seconds timeout() const { return timeout_; }

 private:
  explicit WatchStream(Call call) : call_(std::move(call)) {}

  void open_initial(Cluster& cluster);
  static void append(std::string& out, const char* type, const Json& object);
  void append_object(const Cluster& cluster, std::string& out, const char* type,
                     const ObjectPtr& object) const;
  void append_bookmark(Cluster& cluster, std::string& out, bool end_of_initial) const;
  void append_event(const Cluster& cluster, std::string& out, const StoreEvent& event) const;
  std::string fail_with(const tl::unexpected<ApiError>& error);
  bool wanted(const ObjectPtr& object, const std::string& key) const;

  Call call_;
  Selector selector_;
  Revision position_ = 0;
  std::uint64_t incarnation_ = 0;
  bool bookmarks_ = false;
  bool initial_ = false;  ///< the present objects are still to be sent
  bool initial_bookmark_ = false;
  bool ended_ = false;
  Revision too_large_ = 0;  ///< asked for a version of the future
  std::chrono::seconds timeout_{3600};
};

}  // namespace pawprint::sandbox
