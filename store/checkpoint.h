// Checkpoints: the end of a log as a signed text that others keep.
//
// The text is that of C2SP tlog-checkpoint (origin, size, root in base64) with one line more, and a
// signature makes it a C2SP signed-note of type Ed25519. Layout: store/log_format.md,
// "Checkpoints".
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "engine/result.h"
#include "store/log.h"

namespace pawprint::store {

/// The lines of a checkpoint, without signature.
std::string checkpoint_text(const TreeHead& head);
/// The text of a file; kInvalid when there is none.
Result<std::string> read_note(const std::filesystem::path& file);
/// `text` may be followed by signatures, which are not looked at. kInvalid: it is no checkpoint.
Result<TreeHead> parse_checkpoint(std::string_view text);

/// `head` as a note signed with the Ed25519 key in `key` (PEM, `openssl genpkey -algorithm
/// ed25519`). kInvalid names the file; nothing of what is in it is ever said.
Result<std::string> signed_checkpoint(const TreeHead& head, const std::filesystem::path& key);
/// kDenied unless `note` has a valid signature of the Ed25519 public key in `key` (PEM).
Result<void> check_signature(std::string_view note, const std::filesystem::path& key);

/// What the log says against a head that was kept outside: nothing when it begins with that head.
/// A log that is shorter was rolled back, one with another root or chain value was rewritten. The
/// segments are taken as stored: fsck compares them with the records.
std::vector<Problem> compare(Reader& log, const TreeHead& head);

}  // namespace pawprint::store
