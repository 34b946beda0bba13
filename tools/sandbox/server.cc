#include "tools/sandbox/server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

namespace pawprint::sandbox {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

/// What real servers take: 3 MiB of body.
constexpr std::uint64_t kMaxBody = std::uint64_t{3} << 20U;
/// How often an idle watch looks whether its client is still there.
constexpr std::chrono::seconds kPresenceCheck{1};
/// Real servers send a last bookmark this long before a watch times out.
constexpr std::chrono::seconds kLastBookmark{2};

auto failing_into(error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

Request to_request(const http::request<http::string_body>& message) {
  auto field = [&](http::field name) {
    auto value = message[name];
    return std::string(value.data(), value.size());
  };
  Request out;
  out.method = std::string(message.method_string());
  out.target = std::string(message.target());
  out.accept = field(http::field::accept);
  out.content_type = field(http::field::content_type);
  out.user_agent = field(http::field::user_agent);
  out.authorization = field(http::field::authorization);
  out.body = message.body();
  return out;
}

/// One client connection.
struct Connection {
  explicit Connection(tcp::socket accepted)
      : socket(std::move(accepted)), wake(socket.get_executor()) {}

  tcp::socket socket;
  asio::steady_timer wake;  ///< cancelled when something may have been written
  bool watching = false;
  std::string inject;                 ///< bytes to send on a watch as they are, once
  std::optional<std::size_t> budget;  ///< bytes of the answer left until a planned reset

  /// True when the peer has closed its side.
  bool gone() {
    char byte = 0;
    error_code error;
    socket.non_blocking(true, error);
    std::size_t size = socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    return error ? error != asio::error::would_block : size == 0;
  }

  /// RST, not FIN: what a broken network looks like.
  void reset() {
    error_code error;
    socket.set_option(asio::socket_base::linger(true, 0), error);
    socket.close(error);
    wake.cancel();
  }
};
using ConnectionPtr = std::shared_ptr<Connection>;

}  // namespace

class Server::Impl {
 public:
  Impl(ApiServer& api, std::chrono::milliseconds bookmark_interval)
      : api_(api), bookmark_interval_(bookmark_interval), acceptor_(io_) {}

  ~Impl() {
    api_.on_change({});
    io_.stop();
    if (thread_.joinable()) thread_.join();
    for (const ConnectionPtr& connection : connections_) connection->reset();
  }

  Result<void> listen(std::uint16_t port) {
    error_code error;
    tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return fail(ErrorCode::kUnreachable,
                  "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + error.message());
    }
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(io_, accept_all(), asio::detached);
    api_.on_change([this] { notify(); });
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }

  std::uint16_t port() const { return port_; }

  void drop_watches() {
    asio::post(io_, [this] {
      for (const ConnectionPtr& connection : connections_) {
        if (connection->watching) connection->reset();
      }
    });
  }

  void inject(std::string bytes) {
    asio::post(io_, [this, bytes = std::move(bytes)] {
      for (const ConnectionPtr& connection : connections_) {
        if (connection->watching) connection->inject += bytes;
        connection->wake.cancel();
      }
    });
  }

 private:
  /// From any thread; many writes in a row wake the watches once.
  void notify() {
    if (wake_pending_.exchange(true)) return;
    asio::post(io_, [this] {
      wake_pending_ = false;
      for (const ConnectionPtr& connection : connections_) connection->wake.cancel();
    });
  }

  asio::awaitable<void> accept_all() {
    while (true) {
      error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(failing_into(error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) continue;
      socket.set_option(tcp::no_delay(true), error);
      auto connection = std::make_shared<Connection>(std::move(socket));
      connections_.insert(connection);
      asio::co_spawn(io_, serve(connection), asio::detached);
    }
  }

  asio::awaitable<void> serve(ConnectionPtr connection) {
    boost::beast::flat_buffer buffer;
    bool open = true;
    while (open) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(kMaxBody);
      error_code error;
      co_await http::async_read(connection->socket, buffer, parser, failing_into(error));
      if (error) break;
      open = co_await answer(connection, parser.get());
    }
    error_code ignored;
    connection->socket.shutdown(tcp::socket::shutdown_both, ignored);
    connections_.erase(connection);
  }

