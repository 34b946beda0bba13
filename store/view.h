// The reading functions of a log over an open database; the two kinds of Reader differ only in
// which database that is and how far it counts as acknowledged.
#pragma once

#include <filesystem>

#include "store/anchor.h"
#include "store/database.h"
#include "store/log.h"

namespace pawprint::store {

class View : public Reader {
 public:
  [[nodiscard]] record::Seq oldest() const override;
  Result<record::Record> get(record::Seq seq) override;
  Result<void> scan(record::Seq from, record::Seq to,
                    const std::function<bool(const record::Record&)>& visit) override;
  Result<std::vector<record::Seq>> history(const record::ObjectKey& key, record::Seq upto) override;
  Result<record::Seq> seq_at(std::int64_t time_ns) override;
  Result<std::vector<record::Seq>> of_kind(record::Kind kind) override;
  Result<std::vector<Cursor>> cursors() override;
  [[nodiscard]] Disk disk() const override;

 protected:
  explicit View(std::filesystem::path directory) : directory_(std::move(directory)) {}
  /// Null while the database could not be opened again after a failure.
  [[nodiscard]] virtual const Database* database() const = 0;
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }

 private:
  [[nodiscard]] Result<const Database*> opened() const;
  [[nodiscard]] Result<void> covered(record::Seq seq) const;
  Result<std::vector<record::Seq>> seqs_under(Family family, const std::string& prefix,
                                              record::Seq upto) const;

  std::filesystem::path directory_;
};

/// How far a database reaches, by what is in it.
struct Reach {
  std::uint64_t commit = 0;
  Head head;
};
Result<Reach> reach_of(const Database& database);

/// Checks that `database` holds everything that `point` says was acknowledged; kDamaged names the
/// seqs and the file. The log may go on after the point.
Result<Reach> check_reach(const Database& database, const AnchorPoint& point,
                          const std::filesystem::path& directory);

/// Checks the records after `point` up to `last`: those of a group that nobody acknowledged,
/// because the process ended between the two syncs. Each must continue the chain.
Result<void> check_tail(const Database& database, const AnchorPoint& point, record::Seq last,
                        const std::filesystem::path& directory);

/// kUnreachable: a newer program wrote it.
Result<void> check_format(const Database& database, const std::filesystem::path& directory);

}  // namespace pawprint::store
