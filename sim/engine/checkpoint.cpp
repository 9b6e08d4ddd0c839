#include "engine/checkpoint.h"

#include <fmt/format.h>

#include <array>
#include <system_error>

#include "base/error.h"
#include "base/hash.h"
#include "engine/sealed_file.h"
#include "scenario/resolved.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

constexpr SealedKind kind{"KURULTAI checkpoint 2\n", "checkpoint", "remove it, or run without --resume to start anew"};

/// A hash of all that `society` is, but for how it came about.
std::string hash_of(const Society& society) {
  Hash hash;
  const auto add = [&hash]<class T>(const T& values) { hash.add(std::as_bytes(std::span(values))); };
  const auto text = [&](const std::string& value) {
    const std::array<std::uint64_t, 1> size = {value.size()};
    add(size);
    add(value);
  };
  add(std::array<std::uint64_t, 5>{society.communities(), society.country.districts.size(),
      society.country.regions.size(), society.residents.size(), society.institutions.size()});
  for (const Region& region : society.country.regions) text(region.code + "\n" + region.name);
  for (const District& district : society.country.districts) text(district.code + "\n" + district.name);
  for (const Community& c : society.country.communities) {
    text(c.code + "\n" + c.name);
    add(std::array<std::uint32_t, 4>{static_cast<std::uint32_t>(c.type), c.region, c.district, c.synthetic ? 1U : 0U});
    add(std::array<double, 8>{
        c.latitude, c.longitude, c.population, c.income, c.platform, c.access, c.participatory_budget, c.resources});
  }
  add(society.first);
  add(society.key);
  for (const Table* table :
      {static_cast<const Table*>(&society.residents), static_cast<const Table*>(&society.institutions)})
    for (AnyColumn* column : table->columns()) hash.add(column->bytes());
  for (Vertex v = 0; v < society.ties.vertices(); ++v) {
    const std::span<const Tie> row = society.ties.all(v);
    add(std::array<std::uint32_t, 1>{static_cast<std::uint32_t>(row.size())});
    add(row);
  }
  return hexadecimal(hash.value());
}

/// A checkpoint of another run: whole, but not to be used, and no reason to look for an older one.
struct Foreign : Error {
  explicit Foreign(const Error& error) : Error(error) {}
  explicit Foreign(const std::string& why)
      : Error(ExitCode::storage, {{}, "this checkpoint is of another run", why,
                                     "resume with the scenario, options and program it was made with, or run without "
                                     "--resume to start anew"}) {}
};

Error at(const fs::path& file, const Error& error) {
  const Message& message = error.message();
  return Error(error.code(), {file.string(), message.problem, message.why, message.suggestion});
}

}  // namespace

Checkpoint::Checkpoint(fs::path file, Simulation& simulation, Inputs inputs)
    : file_(std::move(file)),
      simulation_(simulation),
      inputs_(std::move(inputs)) {}

bool Checkpoint::exists() const {
  std::error_code ignored;
  return fs::exists(file_, ignored) || fs::exists(previous(), ignored);
}

const Checkpoint::Identity& Checkpoint::identity() {
  if (!identity_) {
    const Model& model = simulation_.model();
    identity_ = {program_version(), git_commit(), hash_of(simulation_.world().society),
        identity_text(resolved_scenario(model.source, model.registry), inputs_)};
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
  if (const std::string difference = identity_difference(found.scenario, own.scenario); !difference.empty())
    throw Foreign(difference);
  if (found.society != own.society) throw Foreign("its input data have changed: the society is not the same");
}

std::uint64_t Checkpoint::bytes() const {
  std::uint64_t sum = 0;
  Archive count = Archive::saving([&](std::span<const std::byte> bytes) { sum += bytes.size(); });
  simulation_.state(count);
  return sum;
}

void Checkpoint::write(const RunLog& log) {
  Identity own = identity();
  RunLog copy = log;
  DurableFile file(fs::path(file_).concat(".new"), file_.string(), "checkpoint");
  write_sealed(file, kind, [&](Archive& archive) { visit(archive, own, copy); });
  // One that is damaged, or of another run, does not push out what stands behind it.
  std::error_code error;
  if (file_is_good_ && fs::exists(file_, error)) {
    fs::rename(file_, previous(), error);
    if (error)
      throw storage_error(
          file_.string(), "cannot keep the previous checkpoint", error.message(), "choose another --out");
    previous_is_good_ = true;
  }
  file.keep(file_);
  file_is_good_ = true;
  if (!previous_is_good_) fs::remove(previous(), error);  // of a run that this one takes the place of
}

RunLog Checkpoint::load(const fs::path& file) {
  Identity found;
  RunLog log;
  try {
    read_sealed(file, kind, [&](Archive& archive) { visit(archive, found, log); });
  } catch (const Foreign& foreign) { throw Foreign(at(file, foreign)); }
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
  } catch (const Foreign&) { throw; } catch (const Error& error) {
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

void Checkpoint::remove(const fs::path& file) noexcept {
  // The newest first: a kill in between leaves an older one, from which the run ends in the same result.
  std::error_code ignored;
  fs::remove(fs::path(file).concat(".new"), ignored);
  fs::remove(file, ignored);
  fs::remove(previous(file), ignored);
}

}  // namespace kurultai
