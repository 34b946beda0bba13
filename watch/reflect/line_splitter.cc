#include "watch/reflect/line_splitter.h"

#include <openssl/evp.h>

#include "engine/result.h"

namespace pawprint::watch::reflect {

/// SHA-256 of a line that is too long to be kept.
struct LineSplitter::Digest {
  Digest() : context(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    PAWPRINT_CHECK(context != nullptr &&
                   EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(std::string_view part) {
    PAWPRINT_CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    bytes += part.size();
  }
  record::Hash finish() {
    record::Hash hash{};
    unsigned size = 0;
    PAWPRINT_CHECK(EVP_DigestFinal_ex(context.get(), hash.data(), &size) == 1 &&
                   size == hash.size());
    return hash;
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context;
  std::uint64_t bytes = 0;
};

LineSplitter::LineSplitter(std::uint64_t limit, OnLine on_line, OnOversize on_oversize)
    : limit_(limit), on_line_(std::move(on_line)), on_oversize_(std::move(on_oversize)) {}
LineSplitter::~LineSplitter() = default;

void LineSplitter::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      keep(bytes);
      return;
    }
    end_line(bytes.substr(0, end));
    bytes.remove_prefix(end + 1);
  }
}

void LineSplitter::keep(std::string_view part) {
  if (!digest_ && held_.size() + part.size() > limit_) {
    digest_ = std::make_unique<Digest>();
    digest_->add(held_);
  }
  if (digest_) digest_->add(part);
  held_.append(part.substr(0, limit_ - held_.size()));
}

void LineSplitter::end_line(std::string_view last) {
  if (held_.empty() && !digest_ && last.size() <= limit_) {
    if (!last.empty()) on_line_(last);  // The whole line is in one piece: no copy.
    return;
  }
  keep(last);
  if (digest_) {
    on_oversize_({held_, digest_->bytes, digest_->finish()});
  } else {
    on_line_(held_);
  }
  held_.clear();
  digest_.reset();
  // One large event must not hold its memory for the rest of the watch.
  if (held_.capacity() > (1U << 20)) held_.shrink_to_fit();
}

std::uint64_t LineSplitter::pending() const { return digest_ ? digest_->bytes : held_.size(); }

}  // namespace pawprint::watch::reflect
