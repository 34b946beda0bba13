// What differs between the profiles: one flag per defect of Kuma 2.14.3 (docs/quirks.md), and a few
// for what Kuma 3 has changed.
//
// True reproduces the defect or the change. A flag is read where the rule decides; no other code
// knows which profile is on.
#pragma once

#include <array>
#include <string_view>

namespace pawprint::rules {

struct Quirks {
  bool d01_attach_whole_gateway = false;  ///< One permitted listener opens all of them.
  bool d02_joined_secret_names = false;   ///< gapi-<ns>-<name>, which is not injective.
  bool d03_gamma_ignores_grants = false;
  bool d04_gamma_unresolved_vanishes = false;  ///< Unresolved share moves to the siblings.
  bool d05_unmatched_to_parent = false;        ///< Sidecars deliver what no route takes.
  bool d07_mirror_not_granted_stuck = false;
  bool d08_no_backends_stuck = false;
  bool d09_refused_output_stuck = false;  ///< Admission failures leave neither object nor status.
  bool d10_filters_ignored = false;
  bool d11_rule_members_ignored = false;  ///< timeouts, retry, sessionPersistence, mirror share.
  bool d12_plain_gamma_names = false;
  bool d14_parent_port_unchecked = false;
  bool d15_missing_service_parent_silent = false;
  bool d16_backend_port_unchecked = false;
  bool d17_unseparated_hash = false;
  bool d22_glued_pem = false;
  bool d25_regex_queries_as_given = false;  ///< Gateways lose all but the last one.
  bool d26_backends_as_given = false;       ///< Equal backends not merged, weight 0 kept.
  bool d27_mirrors_as_given = false;        ///< Also those that stop a proxy's configuration.
  bool d28_rules_as_given = false;          ///< Rules and names carry no precedence between routes.
  bool d29_union_of_listeners = false;
  bool d30_count_all_refs = false;
  bool d31_always_programmed = false;
  bool d32_conflicts_kill_all = false;
  bool d36_http_only = false;  ///< HTTPRoute is the only route kind, a Gateway's own listeners all.
  bool d40_remove_case_kept = false;
  bool d40_rsa_ecdsa_only = false;
  bool d41_mesh_mismatch_accepted = false;
  bool d44_empty_parents_everywhere = false;
  bool d45_any_gateway_name = false;
  bool d46_bare_mesh_target = false;
  bool d47_legacy_references = false;  ///< Services by tag only, kinds of kuma.io refused.
  bool d48_no_floor_routes = false;    ///< A listener without routes stops its gateway.
  bool d49_no_exact_twins = false;
  bool d50_path_before_host = false;  ///< Gateways ask for the path before the host name.
  bool d53_prefix_slash_lost = false;
  bool kuma_labels = false;                 ///< Kuma's owner label instead of ours.
  bool k3_no_gateways = false;              ///< Nothing of the Gateway API's north-south half.
  bool k3_label_references = false;         ///< Targets by kind, labels and sectionName only.
  bool k3_mesh_service_parents = false;     ///< Destinations are MeshServices.
  bool k3_mesh_annotation_ignored = false;  ///< A mesh is chosen by label only.

  /// What messages call the target.
  [[nodiscard]] std::string_view kuma() const {
    return k3_label_references ? "Kuma 3" : "Kuma 2.14";
  }
};

/// Every profile, the default one first.
inline constexpr std::array<std::string_view, 3> kProfiles{"kuma-2.14", "kuma-2.14-compat",
                                                           "kuma-3"};

/// The flags of a profile name; false when there is no such profile.
bool quirks_of(std::string_view profile, Quirks& out);

}  // namespace pawprint::rules
