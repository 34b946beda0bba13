#include "watch/apply/attempt.h"

#include <fmt/format.h>

#include "watch/apply/body.h"
#include "watch/kube/paths.h"
#include "watch/kube/status.h"
#include "watch/reflect/object_head.h"
#include "watch/reflect/observe.h"

namespace pawprint::watch::apply {
namespace {

using record::Discovery;

/// Resource of an operation: plural and scope from discovery, version from the operation.
std::optional<Discovery::Resource> resource_of(const Writer& writer,
                                               const plan::Operation& operation) {
  auto found = writer.catalog.find(operation.object.group, operation.object.kind);
  if (!found) return found;
  const std::size_t slash = operation.api_version.rfind('/');
  const auto version =
      slash == std::string::npos ? operation.api_version : operation.api_version.substr(slash + 1);
  if (!version.empty()) found->version = version;
  return found;
}

/// Some 500s are final: what was sent is judged, and sending it again changes nothing. The real
/// server answers so when an applied field is not in the schema, and Kuma's webhooks when they
/// deny.
bool is_verdict(int status, std::string_view body) {
  if (status != 500) return false;
  const std::string message = kube::parse_status(body).message;
  return message.starts_with("failed to create typed patch object") ||
         (message.starts_with("admission webhook ") &&
          message.find(" denied the request") != std::string::npos);
}

class Attempt {
 public:
  Attempt(const Writer& writer, const plan::Operation& operation, Discovery::Resource resource)
      : writer_(writer), operation_(operation), resource_(std::move(resource)) {}

  Answer run() {
    switch (operation_.verb) {
      case plan::Verb::kCreate:
        create();
        break;
      case plan::Verb::kReplace:
        replace();
        break;
      case plan::Verb::kDelete:
        write("DELETE", "", delete_options(operation_), kube::kJson);
        break;
      case plan::Verb::kStatus:
        write("PATCH", "/status" + managed("-status"), operation_.body, kube::kMergePatch);
        break;
      case plan::Verb::kFinalizer:
        write("PATCH", managed(""), operation_.body, kube::kMergePatch);
        break;
    }
    return std::move(answer_);
  }

 private:
  std::string managed(const char* suffix) const {
    return kube::query({{"fieldManager", writer_.options.field_manager + suffix}});
  }

  std::string strict(bool force) const {
    std::vector<std::pair<std::string_view, std::string>> parameters{
        {"fieldManager", writer_.options.field_manager}, {"fieldValidation", "Strict"}};
    if (force) parameters.emplace_back("force", "true");
    return kube::query(parameters);
  }

  std::string path() const {
    return kube::resource_path(resource_, operation_.object.ns, operation_.object.name);
  }

  bool about_secret() const {
    return operation_.object.group.empty() && operation_.object.kind == "Secret";
  }

  /// Messages about a Secret may quote what was sent, so only the reason is kept.
  std::string describe(const kube::Response& response) const {
    return about_secret() ? kube::describe_briefly(response.status, response.body)
                          : kube::describe_answer(response.status, response.body);
  }

  void no_answer(const Error& error) {
    answer_.reason = error.message;
    answer_.sent = answer_.sent || writer_.client.sent();
  }

  void create() {
    auto body = full_body();
    if (body) write("PATCH", strict(true), *body, kube::kApplyPatch);
  }

  void replace() {
    auto wanted = full_body();
    if (!wanted) return;
    auto live = writer_.client.get(path());
    if (!live) return no_answer(live.error());
    answer_.status = live->status;
    if (live->status == 404)
      return conflict("the object is gone",
                      reflect::gone(origin(), operation_.object, operation_.uid));
    if (!live->ok()) return judge(*live);
    const auto head = reflect::read_head(live->body);
    if (!head) return refuse("the live object cannot be read: " + head.error().message);
    if (head->uid != operation_.uid || head->resource_version != operation_.resource_version) {
      return conflict("the object has changed", observed(live->body));
    }
    auto body = replacement(live->body, *wanted);
    if (!body) return refuse(body.error().message);
    write("PUT", strict(false), *body, kube::kJson);
  }

