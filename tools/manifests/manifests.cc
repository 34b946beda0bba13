#include "tools/manifests/manifests.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

namespace pawprint::manifests {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStandardInput = "standard input";

std::string reason_of(int error) { return std::generic_category().message(error); }

tl::unexpected<Error> cannot_read(const std::string& path, const std::string& why) {
  return fail(ErrorCode::kInvalid, "cannot read " + path + ": " + why);
}

/// Reads a descriptor. `owner` closes it when the last copy is gone.
ReadSome reader_of(int descriptor, std::shared_ptr<void> owner) {
  return [descriptor, owner = std::move(owner)](char* to, std::size_t size) -> std::ptrdiff_t {
    while (true) {
      const ssize_t got = ::read(descriptor, to, size);
      if (got >= 0 || errno != EINTR) return got;
    }
  };
}

bool has_extension(const std::string& path, std::initializer_list<std::string_view> names) {
  const std::string extension = fs::path(path).extension().string();
  return std::find(names.begin(), names.end(), extension) != names.end();
}

bool is_yaml(const std::string& path) { return has_extension(path, {".yaml", ".yml"}); }

Result<ObjectReader> open_as(const std::string& path, Form form) {
  ChunkOptions options;
  options.form = form;
  if (path == "-") return ObjectReader(kStandardInput, reader_of(STDIN_FILENO, nullptr), options);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return cannot_read(path, reason_of(EISDIR));
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_read(path, reason_of(errno));
  std::shared_ptr<void> owner(nullptr, [descriptor](void*) { ::close(descriptor); });
  return ObjectReader(path, reader_of(descriptor, std::move(owner)), options);
}

Form form_of(const std::string& path) {
  return has_extension(path, {".json", ".jsonl", ".ndjson"}) ? Form::kJson : Form::kGuess;
}

Result<std::vector<std::string>> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string path = at->path().string();
    std::error_code ignored;
    const bool wanted = is_yaml(path) || has_extension(path, {".json"});
    if (wanted && !at->is_directory(ignored)) files.push_back(path);
  }
  if (error) return cannot_read(folder, error.message());
  if (files.empty()) {
    return fail(ErrorCode::kInvalid, "no .yaml, .yml or .json file in " + folder);
  }
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  if (std::count(paths.begin(), paths.end(), "-") > 1) {
    return fail(ErrorCode::kInvalid, "standard input ('-') can be read only once");
  }
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (path == "-" || !fs::is_directory(path, ignored)) {
      files.push_back(path);
      continue;
    }
    auto inside = files_in(path);
    if (!inside) return tl::unexpected<Error>(std::move(inside.error()));
    files.insert(files.end(), inside->begin(), inside->end());
  }
  return files;
}

Result<std::vector<Document>> read_all(Result<ObjectReader> reader) {
  if (!reader) return tl::unexpected<Error>(std::move(reader.error()));
  std::vector<Document> documents;
  while (true) {
    auto item = reader->next();
    if (!item) return tl::unexpected<Error>(std::move(item.error()));
    if (!*item) return documents;
    if (!(*item)->decodable) {
      return fail(ErrorCode::kInvalid, (*item)->origin.str() + ": " + (*item)->reason);
    }
    if (!(*item)->event.empty()) {
      return fail(ErrorCode::kInvalid, (*item)->origin.str() +
                                           ": a watch event, not a manifest; `pawprint import` "
                                           "reads watch events");
    }
    documents.push_back({std::move((*item)->origin), std::move((*item)->body)});
  }
}

Result<std::vector<Document>> read_file(const std::string& path) {
  auto documents = read_all(open_as(path, form_of(path)));
  // A YAML file may begin with '{' and yet be no JSON: a flow map, or JSON with comments.
  if (!documents && is_yaml(path)) return read_all(open_as(path, Form::kYaml));
  return documents;
}

}  // namespace

Result<ObjectReader> open_objects(const std::string& path) { return open_as(path, form_of(path)); }

Result<std::vector<Document>> read_manifests(const std::vector<std::string>& paths) {
  auto files = files_of(paths);
  if (!files) return tl::unexpected<Error>(std::move(files.error()));
  std::vector<Document> documents;
  for (const std::string& file : *files) {
    auto more = read_file(file);
    if (!more) return more;
    std::move(more->begin(), more->end(), std::back_inserter(documents));
  }
  return documents;
}

}  // namespace pawprint::manifests
