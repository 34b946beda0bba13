// Appends samples to a store and says so: one line with the head's seq after every append.
//
//   store_appender DIR RECORDS GROUP BUFFER_BYTES PAUSE_US close|stay|exit
//
// `stay` sleeps at the end until it is killed; `exit` ends without closing. Exit 1 with one line on
// stderr when the store refuses.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "store/writer.h"
#include "tests/store/sample.h"

namespace {

using pawprint::Error;

int refuse(const Error& error) {
  std::fprintf(stderr, "%d %s\n", static_cast<int>(error.code), error.message.c_str());
  return 1;
}

void say(std::uint64_t seq) {
  const std::string line = std::to_string(seq) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 7) return 2;
  const std::uint64_t records = std::strtoull(argv[2], nullptr, 10);
  const std::uint64_t group_size = std::strtoull(argv[3], nullptr, 10);
  const std::chrono::microseconds pause(std::strtoll(argv[5], nullptr, 10));
  const std::string end = argv[6];
  pawprint::store::Tuning tuning;
  tuning.write_buffer_bytes = std::strtoull(argv[4], nullptr, 10);

  auto writer = pawprint::store::open_writer(argv[1], true, tuning);
  if (!writer) return refuse(writer.error());
  std::uint64_t head = (*writer)->reader().head().seq;
  (*writer)->set_boot((*writer)->boot() + 1);
  say(head);
  for (const std::uint64_t last = head + records; head < last;) {
    auto group = pawprint::store::sample_group(head, 1 + head % group_size);
    const pawprint::store::Cursor cursor = pawprint::store::sample_cursor(head + group.size());
    auto appended = (*writer)->append(group, std::span(&cursor, 1));
    if (!appended) return refuse(appended.error());
    head = appended->seq;
    say(head);
    if (pause.count() > 0) std::this_thread::sleep_for(pause);
  }
  if (end == "close") {
    auto closed = (*writer)->close();
    if (!closed) return refuse(closed.error());
  }
  if (end == "exit") std::_Exit(0);
  while (end == "stay") std::this_thread::sleep_for(std::chrono::seconds(1));
  return 0;
}
