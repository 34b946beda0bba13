// The system calls that change files, in the tests' own hands.
//
// A program that links this library has its own write, pwrite, fdatasync, fsync, open, rename,
// unlink, pread and their like, and RocksDB's shared library calls them too. Those that concern one
// directory are counted; the n-th can fail, or be where the process dies, or where the power goes.
// So a fault can be put at every point of the store's protocol, the head anchor included, without
// a seam in the product.
#pragma once

#include <cstdint>
#include <string>

namespace pawprint::faults {

enum class Action : std::uint8_t {
  kNone,
  kDieBefore,   ///< kill -9 before the call.
  kDieInside,   ///< A write puts a part of its bytes, then kill -9; other calls: as before.
  kDieAfter,    ///< kill -9 when the call is done.
  kPowerLost,   ///< Before the call everything that was not synced is undone, then kill -9.
  kPowerTorn,   ///< As above, but some unsynced sectors and names stay, in any order.
  kFail,        ///< The call reports `error` and did nothing.
  kFailInside,  ///< A write puts a part of its bytes and reports `error` when called again.
  kFailAfter,   ///< The call did everything and reports `error`.
};

/// Which calls count. All: of those that change something; reads have to be asked for.
enum class Which : std::uint8_t { kAll, kWrites, kSyncs, kReads };

struct Plan {
  std::string directory;  ///< Without a slash at the end; files below it count.
  std::string aside;      ///< For kPower...: a directory on the same file system, beside it.
  Which which = Which::kAll;
  Action action = Action::kNone;
  std::uint64_t at = 0;    ///< Number of the call, from 1; 0: only count.
  bool lasting = false;    ///< kFail...: the later ones fail too.
  std::string healed;      ///< kFail...: nothing fails any more while this file exists.
  int error = 0;           ///< An errno.
  std::uint32_t seed = 1;  ///< Of what is torn and where a write is cut.
};

/// From now on; counting starts at 1 again.
void arm(const Plan& plan);
/// Nothing happens any more.
void disarm();
/// Calls that counted since arm().
std::uint64_t calls();
/// How many of them failed.
std::uint64_t fired();

}  // namespace pawprint::faults
