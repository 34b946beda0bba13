// The Writer with its inner settings; tools use Writer::open.
#pragma once

#include <filesystem>
#include <memory>

#include "store/database.h"
#include "store/log.h"

namespace pawprint::store {

/// As Writer::open, with the buffers and the file system that tests choose.
Result<std::unique_ptr<Writer>> open_writer(const std::filesystem::path& directory, bool create,
                                            const Tuning& tuning);

}  // namespace pawprint::store
