// Two ways to run the same rule code: without tracing (every reconciliation) and with it (explain).
//
// A rule writes its output through Out and names, for each leaf, the rule and the source field.
// With NoTrace all of that compiles to nothing; with Tracing it becomes an ObjectTrace. Results are
// the same by construction: the text is written by the same calls.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/explain/trace.h"
#include "engine/model/canonical.h"
#include "engine/rules/rule.h"
#include "engine/world/world.h"

namespace pawprint::rules {

/// Appends `.key` or `['key']` to a field path.
void append_field(std::string& path, std::string_view key);

struct NoTrace {
  static constexpr bool kOn = false;
  struct Src {
    [[nodiscard]] Src at(std::string_view) const { return {}; }
    [[nodiscard]] Src at(std::size_t) const { return {}; }
  };
  struct Cause {};
  static Src object(const world::Object&, std::string_view) { return {}; }
  static Src setting(std::string_view) { return {}; }
  template <class... S>
  static Cause by(const Rule&, const S&...) {
    return {};
  }
};

struct Tracing {
  static constexpr bool kOn = true;
  struct Src {
    explain::Source source;
    [[nodiscard]] Src at(std::string_view key) const {
      Src out = *this;
      append_field(out.source.field, key);
      return out;
    }
    [[nodiscard]] Src at(std::size_t index) const {
      Src out = *this;
      out.source.field += '[' + std::to_string(index) + ']';
      return out;
    }
  };
  struct Cause {
    explain::Cause cause;
  };
  /// `field` is the starting path, ".spec".
  static Src object(const world::Object& object, std::string_view field);
  static Src setting(std::string_view member);
  template <class... S>
  static Cause by(const Rule& rule, const S&... sources) {
    return {{std::string(rule.id), {sources.source...}}};
  }
};

/// Writes one JSON document. Members must be written in sorted order (a test checks it), so that
/// the text is canonical.
template <class T>
class Out {
 public:
  void open(char bracket) {
    separate();
    text_ += bracket;
    if constexpr (T::kOn) path_.push_back({bracket == '[', 0, {}});
  }
  void close(char bracket) {
    text_ += bracket;
    if constexpr (T::kOn) {
      path_.pop_back();
      advance();
    }
  }
  void key(std::string_view name) {
    separate();
    model::append_json_string(text_, name);
    text_ += ':';
    if constexpr (T::kOn) path_.back().key = name;
  }
  void text(std::string_view value, const typename T::Cause& cause) {
    separate();
    const std::size_t begin = text_.size();
    model::append_json_string(text_, value);
    leaf(begin, cause);
  }
  void number(std::int64_t value, const typename T::Cause& cause) {
    raw(std::to_string(value), cause);
  }
  void truth(bool value, const typename T::Cause& cause) { raw(value ? "true" : "false", cause); }
  /// A leaf given as JSON text: a number, {} or [].
  void raw(std::string_view json, const typename T::Cause& cause) {
    separate();
    const std::size_t begin = text_.size();
    text_ += json;
    leaf(begin, cause);
  }
  /// The shortest form of key() and text().
  void member(std::string_view name, std::string_view value, const typename T::Cause& cause) {
    key(name);
    text(value, cause);
  }

  [[nodiscard]] const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }
  std::vector<explain::Leaf>& leaves() { return leaves_; }

 private:
  struct Step {
    bool list;
    std::size_t index;
    std::string key;
  };
  void separate() {
    if (text_.empty()) return;
    const char last = text_.back();
    if (last != '{' && last != '[' && last != ':') text_ += ',';
  }
  void advance() {
    if (!path_.empty() && path_.back().list) ++path_.back().index;
  }
  void leaf(std::size_t begin, const typename T::Cause& cause) {
    if constexpr (T::kOn) {
      std::string field;
      for (const Step& step : path_) {
        if (step.list) field += '[' + std::to_string(step.index) + ']';
        else append_field(field, step.key);
      }
      leaves_.push_back({std::move(field), text_.substr(begin), cause.cause});
      advance();
    } else {
      static_cast<void>(begin);
      static_cast<void>(cause);
    }
  }

  std::string text_;
  std::vector<Step> path_;
  std::vector<explain::Leaf> leaves_;
};

}  // namespace pawprint::rules
