// The key of a store for the digests of Secret bytes: a file of 32 random bytes, mode 0600.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace pawprint::store {

inline constexpr std::string_view kKeyFile = "secret.key";
inline constexpr std::size_t kKeyBytes = 32;

/// kDamaged when the file is missing or has another length; the message never holds its bytes.
Result<std::string> read_secret_key(const std::filesystem::path& directory);
/// Writes `key`, synced. An existing file (of a creation that did not finish) is replaced.
/// What the metadata keeps of the key, so that another or a damaged one is told from it.
std::string secret_key_sum(std::string_view key);
/// kDamaged when `sum` is there and not that of `key`; stores of earlier versions have none until
/// a writer opens them.
Result<void> check_secret_key(const std::filesystem::path& directory, std::string_view key,
                              const std::optional<std::string>& sum);
Result<void> write_secret_key(const std::filesystem::path& directory, std::string_view key);
/// 32 random bytes; kInternal when the system has none.
Result<std::string> random_secret_key();

}  // namespace pawprint::store
