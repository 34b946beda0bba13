#include "watch/kube/client.h"

#include <fmt/format.h>

#include "watch/kube/backoff.h"

namespace pawprint::watch::kube {

Client::Client(std::shared_ptr<Access> access, ClientOptions options)
    : access_(std::move(access)),
      options_(std::move(options)),
      connection_(access_, options_.stop) {}

Result<Client> Client::open(const std::string& kubeconfig, const std::string& context,
                            ClientOptions options) {
  auto target = load_target(kubeconfig, context);
  if (!target) return tl::unexpected(target.error());
  auto access = Access::create(std::move(*target));
  if (!access) return tl::unexpected(access.error());
  return Client(std::move(*access), std::move(options));
}

Result<std::string> Client::read_body(Clock::time_point deadline) {
  std::string body;
  while (true) {
    auto piece = connection_.read_some(deadline);
    if (!piece) return tl::unexpected(piece.error());
    if (piece->timed_out) {
      return fail(ErrorCode::kUnreachable,
                  fmt::format("{}: answer not complete in time", target().server));
    }
    body += piece->bytes;
    if (body.size() > options_.body_bytes) {
      connection_.close();
      return fail(ErrorCode::kExhausted, fmt::format("{}: answer is larger than {} bytes",
                                                     target().server, options_.body_bytes));
    }
    if (piece->end) return body;
  }
}

Result<Response> Client::exchange(const Request& request, bool whole, Clock::time_point deadline) {
  auto response = connection_.begin(request, access_->headers(), deadline);
  if (!response || (!whole && response->ok())) return response;
  auto body = read_body(deadline);
  if (!body) return tl::unexpected(body.error());
  response->body =
      response->ok() ? std::move(*body) : access_->without_credentials(std::move(*body));
  return response;
}

Result<Response> Client::attempt(const Request& request, bool whole) {
  const auto deadline = Clock::now() + request.timeout;
  if (connection_.reusable()) {
    auto response = exchange(request, whole, deadline);
    // The server may close an idle connection just as we use it; that is no failure of the server.
    if (response || response.error().code != ErrorCode::kUnreachable ||
        options_.stop.stop_requested() || Clock::now() >= deadline) {
      return response;
    }
  }
  if (auto opened = connection_.open(deadline); !opened) return tl::unexpected(opened.error());
  return exchange(request, whole, deadline);
}

Result<Response> Client::authorized(const Request& request, bool whole) {
  auto response = attempt(request, whole);
  if (response && response->status == 401 && access_->reload_token())
    return attempt(request, whole);
  return response;
}

Result<Response> Client::send(const Request& request) {
  Backoff backoff({}, fresh_seed());
  for (int left = options_.retries;; --left) {
    auto response = authorized(request, true);
    if (left <= 0 || options_.stop.stop_requested()) return response;
    if (!response && response.error().code != ErrorCode::kUnreachable) return response;
    if (!response && !options_.retry_unreachable) return response;
    const bool again = !response || (asks_retry(response->status) && response->retry_after);
    if (!again) return response;
    const auto asked = response ? response->retry_after : std::nullopt;
    if (!pause(options_.stop, backoff.next(Clock::now(), asked))) return response;
  }
}

Result<Response> Client::stream(const Request& request) { return authorized(request, false); }

Result<Response> Client::get(std::string_view target) {
  Request request;
  request.target = target;
  return send(request);
}

Result<Response> Client::post(std::string_view target, std::string_view json) {
  Request request;
  request.method = "POST";
  request.target = target;
  request.body = json;
  return send(request);
}

Result<Response> Client::put(std::string_view target, std::string_view json) {
  Request request;
  request.method = "PUT";
  request.target = target;
  request.body = json;
  return send(request);
}

Result<Response> Client::patch(std::string_view target, std::string_view body,
                               std::string_view content_type) {
  Request request;
  request.method = "PATCH";
  request.target = target;
  request.body = body;
  request.content_type = content_type;
  return send(request);
}

Result<Response> Client::apply(std::string_view target, std::string_view json,
                               std::string_view manager) {
  const char joint = target.find('?') == std::string_view::npos ? '?' : '&';
  return patch(fmt::format("{}{}fieldManager={}&force=true", target, joint, manager), json,
               kApplyPatch);
}

Result<Response> Client::del(std::string_view target, std::string_view json) {
  Request request;
  request.method = "DELETE";
  request.target = target;
  request.body = json;
  return send(request);
}

}  // namespace pawprint::watch::kube
