// BackendTLSPolicy and the ConfigMaps that it names.
#include "engine/model/canonical.h"
#include "engine/model/decode_gateway.h"

namespace pawprint::model {

namespace {

/// Whether `text` holds at least one PEM certificate and nothing but certificates.
bool certificates_only(std::string_view text) {
  static constexpr std::string_view kBegin = "-----BEGIN ";
  static constexpr std::string_view kCertificate = "CERTIFICATE-----";
  static constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  bool found = false;
  for (std::size_t at = text.find(kBegin); at != std::string_view::npos;
       at = text.find(kBegin, at)) {
    if (!text.substr(at + kBegin.size()).starts_with(kCertificate)) return false;
    const std::size_t body = at + kBegin.size() + kCertificate.size();
    const std::size_t end = text.find(kEnd, body);
    // DER of a certificate begins with 0x30 0x82, in base64 "MI".
    if (end == std::string_view::npos || text.substr(body, end - body).find("MI") > 2) return false;
    found = true;
    at = end + kEnd.size();
  }
  return found;
}

}  // namespace

BackendTlsPolicyFact read_backend_tls_policy(Reading& in, const JsonObject& object) {
  BackendTlsPolicyFact out;
  out.meta = read_meta(in, object);
  JsonObject spec;
  if (!in.object(object, "spec", spec)) return out;
  in.each_object(spec, "targetRefs", [&](const JsonObject& target) {
    out.targets.push_back({in.text(target, "group", ""), in.text(target, "kind"),
                           in.text(target, "name"), in.nonempty(target, "sectionName")});
  });
  JsonObject validation;
  if (in.object(spec, "validation", validation)) {
    in.each_object(validation, "caCertificateRefs", [&](const JsonObject& ref) {
      out.authorities.push_back(read_ref(in, ref, ""));
    });
    out.well_known = in.nonempty(validation, "wellKnownCACertificates");
    out.hostname = in.nonempty(validation, "hostname");
    in.each_object(validation, "subjectAltNames", [&](const JsonObject& name) {
      const Sym type = in.text(name, "type", "");
      out.names.push_back({type, in.nonempty(name, type.is("URI") ? "uri" : "hostname")});
    });
  }
  out.options = !in.present(spec, {"options"}).empty();
  if (!in.problem.empty()) out.malformed = in.symbols.intern(in.problem);
  return out;
}

ConfigMapFact read_config_map(Reading& in, const JsonObject& object) {
  ConfigMapFact out;
  JsonObject data;
  if (!in.object(object, "data", data)) return out;
  JsonValue value;
  std::string_view text;
  if (data["ca.crt"].get(value) == simdjson::SUCCESS && value.get(text) == simdjson::SUCCESS &&
      certificates_only(text)) {
    out.authorities = text;
  }
  return out;
}

void read_policy_status(Reading& in, const JsonObject& object, std::string_view controller,
                        BackendTlsPolicyFact& policy, Seen& seen) {
  JsonObject status;
  if (!in.object(object, "status", status)) return;
  Status own;
  in.each_object(status, "ancestors", [&](const JsonObject& ancestor) {
    JsonObject ref;
    if (!in.object(ancestor, "ancestorRef", ref)) return;
    const Sym owner = in.text(ancestor, "controllerName");
    if (owner.is(controller)) {
      StatusEntry entry;
      entry.section = parent_json(read_parent(in, ref));
      read_conditions(in, ancestor, entry, seen);
      own.entries.push_back(std::move(entry));
      return;
    }
    policy.foreign_controllers.push_back(owner);
    if (!policy.foreign_entries.empty()) policy.foreign_entries += ',';
    policy.foreign_entries += simdjson::minify(ancestor);
  });
  seen.has_status = !own.entries.empty();
  seen.status = record::sha256(comparison_text(own));
}

}  // namespace pawprint::model
