#include "engine/rules/tls_reference.h"

#include "engine/rules/reference_grant.h"

namespace pawprint::rules {

const Rule kTlsReference{
    "tls_reference/certificate", "Listener.tls.certificateRefs; ResolvedRefs reasons",
    "MeshGateway .spec.conf.listeners[].tls.certificates[].secret",
    "Kuma reads certificates from Secrets of its own, so a valid Secret is copied",
    "oracle/tls-rsa, oracle/tls-malformed, oracle/tls-cross-ns-no-grant"};

namespace {

/// The PEM rule of Kuma: exactly one private key that parses as an accepted type, at least one
/// certificate, nothing else.
bool pem_good(const std::vector<model::PemBlock>& blocks, bool rsa_ecdsa_only) {
  int keys = 0;
  int certificates = 0;
  for (const model::PemBlock& block : blocks) {
    const std::string_view type = block.type.view();
    if (type.ends_with("PRIVATE KEY")) {
      const bool usable = block.key.is("rsa") || block.key.is("ecdsa") ||
                          (!rsa_ecdsa_only && block.key.is("ed25519"));
      if (!usable) return false;
      ++keys;
    } else if (type.ends_with("CERTIFICATE")) {
      ++certificates;
    } else {
      return false;
    }
  }
  return keys == 1 && certificates >= 1;
}

std::string slash(Sym a, Sym b) { return std::string(a.view()) + '/' + std::string(b.view()); }

/// Empty when the Secret can be used; else the reason text of InvalidCertificateRef.
std::string secret_fault(const Quirks& quirks, const model::SecretFact& secret) {
  if (!secret.type.is("kubernetes.io/tls")) {
    return "only secrets of type \"kubernetes.io/tls\" are supported";
  }
  const auto& blocks = quirks.d22_glued_pem ? secret.glued : secret.joined;
  if (!secret.has_tls || !pem_good(blocks, quirks.d40_rsa_ecdsa_only)) return "malformed secret";
  if (!quirks.d40_rsa_ecdsa_only && !secret.matches_key) {
    return "malformed secret: the certificate does not belong to the private key";
  }
  return {};
}

template <class T>
std::optional<Verdict<T>> resolve_one(Context<T>& ctx, const Object& gateway,
                                      const model::ObjectRef& ref, const typename T::Src& src,
                                      JudgedListener<T>& out) {
  const auto refuse = [&](std::string_view reason, std::string message, auto... more) {
    return verdict<T>("ResolvedRefs", false, reason, std::move(message),
                      T::by(kTlsReference, src, more...));
  };
  const Sym ns = ref.ns.set() ? ref.ns : gateway.ns;
  const Reference reference{
      model::info(gateway.kind).name, gateway.ns, ref.group, ref.kind, ns, ref.name};
  if (!reference_permitted<T>(ctx, reference)) {
    return refuse("RefNotPermitted", "reference to \"" + kind_with_group(ref.group, ref.kind) +
                                         "\" \"" + slash(ns, ref.name) +
                                         "\" not permitted by any ReferenceGrant");
  }
  if (!ref.kind.is("Secret") || !ref.group.empty()) {
    return refuse("InvalidCertificateRef", "invalid reference to " + slash(ref.group, ref.kind));
  }
  const Object& object = ctx.reads.object(Kind::kSecret, ctx.zone, ns, ref.name);
  const auto* secret = object.template as<model::SecretFact>();
  const auto secret_src = T::object(object, "");
  if (secret == nullptr) {
    return refuse("InvalidCertificateRef",
                  "invalid reference to \"Secret\" \"" + slash(ns, ref.name) + '"', secret_src);
  }
  const std::string fault = secret_fault(ctx.quirks(), *secret);
  if (!fault.empty()) return refuse("InvalidCertificateRef", fault, secret_src);
  const bool joined = !ctx.quirks().d22_glued_pem;
  out.certificates.push_back({ns, ref.name, joined ? secret->joined_digest : secret->glued_digest,
                              joined, src, secret_src});
  return std::nullopt;
}

}  // namespace

template <class T>
std::optional<Verdict<T>> resolve_certificates(Context<T>& ctx, const Object& gateway,
                                               JudgedListener<T>& out) {
  const auto refs = out.src.at("tls").at("certificateRefs");
  for (std::size_t i = 0; i < out.spec->certificates.size(); ++i) {
    auto failed = resolve_one<T>(ctx, gateway, out.spec->certificates[i], refs.at(i), out);
    if (failed) {
      out.certificates.clear();
      return failed;
    }
  }
  return std::nullopt;
}

template std::optional<Verdict<NoTrace>> resolve_certificates<NoTrace>(Context<NoTrace>&,
                                                                       const Object&,
                                                                       JudgedListener<NoTrace>&);
template std::optional<Verdict<Tracing>> resolve_certificates<Tracing>(Context<Tracing>&,
                                                                       const Object&,
                                                                       JudgedListener<Tracing>&);

}  // namespace pawprint::rules
