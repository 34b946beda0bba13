#include "watch/kube/resolve.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace pawprint::watch::kube {
namespace {

struct Lookup {
  std::mutex mutex;
  std::condition_variable_any wake;
  bool done = false;
  int error = 0;
  std::vector<std::string> addresses;
};

void look_up(const std::shared_ptr<Lookup>& lookup, const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  std::vector<std::string> addresses;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    char text[NI_MAXHOST] = {};
    if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) ==
        0) {
      addresses.emplace_back(text);
    }
  }
  if (list != nullptr) freeaddrinfo(list);
  const std::lock_guard lock(lookup->mutex);
  lookup->error = error;
  lookup->addresses = std::move(addresses);
  lookup->done = true;
  lookup->wake.notify_all();
}

bool is_address(const std::string& host) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

}  // namespace

Result<std::vector<std::string>> resolve(const std::string& host, Clock::time_point deadline,
                                         const std::stop_token& stop) {
  if (is_address(host)) return std::vector<std::string>{host};
  auto lookup = std::make_shared<Lookup>();
  try {
    std::thread(look_up, lookup, host).detach();
  } catch (const std::system_error&) {
    return fail(ErrorCode::kUnreachable, fmt::format("cannot look up {}: no thread", host));
  }
  std::unique_lock lock(lookup->mutex);
  lookup->wake.wait_until(lock, stop, deadline, [&] { return lookup->done; });
  if (!lookup->done) {
    return fail(ErrorCode::kUnreachable, fmt::format("cannot look up {}: no answer in time", host));
  }
  if (lookup->error != 0 || lookup->addresses.empty()) {
    const char* why = lookup->error != 0 ? gai_strerror(lookup->error) : "no address";
    return fail(ErrorCode::kUnreachable, fmt::format("cannot look up {}: {}", host, why));
  }
  return lookup->addresses;
}

}  // namespace pawprint::watch::kube
