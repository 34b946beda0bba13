#include "tools/sandbox/api_server.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/sandbox/discovery.h"
#include "tools/sandbox/gateway_address.h"
#include "tools/sandbox/openapi.h"
#include "tools/sandbox/read.h"
#include "tools/sandbox/write.h"

namespace pawprint::sandbox {
namespace {

Response error_response(const ApiError& error) {
  Response response = json_response(error.code, error.status);
  const Json& wait = member(member(error.status, "details"), "retryAfterSeconds");
  if (wait.is_number()) response.headers.emplace("Retry-After", wait.dump());
  return response;
}

Response unwrap(Answer<Response> answer) {
  return answer ? std::move(*answer) : error_response(answer.error());
}

View view_of(const std::string& accept) {
  if (accept.find("as=PartialObjectMetadata") != std::string::npos) return View::kMetadata;
  return accept.find("as=Table") != std::string::npos ? View::kTable : View::kObject;
}

Response page_not_found() {
  Response response;
  response.status = 404;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "404 page not found\n";
  return response;
}

std::string verb_of(const Request& request, const Target& target, const Place& place) {
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return place.name.empty() ? "deletecollection" : "delete";
  if (request.method != "GET") return "";
  if (place.name.empty()) return target.flag("watch") ? "watch" : "list";
  return "get";
}

tl::unexpected<ApiError> not_allowed(const Call& call, const std::string& verb) {
  auto error = refuse(
      405, "MethodNotAllowed",
      fmt::format("{} is not supported on resources of kind \"{}\"", verb, call.kind->resource()));
  error.value().status["details"] = {{"group", call.kind->group}, {"kind", call.kind->plural}};
  return error;
}

/// Refuses what the path cannot take: a name where none belongs, a subresource that is not there.
Answer<void> check_call(const Call& call, const std::string& verb) {
  const Place& place = call.place;
  bool named = !place.name.empty();
  bool status = place.subresource == "status" && call.version->status_subresource;
  if (!place.subresource.empty() && !status) return not_found(*call.kind, place.name);
  bool reads = verb == "get" || verb == "list" || verb == "watch";
  if (verb.empty() || (verb == "create" && named)) return not_allowed(call, verb);
  if (status && (verb == "delete" || verb == "deletecollection")) return not_allowed(call, verb);
  if ((verb == "update" || verb == "patch") && !named) return bad_request("name must be provided");
  // A namespaced kind is read across namespaces, but written inside one.
  bool somewhere = !call.kind->namespaced || !place.space.empty();
  if (!somewhere && !reads) return not_allowed(call, verb);
  if (!somewhere && named) return not_found(*call.kind, place.name);
  if (!call.kind->namespaced && !place.space.empty()) return not_found(*call.kind, place.name);
  return {};
}

Answer<Response> dispatch(Cluster& cluster, const Call& call, const std::string& verb) {
  if (verb == "get") return get(cluster, call);
  if (verb == "list") return list(cluster, call);
  if (verb == "update") return update(cluster, call);
  if (verb == "delete") return remove(cluster, call);
  if (verb == "deletecollection") return remove_collection(cluster, call);
  auto written = verb == "create" ? create(cluster, call) : patch(cluster, call);
  if (written && written->status == 201) assign_gateway_addresses(cluster, *call.kind);
  return written;
}

Response no_such_resource() {
  auto error = refuse(404, "NotFound", "the server could not find the requested resource");
  error.value().status["details"] = Json::object();
  return error_response(error.value());
}

}  // namespace

ApiServer::Routed ApiServer::route_resource(const Request& request, Target target) {
  Call call;
  call.request = &request;
  call.view = view_of(request.accept);
  call.place = parse_place(target.path);
  call.target = std::move(target);
  std::string path = request.target.substr(0, request.target.find('?'));
  Routed routed{{page_not_found(), {}, {}}, request.method, path};
  if (!call.place.valid) return routed;
  call.kind = cluster_.catalogue.by_plural(call.place.group, call.place.version, call.place.plural);
  if (call.kind == nullptr) {
    if (call.place.group.empty()) routed.outcome.what = no_such_resource();
    return routed;
  }
  call.version = call.kind->version(call.place.version);
  routed.verb = verb_of(request, call.target, call.place);
  routed.resource = call.kind->resource();
  if (!call.place.subresource.empty()) routed.resource += "/" + call.place.subresource;
  if (auto checked = check_call(call, routed.verb); !checked) {
    routed.outcome.what = error_response(checked.error());
    return routed;
  }
  if (read_only_ && request.method != "GET") {
    routed.outcome.what = error_response(
        refuse(403, "Forbidden", "this cluster is read-only: it shows a recording").value());
    return routed;
  }
  if (routed.verb != "watch") {
    routed.outcome.what = unwrap(dispatch(cluster_, call, routed.verb));
    return routed;
  }
  auto stream = WatchStream::open(cluster_, call);
  if (stream) {
    routed.outcome.what = std::make_shared<WatchStream>(std::move(*stream));
  } else {
    routed.outcome.what = error_response(stream.error());
  }
  return routed;
}

ApiServer::Routed ApiServer::route(const Request& request) {
  Target target = parse_target(request.target);
  std::string path = request.target.substr(0, request.target.find('?'));
  if (!token_.empty() && request.authorization != "Bearer " + token_) {
    return {{error_response(refuse(401, "Unauthorized", "Unauthorized").value()), {}, {}},
            request.method,
            path};
  }
  if (request.method == "GET") {
    if (auto found = discover(cluster_, request, target)) {
      return {{std::move(*found), {}, {}}, "get", path};
    }
    if (auto found = open_api(cluster_, target)) return {{std::move(*found), {}, {}}, "get", path};
  }
  if (auto reviewed = review(request, target)) {
    return {{unwrap(std::move(*reviewed)), {}, {}}, "create", path};
  }
  return route_resource(request, std::move(target));
}

ApiServer::Routed ApiServer::guarded_route(const Request& request) {
  // A body of an unforeseen shape makes the JSON library throw; a server answers that with 500.
  try {
    return route(request);
  } catch (const Json::exception& error) {
    std::string path = request.target.substr(0, request.target.find('?'));
    return {{error_response(refuse(500, "InternalError", error.what()).value()), {}, {}},
            request.method,
            path};
  }
}

void ApiServer::count(const Routed& routed) {
  int status = 200;
  if (const auto* response = std::get_if<Response>(&routed.outcome.what)) status = response->status;
  if (std::holds_alternative<Reset>(routed.outcome.what)) status = 0;
  ++requests_[{routed.verb, routed.resource, status}];
}

Outcome ApiServer::handle(const Request& request) {
  Routed routed;
  {
    std::lock_guard lock(mutex_);
    std::optional<Fault> fault = faults_.take(request);
    if (!fault || fault->runs()) {
      routed = guarded_route(request);
    } else {
      std::string path = request.target.substr(0, request.target.find('?'));
      routed = {{fault_response(*fault), {}, {}}, request.method, path};
    }
    if (fault) {
      routed.outcome.delay = fault->delay;
      routed.outcome.cut_after = fault->cut_after;
      if (fault->resets()) routed.outcome.what = Reset{};
    }
    count(routed);
  }
  if (request.method != "GET") wake();
  return std::move(routed.outcome);
}

std::string ApiServer::pull(WatchStream& stream, bool bookmark) {
  std::lock_guard lock(mutex_);
  return stream.pull(cluster_, bookmark);
}

void ApiServer::on_change(std::function<void()> notify) {
  std::lock_guard lock(notify_mutex_);
  notify_ = std::move(notify);
}

void ApiServer::wake() {
  std::lock_guard lock(notify_mutex_);
  if (notify_) notify_();
}

void ApiServer::with_cluster(const std::function<void(Cluster&)>& action) {
  {
    std::lock_guard lock(mutex_);
    action(cluster_);
  }
  wake();
}

void ApiServer::set_read_only(bool read_only) {
  std::lock_guard lock(mutex_);
  read_only_ = read_only;
}

void ApiServer::plan_fault(Fault fault) {
  std::lock_guard lock(mutex_);
  faults_.add(std::move(fault));
}

void ApiServer::clear_faults() {
  std::lock_guard lock(mutex_);
  faults_.clear();
}

std::map<RequestKey, std::size_t> ApiServer::requests() const {
  std::lock_guard lock(mutex_);
  return requests_;
}

void ApiServer::clear_requests() {
  std::lock_guard lock(mutex_);
  requests_.clear();
}

}  // namespace pawprint::sandbox
