#include "tools/sandbox/sandbox.h"

#include <fmt/format.h>

#include "tools/sandbox/api_server.h"
#include "tools/sandbox/server.h"
#include "tools/sandbox/yaml.h"

namespace pawprint::sandbox {
namespace {

std::int64_t system_time() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400:
    case 422:
      return ErrorCode::kInvalid;
    case 401:
    case 403:
      return ErrorCode::kDenied;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kConflict;
    default:
      return ErrorCode::kInternal;
  }
}

Result<Json> body_of(const Response& response) {
  Json body = Json::parse(response.body, nullptr, false);
  if (response.status < 300) return body;
  std::string message = text(body, "message");
  return fail(code_of(response.status), message.empty() ? response.body : message);
}

std::string collection_path(const Kind& kind, const KindVersion& version,
                            const std::string& space) {
  std::string root = kind.group.empty() ? "/api/" : "/apis/";
  std::string in_space = space.empty() ? "" : "/namespaces/" + space;
  return root + kind.api_version(version) + in_space + "/" + kind.plural;
}

}  // namespace

class Sandbox::Impl {
 public:
  Impl(Options options, Cluster cluster)
      : options_(std::move(options)), api_(std::move(cluster), options_.token) {}

  Result<void> listen() {
    auto server =
        Server::start(api_, port_ == 0 ? options_.port : port_, options_.bookmark_interval);
    if (!server) return tl::unexpected(server.error());
    server_ = std::move(*server);
    port_ = server_->port();
    return {};
  }

  Response call(Request request) {
    if (!options_.token.empty()) request.authorization = "Bearer " + options_.token;
    Outcome outcome = api_.handle(request);
    if (auto* response = std::get_if<Response>(&outcome.what)) return std::move(*response);
    Response none;
    none.status = 500;
    none.body = "the sandbox answers this request on a connection only";
    return none;
  }

  Result<Json> ask(const std::string& method, const std::string& target, const std::string& body,
                   const std::string& type) {
    Request request;
    request.method = method;
    request.target = target;
    request.user_agent = "kubectl/v1.34.4";
    request.content_type = type;
    request.body = body;
    return body_of(call(std::move(request)));
  }

  /// The path of `type`, in its preferred version.
  Result<std::string> path_of(const std::string& type, const std::string& space) {
    std::string path;
    api_.with_cluster([&](Cluster& cluster) {
      KindPtr kind = cluster.catalogue.by_resource(type);
      if (kind != nullptr) path = collection_path(*kind, kind->versions.front(), space);
    });
    if (path.empty()) return fail(ErrorCode::kNotFound, "the sandbox serves no resource " + type);
    return path;
  }

