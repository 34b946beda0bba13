#include "engine/rules/listener_set.h"

#include <algorithm>

#include "engine/rules/selector.h"

namespace pawprint::rules {

const Rule kListenerSetAllowed{
    "listener_set/allowed", "Gateway.spec.allowedListeners; Accepted/NotAllowed", "-",
    "The Gateway's owner decides who may add listeners to it; nobody may unless it says so",
    "conformance/ListenerSetAllowedNamespaceSame, conformance/ListenerSetDefaultNotAllowed"};
const Rule kListenerSetAccepted{
    "listener_set/accepted", "ListenerSet conditions Accepted and Programmed", "-",
    "A ListenerSet is accepted when its Gateway is and at least one of its listeners is served",
    "conformance/ListenerSetHTTPRouting"};

namespace {

template <class T>
bool namespace_allowed(Context<T>& ctx, const Object& gateway,
                       const model::AllowedNamespaces& allowed, Sym ns) {
  if (allowed.from.is("All")) return true;
  if (allowed.from.is("Same")) return ns == gateway.ns;
  if (!allowed.from.is("Selector") || !allowed.has_selector) return false;
  const Object& owner = ctx.reads.object(Kind::kNamespace, ctx.zone, {}, ns);
  if (const auto* fact = owner.template as<model::NamespaceFact>()) {
    return selector_matches(allowed.selector, fact->labels);
  }
  return selector_matches(allowed.selector, {{ctx.intern("kubernetes.io/metadata.name"), ns}});
}

template <class T>
void settle(JudgedSet<T>& set, bool good, std::string_view accepted, std::string_view programmed,
            const std::string& message, const typename T::Cause& cause) {
  set.verdicts.push_back(verdict<T>("Accepted", good, accepted, message, cause));
  set.verdicts.push_back(verdict<T>("Programmed", good, programmed, good ? "" : message, cause));
}

template <class T>
void judge_own(JudgedSet<T>& set, std::size_t served, std::size_t all) {
  const auto cause = T::by(kListenerSetAccepted, T::object(*set.object, ".spec").at("listeners"));
  if (served == 0) {
    settle<T>(set, false, "ListenersNotValid", "ListenersNotValid",
              "no listener is valid, see their conditions", cause);
  } else if (served < all) {
    settle<T>(set, true, "ListenersNotValid", "Programmed",
              "some listeners are not valid, see their conditions", cause);
  } else {
    settle<T>(set, true, "Accepted", "Programmed", "", cause);
  }
  set.accepted = served > 0;
}

}  // namespace

template <class T>
std::vector<JudgedSet<T>> find_listener_sets(Context<T>& ctx, const Object& gateway,
                                             const model::GatewayFact& fact) {
  std::vector<JudgedSet<T>> out;
  if (ctx.quirks().d36_http_only) return out;
  const world::ObjId id =
      ctx.reads.world().id(Kind::kGateway, gateway.zone, gateway.ns, gateway.name);
  for (const Object* object : ctx.reads.members(id)) {
    const auto* set = object->template as<model::ListenerSetFact>();
    if (set == nullptr) continue;
    out.push_back({object,
                   set,
                   namespace_allowed<T>(ctx, gateway, fact.allowed_sets, object->ns),
                   false,
                   {}});
  }
  std::sort(out.begin(), out.end(), [](const JudgedSet<T>& a, const JudgedSet<T>& b) {
    const auto order = [](const JudgedSet<T>& set) {
      return std::tuple(set.fact->meta.created_s, set.object->ns.view(), set.object->name.view());
    };
    return order(a) < order(b);
  });
  return out;
}

template <class T>
void judge_listener_sets(std::vector<JudgedSet<T>>& sets,
                         const std::vector<JudgedListener<T>>& listeners, bool gateway_accepted) {
  for (JudgedSet<T>& set : sets) {
    const auto parent = T::object(*set.object, ".spec").at("parentRef");
    if (!set.allowed) {
      settle<T>(set, false, "NotAllowed", "NotAllowed",
                "the Gateway's allowedListeners do not admit ListenerSets of namespace " +
                    std::string(set.object->ns.view()),
                T::by(kListenerSetAllowed, parent));
      continue;
    }
    if (set.fact->malformed.set()) {
      settle<T>(set, false, "Invalid", "Invalid",
                "malformed: " + std::string(set.fact->malformed.view()),
                T::by(kListenerSetAccepted, T::object(*set.object, ".spec")));
      continue;
    }
    if (!gateway_accepted) {
      settle<T>(set, false, "ParentNotAccepted", "ParentNotProgrammed",
                "the Gateway is not accepted", T::by(kListenerSetAccepted, parent));
      continue;
    }
    const auto served = std::count_if(
        listeners.begin(), listeners.end(),
        [&](const JudgedListener<T>& each) { return each.owner == set.object && each.emitted; });
    judge_own<T>(set, static_cast<std::size_t>(served), set.fact->listeners.size());
  }
}

#define PAWPRINT_INSTANTIATE(T)                                                        \
  template std::vector<JudgedSet<T>> find_listener_sets<T>(Context<T>&, const Object&, \
                                                           const model::GatewayFact&); \
  template void judge_listener_sets<T>(std::vector<JudgedSet<T>>&,                     \
                                       const std::vector<JudgedListener<T>>&, bool);
PAWPRINT_INSTANTIATE(NoTrace)
PAWPRINT_INSTANTIATE(Tracing)
#undef PAWPRINT_INSTANTIATE

}  // namespace pawprint::rules
