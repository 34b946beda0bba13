#include "watch/kube/access.h"

#include <fmt/format.h>

#include "engine/model/scrub.h"
#include "watch/kube/base64.h"

namespace pawprint::watch::kube {
namespace {

constexpr std::size_t kTellingBytes = 4;  ///< Shorter ones would be found in plain words.

/// Empty when `pem` is.
Result<Redacted> read_pem(const Pem& pem) {
  if (pem.file.empty()) return pem.text;
  auto text = read_file(pem.file);
  if (!text) return tl::unexpected(text.error());
  if (text->empty()) return fail(ErrorCode::kInvalid, fmt::format("{} is empty", pem.file));
  return Redacted(std::move(*text));
}

Redacted first_line(const std::string& text) {
  const auto* blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find_last_not_of(blanks) + 1;
  Redacted token = text.substr(begin, end - begin);
  // A line end within would end the header and start another.
  return token.reveal().find_first_of("\r\n") == std::string::npos ? token : Redacted{};
}

}  // namespace

Result<TlsMaterial> Access::read_material() const {
  TlsMaterial material;
  material.insecure = target_.insecure;
  auto authorities = read_pem(target_.ca);
  if (!authorities) return tl::unexpected(authorities.error());
  auto certificate = read_pem(target_.client_certificate);
  if (!certificate) return tl::unexpected(certificate.error());
  auto key = read_pem(target_.client_key);
  if (!key) return tl::unexpected(key.error());
  material.ca = authorities->reveal();
  material.certificate = certificate->reveal();
  material.key = std::move(*key);
  return material;
}

bool Access::read_token() {
  token_read_ = Clock::now();
  auto text = read_file(target_.token_file);
  Redacted fresh = text ? first_line(*text) : Redacted{};
  if (fresh.empty() || fresh == token_) return false;
  token_ = std::move(fresh);
  return true;
}

Result<std::shared_ptr<Access>> Access::create(Target target) {
  std::shared_ptr<Access> access(new Access(std::move(target)));
  const Target& to = access->target_;
  access->token_ = to.token;
  if (!to.token_file.empty()) {
    if (auto text = read_file(to.token_file); !text && to.token.empty()) {
      return fail(ErrorCode::kUnreachable, fmt::format("{}: {}", to.origin, text.error().message));
    }
    access->read_token();
    if (access->token_.empty()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{}: {} holds no token", to.origin, to.token_file));
    }
  }
  if (!to.tls) return access;
  auto material = access->read_material();
  if (!material) {
    return fail(material.error().code, fmt::format("{}: {}", to.origin, material.error().message));
  }
  auto context = make_tls_context(*material);
  if (!context) {
    return fail(context.error().code, fmt::format("{}: {}", to.origin, context.error().message));
  }
  access->material_ = std::move(*material);
  access->context_ = std::move(*context);
  access->material_read_ = Clock::now();
  return access;
}

TlsContext Access::tls() {
  const std::lock_guard lock(mutex_);
  if (Clock::now() - material_read_ >= kCertificateAge) {
    material_read_ = Clock::now();
    auto material = read_material();
    if (material && !(*material == material_)) {
      if (auto context = make_tls_context(*material)) {
        material_ = std::move(*material);
        context_ = std::move(*context);
      }
    }
  }
  return context_;
}

Headers Access::headers() {
  Headers list;
  const std::lock_guard lock(mutex_);
  if (!target_.token_file.empty() && Clock::now() - token_read_ >= kTokenAge) read_token();
  if (!token_.empty()) {
    list.emplace_back("Authorization", "Bearer " + token_.reveal());
  } else if (!target_.username.empty()) {
    list.emplace_back("Authorization",
                      "Basic " + base64_encode(target_.username + ":" + target_.password.reveal()));
  }
  if (!target_.as_user.empty()) list.emplace_back("Impersonate-User", target_.as_user);
  if (!target_.as_uid.empty()) list.emplace_back("Impersonate-Uid", target_.as_uid);
  for (const auto& group : target_.as_groups) list.emplace_back("Impersonate-Group", group);
  return list;
}

std::string Access::without_credentials(std::string text) {
  const std::lock_guard lock(mutex_);
  const Redacted basic = base64_encode(target_.username + ":" + target_.password.reveal());
  for (const Redacted& each : {token_, target_.token, target_.password, basic}) {
    const std::string& hidden = each.reveal();
    if (hidden.size() < kTellingBytes) continue;
    for (std::size_t at = 0; (at = text.find(hidden, at)) != std::string::npos;) {
      text.replace(at, hidden.size(), model::kScrubbed);
      at += model::kScrubbed.size();
    }
  }
  return text;
}

bool Access::reload_token() {
  const std::lock_guard lock(mutex_);
  return !target_.token_file.empty() && read_token();
}

}  // namespace pawprint::watch::kube