  Result<Json> apply(const Json& object, const std::string& manager) {
    std::string path;
    bool has_status = false;
    const Json& metadata = member(object, "metadata");
    api_.with_cluster([&](Cluster& cluster) {
      KindPtr kind = cluster.catalogue.by_kind(text(object, "apiVersion"), text(object, "kind"));
      if (kind == nullptr) return;
      const KindVersion& version =
          *kind->version(split_api_version(text(object, "apiVersion")).second);
      std::string space = text(metadata, "namespace");
      if (kind->namespaced && space.empty()) space = "default";
      path = collection_path(*kind, version, space) + "/" + text(metadata, "name");
      has_status = version.status_subresource && object.contains("status");
    });
    if (path.empty()) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("the sandbox serves no kind {} {}", text(object, "apiVersion"),
                              text(object, "kind")));
    }
    const std::string query = "?force=true&fieldManager=" + manager;
    const char* type = "application/apply-patch+yaml";
    auto applied = ask("PATCH", path + query, object.dump(), type);
    if (!applied || !has_status) return applied;
    return ask("PATCH", path + "/status" + query, object.dump(), type);
  }

  Result<void> make_namespaces() {
    for (const char* name :
         {"default", "kube-system", "kube-public", "kube-node-lease", "kuma-system"}) {
      Json space = {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}};
      auto made = ask("POST", "/api/v1/namespaces", space.dump(), "application/json");
      if (!made) return tl::unexpected(made.error());
    }
    return {};
  }

  /// place() and displace().
  Result<void> change(const Json& object, bool present) {
    const Json& metadata = member(object, "metadata");
    Result<void> done =
        fail(ErrorCode::kNotFound, fmt::format("the sandbox serves no kind {} {}",
                                               text(object, "apiVersion"), text(object, "kind")));
    api_.with_cluster([&](Cluster& cluster) {
      KindPtr kind = cluster.catalogue.by_kind(text(object, "apiVersion"), text(object, "kind"));
      if (kind == nullptr || text(metadata, "name").empty()) return;
      std::string key = object_key(text(metadata, "namespace"), text(metadata, "name"));
      if (present) {
        cluster.store.place(kind->resource(), key, object);
        done = {};
      } else if (ObjectPtr last = cluster.store.find(kind->resource(), key)) {
        cluster.store.erase(kind->resource(), key, *last);
        done = {};
      } else {
        done = fail(ErrorCode::kNotFound, fmt::format("{} {} is not there", kind->resource(), key));
      }
    });
    return done;
  }

  Options options_;
  ApiServer api_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
  std::map<std::string, KindPtr> withdrawn_;
};

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::start(Options options) {
  auto custom = options.crd_directory.empty() ? embedded_custom_kinds()
                                              : read_custom_kinds(options.crd_directory);
  if (!custom) return tl::unexpected(custom.error());
  auto builtin = builtin_kinds();
  if (!builtin) return tl::unexpected(builtin.error());
  bool spaces = options.initial_namespaces;
  bool read_only = options.read_only;
  Cluster cluster(options.zone, options.history, options.clock ? options.clock : system_time);
  cluster.assign_addresses = options.assign_addresses;
  for (KindPtr& kind : *builtin) cluster.catalogue.add(std::move(kind));
  for (KindPtr& kind : *custom) cluster.catalogue.add(std::move(kind));
  auto impl = std::make_unique<Impl>(std::move(options), std::move(cluster));
  if (spaces) {
    if (auto made = impl->make_namespaces(); !made) return tl::unexpected(made.error());
  }
  impl->api_.set_read_only(read_only);
  impl->api_.clear_requests();
  if (auto listening = impl->listen(); !listening) return tl::unexpected(listening.error());
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

std::uint16_t Sandbox::port() const { return impl_->port_; }

std::string Sandbox::url() const { return fmt::format("http://127.0.0.1:{}", port()); }

std::string Sandbox::kubeconfig() const {
  const Options& options = impl_->options_;
  std::string user = options.token.empty() ? "{}" : "{token: " + Json(options.token).dump() + "}";
  std::string name = Json(options.zone).dump();
  return fmt::format(
      "apiVersion: v1\nkind: Config\ncurrent-context: {0}\n"
      "clusters:\n- name: {0}\n  cluster: {{server: \"{1}\"}}\n"
      "users:\n- name: {0}\n  user: {2}\n"
      "contexts:\n- name: {0}\n  context: {{cluster: {0}, user: {0}}}\n",
      name, url(), user);
}

Response Sandbox::call(const Request& request) { return impl_->call(request); }

Result<Json> Sandbox::get(const std::string& type, const std::string& space,
                          const std::string& name) {
  auto path = impl_->path_of(type, space);
  if (!path) return tl::unexpected(path.error());
  return impl_->ask("GET", *path + "/" + name, "", "");
}

Result<std::vector<Json>> Sandbox::list(const std::string& type, const std::string& space) {
  auto path = impl_->path_of(type, space);
  if (!path) return tl::unexpected(path.error());
  auto body = impl_->ask("GET", *path, "", "");
  if (!body) return tl::unexpected(body.error());
  return (*body)["items"].get<std::vector<Json>>();
}

Result<Json> Sandbox::apply(const Json& object, const std::string& manager) {
  return impl_->apply(object, manager);
}

Result<void> Sandbox::apply_yaml(std::string_view documents, const std::string& manager) {
  auto objects = yaml_documents(documents);
  if (!objects) return tl::unexpected(objects.error());
  for (const Json& object : *objects) {
    if (auto applied = impl_->apply(object, manager); !applied)
      return tl::unexpected(applied.error());
  }
  return {};
}

Result<void> Sandbox::remove(const std::string& type, const std::string& space,
                             const std::string& name) {
  auto path = impl_->path_of(type, space);
  if (!path) return tl::unexpected(path.error());
  auto done = impl_->ask("DELETE", *path + "/" + name, "", "");
  if (!done) return tl::unexpected(done.error());
  return {};
}

Result<void> Sandbox::place(const Json& object) { return impl_->change(object, true); }

Result<void> Sandbox::displace(const Json& object) { return impl_->change(object, false); }

RequestCounts Sandbox::requests() const { return impl_->api_.requests(); }

std::size_t Sandbox::count(const std::string& verb, const std::string& resource) const {
  std::size_t total = 0;
  for (const auto& [key, number] : requests()) {
    bool counts = (verb.empty() || std::get<0>(key) == verb) &&
                  (resource.empty() || std::get<1>(key) == resource);
    if (counts) total += number;
  }
  return total;
}

std::size_t Sandbox::writes() const {
  return count("create") + count("update") + count("patch") + count("delete");
}

void Sandbox::clear_requests() { impl_->api_.clear_requests(); }
void Sandbox::set_fault(Fault fault) { impl_->api_.plan_fault(std::move(fault)); }
void Sandbox::clear_faults() { impl_->api_.clear_faults(); }

void Sandbox::drop_watches() {
  if (impl_->server_) impl_->server_->drop_watches();
}

void Sandbox::inject_into_watches(const std::string& bytes) {
  if (impl_->server_) impl_->server_->inject(bytes);
}

void Sandbox::compact() {
  impl_->api_.with_cluster([](Cluster& cluster) { cluster.store.compact(); });
}

Result<void> Sandbox::serve(const std::string& resource, bool served) {
  bool known = true;
  impl_->api_.with_cluster([&](Cluster& cluster) {
    if (served) {
      auto found = impl_->withdrawn_.find(resource);
      known = found != impl_->withdrawn_.end() || cluster.catalogue.by_resource(resource);
      if (found == impl_->withdrawn_.end()) return;
      cluster.catalogue.add(found->second);
      impl_->withdrawn_.erase(found);
      return;
    }
    KindPtr kind = cluster.catalogue.remove(resource);
    known = kind != nullptr || impl_->withdrawn_.contains(resource);
    if (kind == nullptr) return;
    impl_->withdrawn_[resource] = kind;
    cluster.store.withdraw(resource);
  });
  if (known) return {};
  return fail(ErrorCode::kNotFound, "the sandbox serves no resource " + resource);
}

void Sandbox::stop() { impl_->server_.reset(); }

Result<void> Sandbox::start_again() {
  if (impl_->server_) return {};
  return impl_->listen();
}

}  // namespace pawprint::sandbox
