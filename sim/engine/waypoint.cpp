#include "engine/waypoint.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace kurultai {

namespace {

template <class Visit> std::vector<std::byte> image_of(Visit&& visit) {
  std::size_t size = 0;
  Archive count = Archive::saving([&](std::span<const std::byte> bytes) { size += bytes.size(); });
  visit(count);
  std::vector<std::byte> image;
  image.reserve(size);  // of a big run it must not grow by copies
  Archive archive =
      Archive::saving([&](std::span<const std::byte> bytes) { image.insert(image.end(), bytes.begin(), bytes.end()); });
  visit(archive);
  return image;
}

template <class Visit> void load(std::span<const std::byte> image, Visit&& visit) {
  std::size_t at = 0;
  Archive archive = Archive::loading(
      [&](std::span<std::byte> bytes) {
        std::copy_n(image.begin() + static_cast<std::ptrdiff_t>(at), bytes.size(), bytes.begin());
        at += bytes.size();
      },
      image.size(), "shared weeks");
  visit(archive);
  archive.finish();
}

const std::vector<std::byte>& kept(const std::map<Mark, std::vector<std::byte>>& images, const Mark& mark) {
  const auto found = images.find(mark);
  ensure(found != images.end(), "what a run has watched was kept where it parts from others");
  return found->second;
}

}  // namespace

Waypoint::Waypoint(Simulation& simulation, std::shared_ptr<const Society> society)
    : society_(std::move(society)),
      world_(image_of([&](Archive& archive) { simulation.state_of_world(archive); })) {}

void Waypoint::keep_records(Watch& watch, const Mark& records) {
  records_[records] = image_of([&](Archive& archive) { watch.state_of_records(archive); });
}

void Waypoint::keep_surveys(Watch& watch, const Mark& surveys) {
  surveys_[surveys] = image_of([&](Archive& archive) { watch.state_of_surveys(archive); });
}

void Waypoint::take(Simulation& simulation, const Mark& records, const Mark& surveys) const {
  load(world_, [&](Archive& archive) { simulation.state_of_world(archive); });
  take(simulation.watch(), records, surveys);
}

void Waypoint::take(Watch& watch, const Mark& records, const Mark& surveys) const {
  if (watch.recorder != nullptr)
    load(kept(records_, records), [&](Archive& archive) { watch.state_of_records(archive); });
  if (watch.surveys != nullptr)
    load(kept(surveys_, surveys), [&](Archive& archive) { watch.state_of_surveys(archive); });
}

double Waypoint::bytes() const {
  double sum = static_cast<double>(world_.size());
  for (const auto* images : {&records_, &surveys_})
    for (const auto& entry : *images) sum += static_cast<double>(entry.second.size());
  return sum;
}

}  // namespace kurultai
