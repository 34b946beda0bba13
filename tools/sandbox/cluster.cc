#include "tools/sandbox/cluster.h"

#include <fmt/format.h>

#include <ctime>

namespace pawprint::sandbox {
namespace {

/// FNV-1a: small and the same on every platform, which std::hash is not.
std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (char byte : text) hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211ULL;
  return hash;
}

/// Real servers start high as well: their own start writes dozens of objects.
constexpr Revision kFirstRevision = 100;

}  // namespace

Cluster::Cluster(std::string zone_name, std::size_t window,
                 std::function<std::int64_t()> unix_nanoseconds)
    : zone(std::move(zone_name)),
      store(window, kFirstRevision),
      clock_(std::move(unix_nanoseconds)),
      random_(hash_of(zone)) {}

std::string Cluster::now() const {
  std::time_t seconds = static_cast<std::time_t>(this->seconds());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[sizeof "2006-01-02T15:04:05Z"];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

std::string Cluster::new_uid() {
  std::uint64_t high = (random_() & ~0xF000ULL) | 0x4000ULL;
  std::uint64_t low = (random_() & ~(3ULL << 62)) | (2ULL << 62);
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF,
                     high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFFULL);
}

std::string Cluster::new_cluster_ip() {
  unsigned next = next_cluster_ip_++;
  return fmt::format("10.96.{}.{}", (next >> 8) & 0xFF, next & 0xFF);
}

std::string Cluster::new_gateway_ip() {
  unsigned next = next_gateway_ip_++;
  return fmt::format("10.89.{}.{}", (hash_of(zone) + next / 254) % 256, 1 + (next - 1) % 254);
}

Json shown_object(const Call& call, const Json& object) {
  Json out = object;
  if (call.view == View::kMetadata) {
    return {{"kind", "PartialObjectMetadata"},
            {"apiVersion", "meta.k8s.io/v1"},
            {"metadata", object["metadata"]}};
  }
  out["apiVersion"] = call.api_version();
  out["kind"] = call.kind->kind;
  return out;
}

Response json_response(int status, const Json& body) {
  Response response;
  response.status = status;
  // Text that is not UTF-8 cannot come in, but must not end the server if it did.
  response.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
  return response;
}

}  // namespace pawprint::sandbox
