#include "engine/derive/outputs.h"

#include <algorithm>

#include "engine/model/canonical.h"
#include "engine/rules/status_json.h"

namespace pawprint::derive {

namespace {
constexpr std::int64_t kNsPerSecond = 1'000'000'000;
}

Outputs::Slot& Outputs::slot(ObjId id) {
  if (id >= slots_.size()) slots_.resize(std::max<std::size_t>(id + 1, slots_.size() * 2));
  return slots_[id];
}

record::Hash Outputs::element(ObjId object, std::string_view body) const {
  const record::ObjectKey key = world_.key(object);
  std::string text = key.zone + '/' + record::display(key) + '\n';
  text += body;
  return record::sha256(text);
}

void Outputs::rehash_object(ObjId object) {
  Slot& entry = slot(object);
  std::optional<record::Hash> fresh;
  if (!entry.claims.empty()) fresh = element(object, entry.claims.front().made.body);
  if (fresh == entry.object_element) return;
  if (entry.object_element) digest_.remove(*entry.object_element);
  if (fresh) digest_.add(*fresh);
  entry.object_element = fresh;
  changed_.push_back({object, false});
}

void Outputs::drop_claim(ObjId object, ObjId owner) {
  std::erase_if(slot(object).claims, [&](const Claim& claim) { return claim.owner == owner; });
}

void Outputs::add_claim(ObjId object, Claim claim) {
  std::vector<Claim>& claims = slot(object).claims;
  const auto older = [&](const Claim& a, const Claim& b) {
    if (a.created_s != b.created_s) return a.created_s < b.created_s;
    const auto& left = world_.object(a.owner);
    const auto& right = world_.object(b.owner);
    if (left.ns != right.ns) return left.ns.view() < right.ns.view();
    return left.name.view() < right.name.view();
  };
  claims.insert(std::upper_bound(claims.begin(), claims.end(), claim, older), std::move(claim));
}

void Outputs::set_generated(ObjId owner, std::int64_t created_s,
                            std::vector<rules::Generated> made) {
  std::vector<ObjId> asked;
  const model::Sym zone = world_.object(owner).zone;
  for (rules::Generated& each : made) {
    const ObjId object = world_.id(each.kind, zone, each.ns, each.name);
    const std::vector<Claim>& claims = slot(object).claims;
    const auto same = std::find_if(claims.begin(), claims.end(), [&](const Claim& claim) {
      return claim.owner == owner && claim.created_s == created_s && claim.made.body == each.body &&
             claim.made.secret_digest == each.secret_digest;
    });
    asked.push_back(object);
    if (same != claims.end()) continue;
    drop_claim(object, owner);
    add_claim(object, {owner, created_s, std::move(each)});
    rehash_object(object);
  }
  std::vector<ObjId> before = std::move(slot(owner).asked);
  for (const ObjId object : before) {
    if (std::find(asked.begin(), asked.end(), object) != asked.end()) continue;
    drop_claim(object, owner);
    rehash_object(object);
  }
  asked.shrink_to_fit();
  slot(owner).asked = std::move(asked);
}

std::int64_t Outputs::seen_flip(ObjId object, const Transition& transition) const {
  std::int64_t out = 0;
  for (const model::SeenCondition& each : world_.object(object).seen.conditions) {
    if (each.section.view() == transition.section && each.type.is(transition.type) &&
        each.status.is(transition.status) && each.time_s != 0) {
      out = each.time_s * kNsPerSecond;
    }
  }
  return out;
}

/// Of a condition that was not there before. A new log beside an old cluster: what the cluster
/// already says keeps its time.
std::int64_t Outputs::first_flip(ObjId object, const Transition& transition) const {
  if (const auto known = flips_.find(object); known != flips_.end()) {
    for (const Flip& each : known->second) {
      if (each.section == transition.section && each.type == transition.type &&
          each.status == transition.status) {
        return each.time_ns;
      }
    }
  }
  const std::int64_t seen = seen_flip(object, transition);
  return seen != 0 ? seen : transition.time_ns;
}

std::vector<Transition> Outputs::transitions(ObjId object, const model::Status& status,
                                             std::int64_t time_ns) const {
  std::vector<Transition> out;
  const Slot* known = object < slots_.size() ? &slots_[object] : nullptr;
  for (const model::StatusEntry& entry : status.entries) {
    for (const model::Condition& condition : entry.conditions) {
      Transition next{entry.section, condition.type, condition.status, time_ns};
      const Transition* before = nullptr;
      if (known != nullptr && known->status) {
        for (const Transition& each : known->status->transitions) {
          if (each.section == entry.section && each.type == condition.type) before = &each;
        }
      }
      if (before == nullptr) next.time_ns = first_flip(object, next);
      else if (before->status == condition.status) next.time_ns = before->time_ns;
      out.push_back(std::move(next));
    }
  }
  return out;
}

void Outputs::set_status(ObjId object, std::optional<model::Status> status, std::int64_t time_ns) {
  Slot& entry = slot(object);
  if (!status && !entry.status) return;
  if (status && entry.status && entry.status->status == *status) return;
  if (entry.status_element) digest_.remove(*entry.status_element);
  entry.status_element.reset();
  if (status) {
    DesiredStatus desired;
    desired.transitions = transitions(object, *status, time_ns);
    desired.comparison = record::sha256(model::comparison_text(*status));
    desired.status = std::move(*status);
    entry.status = std::move(desired);
    entry.status_element = element(object, print_status(object, false));
    digest_.add(*entry.status_element);
  } else {
    entry.status.reset();
  }
  changed_.push_back({object, true});
}

const Claim* Outputs::winner(ObjId object) const {
  if (object >= slots_.size() || slots_[object].claims.empty()) return nullptr;
  return &slots_[object].claims.front();
}

const DesiredStatus* Outputs::status(ObjId object) const {
  if (object >= slots_.size() || !slots_[object].status) return nullptr;
  return &*slots_[object].status;
}

std::vector<Outputs::Changed> Outputs::take_changed() {
  std::vector<Changed> out;
  for (const Changed& each : changed_) {
    if (std::find(out.begin(), out.end(), each) == out.end()) out.push_back(each);
    if (out.size() > 64) {
      // Many changes at once: sort instead of searching.
      out = changed_;
      const auto order = [](const Changed& a, const Changed& b) {
        return a.object != b.object ? a.object < b.object : a.is_status < b.is_status;
      };
      std::sort(out.begin(), out.end(), order);
      out.erase(std::unique(out.begin(), out.end()), out.end());
      break;
    }
  }
  changed_.clear();
  return out;
}

std::vector<ObjId> Outputs::generated() const {
  std::vector<ObjId> out;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].claims.empty()) out.push_back(static_cast<ObjId>(i));
  }
  return out;
}

std::vector<ObjId> Outputs::with_status() const {
  std::vector<ObjId> out;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].status) out.push_back(static_cast<ObjId>(i));
  }
  return out;
}

std::string Outputs::print_status(ObjId object, bool times) const {
  const Slot& entry = slots_[object];
  PAWPRINT_CHECK(entry.status.has_value());
  model::TransitionTime time;
  if (times) {
    time = [&](const model::StatusEntry& section, const model::Condition& condition) {
      for (const Transition& each : entry.status->transitions) {
        if (each.section == section.section && each.type == condition.type) return each.time_ns;
      }
      return std::int64_t{0};
    };
  }
  return rules::status_document(world_.object(object), entry.status->status,
                                world_.config().controller_name, time, times);
}

}  // namespace pawprint::derive
