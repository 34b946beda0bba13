// The proofs of a View: heads, inclusion, growth.
#include "store/log_tree.h"
#include "store/reach.h"
#include "store/view.h"

namespace pawprint::store {
namespace {

/// Half of the random bytes that name a log; nobody can make another log of the same name by
/// chance, and it fits a line.
constexpr std::size_t kOriginBytes = 16;

Result<std::string> origin_of(const Database& database) {
  auto name = database.meta(kLogKey);
  if (!name) return tl::unexpected<Error>(name.error());
  record::Hash bytes{};
  if (!*name || (*name)->size() != bytes.size()) {
    return fail(ErrorCode::kDamaged, "the name of the log in the metadata is missing");
  }
  std::copy((*name)->begin(), (*name)->end(), bytes.begin());
  return "pawprint/" + record::hex(bytes).substr(0, 2 * kOriginBytes);
}

/// RFC 6962 for the empty tree as well.
Result<record::Hash> root_of(LogTree& tree, record::Seq size) {
  return size == 0 ? Frontier().root() : tree.root(0, size);
}

}  // namespace

Result<const Database*> View::opened_for(record::Seq first, record::Seq last) const {
  auto open = opened();
  if (!open) return open;
  if (first <= last && last <= head().seq) return open;
  return fail(ErrorCode::kCoverage, "seq " + std::to_string(last <= head().seq ? first : last) +
                                        " is not in the log: it ends at " +
                                        std::to_string(head().seq));
}

Result<TreeHead> View::tree_head(record::Seq size) {
  auto open = opened_for(0, size);
  if (!open) return tl::unexpected<Error>(open.error());
  LogTree tree(**open, decoder());
  auto origin = origin_of(**open);
  auto root = origin ? root_of(tree, size) : tl::unexpected<Error>(origin.error());
  auto tail = root ? tail_at(**open, decoder(), size) : tl::unexpected<Error>(root.error());
  if (!tail) return tl::unexpected<Error>(of_store(tail.error(), directory()));
  return TreeHead{std::move(*origin), size, *root, tail->hash};
}

Result<Inclusion> View::prove(record::Seq seq, record::Seq size) {
  auto open = opened_for(seq, size);
  if (!open) return tl::unexpected<Error>(open.error());
  if (seq == 0) return fail(ErrorCode::kCoverage, "there is no record 0");
  LogTree tree(**open, decoder());
  const auto root = [&](std::uint64_t begin, std::uint64_t end) { return tree.root(begin, end); };
  auto path = inclusion_path(seq - 1, size, root);
  auto raw = path ? decoder().read(**open, seq) : tl::unexpected<Error>(path.error());
  if (!raw) return tl::unexpected<Error>(of_store(raw.error(), directory()));
  const Raw& record = **raw;
  return Inclusion{seq, std::string(record.header()),
                   record.thinned ? record.body_hash : record::sha256(record.body()),
                   std::move(*path)};
}

Result<std::vector<record::Hash>> View::prove_growth(record::Seq from, record::Seq size) {
  auto open = opened_for(from, size);
  if (!open) return tl::unexpected<Error>(open.error());
  if (from == 0) return std::vector<record::Hash>{};  // Every log begins with an empty one.
  LogTree tree(**open, decoder());
  const auto root = [&](std::uint64_t begin, std::uint64_t end) { return tree.root(begin, end); };
  auto path = growth_path(from, size, root);
  if (!path) return tl::unexpected<Error>(of_store(path.error(), directory()));
  return path;
}

}  // namespace pawprint::store
