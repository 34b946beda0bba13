#include "tools/serve/server.h"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <thread>

#include "tools/serve/api.h"

namespace pawprint::serve {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

constexpr std::uint32_t kHeaderBytes = 8 * 1024;
constexpr std::size_t kBufferBytes = std::size_t{2} * kHeaderBytes;
constexpr std::size_t kConnections = 64;
constexpr std::size_t kSlowThreads = 2;
constexpr std::chrono::seconds kFirstRequest{5}, kIdle{30}, kWrite{30};
constexpr std::chrono::milliseconds kAcceptPause{100};  // When file descriptors have run out.

bool loopback_host(std::string_view host) {
  const std::size_t bracket = host.rfind(']');
  const std::size_t colon = host.rfind(':');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    host = host.substr(0, colon);
  }
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

class HttpServer final : public Server {
 public:
  HttpServer(Source& source, tcp::acceptor acceptor_socket,
             std::unique_ptr<asio::io_context> context)
      : api_(source),
        context_(std::move(context)),
        acceptor_(std::move(acceptor_socket)),
        port_(acceptor_.local_endpoint().port()),
        only_loopback_(acceptor_.local_endpoint().address().is_loopback()) {
    asio::co_spawn(*context_, accept(), asio::detached);
    thread_ = std::thread([this] { context_->run(); });
  }
  ~HttpServer() override { stop(); }

  [[nodiscard]] std::uint16_t port() const override { return port_; }

  void stop() override {
    context_->stop();
    if (thread_.joinable()) thread_.join();
    slow_.stop();
    slow_.join();
  }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      boost::system::error_code error;
      tcp::socket socket =
          co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error == asio::error::operation_aborted) co_return;
      if (error) {
        asio::steady_timer pause(*context_, kAcceptPause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
        continue;
      }
      if (connections_ >= kConnections) continue;  // Closing tells the client to come back.
      ++connections_;
      asio::co_spawn(*context_, serve(beast::tcp_stream(std::move(socket))),
                     [this](const std::exception_ptr&) { --connections_; });
    }
  }

  asio::awaitable<void> serve(beast::tcp_stream stream) {
    beast::flat_buffer buffer(kBufferBytes);
    boost::system::error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    auto limit = kFirstRequest;
    for (bool open = true; open;) {
      http::request_parser<http::string_body> parser;
      parser.header_limit(kHeaderBytes);
      parser.body_limit(0);
      stream.expires_after(limit);
      co_await http::async_read(stream, buffer, parser, token);
      if (error == http::error::end_of_stream || error == beast::error::timeout) break;
      const bool broken = static_cast<bool>(error);
      const int bad = error == http::error::header_limit ? 431
                      : error == http::error::body_limit ? 413
                                                         : 400;
      const Request request = parser.release();
      Reply reply = error_reply(bad, "the request is not understood or too large");
      if (!broken) reply = co_await answer(request);
      open = !broken && request.keep_alive();
      Response response = to_response(std::move(reply), request.version(), open);
      stream.expires_after(kWrite);
      co_await http::async_write(stream, response, token);
      if (error) break;
      limit = kIdle;
    }
    stream.socket().shutdown(tcp::socket::shutdown_send, error);
  }

  asio::awaitable<Reply> answer(const Request& request) {
    if (request.method() != http::verb::get)
      co_return error_reply(405, "only GET is answered here");
    if (request.find(http::field::transfer_encoding) != request.end())
      co_return error_reply(400, "a GET has no body");
    if (only_loopback_ && !loopback_host(request[http::field::host])) {
      co_return error_reply(403, "this address answers only to localhost, 127.0.0.1 or [::1]");
    }
    const std::string target(request.target());
    if (!Api::slow(target)) co_return api_.get(target);
    // No temporaries in the awaited expression: GCC 12 destroys them twice.
    asio::awaitable<Reply> work = work_on(target);
    Reply reply = co_await asio::co_spawn(slow_, std::move(work), asio::use_awaitable);
    co_return reply;
  }

  asio::awaitable<Reply> work_on(std::string target) { co_return api_.get(target); }

  static Response to_response(Reply reply, unsigned version, bool keep_open) {
    Response response(static_cast<http::status>(reply.status), version);
    response.set(http::field::content_type, reply.type);
    response.set(http::field::cache_control, "no-store");
    response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    if (reply.status == 405) response.set(http::field::allow, "GET");
    response.keep_alive(keep_open);
    response.body() = std::move(reply.body);
    response.prepare_payload();
    return response;
  }

  Api api_;
  asio::thread_pool slow_{kSlowThreads};
  std::unique_ptr<asio::io_context> context_;
  tcp::acceptor acceptor_;
  const std::uint16_t port_;
  const bool only_loopback_;
  std::size_t connections_ = 0;  // I/O thread only.
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const std::string& address, std::uint16_t port,
                                              Source& source) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) return fail(ErrorCode::kInvalid, "\"" + address + "\" is no IP address to listen on");
  auto context = std::make_unique<asio::io_context>(1);
  tcp::acceptor acceptor(*context);
  const tcp::endpoint endpoint(parsed, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return fail(ErrorCode::kUnreachable, "cannot listen on " + address + ":" +
                                             std::to_string(port) + ": " + error.message());
  }
  return std::make_unique<HttpServer>(source, std::move(acceptor), std::move(context));
}

}  // namespace pawprint::serve
