#include "tools/sandbox/api_error.h"

#include <fmt/format.h>

namespace pawprint::sandbox {
namespace {

Json status_body(int code, const std::string& reason, const std::string& message) {
  Json status = {{"kind", "Status"},    {"apiVersion", "v1"}, {"metadata", Json::object()},
                 {"status", "Failure"}, {"message", message}, {"code", code}};
  if (!reason.empty()) status["reason"] = reason;
  return status;
}

Json details(const std::string& group, const std::string& kind, const std::string& name) {
  Json out = {{"kind", kind}};
  if (!name.empty()) out["name"] = name;
  if (!group.empty()) out["group"] = group;
  return out;
}

tl::unexpected<ApiError> with_details(int code, const std::string& reason,
                                      const std::string& message, Json extra) {
  Json status = status_body(code, reason, message);
  status["details"] = std::move(extra);
  return tl::unexpected(ApiError{code, std::move(status)});
}

}  // namespace

tl::unexpected<ApiError> refuse(int code, const std::string& reason, const std::string& message) {
  return tl::unexpected(ApiError{code, status_body(code, reason, message)});
}

tl::unexpected<ApiError> bad_request(const std::string& message) {
  return refuse(400, "BadRequest", message);
}

tl::unexpected<ApiError> not_found(const Kind& kind, const std::string& name) {
  return with_details(404, "NotFound", fmt::format("{} \"{}\" not found", kind.resource(), name),
                      details(kind.group, kind.plural, name));
}

tl::unexpected<ApiError> already_exists(const Kind& kind, const std::string& name) {
  return with_details(409, "AlreadyExists",
                      fmt::format("{} \"{}\" already exists", kind.resource(), name),
                      details(kind.group, kind.plural, name));
}

tl::unexpected<ApiError> conflict(const Kind& kind, const std::string& name, const std::string& why,
                                  bool as_kind) {
  const std::string& what = as_kind ? kind.kind : kind.plural;
  return with_details(409, "Conflict",
                      fmt::format("Operation cannot be fulfilled on {} \"{}\": {}",
                                  as_kind ? kind.qualified() : kind.resource(), name, why),
                      details(kind.group, what, name));
}

tl::unexpected<ApiError> modified(const Kind& kind, const std::string& name) {
  return conflict(kind, name,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

tl::unexpected<ApiError> invalid(const std::string& group, const std::string& kind,
                                 const std::string& name, const std::vector<Cause>& causes) {
  std::string list;
  Json extra = details(group, kind, name);
  extra["causes"] = Json::array();
  for (const Cause& cause : causes) {
    list += fmt::format("{}{}: {}", list.empty() ? "" : ", ", cause.field, cause.message);
    extra["causes"].push_back(
        {{"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}});
  }
  if (causes.size() > 1) list = "[" + list + "]";
  return with_details(422, "Invalid",
                      fmt::format("{} \"{}\" is invalid: {}",
                                  group.empty() ? kind : kind + "." + group, name, list),
                      std::move(extra));
}

tl::unexpected<ApiError> expired(const std::string& message) {
  return refuse(410, "Expired", message);
}

tl::unexpected<ApiError> too_large_version(const std::string& wanted, const std::string& current) {
  Json cause = {{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}};
  return with_details(
      504, "Timeout",
      fmt::format("Timeout: Too large resource version: {}, current: {}", wanted, current),
      {{"causes", Json::array({cause})}, {"retryAfterSeconds", 1}});
}

}  // namespace pawprint::sandbox
