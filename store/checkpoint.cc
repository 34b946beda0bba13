#include "store/checkpoint.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <charconv>
#include <memory>
#include <optional>
#include <vector>

#include "store/files.h"
#include "store/pem_blocks.h"

namespace pawprint::store {
namespace {

/// Of a key or a checkpoint; neither has more than a few hundred bytes.
constexpr std::size_t kMaxText = std::size_t{64} << 10;
constexpr std::size_t kSignatureBytes = 64;
constexpr std::size_t kPublicKeyBytes = 32;
constexpr std::size_t kKeyIdBytes = 4;
constexpr char kEd25519 = '\1';
constexpr std::string_view kSignatureStart = "\u2014 ";  // An em dash, as the note format wants.

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string_view bytes_of_hash(const record::Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

Result<std::string> read_text(const std::filesystem::path& path) {
  auto file = open_file(path, O_RDONLY);
  if (!file && file.error().code == ErrorCode::kNotFound) {
    return fail(ErrorCode::kInvalid, "there is no file " + path.string());
  }
  if (!file) return tl::unexpected<Error>(file.error());
  return read_at(*file, 0, kMaxText, path);
}

Result<Key> read_key(const std::filesystem::path& path, bool secret) {
  auto text = read_text(path);
  if (!text) return tl::unexpected<Error>(text.error());
  const Bio bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), &BIO_free);
  // A key with a passphrase is none that a program can use; do not ask the terminal.
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  Key key(secret ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)
                 : PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr),
          &EVP_PKEY_free);
  OPENSSL_cleanse(text->data(), text->size());
  if (key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519) return key;
  return fail(ErrorCode::kInvalid, path.string() + " holds no Ed25519 " +
                                       (secret ? "private" : "public") + " key as PEM");
}

/// What tells keys of one name apart: the start of SHA-256(name || 0A || type || public key).
std::string key_id(std::string_view name, const EVP_PKEY& key) {
  std::string bytes(kPublicKeyBytes, '\0');
  std::size_t size = bytes.size();
  const int got =
      EVP_PKEY_get_raw_public_key(&key, reinterpret_cast<unsigned char*>(bytes.data()), &size);
  PAWPRINT_CHECK(got == 1 && size == bytes.size());
  const auto hash = record::sha256(std::string(name) + '\n' + kEd25519 + bytes);
  return std::string(bytes_of_hash(hash).substr(0, kKeyIdBytes));
}

bool verifies(std::string_view text, std::string_view signature, EVP_PKEY& key) {
  const Digest digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  return EVP_DigestVerifyInit(digest.get(), nullptr, nullptr, nullptr, &key) == 1 &&
         EVP_DigestVerify(digest.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                          signature.size(), bytes, text.size()) == 1;
}

/// Takes a line from the front of `rest`; nothing when there is no line end.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string checkpoint_text(const TreeHead& head) {
  return head.origin + '\n' + std::to_string(head.size) + '\n' + base64(bytes_of_hash(head.root)) +
         "\nchain " + record::hex(head.chain) + '\n';
}

Result<std::string> read_note(const std::filesystem::path& file) { return read_text(file); }

Result<TreeHead> parse_checkpoint(std::string_view text) {
  const auto wrong = [](std::string_view what) {
    return fail(ErrorCode::kInvalid, "this is no checkpoint of a log: " + std::string(what));
  };
  const std::string_view whole = text;
  TreeHead head;
  const auto origin = take_line(text);
  const auto size = take_line(text);
  const auto root = take_line(text);
  const auto chain = take_line(text);
  if (!chain) return wrong("it has fewer than four lines");
  head.origin = *origin;
  const auto* end = size->data() + size->size();
  const auto [stop, error] = std::from_chars(size->data(), end, head.size);
  if (error != std::errc{} || stop != end || std::to_string(head.size) != *size) {
    return wrong("its second line is no size");
  }
  const auto bytes = decode_base64(*root);
  if (!bytes || bytes->size() != head.root.size()) return wrong("its third line is no root");
  std::copy(bytes->begin(), bytes->end(), head.root.begin());
  if (!chain->starts_with("chain ") || !record::parse_hex(chain->substr(6), head.chain)) {
    return wrong("its fourth line is no chain value");
  }
  // Also base64 has bits that do not count.
  if (!whole.starts_with(checkpoint_text(head))) {
    return wrong("it is not written in the one way there is");
  }
  return head;
}

Result<std::string> signed_checkpoint(const TreeHead& head, const std::filesystem::path& path) {
  auto key = read_key(path, true);
  if (!key) return tl::unexpected<Error>(key.error());
  const std::string text = checkpoint_text(head);
  std::string signature(kSignatureBytes, '\0');
  std::size_t size = signature.size();
  const Digest digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  const bool done =
      EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key->get()) == 1 &&
      EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
  if (!done) return fail(ErrorCode::kInternal, "the checkpoint cannot be signed");
  return text + '\n' + std::string(kSignatureStart) + head.origin + ' ' +
         base64(key_id(head.origin, **key) + signature) + '\n';
}

Result<void> check_signature(std::string_view note, const std::filesystem::path& path) {
  auto key = read_key(path, false);
  if (!key) return tl::unexpected<Error>(key.error());
  const auto blank = note.find("\n\n");
  if (blank == std::string_view::npos) return fail(ErrorCode::kDenied, "it has no signature");
  const std::string_view text = note.substr(0, blank + 1);
  std::string_view rest = note.substr(blank + 2);
  while (const auto line = take_line(rest)) {
    if (!line->starts_with(kSignatureStart)) continue;
    const auto space = line->rfind(' ');
    const auto name =
        line->substr(kSignatureStart.size(), space - std::min(space, kSignatureStart.size()));
    const auto bytes = decode_base64(line->substr(space + 1));
    if (!bytes || bytes->size() != kKeyIdBytes + kSignatureBytes) continue;
    if (base64(*bytes) != line->substr(space + 1)) continue;
    if (bytes->substr(0, kKeyIdBytes) != key_id(name, **key)) continue;
    if (verifies(text, std::string_view(*bytes).substr(kKeyIdBytes), **key)) return {};
  }
  return fail(ErrorCode::kDenied, "no signature on it is that of the key in " + path.string());
}

std::vector<Problem> compare(Reader& log, const TreeHead& head) {
  const auto problem = [](record::Seq seq, std::string detail) {
    return std::vector<Problem>{{seq, "checkpoint", std::move(detail)}};
  };
  const record::Seq last = log.head().seq;
  const auto now = log.tree_head(std::min(head.size, last));
  if (!now) return problem(0, now.error().message);
  if (now->origin != head.origin) {
    return problem(0, "the checkpoint is of the log " + head.origin + ", this is " + now->origin);
  }
  if (last < head.size) {
    return problem(last + 1, "the log ends at seq " + std::to_string(last) +
                                 ", but the checkpoint is of " + std::to_string(head.size) +
                                 " records: it was rolled back");
  }
  if (now->root == head.root && now->chain == head.chain) return {};
  return problem(0, "records 1.." + std::to_string(head.size) +
                        " are not all those of the checkpoint: the log was rewritten");
}

}  // namespace pawprint::store
