#include "watch/kube/access.h"

#include <fmt/format.h>

#include "watch/kube/base64.h"

namespace pawprint::watch::kube {
namespace {

Result<std::string> read_pem(const Pem& pem) {
  if (pem.file.empty()) return pem.text;
  return read_file(pem.file);
}

std::string first_line(const std::string& text) {
  const auto* blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find_last_not_of(blanks) + 1;
  const std::string token = text.substr(begin, end - begin);
  // A line end within would end the header and start another.
  return token.find_first_of("\r\n") == std::string::npos ? token : std::string{};
}

}  // namespace

Result<TlsMaterial> Access::read_material() const {
  TlsMaterial material;
  material.insecure = target_.insecure;
  const std::pair<const Pem*, std::string*> parts[] = {
      {&target_.ca, &material.ca},
      {&target_.client_certificate, &material.certificate},
      {&target_.client_key, &material.key}};
  for (const auto& [pem, text] : parts) {
    if (pem->empty()) continue;
    auto read = read_pem(*pem);
    if (!read) return tl::unexpected(read.error());
    if (read->empty()) return fail(ErrorCode::kInvalid, fmt::format("{} is empty", pem->file));
    *text = std::move(*read);
  }
  return material;
}

bool Access::read_token() {
  token_read_ = Clock::now();
  auto text = read_file(target_.token_file);
  const std::string fresh = text ? first_line(*text) : std::string{};
  if (fresh.empty() || fresh == token_) return false;
  token_ = fresh;
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

std::vector<std::pair<std::string, std::string>> Access::headers() {
  std::vector<std::pair<std::string, std::string>> list;
  const std::lock_guard lock(mutex_);
  if (!target_.token_file.empty() && Clock::now() - token_read_ >= kTokenAge) read_token();
  if (!token_.empty()) {
    list.emplace_back("Authorization", "Bearer " + token_);
  } else if (!target_.username.empty()) {
    list.emplace_back("Authorization",
                      "Basic " + base64_encode(target_.username + ":" + target_.password));
  }
  if (!target_.as_user.empty()) list.emplace_back("Impersonate-User", target_.as_user);
  if (!target_.as_uid.empty()) list.emplace_back("Impersonate-Uid", target_.as_uid);
  for (const auto& group : target_.as_groups) list.emplace_back("Impersonate-Group", group);
  return list;
}

bool Access::reload_token() {
  const std::lock_guard lock(mutex_);
  return !target_.token_file.empty() && read_token();
}

}  // namespace pawprint::watch::kube
