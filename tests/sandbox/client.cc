#include "tests/sandbox/client.h"

#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace pawprint::sandbox::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Milliseconds = std::chrono::milliseconds;

std::string from_base64(const std::string& text) {
  std::string out(3 * (text.size() / 4), '\0');
  int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                             reinterpret_cast<const unsigned char*>(text.data()),
                             static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(std::max(size, 0)));
  return out.substr(0, out.find('\0'));
}

/// A connection, encrypted or not. Each operation runs the context until it is done or late.
class Connection {
 public:
  error_code open(const Endpoint& endpoint) {
    error_code error;
    auto address = asio::ip::make_address(endpoint.host, error);
    if (error) return error;
    asio::ip::tcp::endpoint place(address, static_cast<std::uint16_t>(std::stoi(endpoint.port)));
    if (endpoint.tls) {
      context_.add_certificate_authority(asio::buffer(endpoint.authority), error);
      context_.set_verify_mode(asio::ssl::verify_peer);
      context_.set_verify_callback(asio::ssl::host_name_verification(endpoint.host));
    }
    secure_ = std::make_unique<beast::ssl_stream<beast::tcp_stream>>(io_, context_);
    tls_ = endpoint.tls;
    error = wait(Milliseconds(5000), [&](auto done) {
      tcp().async_connect(place, [done](error_code failed) { done(failed); });
    });
    if (error || !tls_) return error;
    return wait(Milliseconds(5000),
                [&](auto done) { secure_->async_handshake(asio::ssl::stream_base::client, done); });
  }

  template <class Message>
  error_code write(Message& message) {
    return wait(Milliseconds(10000), [&](auto done) {
      auto finish = [done](error_code failed, std::size_t) { done(failed); };
      tls_ ? http::async_write(*secure_, message, finish)
           : http::async_write(tcp(), message, finish);
    });
  }

  template <class Parser>
  error_code read(Parser& parser, Milliseconds patience) {
    return read_with(patience, [&](auto& stream, auto finish) {
      http::async_read(stream, buffer_, parser, finish);
    });
  }

  template <class Parser>
  error_code read_header(Parser& parser, Milliseconds patience) {
    return read_with(patience, [&](auto& stream, auto finish) {
      http::async_read_header(stream, buffer_, parser, finish);
    });
  }

  template <class Parser>
  error_code read_some(Parser& parser, Milliseconds patience) {
    return read_with(patience, [&](auto& stream, auto finish) {
      http::async_read_some(stream, buffer_, parser, finish);
    });
  }

 private:
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(*secure_); }

  template <class Start>
  error_code read_with(Milliseconds patience, Start start) {
    return wait(patience, [&](auto done) {
      auto finish = [done](error_code failed, std::size_t) { done(failed); };
      tls_ ? start(*secure_, finish) : start(tcp(), finish);
    });
  }

  template <class Start>
  error_code wait(Milliseconds patience, Start start) {
    error_code result = asio::error::timed_out;
    tcp().expires_after(patience);
    start([&result](error_code error) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  asio::io_context io_;
  asio::ssl::context context_{asio::ssl::context::tls_client};
  std::unique_ptr<beast::ssl_stream<beast::tcp_stream>> secure_;
  bool tls_ = false;
  beast::flat_buffer buffer_;
};

http::request<http::string_body> message_of(const Endpoint& endpoint, const Call& call) {
  http::request<http::string_body> message;
  message.method_string(call.method);
  message.target(call.target);
  message.version(11);
  message.set(http::field::host, endpoint.host + ":" + endpoint.port);
  message.set(http::field::accept, call.accept);
  message.set(http::field::user_agent, call.user_agent);
  if (!endpoint.token.empty()) {
    message.set(http::field::authorization, "Bearer " + endpoint.token);
  }
  if (!call.body.empty()) message.set(http::field::content_type, call.content_type);
  message.body() = call.body;
  message.prepare_payload();
  return message;
}

}  // namespace

Endpoint read_kubeconfig(const std::string& text) {
  YAML::Node config = YAML::Load(text);
  YAML::Node cluster = config["clusters"][0]["cluster"];
  std::string url = cluster["server"].as<std::string>();
  Endpoint endpoint;
  endpoint.tls = url.starts_with("https://");
  std::string place = url.substr(url.find("://") + 3);
  endpoint.host = place.substr(0, place.rfind(':'));
  endpoint.port = place.substr(place.rfind(':') + 1);
  if (cluster["certificate-authority-data"]) {
    endpoint.authority = from_base64(cluster["certificate-authority-data"].as<std::string>());
  }
  YAML::Node user = config["users"][0]["user"];
  if (user["token"]) endpoint.token = user["token"].as<std::string>();
  return endpoint;
}

std::string Reply::metadata(const std::string& name) const {
  return sandbox::text(member(body, "metadata"), name);
}

Reply send(const Endpoint& endpoint, const Call& call) {
  Reply reply;
  Connection connection;
  auto message = message_of(endpoint, call);
  http::response_parser<http::string_body> parser;
  parser.body_limit(64U << 20U);
  error_code error = connection.open(endpoint);
  if (!error) error = connection.write(message);
  if (!error) error = connection.read(parser, Milliseconds(20000));
  if (error) {
    reply.text = error.message();
    return reply;
  }
  reply.status = static_cast<int>(parser.get().result_int());
  reply.text = parser.get().body();
  reply.body = Json::parse(reply.text, nullptr, false);
  if (reply.body.is_discarded()) reply.body = nullptr;
  for (const auto& field : parser.get()) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string& value = reply.headers[name];
    value += (value.empty() ? "" : ", ") + std::string(field.value());
  }
  return reply;
}

class Watch::Impl {
 public:
  Impl(const Endpoint& endpoint, const std::string& target) {
    auto message = message_of(endpoint, Call{"GET", target, ""});
    parser_.body_limit(boost::none);
    error_ = connection_.open(endpoint);
    if (!error_) error_ = connection_.write(message);
    if (!error_) error_ = connection_.read_header(parser_, Milliseconds(10000));
    if (!error_) status_ = static_cast<int>(parser_.get().result_int());
  }

  Json next(Milliseconds patience) {
    auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
      std::size_t end = pending_.find('\n');
      if (end != std::string::npos) {
        Json event = Json::parse(pending_.substr(0, end), nullptr, false);
        pending_.erase(0, end + 1);
        return event;
      }
      auto left =
          std::chrono::duration_cast<Milliseconds>(deadline - std::chrono::steady_clock::now());
      if (error_ || parser_.is_done() || left.count() <= 0) return nullptr;
      fill(left);
    }
  }

  bool ended_cleanly() const { return !error_ && parser_.is_done(); }
  int status() const { return status_; }

 private:
  void fill(Milliseconds patience) {
    char bytes[8192];
    parser_.get().body().data = bytes;
    parser_.get().body().size = sizeof bytes;
    error_ = connection_.read_some(parser_, patience);
    if (error_ == http::error::need_buffer) error_ = {};
    pending_.append(bytes, sizeof bytes - parser_.get().body().size);
  }

  Connection connection_;
  http::response_parser<http::buffer_body> parser_;
  error_code error_;
  int status_ = 0;
  std::string pending_;
};

Watch::Watch(const Endpoint& endpoint, const std::string& target)
    : impl_(std::make_unique<Impl>(endpoint, target)) {}
Watch::~Watch() = default;
int Watch::status() const { return impl_->status(); }
Json Watch::next(Milliseconds patience) { return impl_->next(patience); }
bool Watch::ended_cleanly() const { return impl_->ended_cleanly(); }

}  // namespace pawprint::sandbox::test
