#include "mechanism/access.h"

#include <fmt/format.h>

#include <stdexcept>

#include "mechanism/mechanism.h"

namespace kurultai {

Access::Access(Mechanism& mechanism, How how, What what, Start start)
    : mechanism_(mechanism),
      how_(how),
      what_(std::move(what)),
      start_(start) {
  mechanism.accesses_.push_back(this);
}

void Access::fail_unbound() const {
  throw std::logic_error(fmt::format(
      "{}: 'prepare' uses {}.{} (its declaration does not say so). Add at_start where it is made then, or as_given",
      mechanism_.name(), what_.table, what_.column));
}

void WritePosts::resize(std::size_t posts) const {
  world_->staff.resize(posts);
  of_.bind(*world_, Mechanism::Bound::preparing);  // columns have moved
}

void Offered::ensure_single(std::type_index type) const {
  for (const auto& [known, offer] : offers_)
    if (known == type) throw std::logic_error(std::string("two offer mechanisms the same: ") + type.name());
}

const void* Offered::find(std::type_index type, const std::string& who) const {
  for (const auto& [known, offer] : offers_)
    if (known == type) return offer;
  throw std::logic_error(who + " uses what nobody offers: " + type.name());
}

Link::Link(Mechanism& mechanism) { mechanism.links_.push_back(this); }

AnyOffer::AnyOffer(Mechanism& mechanism) { mechanism.offers_.push_back(this); }

ReadLever::ReadLever(Mechanism& mechanism, Find find, std::string when)
    : Link(mechanism),
      find_(std::move(find)),
      when_(std::move(when)) {
  mechanism.levers_.push_back(this);
}

void Switch::link(const Offered& offered, const std::string& who) {
  flag_ = offered.get<Switches>(who).enabled[static_cast<std::size_t>(of_)];
}

namespace {

constexpr std::uint64_t all_numbers = std::uint64_t{1} << 32;

}  // namespace

Luck::Luck(Mechanism& mechanism, const char* what, Of of, Lasts lasts, std::uint32_t items)
    : mechanism_(mechanism),
      what_(what),
      of_(of),
      lasts_(lasts),
      first_(0),
      last_(0) {
  for (const Luck* other : mechanism.lucks_)
    if (other->of_ == of && other->lasts_ == lasts) first_ = std::max(first_, other->last_);
  last_ = first_ + items;
  mechanism.add(*this);
}

Luck::Luck(Mechanism& mechanism, const char* what, Of of, Lasts lasts, std::uint32_t items, After after)
    : mechanism_(mechanism),
      what_(what),
      of_(of),
      lasts_(lasts),
      first_(after.luck.last_),
      last_(after.luck.last_ + items) {
  mechanism.add(*this);
}

Luck::Luck(Mechanism& mechanism, const char* what, Of of, Lasts lasts, ByForm /*all*/)
    : mechanism_(mechanism),
      what_(what),
      of_(of),
      lasts_(lasts),
      first_(0),
      last_(all_numbers) {
  mechanism.add(*this);
}

Luck::Drawn Luck::drawn(const Week& week, std::uint32_t tick) const {
  return {week.draws(mechanism_.stream(), tick), static_cast<std::uint32_t>(first_)};
}

ProgrammeCost::ProgrammeCost(
    Mechanism& mechanism, const Lever& lever, std::function<double(const Week&, std::size_t)> heads)
    : lever_(lever),
      heads_(std::move(heads)) {
  mechanism.costs_.push_back(this);
}

}  // namespace kurultai
