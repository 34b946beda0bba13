// The reading functions of a log over an open database; the two kinds of Reader differ only in
// which database that is and how far it counts as acknowledged.
#pragma once

#include <filesystem>

#include "store/database.h"
#include "store/decoder.h"
#include "store/log.h"

namespace pawprint::store {

class View : public Reader {
 public:
  [[nodiscard]] record::Seq oldest() const override;
  Result<record::Record> get(record::Seq seq) override;
  Result<void> scan(record::Seq from, record::Seq to,
                    const std::function<bool(const record::Record&)>& visit) override;
  Result<void> scan_headers(
      record::Seq from, record::Seq to,
      const std::function<bool(const record::Record&, bool has_body)>& visit) override;
  Result<void> visit(std::span<const record::Seq> seqs,
                     const std::function<void(const record::Record&)>& each) override;
  Result<std::vector<record::Seq>> history(const record::ObjectKey& key, record::Seq upto) override;
  Result<record::Seq> seq_at(std::int64_t time_ns) override;
  Result<std::vector<record::Seq>> of_kind(record::Kind kind) override;
  Result<std::vector<Cursor>> cursors() override;
  Result<std::vector<record::Seq>> snapshots() override;
  Result<std::string> snapshot(record::Seq seq) override;
  Result<TreeHead> tree_head(record::Seq size) override;
  Result<Inclusion> prove(record::Seq seq, record::Seq size) override;
  Result<std::vector<record::Hash>> prove_growth(record::Seq from, record::Seq size) override;
  [[nodiscard]] Disk disk() const override;

 protected:
  explicit View(std::filesystem::path directory);
  /// Null while the database could not be opened again after a failure.
  [[nodiscard]] virtual const Database* database() const = 0;
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] Decoder& decoder() { return decoder_; }

 private:
  [[nodiscard]] Result<const Database*> opened() const;
  /// kCoverage unless first <= last <= head.
  [[nodiscard]] Result<const Database*> opened_for(record::Seq first, record::Seq last) const;
  [[nodiscard]] Result<void> covered(record::Seq seq) const;
  Result<void> scan_raw(record::Seq from, record::Seq to,
                        const std::function<Result<bool>(record::Seq, const Raw&)>& visit);
  Result<std::vector<record::Seq>> observed() const;
  Result<std::vector<record::Seq>> seqs_under(Family family, const std::string& prefix,
                                              record::Seq upto) const;

  std::filesystem::path directory_;
  Decoder decoder_;
};

}  // namespace pawprint::store
