// What this machine can do at best, measured in the same run as the rows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pawprint::bench {

/// CPU microseconds per document: simdjson visiting every value, and nlohmann parsing.
double simdjson_visit_us(const std::vector<std::string>& documents);
double nlohmann_parse_us(const std::vector<std::string>& documents);

/// Median microseconds of appending 4 KiB to a file in `folder` and fdatasync.
double append_fdatasync_us(const std::filesystem::path& folder, int times);
/// Events per second of a file that gets groups of 256 documents, each group synced.
double raw_groups_per_second(const std::filesystem::path& folder,
                             const std::vector<std::string>& documents);

}  // namespace pawprint::bench
