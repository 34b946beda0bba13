#include "engine/rules/reference_grant.h"

namespace pawprint::rules {

const Rule kGrantPermitted{"reference_grant/permitted",
                           "ReferenceGrant.spec.from, .spec.to; section ReferenceGrant", "-",
                           "A reference into another namespace needs that namespace's consent",
                           "oracle/backend-cross-ns-grant, oracle/tls-cross-ns-grant"};

namespace {

bool grants(const model::GrantFact& grant, const Reference& ref) {
  bool from = false;
  for (const auto& each : grant.from) {
    from = from || (each.group.is("gateway.networking.k8s.io") && each.kind.is(ref.from_kind) &&
                    each.ns == ref.from_ns);
  }
  if (!from) return false;
  for (const auto& each : grant.to) {
    if (each.group.view() == ref.to_group.view() && each.kind == ref.to_kind &&
        (each.name.empty() || each.name == ref.to_name)) {
      return true;
    }
  }
  return false;
}

}  // namespace

template <class T>
bool reference_permitted(Context<T>& ctx, const Reference& ref, const Object** by) {
  if (ref.from_ns == ref.to_ns) return true;
  for (const Object* object : ctx.reads.grants(ctx.zone, ref.to_ns)) {
    const auto* grant = object->template as<model::GrantFact>();
    if (grant == nullptr || !grants(*grant, ref)) continue;
    if (by != nullptr) *by = object;
    return true;
  }
  return false;
}

std::string kind_with_group(Sym group, Sym kind) {
  std::string out(kind.view());
  if (!group.empty()) out.append(".").append(group.view());
  return out;
}

template bool reference_permitted<NoTrace>(Context<NoTrace>&, const Reference&, const Object**);
template bool reference_permitted<Tracing>(Context<Tracing>&, const Reference&, const Object**);

}  // namespace pawprint::rules
