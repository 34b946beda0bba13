// Labels and ownership marks of generated objects.
#pragma once

#include <string>
#include <vector>

#include "engine/rules/context.h"
#include "engine/rules/mesh_selection.h"

namespace pawprint::rules {

extern const Rule kOwnerLabel;
extern const Rule kZoneLabels;
extern const Rule kGatewayLabels;
extern const Rule kObjectKind;

inline constexpr std::string_view kKumaOwnerKey =
    "gateways.kuma.io/gateway.networking.k8s.io-owner";
inline constexpr std::string_view kOwnerKey = "pawprint.dev/owner";

template <class T>
struct LabelValue {
  std::string_view key;
  std::string value;
  typename T::Cause cause;
};

/// Labels that every generated object of `source` carries: owner, mesh, and in our own profiles
/// origin and zone, so that Kuma's admission in a federated zone accepts them.
template <class T>
std::vector<LabelValue<T>> common_labels(Context<T>& ctx, const Object& source, const Mesh<T>& mesh,
                                         bool kuma_owner_label);

/// Writes `"labels":{...}`, sorted.
template <class T>
void write_labels(Out<T>& out, std::vector<LabelValue<T>> labels);

/// Writes the members apiVersion and kind, which are constants of the rule.
template <class T>
void write_type(Out<T>& out, Kind kind, const typename T::Src& source);

}  // namespace pawprint::rules
