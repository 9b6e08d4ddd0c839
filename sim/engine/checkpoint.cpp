#include "engine/checkpoint.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <system_error>
#include <vector>

#include "base/archive.h"
#include "base/error.h"
#include "engine/durable_file.h"
#include "scenario/scenario.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

/// The first bytes of a checkpoint: what it is, and the version of its format.
constexpr std::string_view mark = "KURULTAI checkpoint 1\n";
constexpr std::size_t buffer_size = std::size_t{1} << 20;

/// A running XXH3-128.
class Hash {
 public:
  Hash() : state_(XXH3_createState(), &XXH3_freeState) {
    if (!state_) throw std::bad_alloc();
    XXH3_128bits_reset(state_.get());
  }
  void add(std::span<const std::byte> bytes) { XXH3_128bits_update(state_.get(), bytes.data(), bytes.size()); }
  [[nodiscard]] std::array<std::byte, sizeof(XXH128_canonical_t)> value() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state_.get()));
    std::array<std::byte, sizeof canonical> bytes{};
    std::memcpy(bytes.data(), canonical.digest, sizeof canonical);
    return bytes;
  }

 private:
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state_;
};
constexpr std::size_t seal_size = sizeof(XXH128_canonical_t);

/// Gathers small pieces, so that each item is not a write of its own.
class Buffered {
 public:
  explicit Buffered(DurableFile& file) : file_(file) { buffer_.reserve(buffer_size); }
  void write(std::span<const std::byte> bytes) {
    hash_.add(bytes);
    append(bytes);
  }
  /// Writes the hash of all that came before, and what is still held.
  void seal() {
    append(hash_.value());
    flush();
  }
  [[nodiscard]] auto hash() const { return hash_.value(); }

 private:
  void append(std::span<const std::byte> bytes) {
    if (buffer_.size() + bytes.size() > buffer_size) flush();
    if (bytes.size() > buffer_size) return file_.write(bytes);
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  void flush() {
    file_.write(buffer_);
    buffer_.clear();
  }
  DurableFile& file_;
  Hash hash_;
  std::vector<std::byte> buffer_;
};

/// A checkpoint file whose mark and hash are right, open behind its mark. Throws storage_error.
class Verified {
 public:
  explicit Verified(const fs::path& file) : place_(file.string()), in_(file, std::ios::binary) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(file, error);
    if (error || !in_) fail("cannot read", error ? error.message() : "it cannot be opened");
    std::string found(mark.size(), '\0');
    if (size < mark.size() + seal_size) fail("the checkpoint is damaged", "it is too short");
    in_.read(found.data(), static_cast<std::streamsize>(found.size()));
    if (found != mark) fail("this is no checkpoint that this version of the program can read", "it begins otherwise");
    Hash hash;
    hash.add(std::as_bytes(std::span(found)));
    size_ = size - mark.size() - seal_size;
    std::vector<std::byte> piece(buffer_size);
    for (std::uintmax_t left = size_; left > 0;) {
      const std::span<std::byte> part(piece.data(), static_cast<std::size_t>(std::min<std::uintmax_t>(left, piece.size())));
      read(part);
      hash.add(part);
      left -= part.size();
    }
    read(seal_);
    if (seal_ != hash.value()) fail("the checkpoint is damaged", "its bytes do not have the hash that it states");
    in_.seekg(static_cast<std::streamoff>(mark.size()));
  }
  void read(std::span<std::byte> bytes) {
    in_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!in_) fail("the checkpoint is damaged", "it cannot be read to its end");
  }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const auto& seal() const { return seal_; }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& why) const {
    throw storage_error(place_, problem, why, "remove it, or run without --resume to start anew");
  }
  std::string place_;
  std::ifstream in_;
  std::uint64_t size_ = 0;
  std::array<std::byte, seal_size> seal_{};
};

/// A hash of all that `society` is, but for how it came about.
std::string hash_of(const Society& society) {
  Hash hash;
  const auto add = [&hash]<class T>(const T& values) { hash.add(std::as_bytes(std::span(values))); };
  const auto text = [&](const std::string& value) {
    const std::array<std::uint64_t, 1> size = {value.size()};
    add(size);
    add(value);
  };
  add(std::array<std::uint64_t, 5>{society.communities(), society.country.districts.size(), society.country.regions.size(),
                                   society.residents.size(), society.institutions.size()});
  for (const Region& region : society.country.regions) text(region.code + "\n" + region.name);
  for (const District& district : society.country.districts) text(district.code + "\n" + district.name);
  for (const Community& c : society.country.communities) {
    text(c.code + "\n" + c.name);
    add(std::array<std::uint32_t, 4>{static_cast<std::uint32_t>(c.type), c.region, c.district, c.synthetic ? 1U : 0U});
    add(std::array<double, 8>{c.latitude, c.longitude, c.population, c.income, c.platform, c.access,
                              c.participatory_budget, c.resources});
  }
  add(society.first);
  add(society.key);
  for (const Table* table : {static_cast<const Table*>(&society.residents), static_cast<const Table*>(&society.institutions)})
    for (AnyColumn* column : table->columns()) hash.add(column->bytes());
  for (Vertex v = 0; v < society.ties.vertices(); ++v) {
    const std::span<const Tie> row = society.ties.all(v);
    add(std::array<std::uint32_t, 1>{static_cast<std::uint32_t>(row.size())});
    add(row);
  }
  std::string digits;
  for (const std::byte byte : hash.value()) digits += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return digits;
}

