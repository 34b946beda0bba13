// Objects from a stream of documents: watch events are opened, lists are taken apart.
//
// Nothing that cannot be used ends the stream: it comes back as undecodable with the reason, and
// the objects behind it are still read. Memory: one document. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "tools/manifests/chunk_reader.h"

namespace pawprint::manifests {

/// Where something was read. `document` and `line` count from 1.
struct Origin {
  std::string file;  ///< As given; "standard input" for "-".
  std::uint64_t document = 0;
  std::uint64_t line = 0;
  /// "routes.yaml, document 2, line 14".
  [[nodiscard]] std::string str() const;
};

struct Item {
  bool decodable = true;
  /// Type of the watch event, as written: ADDED, MODIFIED, DELETED, BOOKMARK or ERROR. Empty for an
  /// object that came without an event.
  std::string event;
  /// JSON text of the object. For JSON input exactly its bytes there, except that an item of a
  /// typed list gets the apiVersion and kind that it lacks, and an object of a Kuma kind the
  /// apiVersion, of which Kuma has one. Undecodable: the bytes of the document.
  std::string body;
  std::string reason;  ///< Why it is undecodable; quotes no values.
  Origin origin;
};

class ObjectReader {
 public:
  ObjectReader(std::string file, ReadSome read, ChunkOptions options = {});

  /// The next object, event or undecodable text; nothing at the end. Objects have an apiVersion, a
  /// kind and a metadata.name (events BOOKMARK and ERROR excepted) and are valid JSON without
  /// double names. kExhausted when reading fails.
  Result<std::optional<Item>> next();

 private:
  /// An item of a list, with what its list says about its type.
  struct Pending {
    std::string_view text;
    std::string api_version, kind;
  };

  std::optional<Item> open_chunk();
  std::optional<Item> convert_yaml();
  std::optional<Item> open_document();
  std::optional<Item> next_pending();
  bool push_items(std::string_view list);
  Item event_item(std::string_view type, std::string_view object) const;
  Item object_item(const Pending& pending);
  Item undecodable(std::string_view text, std::string reason) const;
  [[nodiscard]] std::uint64_t line_of(std::string_view part);

  std::string file_;
  ChunkReader chunks_;
  Chunk chunk_;
  bool from_yaml_ = false;
  std::vector<Pending> pending_;  ///< Last one first; views into chunk_.text.
  std::size_t counted_ = 0;       ///< Bytes of chunk_.text whose lines are counted.
  std::uint64_t counted_line_ = 0;
};

}  // namespace pawprint::manifests
