// `pawprintd demo`: two zones, one daemon, the story of Kuma's multi-zone tutorial, end to end.
//
// The API servers are sandboxes in this process; the daemon is this program again, as a process of
// its own with `run`, so that it can be killed. Every step waits for what it promises.
#pragma once

#include <string>

namespace pawprint::pawprintd {

struct DemoOptions {
  std::string store;   ///< Must not exist or be empty; "" makes one under the temporary folder.
  std::string http;    ///< ADDRESS:PORT of the daemon; "" for none (with serve: 127.0.0.1:8420).
  bool serve = false;  ///< Keep the cluster and the daemon running until SIGINT or SIGTERM.
};

/// Prints the story on stdout. 0: every expectation held. 1: one did not; the last line on stderr
/// says which. 2, 3: as usual.
int demo(const DemoOptions& options);

}  // namespace pawprint::pawprintd
