#include "watch/reflect/lister.h"

#include <fmt/format.h>

#include <algorithm>

#include "watch/kube/paths.h"
#include "watch/kube/status.h"
#include "watch/reflect/watch_event.h"

namespace pawprint::watch::reflect {
namespace {

constexpr int kPageItems = 500;
constexpr int kSmallestPage = 20;
constexpr int kPageRetries = 4;  ///< Of a later page, before the whole list starts over.

class Listing {
 public:
  Listing(kube::Client& client, const Shared& shared, const Origin& origin,
          const ListRequest& request)
      : client_(client), shared_(shared), origin_(origin), request_(request) {}

  Listed run() {
    for (const auto& ns : request_.namespaces) {
      if (!list_namespace(ns)) return std::move(out_);
    }
    if (out_.versions.empty()) return std::move(out_);  // Denied everywhere.
    if (!begun_) begin();
    Notice end = blank(NoticeKind::kListEnd);
    end.items = items_;
    if (origin_.whole) end.resource_version = out_.versions[0];
    end.reason = request_.reason;
    shared_.sink.deliver({std::move(end)});
    out_.outcome = ListOutcome::kDone;
    return std::move(out_);
  }

 private:
  Notice blank(NoticeKind kind) const {
    Notice notice;
    notice.notice = kind;
    notice.zone = origin_.zone;
    notice.group = origin_.group;
    notice.kind = origin_.kind;
    notice.record.time_ns = wall_clock_ns();
    return notice;
  }

  void begin() {
    Notice notice = blank(NoticeKind::kListBegin);
    notice.reason = request_.reason;
    shared_.sink.deliver({std::move(notice)});
    begun_ = true;
  }

  bool end_with(ListOutcome outcome, std::string why) {
    out_.outcome = outcome;
    out_.why = std::move(why);
    return false;
  }

  std::string target(const std::string& ns, const std::string& next) const {
    std::vector<std::pair<std::string_view, std::string>> parameters{
        {"limit", std::to_string(page_items_)}};
    if (!next.empty()) {
      parameters.emplace_back("continue", next);  // Never together with a resourceVersion.
    } else if (!request_.at_least.empty()) {
      parameters.emplace_back("resourceVersion", request_.at_least);
      parameters.emplace_back("resourceVersionMatch", "NotOlderThan");
    }
    return kube::resource_path(request_.resource, ns) + kube::query(parameters);
  }

  /// One page. What a first page cannot give is said at once; later ones are worth some patience.
  Result<kube::Response> page(const std::string& ns, const std::string& next) {
    kube::Request request;
    request.target = target(ns, next);
    kube::Backoff backoff(shared_.timing.pace, kube::fresh_seed());
    for (int left = next.empty() ? 0 : kPageRetries;; --left) {
      auto response = client_.send(request);
      const bool again = response ? kube::asks_retry(response->status)
                                  : response.error().code == ErrorCode::kUnreachable;
      if (!again || left == 0) return response;
      const auto asked = response ? response->retry_after : std::nullopt;
      if (!client_.wait(backoff.next(kube::Clock::now(), asked))) return response;
    }
  }

  /// False when the whole list is over (out_ says why).
  bool list_namespace(const std::string& ns) {
    std::string next, version;
    do {
      auto response = page(ns, next);
      if (!response && response.error().code == ErrorCode::kExhausted &&
          page_items_ > kSmallestPage) {
        page_items_ =
            std::max(kSmallestPage, page_items_ / 5);  // Very large objects: ask for fewer at once.
        continue;
      }
      if (!response) return end_with(ListOutcome::kFailed, response.error().message);
      if (response->status == 403 && request_.skip_denied && next.empty()) {
        out_.denied.push_back(ns);
        out_.outcome = ListOutcome::kDenied;
        out_.why = describe(origin_, response->status, response->body);
        return true;
      }
      if (!response->ok()) return refused(*response);
      auto parsed = parse_list_page(response->body);
      if (!parsed) return end_with(ListOutcome::kFailed, parsed.error().message);
      if (!version.empty() && parsed->resource_version != version) {
        return end_with(ListOutcome::kFailed, "pages of one list have different resourceVersions");
      }
      version = parsed->resource_version;
      next = parsed->next;
      deliver(*parsed);
    } while (!next.empty() || version.empty());
    out_.versions.push_back(version);
    return true;
  }

  bool refused(const kube::Response& response) {
    const auto status = kube::parse_status(response.body);
    const std::string why = describe(origin_, response.status, response.body);
    out_.retry_after = response.retry_after;
    if (response.status == 410) return end_with(ListOutcome::kGone, why);
    if (response.status == 404) return end_with(ListOutcome::kAbsent, why);
    if (response.status == 401 || response.status == 403)
      return end_with(ListOutcome::kDenied, why);
    if (status.too_new) return end_with(ListOutcome::kLagging, why);
    return end_with(ListOutcome::kFailed, why);
  }

  void deliver(const ListPage& page) {
    if (!begun_) begin();
    Origin origin = origin_;
    origin.api_version = kube::api_version(request_.resource);
    const std::int64_t now = wall_clock_ns();
    std::vector<Notice> notices;
    notices.reserve(page.items.size());
    for (const auto item : page.items) {
      notices.push_back(observe(origin, NoticeKind::kListItem, record::Event::kAdded, item, now));
    }
    items_ += notices.size();
    if (!notices.empty()) shared_.sink.deliver(std::move(notices));
  }

  kube::Client& client_;
  const Shared& shared_;
  const Origin& origin_;
  const ListRequest& request_;
  Listed out_;
  bool begun_ = false;
  int page_items_ = kPageItems;
  std::uint64_t items_ = 0;
};

}  // namespace

Listed list_all(kube::Client& client, const Shared& shared, const Origin& origin,
                const ListRequest& request) {
  return Listing(client, shared, origin, request).run();
}

}  // namespace pawprint::watch::reflect
