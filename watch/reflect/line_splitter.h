// Cuts a watch stream into lines as bytes arrive, each byte looked at once.
//
// The pieces that a connection yields have nothing to do with lines. A line is handed on as soon
// as its end arrives. A line longer than the limit is not kept: its start, length and digest are.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/record/digest.h"

namespace pawprint::watch::reflect {

struct OversizeLine {
  std::string_view start;   ///< The first `limit` bytes.
  std::uint64_t bytes = 0;  ///< Of the whole line, without its end.
  record::Hash digest{};    ///< SHA-256 of the whole line, without its end.
};

class LineSplitter {
 public:
  using OnLine = std::function<void(std::string_view line)>;
  using OnOversize = std::function<void(const OversizeLine& line)>;

  LineSplitter(std::uint64_t limit, OnLine on_line, OnOversize on_oversize);
  ~LineSplitter();
  LineSplitter(const LineSplitter&) = delete;
  LineSplitter& operator=(const LineSplitter&) = delete;

  /// Calls back for every line that ends in `bytes`; empty lines are skipped. Views are valid only
  /// during the call.
  void feed(std::string_view bytes);
  /// Bytes of an unfinished line.
  [[nodiscard]] std::uint64_t pending() const;

 private:
  struct Digest;
  void keep(std::string_view part);
  void end_line(std::string_view last);

  const std::uint64_t limit_;
  const OnLine on_line_;
  const OnOversize on_oversize_;
  std::string held_;
  std::unique_ptr<Digest> digest_;  ///< Set while the current line is over the limit.
};

}  // namespace pawprint::watch::reflect
