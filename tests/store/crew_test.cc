// Every piece of work is done once, whoever does it.
#include "store/crew.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace pawprint::store {
namespace {

TEST(Crew, DoesEachPieceOnce) {
  Crew crew;
  for (int round = 0; round < 300; ++round) {
    for (const std::size_t count :
         {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{16}, std::size_t{257}}) {
      std::vector<int> done(count);  // A piece that two hands take is a race for the sanitizer.
      std::array<std::size_t, Crew::kHands> by_hand{};
      crew.run(count, [&](std::size_t index, std::size_t hand) {
        ++done[index];
        ++by_hand.at(hand);
      });
      ASSERT_EQ(done, std::vector<int>(count, 1));
      ASSERT_EQ(std::accumulate(by_hand.begin(), by_hand.end(), std::size_t{0}), count);
    }
  }
}

}  // namespace
}  // namespace pawprint::store
