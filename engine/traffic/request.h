// One request, as a client sends it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pawprint::traffic {

struct Header {
  std::string name, value;
  bool operator==(const Header&) const = default;
};

enum class Scheme : std::uint8_t { kHttp, kHttps, kGrpc, kTcp, kUdp };

struct Request {
  std::string gateway;  ///< "ns/name" of the Gateway (MeshGateway `name.ns`), or
  std::string service;  ///< "ns/name" of the Service called from inside the mesh.
  std::string from;     ///< Namespace of the client; empty: the Service's. Only with `service`.
  Scheme scheme = Scheme::kHttp;
  std::string authority;   ///< Host header as sent, perhaps with a port; empty: none.
  std::string sni;         ///< Empty: none.
  std::int32_t port = 0;   ///< Of the listener or the Service.
  std::string path = "/";  ///< With the query.
  std::string method = "GET";
  std::vector<Header> headers;

  /// Host for matching: lower case, without port; empty when it is an IP address, which no
  /// hostname matches.
  [[nodiscard]] std::string host() const;
};

/// True for an IPv4 address or a bracketed or plain IPv6 address.
bool is_address(const std::string& host);

/// "example.org:8080" -> {"example.org", "8080"}; the port may be empty.
struct HostPort {
  std::string host, port;
};
HostPort split_authority(const std::string& authority);

}  // namespace pawprint::traffic
