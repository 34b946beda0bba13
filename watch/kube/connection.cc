#include "watch/kube/connection.h"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>

#include "watch/kube/resolve.h"

namespace pawprint::watch::kube {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kConnectTime{10};
constexpr std::chrono::seconds kHandshakeTime{10};
constexpr std::uint32_t kHeaderLimit = 65536;
constexpr std::size_t kReadSize = 65536;
constexpr const char* kUserAgent = "pawprint";

/// A dead peer is noticed within 35 s although nothing is sent on a watch.
void detect_dead_peer(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const int handle = socket.native_handle();
  const int idle = 20, interval = 5, count = 3;
  const unsigned user_timeout = 35'000;
  setsockopt(handle, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(handle, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(handle, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
  setsockopt(handle, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof user_timeout);
}

http::request<http::string_body> make_request(const Request& request, const Headers& headers,
                                              const Target& target) {
  http::request<http::string_body> out;
  out.version(11);
  out.method_string(request.method);
  out.target(target.base_path + request.target);
  const bool v6 = target.host.find(':') != std::string::npos;
  out.set(http::field::host, v6 ? fmt::format("[{}]:{}", target.host, target.port)
                                : fmt::format("{}:{}", target.host, target.port));
  out.set(http::field::user_agent, kUserAgent);
  out.set(http::field::accept, kJson);
  out.set(http::field::accept_encoding, "identity");
  for (const auto& [name, value] : headers) out.insert(name, value.reveal());
  if (!request.body.empty()) {
    out.set(http::field::content_type, request.content_type);
    out.body() = request.body;
  }
  out.prepare_payload();
  return out;
}

}  // namespace

struct Connection::Impl {
  Impl(std::shared_ptr<Access> given, std::stop_token token)
      : access(std::move(given)), stop(std::move(token)) {}

  std::shared_ptr<Access> access;
  std::stop_token stop;
  asio::io_context io{1};
  tcp::socket socket{io};
  TlsContext context;  // Keeps the settings alive as long as the session.
  std::optional<asio::ssl::stream<tcp::socket&>> tls;
  boost::beast::flat_buffer buffer;
  std::optional<http::response_parser<http::string_body>> parser;
  bool open = false, sent = false, timed_out = false;

  void shut() {
    error_code ignored;
    socket.close(ignored);
    tls.reset();
    parser.reset();
    buffer.clear();
    open = false;
  }

  /// Runs one asynchronous operation to its end, the deadline or a stop, whichever is first.
  template <class Start>
  error_code run(Clock::time_point deadline, Start start) {
    error_code outcome;
    bool done = false;
    timed_out = false;
    io.restart();
    start([&](error_code error, auto&&...) {
      outcome = error;
      done = true;
    });
    {
      const std::stop_callback wake(stop, [this] { io.stop(); });
      io.run_until(deadline);
    }
    if (done) return outcome;
    timed_out = !stop.stop_requested();
    error_code ignored;
    socket.close(ignored);  // Ends the pending operation; its handler must run before we return.
    io.restart();
    io.run();
    return timed_out ? error_code(asio::error::timed_out)
                     : error_code(asio::error::operation_aborted);
  }

  /// Calls `operation` with the stream in use.
  template <class Operation>
  void with_stream(Operation operation) {
    if (tls) {
      operation(*tls);
    } else {
      operation(socket);
    }
  }

  Error broken(const std::string& doing, const error_code& error) {
    const std::string why = timed_out ? "no answer in time" : error.message();
    shut();
    return Error{ErrorCode::kUnreachable,
                 fmt::format("{}: {} {}", access->target().server, doing, why)};
  }

  Result<void> connect(const std::vector<std::string>& addresses, Clock::time_point deadline);
  Result<void> handshake(Clock::time_point deadline);
  bool parse_received(error_code& error);
};

Result<void> Connection::Impl::connect(const std::vector<std::string>& addresses,
                                       Clock::time_point deadline) {
  std::vector<tcp::endpoint> endpoints;
  const auto port = static_cast<std::uint16_t>(std::stoi(access->target().port));
  for (const auto& address : addresses) {
    error_code error;
    const auto parsed = asio::ip::make_address(address, error);
    if (!error) endpoints.emplace_back(parsed, port);
  }
  socket = tcp::socket(io);
  const auto error =
      run(deadline, [&](auto done) { asio::async_connect(socket, endpoints, done); });
  if (error) return tl::unexpected(broken("cannot connect:", error));
  detect_dead_peer(socket);
  return {};
}

Result<void> Connection::Impl::handshake(Clock::time_point deadline) {
  const Target& target = access->target();
  context = access->tls();
  SSL* session = make_tls_session(
      context, target.tls_server_name.empty() ? target.host : target.tls_server_name);
  if (session == nullptr) {
    shut();
    return fail(ErrorCode::kInternal, "OpenSSL cannot make a TLS session");
  }
  tls.emplace(socket, session);  // Owns the session from here on.
  const auto error =
      run(deadline, [&](auto done) { tls->async_handshake(asio::ssl::stream_base::client, done); });
  if (!error) return {};
  if (timed_out) return tl::unexpected(broken("TLS handshake:", error));
  const std::string why = describe_tls_failure(tls->native_handle(), error.message());
  shut();
  return fail(ErrorCode::kUnreachable, fmt::format("{}: {}", target.server, why));
}

Connection::Connection(std::shared_ptr<Access> access, std::stop_token stop)
    : impl_(std::make_unique<Impl>(std::move(access), std::move(stop))) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Result<void> Connection::open(Clock::time_point deadline) {
  Impl& my = *impl_;
  my.shut();
  my.sent = false;
  const Target& target = my.access->target();
  auto addresses = resolve(target.host, std::min(deadline, Clock::now() + kConnectTime), my.stop);
  if (!addresses) {
    return fail(addresses.error().code,
                fmt::format("{}: {}", target.server, addresses.error().message));
  }
  if (auto made = my.connect(*addresses, std::min(deadline, Clock::now() + kConnectTime)); !made) {
    return made;
  }
  if (target.tls) {
    if (auto made = my.handshake(std::min(deadline, Clock::now() + kHandshakeTime)); !made)
      return made;
  }
  my.open = true;
  return {};
}

bool Connection::reusable() {
  Impl& my = *impl_;
  if (!my.open || !my.socket.is_open()) return false;
  if (my.parser && (!my.parser->is_done() || !my.parser->keep_alive())) return false;
  // Nothing may be readable on an idle connection: data or an end means that the peer gave it up.
  // TLS 1.3 session tickets are the exception, so only an end counts there.
  char byte = 0;
  const auto got = recv(my.socket.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (got == 0) return false;
  if (got < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
  return my.tls.has_value();
}

void Connection::close() { impl_->shut(); }
bool Connection::sent() const { return impl_->sent; }

Result<Response> Connection::begin(const Request& request, const Headers& headers,
                                   Clock::time_point deadline) {
  Impl& my = *impl_;
  const auto message = make_request(request, headers, my.access->target());
  my.parser.emplace();
  my.parser->body_limit(boost::none);  // A watch has no end; callers count for themselves.
  my.parser->header_limit(kHeaderLimit);
  my.sent = true;
  auto error = my.run(deadline, [&](auto done) {
    my.with_stream([&](auto& stream) { http::async_write(stream, message, done); });
  });
  if (error) return tl::unexpected(my.broken("sending failed:", error));
  error = my.run(deadline, [&](auto done) {
    my.with_stream(
        [&](auto& stream) { http::async_read_header(stream, my.buffer, *my.parser, done); });
  });
  if (error) return tl::unexpected(my.broken("no answer:", error));
  my.parser->eager(true);
  Response response;
  response.status = static_cast<int>(my.parser->get().result_int());
  response.retry_after = parse_retry_after(std::string(my.parser->get()[http::field::retry_after]));
  return response;
}

/// Feeds the parser what was received; true when that gave body bytes or ended the message.
///
/// http::async_read_some does not return before the parser wants nothing more, and after a whole
/// chunk an eager parser wants the next one: a lone event would stay in it until another came.
bool Connection::Impl::parse_received(error_code& error) {
  while (buffer.size() > 0 && !parser->is_done()) {
    const std::size_t used = parser->put(buffer.data(), error);
    buffer.consume(used);
    if (error == http::error::need_more) {
      error = {};
      break;
    }
    if (error || used == 0) break;
  }
  return !parser->get().body().empty() || parser->is_done();
}

Result<Connection::Piece> Connection::read_some(Clock::time_point deadline) {
  Impl& my = *impl_;
  Piece piece;
  if (!my.parser) return fail(ErrorCode::kInternal, "no answer is being read");
  error_code error;
  while (!error && !my.parse_received(error) && !error) {
    std::size_t received = 0;
    error = my.run(deadline, [&](auto done) {
      my.with_stream([&](auto& stream) {
        stream.async_read_some(my.buffer.prepare(kReadSize),
                               [done, &received](error_code why, std::size_t n) mutable {
                                 received = n;
                                 done(why);
                               });
      });
    });
    my.buffer.commit(received);
    if (my.timed_out) {
      my.shut();
      piece.timed_out = true;
      return piece;
    }
    if (error == asio::error::eof) {
      error = {};
      my.parser->put_eof(error);  // Fine only for a body that ends with the connection.
      if (!error) break;
    }
  }
  if (error) return tl::unexpected(my.broken("connection lost:", error));
  piece.bytes.swap(my.parser->get().body());
  piece.end = my.parser->is_done();
  if (piece.end && !my.parser->keep_alive()) my.shut();
  return piece;
}

}  // namespace pawprint::watch::kube