  /// False: the connection is not to be used again.
  asio::awaitable<bool> answer(ConnectionPtr connection,
                               const http::request<http::string_body>& message) {
    Outcome outcome = api_.handle(to_request(message));
    connection->budget = outcome.cut_after;
    error_code error;
    if (outcome.delay.count() > 0) {
      asio::steady_timer timer(io_, outcome.delay);
      co_await timer.async_wait(failing_into(error));
    }
    if (std::holds_alternative<Reset>(outcome.what)) {
      connection->reset();
      co_return false;
    }
    if (auto* stream = std::get_if<std::shared_ptr<WatchStream>>(&outcome.what)) {
      bool whole = co_await send_watch(connection, **stream);
      if (!whole) co_return false;
      co_return message.keep_alive();
    }
    co_return co_await send(connection, std::get<Response>(outcome.what), message.keep_alive());
  }

  asio::awaitable<bool> send(ConnectionPtr connection, Response& from, bool keep_alive) {
    http::response<http::string_body> response;
    response.version(11);
    response.result(static_cast<unsigned>(from.status));
    response.set(http::field::content_type, from.content_type);
    response.set(http::field::cache_control, "no-cache, private");
    for (const auto& [name, value] : from.headers) response.insert(name, value);
    response.keep_alive(keep_alive);
    response.body() = std::move(from.body);
    response.prepare_payload();
    std::ostringstream text;
    text << response;
    bool whole = co_await write(connection, text.str());
    if (!whole) co_return false;
    co_return keep_alive;
  }

  /// False when the peer is gone or a planned cut was reached.
  asio::awaitable<bool> write(ConnectionPtr connection, std::string bytes) {
    error_code error;
    bool cut = connection->budget && bytes.size() > *connection->budget;
    if (cut) bytes.resize(*connection->budget);
    if (connection->budget) *connection->budget -= bytes.size();
    co_await asio::async_write(connection->socket, asio::buffer(bytes), failing_into(error));
    if (cut) connection->reset();
    if (error) co_return false;
    co_return !cut;
  }

  static std::string chunk(const std::string& bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  }

  /// True when the stream ended by itself, with its last chunk.
  asio::awaitable<bool> send_watch(ConnectionPtr connection, WatchStream& stream) {
    connection->watching = true;
    std::string head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-cache, private\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    bool alive = co_await write(connection, head);
    const Clock::time_point deadline = Clock::now() + stream.timeout();
    Clock::time_point bookmark_at = next_bookmark(deadline);
    while (alive && !stream.ended() && Clock::now() < deadline) {
      // Armed before the pull: a write after the pull then finds a timer to cancel.
      connection->wake.expires_after(wait_for(deadline, bookmark_at));
      bool bookmark = Clock::now() >= bookmark_at;
      if (bookmark) bookmark_at = next_bookmark(deadline);
      std::string lines = api_.pull(stream, bookmark);
      lines += std::exchange(connection->inject, std::string());
      if (!lines.empty()) {
        alive = co_await write(connection, chunk(lines));
        continue;
      }
      if (stream.ended() || connection->gone()) break;
      error_code woken;
      co_await connection->wake.async_wait(failing_into(woken));
    }
    connection->watching = false;
    if (!alive || !connection->socket.is_open() || connection->gone()) co_return false;
    co_return co_await write(connection, "0\r\n\r\n");
  }

  Clock::time_point next_bookmark(Clock::time_point deadline) const {
    Clock::time_point now = Clock::now();
    Clock::time_point last = deadline - kLastBookmark;
    Clock::time_point next = now + bookmark_interval_;
    return now < last && last < next ? last : next;
  }

  static Clock::duration wait_for(Clock::time_point deadline, Clock::time_point bookmark_at) {
    Clock::time_point now = Clock::now();
    Clock::time_point until = std::min({deadline, bookmark_at, now + kPresenceCheck});
    return std::max<Clock::duration>(until - now, Clock::duration::zero());
  }

  ApiServer& api_;
  std::chrono::milliseconds bookmark_interval_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::set<ConnectionPtr> connections_;  ///< used on the server's thread only
  std::atomic<bool> wake_pending_ = false;
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ApiServer& api, std::uint16_t port,
                                              std::chrono::milliseconds bookmark_interval) {
  auto impl = std::make_unique<Impl>(api, bookmark_interval);
  if (auto done = impl->listen(port); !done) return tl::unexpected(done.error());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port(); }
void Server::drop_watches() { impl_->drop_watches(); }
void Server::inject(std::string bytes) { impl_->inject(std::move(bytes)); }

}  // namespace pawprint::sandbox
