#include "store/anchor.h"

#include <fcntl.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>

#include "store/layout.h"

namespace pawprint::store {
namespace {

constexpr std::string_view kMagic = "PAWHEAD1";
constexpr std::size_t kPageBytes = 4096;  ///< A slot has a page of its own; it fits one sector.
constexpr std::size_t kFileBytes = 2 * kPageBytes;
constexpr std::size_t kPointBytes = 8 + 8 + 8 + 8 + 32;
constexpr std::size_t kSlotBytes = kPointBytes + 32;
/// A reader may meet a slot while it is written; a whole one follows within microseconds. Without a
/// writer, a few looks are for one that begins just now.
constexpr int kReadAttempts = 20, kIdleReadAttempts = 3;
constexpr auto kReadPause = std::chrono::milliseconds(1);

enum class Slot : std::uint8_t { kEmpty, kWhole, kDamaged };

Slot decode_slot(std::string_view page, AnchorPoint& out) {
  if (std::all_of(page.begin(), page.end(), [](char c) { return c == '\0'; })) return Slot::kEmpty;
  if (page.size() < kSlotBytes || !page.starts_with(kMagic)) return Slot::kDamaged;
  const auto sum = record::sha256(page.substr(0, kPointBytes));
  if (page.substr(kPointBytes, sum.size()) != bytes_of(sum)) return Slot::kDamaged;
  const auto padding = page.substr(kSlotBytes);
  if (!std::all_of(padding.begin(), padding.end(), [](char c) { return c == '\0'; })) {
    return Slot::kDamaged;
  }
  out.commit = little64(page.substr(8));
  out.seq = little64(page.substr(16));
  out.time_ns = static_cast<std::int64_t>(little64(page.substr(24)));
  std::copy_n(page.begin() + 32, out.hash.size(), out.hash.begin());
  return Slot::kWhole;
}

/// One look at both slots; nothing when neither is whole.
std::optional<AnchorReading> decode_file(std::string_view bytes) {
  std::array<AnchorPoint, 2> points;
  std::array<Slot, 2> slots{};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    slots[i] = decode_slot(bytes.substr(i * kPageBytes, kPageBytes), points[i]);
    // A whole point in the other's place is a copied page, not what was written.
    if (slots[i] == Slot::kWhole && points[i].commit % 2 != i) slots[i] = Slot::kDamaged;
  }
  AnchorReading reading;
  reading.slot_damaged = slots[0] == Slot::kDamaged || slots[1] == Slot::kDamaged;
  if (slots[0] != Slot::kWhole && slots[1] != Slot::kWhole) return std::nullopt;
  // Only a store to which nothing was ever written has an empty slot; any other one was wiped.
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i] == Slot::kEmpty && points[1 - i].commit > 0) reading.slot_damaged = true;
  }
  const bool first =
      slots[0] == Slot::kWhole && (slots[1] != Slot::kWhole || points[0].commit > points[1].commit);
  reading.point = points[first ? 0 : 1];
  return reading;
}

/// A slot with its page: also what stands behind the slot is written anew each time.
std::string page_of(const AnchorPoint& point) {
  std::string page = encode_slot(point);
  page.resize(kPageBytes, '\0');
  return page;
}

/// The other slot when only `point` is known: the same end of the log, one commit earlier, so that
/// `point` counts. Empty before the first commit.
std::string page_before(AnchorPoint point) {
  if (point.commit == 0) return std::string(kPageBytes, '\0');
  --point.commit;
  return page_of(point);
}

/// A lock of the open file, not of the process: readers may ask for it, and closing another
/// descriptor of the same file does not give it up.
struct flock whole_file_lock() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

Result<AnchorReading> read_file(const File& file, const std::filesystem::path& path, int attempts) {
  std::optional<AnchorReading> reading;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kReadPause);
    auto bytes = read_at(file, 0, kFileBytes, path);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    if (bytes->empty()) {
      return fail(ErrorCode::kUnreachable,
                  path.string() + " is empty: the store was never made whole");
    }
    if (bytes->size() < kFileBytes) continue;
    reading = decode_file(*bytes);
    if (reading && !reading->slot_damaged) break;
  }
  if (reading) return *reading;
  return fail(ErrorCode::kDamaged,
              path.string() + " is damaged: it no longer tells where the log ends");
}

}  // namespace

std::string encode_slot(const AnchorPoint& point) {
  std::string bytes(kMagic);
  append_little64(bytes, point.commit);
  append_little64(bytes, point.seq);
  append_little64(bytes, static_cast<std::uint64_t>(point.time_ns));
  bytes += bytes_of(point.hash);
  const auto sum = record::sha256(bytes);
  bytes += bytes_of(sum);
  return bytes;
}

Result<AnchorReader> AnchorReader::open(const std::filesystem::path& directory) {
  AnchorReader reader;
  reader.path_ = directory / kAnchorFile;
  auto file = open_file(reader.path_, O_RDONLY);
  if (!file) return tl::unexpected<Error>(file.error());
  reader.file_ = std::move(*file);
  return reader;
}

Result<AnchorReading> AnchorReader::read() const {
  return read_file(file_, path_, writer_present() ? kReadAttempts : kIdleReadAttempts);
}

bool AnchorReader::writer_present() const {
  struct flock lock = whole_file_lock();
  return ::fcntl(file_.descriptor(), F_OFD_GETLK, &lock) != 0 || lock.l_type != F_UNLCK;
}

tl::unexpected<Error> taken(const std::filesystem::path& directory) {
  return fail(
      ErrorCode::kUnreachable,
      "store " + directory.string() + " is in use by another writer; stop it (or ask it) first");
}

Result<AnchorWriter> AnchorWriter::open(const std::filesystem::path& directory, bool create) {
  AnchorWriter writer;
  writer.path_ = directory / kAnchorFile;
  auto file = open_file(writer.path_, create ? O_RDWR | O_CREAT : O_RDWR);
  if (!file) return tl::unexpected<Error>(file.error());
  writer.file_ = std::move(*file);
  const struct flock lock = whole_file_lock();
  if (::fcntl(writer.file_.descriptor(), F_OFD_SETLK, &lock) != 0) {
    if (errno != EAGAIN && errno != EACCES) {
      return tl::unexpected<Error>(system_error(errno, "lock", writer.path_));
    }
    return taken(directory);
  }
  return writer;
}

Result<void> AnchorWriter::initialise(const AnchorPoint& first) {
  std::string bytes = page_of(first);
  bytes.insert(first.commit % 2 == 0 ? kPageBytes : 0, page_before(first));
  return write_at(file_, 0, bytes, path_)
      .and_then([&] { return sync_data(file_, path_); })
      .and_then([&] { return sync_directory(path_.parent_path()); });
}

Result<AnchorReading> AnchorWriter::read() const { return read_file(file_, path_, 1); }

Result<void> AnchorWriter::store(const AnchorPoint& point) {
  auto written = write_at(file_, (point.commit % 2) * kPageBytes, page_of(point), path_);
  if (!written) return written;
  return sync_data(file_, path_);
}

Result<void> AnchorWriter::forget_after(const AnchorPoint& acknowledged) {
  auto written = write_at(file_, ((acknowledged.commit + 1) % 2) * kPageBytes,
                          page_before(acknowledged), path_);
  if (!written) return written;
  return sync_data(file_, path_);
}

}  // namespace pawprint::store
