// A text that must not be printed: a token, a password, a private key, the key of a store.
//
// It has no formatter, no stream operator and no conversion to text or JSON, so that printing one
// does not compile (tests/model/redacted_test.cc holds that). Whoever needs the bytes calls
// reveal(), which is easy to find. The memory is wiped when the value goes or is replaced. Copies
// are allowed; each wipes itself. As thread-safe as std::string.
#pragma once

#include <string.h>

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

namespace pawprint {

class Redacted {
 public:
  Redacted() = default;
  Redacted(std::string text) : text_(std::move(text)) {}
  Redacted(const char* text) : text_(text) {}
  explicit Redacted(std::string_view text) : text_(text) {}
  Redacted(const Redacted&) = default;
  /// The other one is empty afterwards, also where a short text was copied and not moved.
  Redacted(Redacted&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  Redacted& operator=(const Redacted& other) {
    if (this != &other) *this = Redacted(other);
    return *this;
  }
  Redacted& operator=(Redacted&& other) noexcept {
    if (this == &other) return *this;
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
    return *this;
  }
  ~Redacted() { wipe(); }

  /// The bytes themselves, valid as long as this value is not changed.
  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  bool operator==(const Redacted&) const = default;

  template <class Stream>
  friend Stream& operator<<(Stream&, const Redacted&) = delete;
  /// For GoogleTest, which would print the bytes of a type that it does not know.
  friend void PrintTo(const Redacted&, std::ostream* out) { print_placeholder(*out); }

 private:
  template <class Stream>
  static void print_placeholder(Stream& out) {
    out.write("[redacted]", 10);
  }
  void wipe() {
    // The whole allocation: a shorter text may have replaced a longer one.
    text_.resize(text_.capacity());
    ::explicit_bzero(text_.data(), text_.size());
    text_.clear();
  }

  std::string text_;
};

}  // namespace pawprint
