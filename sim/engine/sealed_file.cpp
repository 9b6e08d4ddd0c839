#include "engine/sealed_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "engine/seal.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t buffer_size = std::size_t{1} << 20;
/// Gathers small pieces, so that each item is not a write of its own.
class Buffered {
 public:
  explicit Buffered(DurableFile& file) : file_(file) {}
  void write(std::span<const std::byte> bytes) {
    if (buffer_.size() + bytes.size() > buffer_size) flush();
    if (bytes.size() > buffer_size) return pass(bytes);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  /// Writes what is still held, and the seal of all.
  Seal::Bytes seal() {
    flush();
    Seal::Bytes seal = seal_.bytes();
    file_.write(seal);
    return seal;
  }

 private:
  void pass(std::span<const std::byte> bytes) {
    seal_.add(bytes);
    file_.write(bytes);
  }
  void flush() {
    pass(buffer_);
    buffer_.clear();
  }
  DurableFile& file_;
  Seal seal_;
  std::vector<std::byte> buffer_;
};

/// A file whose mark and seal are right, open behind its mark. Throws storage_error.
class Verified {
 public:
  Verified(const fs::path& file, const SealedKind& kind) : place_(file.string()), kind_(kind) {
    std::error_code error;
    if (const fs::file_status status = fs::status(file, error); fs::exists(status) && !fs::is_regular_file(status))
      fail("cannot read", "it is no regular file");  // a pipe would be waited for
    in_.open(file, std::ios::binary);
    const std::uintmax_t size = fs::file_size(file, error);
    if (error || !in_) fail("cannot read", error ? error.message() : "it cannot be opened");
    std::string found(kind.mark.size(), '\0');
    if (size < found.size() + seal_.size()) damaged("it is too short");
    read(std::as_writable_bytes(std::span(found)));
    if (found != kind.mark)
      fail(fmt::format("this is no {} that this version of the program can read", kind.what), "it begins otherwise");
    Seal seal;
    seal.add(std::as_bytes(std::span(found)));
    size_ = size - found.size() - seal_.size();
    std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uintmax_t>(size_, buffer_size)));
    for (std::uintmax_t left = size_; left > 0;) {
      heed_interrupt();
      const std::span<std::byte> part(
          piece.data(), static_cast<std::size_t>(std::min<std::uintmax_t>(left, piece.size())));
      read(part);
      seal.add(part);
      left -= part.size();
    }
    read(seal_);
    if (seal_ != seal.bytes()) damaged("its bytes do not have the hash that it states");
    in_.seekg(static_cast<std::streamoff>(found.size()));
  }
  void read(std::span<std::byte> bytes) {
    in_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!in_) damaged("it cannot be read to its end");
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const Seal::Bytes& seal() const { return seal_; }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& why) const {
    throw storage_error(place_, problem, why, std::string(kind_.way_out));
  }
  [[noreturn]] void damaged(const std::string& why) const { fail(fmt::format("the {} is damaged", kind_.what), why); }

  std::string place_;
  const SealedKind& kind_;
  std::ifstream in_;
  std::uintmax_t size_ = 0;  ///< between mark and seal
  Seal::Bytes seal_ = Seal::Bytes(Seal::size());
};

}  // namespace

void write_sealed(DurableFile& file, const SealedKind& kind, const std::function<void(Archive&)>& save) {
  Buffered out(file);
  out.write(std::as_bytes(std::span(kind.mark)));
  Archive archive = Archive::saving([&out](std::span<const std::byte> bytes) { out.write(bytes); });
  save(archive);
  const Seal::Bytes seal = out.seal();
  file.close();
  if (Verified(file.path(), kind).seal() != seal)
    throw storage_error(file.place(), fmt::format("the {} read back differs from what was written", kind.what),
        "the disk or its driver lost data", "choose another --out");
}

void read_sealed(const fs::path& file, const SealedKind& kind, const std::function<void(Archive&)>& load) {
  Verified in(file, kind);
  Archive archive = Archive::loading([&in](std::span<std::byte> bytes) { in.read(bytes); }, in.size(), file.string());
  load(archive);
}

}  // namespace kurultai
