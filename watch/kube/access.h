// A Target with its credentials kept fresh: tokens and certificates in files are replaced while the
// daemon runs (the kubelet rotates bound tokens at 80 % of their life).
//
// Thread-safe; shared by all connections of a zone. A file that cannot be read or is empty later on
// keeps the old value in use. Credentials are never part of an error text.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/result.h"
#include "watch/kube/backoff.h"
#include "watch/kube/http.h"
#include "watch/kube/target.h"
#include "watch/kube/tls.h"

namespace pawprint::watch::kube {

class Access {
 public:
  /// Reads everything once and fails closed: kInvalid or kUnreachable names the file or member.
  static Result<std::shared_ptr<Access>> create(Target target);

  [[nodiscard]] const Target& target() const { return target_; }
  /// Settings for a new connection; files are looked at again after kCertificateAge.
  TlsContext tls();
  /// Authentication and impersonation headers; a token file is read again after kTokenAge.
  Headers headers();
  /// `text` with our own token and password taken out: a proxy's refusal may quote them.
  std::string without_credentials(std::string text);
  /// After a 401: reads the token file at once. True when the token changed.
  bool reload_token();

  static constexpr std::chrono::seconds kTokenAge{50};
  static constexpr std::chrono::seconds kCertificateAge{60};

 private:
  explicit Access(Target target) : target_(std::move(target)) {}
  Result<TlsMaterial> read_material() const;
  bool read_token();

  const Target target_;
  std::mutex mutex_;
  TlsContext context_;
  TlsMaterial material_;
  Redacted token_;
  Clock::time_point material_read_{}, token_read_{};
};

}  // namespace pawprint::watch::kube
