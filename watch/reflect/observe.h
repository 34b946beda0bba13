// Bytes from the API server -> notices. Secret bytes end here: only their facts go on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "watch/edge.h"
#include "watch/notice.h"
#include "watch/reflect/line_splitter.h"

namespace pawprint::watch::reflect {

/// What the objects of one kind have in common.
struct Origin {
  std::string zone, group, kind;
  std::string api_version;                   ///< As listed; list items of core kinds have none.
  const SecretFunctions* secrets = nullptr;  ///< Must be set for kind Secret.
  /// False when only some namespaces are read: then no one version says where to go on, and
  /// Notice::resource_version stays empty.
  bool whole = true;
};

/// Wall clock, nanoseconds since the epoch.
std::int64_t wall_clock_ns();

/// A notice of kind `notice` (kListItem, kEvent or kFresh) with `object` observed, or quarantined
/// with the reason in Notice::reason when it cannot be decoded.
Notice observe(const Origin& origin, NoticeKind notice, record::Event event,
               std::string_view object, std::int64_t time_ns);

/// Why the server refused something about objects of `origin`, one line: its own words, but for
/// Secrets, which they may quote, only the reason.
std::string describe(const Origin& origin, int http_status, std::string_view body);

/// A watch line that is no event: its bytes, and what was readable. Of bytes that may be a Secret's
/// (engine/model/unreadable.h), whatever kind was asked for, only size and keyed digest.
Notice quarantine_line(const Origin& origin, std::string_view line, const std::string& reason,
                       std::int64_t time_ns);

/// A watch line over the size limit: {"bytes","digest","reason"} instead of its bytes.
Notice quarantine_oversize(const Origin& origin, const OversizeLine& line, std::uint64_t limit,
                           std::int64_t time_ns);

/// kFresh for an object that is gone: a DELETED record with a minimal body.
Notice gone(const Origin& origin, const record::ObjectKey& key, const std::string& uid);

}  // namespace pawprint::watch::reflect
