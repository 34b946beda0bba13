#include "engine/rules/quirks.h"

namespace pawprint::rules {

bool quirks_of(std::string_view profile, Quirks& out) {
  out = {};
  if (profile == "kuma-2.14") return true;
  if (profile == "kuma-3") {
    out.k3_no_gateways = true;
    out.k3_label_references = true;
    out.k3_mesh_service_parents = true;
    out.k3_mesh_annotation_ignored = true;
    return true;
  }
  if (profile != "kuma-2.14-compat") return false;
  out.d01_attach_whole_gateway = true;
  out.d02_joined_secret_names = true;
  out.d03_gamma_ignores_grants = true;
  out.d04_gamma_unresolved_vanishes = true;
  out.d05_unmatched_to_parent = true;
  out.d07_mirror_not_granted_stuck = true;
  out.d08_no_backends_stuck = true;
  out.d09_refused_output_stuck = true;
  out.d10_filters_ignored = true;
  out.d11_rule_members_ignored = true;
  out.d12_plain_gamma_names = true;
  out.d14_parent_port_unchecked = true;
  out.d15_missing_service_parent_silent = true;
  out.d16_backend_port_unchecked = true;
  out.d17_unseparated_hash = true;
  out.d22_glued_pem = true;
  out.d25_regex_queries_as_given = true;
  out.d26_backends_as_given = true;
  out.d27_mirrors_as_given = true;
  out.d28_rules_as_given = true;
  out.d29_union_of_listeners = true;
  out.d30_count_all_refs = true;
  out.d31_always_programmed = true;
  out.d32_conflicts_kill_all = true;
  out.d36_http_only = true;
  out.d40_remove_case_kept = true;
  out.d40_rsa_ecdsa_only = true;
  out.d41_mesh_mismatch_accepted = true;
  out.d44_empty_parents_everywhere = true;
  out.d45_any_gateway_name = true;
  out.d46_bare_mesh_target = true;
  out.d47_legacy_references = true;
  out.d48_no_floor_routes = true;
  out.d49_no_exact_twins = true;
  out.d50_path_before_host = true;
  out.d53_prefix_slash_lost = true;
  out.kuma_labels = true;
  return true;
}

}  // namespace pawprint::rules
