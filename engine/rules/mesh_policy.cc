#include "engine/rules/mesh_policy.h"

#include "engine/rules/duration.h"
#include "engine/rules/labels.h"
#include "engine/rules/names.h"
#include "engine/rules/system_object.h"

namespace pawprint::rules {

const Rule kMeshTimeout{"mesh_policy/timeout", "HTTPRouteRule.timeouts",
                        "MeshTimeout .spec.to[].default.http.requestTimeout",
                        "MeshHTTPRoute has no timeouts; a MeshTimeout for one MeshHTTPRoute has",
                        "scenarios/d-11-timeouts"};
const Rule kMeshRetry{"mesh_policy/retry", "HTTPRouteRule.retry, .timeouts.backendRequest",
                      "MeshRetry .spec.to[].default.http",
                      "backendRequest is the time of one try, which Kuma knows of retries only",
                      "scenarios/d-11-retry"};

namespace {

constexpr std::int64_t kMaxIntervalFactor = 10;

/// Which end of the policy names the MeshHTTPRoute.
enum class Shape : std::uint8_t { kTop, kTo };

template <class T>
std::vector<Shape> shapes_of(Context<T>& ctx, const PolicyInput<T>& in) {
  if (ctx.quirks().k3_label_references) return {Shape::kTo};
  if (in.parent == ParentKind::kGateway) return {Shape::kTop};
  const auto* mesh =
      ctx.reads.template fact<model::MeshFact>(Kind::kMesh, ctx.zone, {}, in.route.mesh.name);
  if (mesh == nullptr || mesh->mesh_services_mode.is("Disabled")) return {Shape::kTop};
  if (mesh->mesh_services_mode.is("Exclusive")) return {Shape::kTo};
  return {Shape::kTop, Shape::kTo};
}

template <class T>
void write_route_ref(Context<T>& ctx, Out<T>& out, const PolicyInput<T>& in, bool with_namespace,
                     const typename T::Cause& cause) {
  out.member("kind", "MeshHTTPRoute", cause);
  if (ctx.quirks().k3_label_references) {
    out.key("labels");
    out.open('{');
    out.member("k8s.kuma.io/namespace", ctx.settings.system_namespace.view(), cause);
    out.member("kuma.io/display-name", in.target.view(), cause);
    out.close('}');
    return;
  }
  out.member("name", in.target.view(), cause);
  if (with_namespace) out.member("namespace", ctx.settings.system_namespace.view(), cause);
}

template <class T>
void write_clients(Out<T>& out, const PolicyInput<T>& in, const typename T::Cause& cause) {
  out.member("kind", in.producer ? "Mesh" : "Dataplane", cause);
  if (in.producer) return;
  out.key("labels");
  out.open('{');
  out.member("k8s.kuma.io/namespace", in.route.object.ns.view(), cause);
  out.close('}');
}

template <class T>
void write_timeout(Out<T>& out, const PolicyInput<T>& in) {
  const auto src = in.rule.src.at("timeouts");
  const bool given = in.rule.spec->timeouts.request.set();
  out.member("requestTimeout", print_duration(*in.rule.conf.request_ms),
             T::by(kMeshTimeout, src.at(given ? "request" : "backendRequest")));
}

template <class T>
void write_retry_on(Out<T>& out, const PolicyInput<T>& in, const typename T::Src& src) {
  out.key("retryOn");
  out.open('[');
  for (const std::int32_t code : in.rule.conf.codes) {
    out.text(std::to_string(code), T::by(kMeshRetry, src.at("codes")));
  }
  // The Gateway API: a rule that retries also retries when the connection fails.
  for (const std::string_view reason : {"ConnectFailure", "Reset"}) {
    out.text(reason, T::by(kMeshRetry, src));
  }
  out.close(']');
}

template <class T>
void write_retry(Out<T>& out, const PolicyInput<T>& in) {
  const TrafficConf& conf = in.rule.conf;
  const auto src = in.rule.src.at("retry");
  const auto timeouts = in.rule.src.at("timeouts");
  if (conf.backoff_ms) {
    const auto cause = T::by(kMeshRetry, src.at("backoff"));
    out.key("backOff");
    out.open('{');
    out.member("baseInterval", print_duration(*conf.backoff_ms), cause);
    // Left out, the mesh's own policy may fill in one that is shorter than the base.
    out.member("maxInterval", print_duration(*conf.backoff_ms * kMaxIntervalFactor), cause);
    out.close('}');
  }
  if (conf.attempts != -1) {
    out.key("numRetries");
    out.number(conf.attempts, T::by(kMeshRetry, src.at("attempts")));
  }
  if (conf.per_try_ms) {
    const bool given = in.rule.spec->timeouts.backend_request.set();
    out.member("perTryTimeout", print_duration(*conf.per_try_ms),
               T::by(kMeshRetry, timeouts.at(given ? "backendRequest" : "request")));
  }
  if (conf.retry) write_retry_on<T>(out, in, src);
}

template <class T>
void write_spec(Context<T>& ctx, Out<T>& out, const PolicyInput<T>& in, Kind kind, Shape shape) {
  const bool timeout = kind == Kind::kMeshTimeout;
  const Rule& rule = timeout ? kMeshTimeout : kMeshRetry;
  const auto cause = T::by(rule, in.rule.src.at(timeout ? "timeouts" : "retry"));
  out.key("spec");
  out.open('{');
  out.key("targetRef");
  out.open('{');
  if (shape == Shape::kTop) write_route_ref<T>(ctx, out, in, false, cause);
  else write_clients<T>(out, in, cause);
  out.close('}');
  out.key("to");
  out.open('[');
  out.open('{');
  out.key("default");
  out.open('{');
  out.key("http");
  out.open('{');
  if (timeout) write_timeout<T>(out, in);
  else write_retry<T>(out, in);
  out.close('}');
  out.close('}');
  out.key("targetRef");
  out.open('{');
  if (shape == Shape::kTop) out.member("kind", "Mesh", cause);
  else write_route_ref<T>(ctx, out, in, true, cause);
  out.close('}');
  out.close('}');
  out.close(']');
  out.close('}');
}

template <class T>
Generated print_policy(Context<T>& ctx, const PolicyInput<T>& in, Kind kind, Shape shape) {
  const bool timeout = kind == Kind::kMeshTimeout;
  const auto cause =
      T::by(timeout ? kMeshTimeout : kMeshRetry, in.rule.src.at(timeout ? "timeouts" : "retry"));
  const Sym name = shape == Shape::kTop
                       ? in.target
                       : ctx.intern(pawprint_policy_name(in.target.view(), "to-route"));
  const SystemObject<T> what{
      kind, name, in.route.object, in.route.mesh, timeout ? kMeshTimeout : kMeshRetry, cause};
  Generated made = make_system_object<T>(
      ctx, what, [&](Out<T>& out) { write_spec<T>(ctx, out, in, kind, shape); });
  if constexpr (T::kOn) made.gates.push_back(cause.cause);
  return made;
}

}  // namespace

template <class T>
std::vector<Generated> print_policies(Context<T>& ctx, const PolicyInput<T>& in) {
  std::vector<Generated> out;
  if (!in.rule.conf.any()) return out;
  for (const Shape shape : shapes_of<T>(ctx, in)) {
    if (in.rule.conf.request_ms) {
      out.push_back(print_policy<T>(ctx, in, Kind::kMeshTimeout, shape));
    }
    if (in.rule.conf.needs_retry_policy()) {
      out.push_back(print_policy<T>(ctx, in, Kind::kMeshRetry, shape));
    }
  }
  return out;
}

template std::vector<Generated> print_policies<NoTrace>(Context<NoTrace>&,
                                                        const PolicyInput<NoTrace>&);
template std::vector<Generated> print_policies<Tracing>(Context<Tracing>&,
                                                        const PolicyInput<Tracing>&);

}  // namespace pawprint::rules
