// A value that must not be printed cannot be: what would print it does not compile.
#include "engine/redacted.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <ostream>
#include <type_traits>

namespace pawprint {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept Joinable = requires(std::string text, const T& value) {
  text + value;
};

// The control: the same tests see that text can be printed.
static_assert(Streamable<std::string> && fmt::is_formattable<std::string>::value);
static_assert(Joinable<std::string> && std::is_constructible_v<nlohmann::json, std::string>);

static_assert(!Streamable<Redacted>);
static_assert(!fmt::is_formattable<Redacted>::value);
static_assert(!std::is_constructible_v<nlohmann::json, Redacted>);
static_assert(!std::is_convertible_v<Redacted, std::string>);
static_assert(!std::is_convertible_v<Redacted, std::string_view>);
static_assert(!std::is_constructible_v<std::string, Redacted>);
static_assert(!Joinable<Redacted>);

TEST(Redacted, HoldsWhatItWasGiven) {
  Redacted token = std::string("abc");
  Redacted copy = token;
  EXPECT_EQ(copy.reveal(), "abc");
  EXPECT_TRUE(copy == token);
  const Redacted moved = std::move(token);
  EXPECT_EQ(moved.reveal(), "abc");
  EXPECT_TRUE(token.empty());
  copy = Redacted(std::string_view("longer than what fits into a small string"));
  EXPECT_EQ(copy.size(), 41U);
  EXPECT_EQ(testing::PrintToString(copy), "[redacted]");
}

TEST(Redacted, AMovedFromValueLeavesNoBytes) {
  Redacted small = "s3cretvalue";
  const char* where = small.reveal().data();
  const Redacted taken = std::move(small);
  EXPECT_EQ(std::string_view(where, 11), std::string_view("\0\0\0\0\0\0\0\0\0\0\0", 11));
}

}  // namespace
}  // namespace pawprint