  /// The operation's body, completed with a copied Secret's bytes; nullopt: answer_ says why not.
  std::optional<std::string> full_body() {
    if (operation_.secret_name.empty()) return operation_.body;
    const Discovery::Resource secrets{"", "v1", "Secret", "secrets", true};
    auto source = writer_.client.get(
        kube::resource_path(secrets, operation_.secret_ns, operation_.secret_name));
    if (!source) {
      no_answer(source.error());
      answer_.sent = false;  // Nothing was written.
      return std::nullopt;
    }
    answer_.status = source->status;
    const record::ObjectKey key{writer_.options.zone, "", "Secret", operation_.secret_ns,
                                operation_.secret_name};
    const reflect::Origin origin_of_source{writer_.options.zone, "", "Secret", "v1",
                                           &writer_.secrets};
    if (source->status == 404) {
      conflict("source Secret is gone", reflect::gone(origin_of_source, key, ""));
      return std::nullopt;
    }
    if (!source->ok()) {
      judge(*source);
      return std::nullopt;
    }
    auto bytes = key_and_certificate(source->body, operation_.secret_joined);
    if (!bytes || writer_.secrets.digest(*bytes) != operation_.secret_digest) {
      conflict("source Secret changed",
               reflect::observe(origin_of_source, NoticeKind::kFresh, record::Event::kModified,
                                source->body, reflect::wall_clock_ns()));
      return std::nullopt;
    }
    auto body = with_secret_value(operation_.body, *bytes);
    if (body) return *body;
    refuse(body.error().message);
    return std::nullopt;
  }

  void write(const std::string& method, const std::string& suffix, const std::string& body,
             const char* content_type) {
    kube::Request request;
    request.method = method;
    request.target = path() + suffix;
    request.body = body;
    request.content_type = content_type;
    auto response = writer_.client.send(request);
    if (!response) return no_answer(response.error());
    answer_.sent = true;
    answer_.status = response->status;
    judge(*response);
    if (answer_.outcome == "conflict") read_fresh();
  }

  void judge(const kube::Response& response) {
    const int status = response.status;
    if (response.ok()) {
      answer_.outcome = "done";
      const auto head = reflect::guess_head(response.body);
      answer_.resource_version = head.resource_version;
      answer_.uid = head.uid;
      return;
    }
    answer_.reason = describe(response);
    const bool needs_object =
        operation_.verb != plan::Verb::kCreate && operation_.verb != plan::Verb::kReplace;
    if (status == 404 && needs_object) {
      answer_.outcome = "done";  // What was to be changed or removed is no more.
    } else if (status == 409 || (status == 404 && operation_.verb == plan::Verb::kReplace)) {
      answer_.outcome = "conflict";
    } else if (status == 401 || (kube::asks_retry(status) && !is_verdict(status, response.body))) {
      answer_.retry_after = response.retry_after;  // No outcome: try again.
    } else {
      answer_.outcome = "refused";
    }
  }

  void refuse(std::string reason) {
    answer_.outcome = "refused";
    answer_.reason = std::move(reason);
  }

  void conflict(std::string reason, Notice fresh) {
    answer_.outcome = "conflict";
    answer_.reason = std::move(reason);
    answer_.fresh = std::move(fresh);
  }

  reflect::Origin origin() const {
    return {writer_.options.zone, operation_.object.group, operation_.object.kind,
            operation_.api_version, &writer_.secrets};
  }

  Notice observed(std::string_view body) const {
    return reflect::observe(origin(), NoticeKind::kFresh, record::Event::kModified, body,
                            reflect::wall_clock_ns());
  }

  /// After a 409: the object as it is now. Without an answer the watch will bring it.
  void read_fresh() {
    auto live = writer_.client.get(path());
    if (!live) return;
    if (live->status == 404)
      answer_.fresh = reflect::gone(origin(), operation_.object, operation_.uid);
    if (live->ok()) answer_.fresh = observed(live->body);
  }

  const Writer& writer_;
  const plan::Operation& operation_;
  const Discovery::Resource resource_;
  Answer answer_;
};

}  // namespace

Answer attempt(const Writer& writer, const plan::Operation& operation) {
  auto resource = resource_of(writer, operation);
  if (!resource) {
    Answer answer;
    answer.outcome = "refused";
    answer.reason = fmt::format("the API server does not serve {}", operation.object.kind);
    return answer;
  }
  return Attempt(writer, operation, std::move(*resource)).run();
}

}  // namespace pawprint::watch::apply
