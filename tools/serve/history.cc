#include "tools/serve/history.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/model/scrub.h"
#include "replay/answer.h"
#include "replay/fold.h"
#include "replay/kind_names.h"
#include "replay/lookup.h"
#include "replay/nearest.h"
#include "replay/ref.h"

namespace pawprint::serve {
namespace {

using replay::Json;

constexpr std::array<std::string_view, 7> kParameters{"type", "name",     "namespace", "n",
                                                      "zone", "observed", "at"};

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<void> check_parameters(const Target& target) {
  for (const auto& [name, value] : target.query) {
    if (std::find(kParameters.begin(), kParameters.end(), name) != kParameters.end()) continue;
    return fail(ErrorCode::kInvalid,
                "parameter \"" + name + "\" is unknown" + replay::suggestion(name, kParameters));
  }
  if (target.get("type").empty())
    return fail(ErrorCode::kInvalid, "parameter \"type\" is missing, like type=httproutes");
  return {};
}

std::string print(const std::vector<replay::Found>& found, bool one, const Json& provenance,
                  bool zones) {
  Json out{{"apiVersion", "v1"},
           {"kind", "List"},
           {"items", Json::array()},
           {"metadata", {{"resourceVersion", ""}}}};
  for (const replay::Found& each : found) {
    Json item = each.object;
    if (zones && !one) item["pawprint"] = {{"zone", each.key.zone}};
    out["items"].push_back(std::move(item));
  }
  if (one) out = found.front().object;
  model::scrub(out);
  out["pawprint"] = provenance;
  if (one && zones) out["pawprint"]["zone"] = found.front().key.zone;
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<std::string> answer(const Target& target, const Reducer& reducer, store::Reader& log,
                           const replay::Moment& moment) {
  const auto kinds = replay::parse_kinds(target.get("type"));
  if (!kinds) return tl::unexpected(kinds.error());
  const std::string name = target.get("name");
  const std::string ns = target.has("n") ? target.get("n") : target.get("namespace");
  std::vector<replay::Found> all;
  for (const model::Kind kind : *kinds) {
    const bool spaced = model::info(kind).namespaced;
    const std::string space = name.empty() || !ns.empty() || !spaced ? ns : "default";
    auto found = replay::look_up(
        {kind, target.get("zone"), spaced ? space : "", name, target.has("observed")}, reducer,
        log);
    if (!found) return tl::unexpected(found.error());
    all.insert(all.end(), std::make_move_iterator(found->begin()),
               std::make_move_iterator(found->end()));
  }
  if (!name.empty() && all.empty())
    return fail(ErrorCode::kNotFound, "there is no " + target.get("type") + " \"" + name + "\"");
  if (!name.empty() && all.size() > 1)
    return fail(ErrorCode::kInvalid,
                "\"" + name + "\" is in more than one zone; name one with zone=");
  const Json envelope = replay::answer("", moment.seq, moment.time_ns, replay::coverage(log));
  return print(all, !name.empty(), {{"at", envelope["at"]}, {"coverage", envelope["coverage"]}},
               reducer.zones().size() > 1);
}

}  // namespace

Result<void> History::follow() {
  if (!log_) {
    auto opened = source_.reader();
    if (!opened) return tl::unexpected(opened.error());
    log_ = std::move(*opened);
  }
  return log_->refresh();
}

Result<std::string> History::get(const Target& target) {
  if (auto checked = check_parameters(target); !checked) return tl::unexpected(checked.error());
  const auto ref = replay::parse_ref(target.has("at") ? target.get("at") : "HEAD");
  if (!ref) return tl::unexpected(ref.error());
  const std::lock_guard lock(mutex_);
  if (auto followed = follow(); !followed) return tl::unexpected(followed.error());
  const auto moment = replay::resolve(*ref, *log_, now_ns());
  if (!moment) return tl::unexpected(moment.error());
  if (head_ && head_->head() > moment->seq) {
    auto past = replay::past_at(*log_, *moment);
    if (!past) return tl::unexpected(past.error());
    return answer(target, past->reducer, *log_, *moment);
  }
  if (!head_) head_ = std::make_unique<Reducer>();
  if (auto folded = replay::fold_until(*log_, *head_, moment->seq); !folded) {
    head_.reset();
    return tl::unexpected(folded.error());
  }
  return answer(target, *head_, *log_, *moment);
}

}  // namespace pawprint::serve
