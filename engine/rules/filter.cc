#include "engine/rules/http_rule.h"

#include <numeric>

#include "engine/rules/names.h"
#include "engine/rules/one_match.h"

namespace pawprint::rules {

const Rule kFilter{"filter/translate", "HTTPRouteFilter",
                   "MeshHTTPRoute .spec.to[].rules[].default.filters[]",
                   "Kuma's filters follow the Gateway API's; header names are lower-cased there",
                   "oracle/filter-request-headers, oracle/filter-redirect-full, "
                   "oracle/filter-rewrite-prefix"};
const Rule kMirror{"filter/mirror", "HTTPRequestMirrorFilter",
                   "MeshHTTPRoute .spec.to[].rules[].default.filters[].requestMirror",
                   "A mirror's target is resolved like a backend; a bad one is left out, because "
                   "Kuma would refuse the whole object",
                   "oracle/filter-mirror, oracle/filter-mirror-missing, scenarios/d-27-mirrors, "
                   "scenarios/d-11-mirror-share"};

namespace {

using model::Filter;

template <class T>
void write_headers(Out<T>& out, std::string_view member, const std::vector<model::Header>& headers,
                   const typename T::Src& src) {
  if (headers.empty()) return;
  out.key(member);
  out.open('[');
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto item = src.at(member).at(i);
    out.open('{');
    out.member("name", lower(headers[i].name.view()), T::by(kFilter, item.at("name")));
    out.member("value", headers[i].value.view(), T::by(kFilter, item.at("value")));
    out.close('}');
  }
  out.close(']');
}

template <class T>
void write_header_filter(Context<T>& ctx, Out<T>& out, const FilterPlan<T>& plan,
                         std::string_view member) {
  const Filter& filter = *plan.spec;
  const auto src = plan.src.at(member);
  out.key(member);
  out.open('{');
  write_headers<T>(out, "add", filter.add, src);
  if (!filter.remove.empty()) {
    out.key("remove");
    out.open('[');
    for (std::size_t i = 0; i < filter.remove.size(); ++i) {
      const std::string_view name = filter.remove[i].view();
      out.text(ctx.quirks().d40_remove_case_kept ? std::string(name) : lower(name),
               T::by(kFilter, src.at("remove").at(i)));
    }
    out.close(']');
  }
  write_headers<T>(out, "set", filter.set, src);
  out.close('}');
}

template <class T>
void write_path(Out<T>& out, const model::PathModifier& path, const typename T::Src& src,
                PathForm form) {
  if (!path.present) return;
  const bool given_full = path.type.is("ReplaceFullPath");
  const auto value_src = src.at("path").at(given_full ? "replaceFullPath" : "replacePrefixMatch");
  const Rule& rule = form == PathForm::kAsGiven || given_full ? kFilter : kExactTwin;
  const bool full = given_full || form == PathForm::kWhole;
  std::string value(path.value.view());
  if (!given_full && form == PathForm::kWhole && value.empty()) value = "/";
  if (!given_full && form == PathForm::kWithSlash && !value.ends_with('/')) value += '/';
  out.key("path");
  out.open('{');
  out.member(full ? "replaceFullPath" : "replacePrefixMatch", value, T::by(rule, value_src));
  out.member("type", full ? "ReplaceFullPath" : "ReplacePrefixMatch",
             T::by(rule, src.at("path").at("type")));
  out.close('}');
}

/// Kuma fills in the port of a scheme when none is given.
std::int32_t redirect_port(const Filter& filter) {
  if (filter.port != 0) return filter.port;
  if (filter.scheme.is("http")) return 80;
  return filter.scheme.is("https") ? 443 : 0;
}

template <class T>
void write_redirect(Out<T>& out, const FilterPlan<T>& plan, PathForm form) {
  const Filter& filter = *plan.spec;
  const auto src = plan.src.at("requestRedirect");
  out.key("requestRedirect");
  out.open('{');
  if (filter.hostname.set()) {
    out.member("hostname", filter.hostname.view(), T::by(kFilter, src.at("hostname")));
  }
  write_path<T>(out, filter.path, src, form);
  if (const std::int32_t port = redirect_port(filter); port != 0) {
    out.key("port");
    out.number(port, T::by(kFilter, src.at(filter.port != 0 ? "port" : "scheme")));
  }
  if (filter.scheme.set()) {
    out.member("scheme", filter.scheme.view(), T::by(kFilter, src.at("scheme")));
  }
  out.key("statusCode");
  out.number(filter.status_code, T::by(kFilter, src.at("statusCode")));
  out.close('}');
}

template <class T>
void write_rewrite(Out<T>& out, const FilterPlan<T>& plan, PathForm form) {
  const Filter& filter = *plan.spec;
  const auto src = plan.src.at("urlRewrite");
  out.key("urlRewrite");
  out.open('{');
  if (filter.hostname.set()) {
    out.member("hostname", filter.hostname.view(), T::by(kFilter, src.at("hostname")));
  }
  write_path<T>(out, filter.path, src, form);
  out.close('}');
}

/// Percent of a fraction as Kuma takes it: an integer, or a decimal number as text. Four decimals
/// are more than Envoy resolves.
std::string percent_of(const Filter& filter) {
  if (filter.mirror_percent >= 0) return std::to_string(filter.mirror_percent);
  const std::int64_t scaled = std::int64_t{1'000'000} * filter.mirror_numerator /
                              std::max<std::int64_t>(filter.mirror_denominator, 1);
  std::string whole = std::to_string(scaled / 10'000);
  std::string decimals = std::to_string(10'000 + scaled % 10'000).substr(1);
  while (!decimals.empty() && decimals.back() == '0') decimals.pop_back();
  return decimals.empty() ? whole : '"' + whole + '.' + decimals + '"';
}

template <class T>
void write_mirror(Context<T>& ctx, Out<T>& out, const FilterPlan<T>& plan,
                  const Blackhole& blackhole) {
  const Filter& filter = *plan.spec;
  out.key("requestMirror");
  out.open('{');
  out.key("backendRef");
  write_backend<T>(ctx, out, *plan.mirror, blackhole, false);
  const bool share = filter.mirror_percent >= 0 || filter.mirror_numerator >= 0;
  if (share && !ctx.quirks().d11_rule_members_ignored) {
    out.key("percentage");
    out.raw(
        percent_of(filter),
        T::by(
            kMirror,
            plan.src.at("requestMirror").at(filter.mirror_percent >= 0 ? "percent" : "fraction")));
  }
  out.close('}');
}

}  // namespace

template <class T>
void write_filter(Context<T>& ctx, Out<T>& out, const FilterPlan<T>& plan,
                  const Blackhole& blackhole, PathForm form) {
  const std::string_view type = plan.spec->type.view();
  const auto cause = T::by(kFilter, plan.src.at("type"));
  out.open('{');
  if (type == "URLRewrite") {
    out.member("type", type, cause);
    write_rewrite<T>(out, plan, form);
  } else {
    if (type == "RequestHeaderModifier")
      write_header_filter<T>(ctx, out, plan, "requestHeaderModifier");
    if (type == "ResponseHeaderModifier")
      write_header_filter<T>(ctx, out, plan, "responseHeaderModifier");
    if (type == "RequestRedirect") write_redirect<T>(out, plan, form);
    if (type == "RequestMirror") write_mirror<T>(ctx, out, plan, blackhole);
    out.member("type", type, cause);
  }
  out.close('}');
}

template void write_filter<NoTrace>(Context<NoTrace>&, Out<NoTrace>&, const FilterPlan<NoTrace>&,
                                    const Blackhole&, PathForm);
template void write_filter<Tracing>(Context<Tracing>&, Out<Tracing>&, const FilterPlan<Tracing>&,
                                    const Blackhole&, PathForm);

}  // namespace pawprint::rules
