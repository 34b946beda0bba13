// How records are grouped for fsync and for deciding changes no digest and no time.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/reducer.h"
#include "replay/fold.h"
#include "tests/replay/recorded.h"

namespace pawprint::replay {
namespace {

const std::vector<std::string> kCases{"route-weight-change",    "tls-rotation",  "listener-edit",
                                      "backend-grant-sequence", "gamma-weights", "gateway-deleted",
                                      "attach-parent-removed",  "match-headers"};

/// Everything that a Decision could be compared with.
std::string everything(const Reducer& reducer) {
  std::string out = reducer.output_digest() + '\n';
  for (const auto& outputs : {reducer.resources(), reducer.statuses()}) {
    for (const Output& each : outputs) out += record::display(each.key) + ' ' + each.body + '\n';
  }
  for (const Diagnostic& each : reducer.diagnostics()) out += each.rule + each.message + '\n';
  return out;
}

/// Appends in groups, folding each group after it is durable and planning once a group, as the
/// daemon does. What is known after each group, by seq.
std::map<record::Seq, std::string> fold_in_groups(const std::vector<record::Record>& records,
                                                  std::size_t size) {
  test::Scratch scratch;
  auto writer = store::Writer::open(scratch.store());
  EXPECT_TRUE(writer.has_value());
  Reducer reducer;
  reducer.enable_plan();
  std::map<record::Seq, std::string> out;
  for (std::size_t first = 0; first < records.size(); first += size) {
    const std::size_t last = std::min(first + size, records.size());
    std::vector<record::Record> group(records.begin() + static_cast<std::ptrdiff_t>(first),
                                      records.begin() + static_cast<std::ptrdiff_t>(last));
    EXPECT_TRUE((*writer)->append(group).has_value());
    for (const record::Record& each : group) reducer.fold(each);
    reducer.take_new_operations();
    out[group.back().seq] = everything(reducer);
  }
  EXPECT_TRUE((*writer)->close().has_value());

  // A replay of what was stored, by somebody who plans nothing, ends the same.
  auto log = store::Reader::open(scratch.store());
  EXPECT_TRUE(log.has_value());
  const auto past = past_at(**log, {records.size(), 0});
  EXPECT_TRUE(past.has_value());
  EXPECT_EQ(everything(past->reducer), out.rbegin()->second);
  return out;
}

class Grouping : public ::testing::TestWithParam<const char*> {};

TEST_P(Grouping, ChangesNothing) {
  const auto records = test::history_of(kCases, GetParam());
  ASSERT_GT(records.size(), 60U);
  const auto single = fold_in_groups(records, 1);
  std::size_t different = 0;
  for (auto each = std::next(single.begin()); each != single.end(); ++each) {
    if (each->second != std::prev(each)->second) ++different;
  }
  ASSERT_GT(different, 20U) << "the history must make the reducer decide";
  for (const std::size_t size : {std::size_t{7}, std::size_t{50}, records.size()}) {
    for (const auto& [seq, state] : fold_in_groups(records, size)) {
      EXPECT_EQ(state, single.at(seq)) << "in groups of " << size << ", at @" << seq;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, Grouping,
                         ::testing::Values("kuma-2.14", "kuma-2.14-compat", "kuma-3"));

}  // namespace
}  // namespace pawprint::replay
