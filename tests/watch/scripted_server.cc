#include "tests/watch/scripted_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/result.h"

namespace pawprint::watch::tests {
namespace {

using BioPtr = std::unique_ptr<BIO, decltype(&BIO_free)>;

SSL_CTX* server_context(const Identity& identity, const std::string& client_authority) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  const auto bio = [](const std::string& pem) {
    return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  };
  X509* certificate = PEM_read_bio_X509(bio(identity.certificate).get(), nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio(identity.key).get(), nullptr, nullptr, nullptr);
  PAWPRINT_CHECK(SSL_CTX_use_certificate(context, certificate) == 1);
  PAWPRINT_CHECK(SSL_CTX_use_PrivateKey(context, key) == 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!client_authority.empty()) {
    X509* authority = PEM_read_bio_X509(bio(client_authority).get(), nullptr, nullptr, nullptr);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority);
    X509_free(authority);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

bool readable(int socket, int milliseconds) {
  pollfd one{socket, POLLIN, 0};
  return poll(&one, 1, milliseconds) > 0;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

std::string Exchange::parameter(std::string_view name) const {
  std::string_view rest = target;
  const std::size_t mark = rest.find('?');
  rest = mark == std::string_view::npos ? std::string_view{} : rest.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = pair.find('=');
    if (pair.substr(0, equals) == name && equals != std::string_view::npos) {
      return std::string(pair.substr(equals + 1));
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return {};
}

bool Exchange::raw(std::string_view bytes) {
  while (!bytes.empty() && keep_) {
    const auto n = tls_ != nullptr ? SSL_write(static_cast<SSL*>(tls_), bytes.data(),
                                               static_cast<int>(bytes.size()))
                                   : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) keep_ = false;
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return keep_;
}

void Exchange::reply(int status, std::string_view json, std::string_view extra_headers) {
  raw(fmt::format(
      "HTTP/1.1 {} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{}\r\n{}", status,
      json.size(), extra_headers, json));
}

void Exchange::refuse(int status, std::string_view reason, std::string_view message,
                      std::string_view extra_headers) {
  const nlohmann::json document{{"kind", "Status"}, {"apiVersion", "v1"}, {"status", "Failure"},
                                {"reason", reason}, {"message", message}, {"code", status}};
  reply(status, document.dump(), extra_headers);
}

void Exchange::begin_stream() {
  raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
}

bool Exchange::chunk(std::string_view bytes) {
  return raw(fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes));
}

void Exchange::end_stream() { raw("0\r\n\r\n"); }

void Exchange::reset() {
  const linger now{1, 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  keep_ = false;
}

bool Exchange::stay(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < end && !server_->stopping_ && keep_) {
    if (readable(socket_, 5)) {
      char byte = 0;
      if (recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) <= 0) keep_ = false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }
  return keep_ && !server_->stopping_;
}

ScriptedServer::ScriptedServer(Handler handler) : handler_(std::move(handler)) {
  listen_on_loopback();
}

ScriptedServer::ScriptedServer(Handler handler, const Identity& identity,
                               const std::string& client_authority)
    : handler_(std::move(handler)), tls_context_(server_context(identity, client_authority)) {
  listen_on_loopback();
}

void ScriptedServer::listen_on_loopback() {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  PAWPRINT_CHECK(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  PAWPRINT_CHECK(listen(listener_, 64) == 0);
  socklen_t size = sizeof address;
  getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_loop(); });
}

ScriptedServer::~ScriptedServer() {
  stopping_ = true;
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  close(listener_);
  if (tls_context_ != nullptr) SSL_CTX_free(static_cast<SSL_CTX*>(tls_context_));
}

std::string ScriptedServer::url() const {
  return fmt::format("{}://127.0.0.1:{}", tls_context_ != nullptr ? "https" : "http", port_);
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

int ScriptedServer::count(std::string_view text) const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(requests_.begin(), requests_.end(), [&](const auto& line) {
    return line.find(text) != std::string::npos;
  }));
}

void ScriptedServer::accept_loop() {
  while (!stopping_) {
    if (!readable(listener_, 20)) continue;
    const int socket = accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    ++connections_;
    threads_.emplace_back([this, socket] { serve(socket); });
  }
}

void ScriptedServer::serve(int socket) {
  // A client that neither speaks nor goes must not keep the test from ending.
  const timeval patience{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  SSL* tls = nullptr;
  bool open = true;
  if (tls_context_ != nullptr) {
    tls = SSL_new(static_cast<SSL_CTX*>(tls_context_));
    SSL_set_fd(tls, socket);
    open = SSL_accept(tls) == 1;
  }
  std::string buffer;
  while (open && !stopping_) {
    Exchange exchange;
    exchange.server_ = this;
    exchange.socket_ = socket;
    exchange.tls_ = tls;
    if (!read_request(exchange, buffer)) break;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(exchange.method + " " + exchange.target);
    }
    handler_(exchange);
    open = exchange.keep_;
  }
  if (tls != nullptr) SSL_free(tls);
  close(socket);
}

bool ScriptedServer::read_request(Exchange& exchange, std::string& buffer) {
  const auto more = [&] {
    char part[65536];
    while (!stopping_) {
      const bool pending =
          exchange.tls_ != nullptr && SSL_pending(static_cast<SSL*>(exchange.tls_)) > 0;
      if (!pending && !readable(exchange.socket_, 20)) continue;
      const auto n = exchange.tls_ != nullptr ? SSL_read(static_cast<SSL*>(exchange.tls_), part,
                                                         static_cast<int>(sizeof part))
                                              : recv(exchange.socket_, part, sizeof part, 0);
      if (n <= 0) return false;
      buffer.append(part, static_cast<std::size_t>(n));
      return true;
    }
    return false;
  };
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  std::string head = buffer.substr(0, end + 2);
  const std::size_t first = head.find("\r\n");
  const std::string line = head.substr(0, first);
  const std::size_t space = line.find(' ');
  exchange.method = line.substr(0, space);
  exchange.target = line.substr(space + 1, line.rfind(' ') - space - 1);
  for (std::size_t at = first + 2; at < head.size();) {
    const std::size_t stop = head.find("\r\n", at);
    const std::string header = head.substr(at, stop - at);
    const std::size_t colon = header.find(':');
    exchange.headers[lower(header.substr(0, colon))] = header.substr(colon + 2);
    at = stop + 2;
  }
  const auto length = exchange.headers.find("content-length");
  const std::size_t size = length == exchange.headers.end() ? 0 : std::stoul(length->second);
  while (buffer.size() < end + 4 + size) {
    if (!more()) return false;
  }
  exchange.body = buffer.substr(end + 4, size);
  buffer.erase(0, end + 4 + size);
  return true;
}

}  // namespace pawprint::watch::tests