/// A checkpoint of another run: whole, but not to be used, and no reason to look for an older one.
struct Foreign : Error {
  explicit Foreign(const Error& error) : Error(error) {}
  explicit Foreign(const std::string& why)
      : Error(ExitCode::storage,
              {{}, "this checkpoint is of another run", why,
               "resume with the scenario, options and program it was made with, or run without --resume to start anew"}) {}
};

Error at(const fs::path& file, const Error& error) {
  const Message& message = error.message();
  return Error(error.code(), {file.string(), message.problem, message.why, message.suggestion});
}

}  // namespace

Checkpoint::Checkpoint(fs::path file, Simulation& simulation) : file_(std::move(file)), simulation_(simulation) {}

fs::path Checkpoint::previous() const { return fs::path(file_).concat(".previous"); }

bool Checkpoint::exists() const {
  std::error_code ignored;
  return fs::exists(file_, ignored) || fs::exists(previous(), ignored);
}

const Checkpoint::Identity& Checkpoint::identity() {
  if (!identity_) {
    const Model& model = simulation_.model();
    identity_ = {program_version(), git_commit(), hash_of(simulation_.world().society),
                 resolved_scenario(model.source, model.registry)};
  }
  return *identity_;
}

void Checkpoint::visit(Archive& archive, Identity& found, RunLog& log) {
  archive.section("identity");
  archive("kurultai_version", found.version);
  archive("git_commit", found.commit);
  archive("scenario", found.scenario);
  archive("society", found.society);
  compare(found);
  archive.section("log");
  archive("resumed", log.resumed);
  archive("seconds", log.seconds);
  simulation_.state(archive);
  archive.finish();
}

void Checkpoint::compare(const Identity& found) {
  const Identity& own = identity();
  // Causes before what follows from them: another scenario mostly makes another society.
  const auto same = [](const char* key, const std::string& there, const std::string& here) {
    if (there != here) throw Foreign(fmt::format("{}: now {}, before {}", key, here, there));
  };
  same("kurultai_version", found.version, own.version);
  same("git_commit", found.commit, own.commit);
  if (found.scenario != own.scenario) throw Foreign(first_difference(found.scenario, own.scenario));
  if (found.society != own.society) throw Foreign("its input data have changed: the society is not the same");
}

void Checkpoint::write(const RunLog& log) {
  Identity own = identity();
  RunLog copy = log;
  DurableFile file(fs::path(file_).concat(".new"), file_.string(), "checkpoint");
  Buffered out(file);
  out.write(std::as_bytes(std::span(mark)));
  Archive archive = Archive::saving([&out](std::span<const std::byte> bytes) { out.write(bytes); });
  visit(archive, own, copy);
  const auto hash = out.hash();
  out.seal();
  file.close();
  if (Verified(file.path()).seal() != hash)
    throw storage_error(file_.string(), "the checkpoint read back differs from what was written",
                        "the disk or its driver lost data", "choose another --out");
  // One that is damaged, or of another run, does not push out what stands behind it.
  std::error_code error;
  if (file_is_good_ && fs::exists(file_, error)) {
    fs::rename(file_, previous(), error);
    if (error) throw storage_error(file_.string(), "cannot keep the previous checkpoint", error.message(), "choose another --out");
    previous_is_good_ = true;
  }
  file.keep(file_);
  file_is_good_ = true;
  if (!previous_is_good_) fs::remove(previous(), error);  // of a run that this one takes the place of
}

RunLog Checkpoint::load(const fs::path& file) {
  Verified in(file);
  Archive archive = Archive::loading([&in](std::span<std::byte> bytes) { in.read(bytes); }, in.size(), file.string());
  Identity found;
  RunLog log;
  try {
    visit(archive, found, log);
  } catch (const Foreign& foreign) {
    throw Foreign(at(file, foreign));
  }
  return log;
}

std::optional<Checkpoint::Resumed> Checkpoint::resume() {
  if (!exists()) return std::nullopt;
  std::error_code ignored;
  Resumed resumed;
  try {
    if (fs::exists(file_, ignored) || !fs::exists(previous(), ignored)) {
      resumed.log = load(file_);
      file_is_good_ = true;
    }
  } catch (const Foreign&) {
    throw;
  } catch (const Error& error) {
    if (!fs::exists(previous(), ignored)) throw;
    resumed.warning = to_string({error.message().place, error.message().problem, error.message().why, {}});
  }
  if (!file_is_good_) {  // damaged, or missing after a kill between the two renames
    try {
      resumed.log = load(previous());
    } catch (const Error& error) {
      if (resumed.warning.empty()) throw;
      throw storage_error(resumed.warning + "; " + error.message().place, error.message().problem, error.message().why,
                          error.message().suggestion);
    }
    previous_is_good_ = true;
  }
  ++resumed.log.resumed;
  return resumed;
}

void Checkpoint::remove() const noexcept {
  // The newest first: a kill in between leaves an older one, from which the run ends in the same result.
  std::error_code ignored;
  fs::remove(fs::path(file_).concat(".new"), ignored);
  fs::remove(file_, ignored);
  fs::remove(previous(), ignored);
}

}  // namespace kurultai
