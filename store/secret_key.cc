#include "store/secret_key.h"

#include <fcntl.h>
#include <openssl/rand.h>

#include "store/files.h"
#include "store/layout.h"

namespace pawprint::store {

Result<std::string> read_secret_key(const std::filesystem::path& directory) {
  const auto path = directory / kKeyFile;
  auto file = open_file(path, O_RDONLY);
  if (!file && file.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kDamaged,
                "store " + directory.string() + " is damaged: " + path.string() + " is missing");
  }
  if (!file) return tl::unexpected<Error>(file.error());
  auto key = read_at(*file, 0, kKeyBytes + 1, path);
  if (key && key->size() != kKeyBytes) {
    return fail(ErrorCode::kDamaged, "store " + directory.string() +
                                         " is damaged: " + path.string() + " has not 32 bytes");
  }
  return key;
}

Result<void> write_secret_key(const std::filesystem::path& directory, std::string_view key) {
  const auto path = directory / kKeyFile;
  auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return tl::unexpected<Error>(file.error());
  return write_at(*file, 0, key, path)
      .and_then([&] { return sync_data(*file, path); })
      .and_then([&] { return sync_directory(directory); });
}

std::string secret_key_sum(std::string_view key) {
  const auto sum = record::sha256("pawprint secret.key" + std::string(key));
  return std::string(bytes_of(sum));
}

Result<void> check_secret_key(const std::filesystem::path& directory, std::string_view key,
                              const std::optional<std::string>& sum) {
  if (!sum || *sum == secret_key_sum(key)) return {};
  return fail(ErrorCode::kDamaged, "store " + directory.string() +
                                       " is damaged: " + (directory / kKeyFile).string() +
                                       " is not the key that the log was written with");
}

Result<std::string> random_secret_key() {
  std::string key(kKeyBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) == 1) {
    return key;
  }
  return fail(ErrorCode::kInternal, "the system gives no random bytes for the store's key");
}

}  // namespace pawprint::store
