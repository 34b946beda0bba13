// Property: after every event of a random history the incremental state equals what a fresh
// reducer makes of the objects that exist, folded in another order.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "engine/reducer.h"
#include "engine/rules/quirks.h"
#include "tests/engine/histories.h"
#include "tests/engine/records.h"

namespace pawprint::tests {
namespace {

constexpr int kEvents = 14;

int histories() {
  const char* wanted = std::getenv("PAWPRINT_HISTORIES");
  return wanted == nullptr ? 10'000 : std::atoi(wanted);
}

/// Everything that is printed, without transition times.
std::string fresh_digest(const History& history, const std::string& profile) {
  Folding folding(profile);
  for (const auto& [key, object] : history.objects()) folding.fold(object);
  return folding.reducer().output_digest();
}

void check_history(std::uint64_t seed) {
  const std::string profile(rules::kProfiles[seed % rules::kProfiles.size()]);
  History history(seed);
  Folding folding(profile);
  for (int event = 0; event < kEvents; ++event) {
    folding.fold(history.next());
    ASSERT_EQ(folding.reducer().output_digest(), fresh_digest(history, profile))
        << "seed " << seed << ", profile " << profile << ", event " << event;
  }
  const std::string before = folding.reducer().output_digest();
  folding.reducer().derive_all();
  ASSERT_EQ(folding.reducer().output_digest(), before) << "seed " << seed << ": full recomputation";
}

TEST(Incremental, EqualsFullRecomputationAfterEveryEvent) {
  for (int seed = 0; seed < histories(); ++seed) {
    check_history(static_cast<std::uint64_t>(seed));
    if (HasFatalFailure()) return;
  }
}

TEST(Incremental, HistoriesReachEveryKindOfOutput) {
  // A generator that never attaches a route would prove nothing.
  int routes = 0;
  int gateways = 0;
  int secrets = 0;
  int refused = 0;
  int connections = 0;
  int sets = 0;
  int policies = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    History history(seed);
    Folding folding("kuma-2.14");
    for (int event = 0; event < 60; ++event) folding.fold(history.next());
    for (const Output& output : folding.reducer().resources()) {
      routes += output.key.kind == "MeshHTTPRoute" ? 1 : 0;
      gateways += output.key.kind == "MeshGateway" ? 1 : 0;
      secrets += output.key.kind == "Secret" ? 1 : 0;
      policies += output.key.kind == "MeshExternalService" ? 1 : 0;
      connections += output.key.kind == "MeshTCPRoute" ? 1 : 0;
    }
    for (const Output& status : folding.reducer().statuses()) {
      sets += status.key.kind == "ListenerSet" ? 1 : 0;
      refused += status.body.find("NotAllowedByListeners") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GT(routes, 20);
  EXPECT_GT(gateways, 20);
  EXPECT_GT(secrets, 3);
  EXPECT_GT(refused, 3);
  EXPECT_GT(connections, 3);
  EXPECT_GT(sets, 3);
  EXPECT_GT(policies, 3);
}

TEST(Incremental, HistoriesReachWhatKuma3Differs) {
  int parents = 0;
  int backends = 0;
  int refused = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    History history(seed);
    Folding folding("kuma-3");
    for (int event = 0; event < 60; ++event) folding.fold(history.next());
    for (const Output& output : folding.reducer().resources()) {
      ASSERT_EQ(output.key.kind.find("Gateway"), std::string::npos) << output.key.kind;
      ASSERT_NE(output.key.kind, "Secret");
      const bool real = output.body.find(R"("sectionName":"http","weight")") != std::string::npos;
      backends += real ? 1 : 0;
    }
    for (const Output& status : folding.reducer().statuses()) {
      parents += status.body.find(R"("kind":"MeshService")") != std::string::npos ? 1 : 0;
      refused += status.body.find("Kuma 3 has no gateways") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GT(parents, 20);
  EXPECT_GT(backends, 20);
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace pawprint::tests
