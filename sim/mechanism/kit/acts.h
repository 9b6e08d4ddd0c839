// Who may take part, and who has of late.
#pragma once

#include "mechanism/kit/census.h"
#include "mechanism/mechanism.h"

namespace kurultai {

/// Whether residents took part within the last 52 weeks.
class TookPart {
 public:
  explicit TookPart(Mechanism& mechanism, Start start = Start::no)
      : last_act_(mechanism, &Residents::last_act, start) {}
  /// The same of a number of weeks, looked up once: for those who ask of many residents.
  class Lately {
   public:
    Lately(const std::uint16_t* last_act, std::uint32_t tick, std::uint32_t weeks)
        : last_act_(last_act),
          tick_(tick),
          weeks_(weeks) {}
    /// Resident i in a form of `family`.
    bool operator()(Vertex i, std::size_t family) const {
      return acted_within(last_act_[family_count * i + family], tick_, weeks_);
    }
    /// In a form of any family.
    bool operator()(Vertex i) const {
      const bool offline = (*this)(i, 0);
      const bool online = (*this)(i, 1);
      return offline || online;
    }

   private:
    const std::uint16_t* last_act_;
    std::uint32_t tick_;
    std::uint32_t weeks_;
  };
  [[nodiscard]] Lately lately(const Week& week, std::uint32_t weeks = weeks_a_year) const {
    return {last_act_.data(), week.tick(), weeks};
  }
  /// Resident i in a form of `family`.
  bool operator()(const Week& week, Vertex i, std::size_t family) const { return lately(week)(i, family); }
  /// In a form of any family.
  bool operator()(const Week& week, Vertex i) const { return lately(week)(i); }
  /// How many, by what a mechanism declares, which outlives the count: in anything, then by family.
  [[nodiscard]] std::shared_ptr<const ResidentCount> count() const {
    ResidentCount count{.when = ResidentCount::When::dated, .lanes = 1 + family_count};
    count.fill = [this](const Week& week, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
      const Lately lately = this->lately(week);
      for (Vertex i = block.first; i < block.last; ++i) {
        const unsigned offline = lately(i, 0) ? 1 : 0;
        const unsigned online = lately(i, 1) ? 1 : 0;
        lanes[0][i - block.first] = static_cast<std::uint16_t>(offline | online);
        lanes[1][i - block.first] = static_cast<std::uint16_t>(offline);
        lanes[2][i - block.first] = static_cast<std::uint16_t>(online);
      }
    };
    return std::make_shared<const ResidentCount>(std::move(count));
  }

 private:
  Read<std::uint16_t> last_act_;
};

/// Which matters of a docket, and which forms, are open to residents: by age, occupation and memberships.
class Franchise {
 public:
  explicit Franchise(Mechanism& mechanism, Start start = Start::no, Start memberships = Start::no)
      : age_(mechanism, &Residents::age, start),
        occupation_(mechanism, &Residents::occupation, start),
        member_of_(mechanism, &Residents::member_of, memberships) {}
  [[nodiscard]] bool adult(Vertex i) const { return is_adult(age_[i]); }
  /// Live matters in which resident i may take part.
  [[nodiscard]] std::uint16_t of(const Docket& docket, Vertex i) const {
    return docket.eligible(age_[i], occupation_[i], member_of_[i]);
  }
  [[nodiscard]] bool of(const Form& form, Vertex i) const {
    return form.open_to(age_[i], occupation_[i], member_of_[i]);
  }

  // The same for those who count many: residents of one age group and occupation are alike but for matters of members.
  static constexpr std::size_t kinds = 2 * occupation_count;
  [[nodiscard]] std::size_t kind(Vertex i) const { return occupation_[i] + occupation_count * adult(i); }
  /// Live matters in which each kind may take part, without those of members.
  [[nodiscard]] static std::array<std::uint16_t, kinds> by_kind(const Docket& docket) {
    std::array<std::uint16_t, kinds> may{};
    for (std::size_t k = 0; k < kinds; ++k)
      may[k] =
          docket.eligible(k < occupation_count ? 0 : adult_age, static_cast<std::uint8_t>(k % occupation_count), 0);
    return may;
  }
  /// Calls visit(i, those matters) for each who may take part in some of `matters` that are for members only.
  template <class Visit>
  void each_of_members(const Docket& docket, const Census& people, std::uint16_t matters, Visit&& visit) const {
    const auto theirs = static_cast<std::uint16_t>(docket.members & matters);
    if (theirs == 0) return;
    people.having(member_of_.data(), 0xffff, [&](Vertex i, std::uint16_t) {
      if (const auto may = static_cast<std::uint16_t>(of(docket, i) & theirs); may != 0) visit(i, may);
    });
  }

 private:
  Read<std::uint8_t> age_;
  Read<std::uint8_t> occupation_;
  Read<std::uint16_t> member_of_;
};

}  // namespace kurultai
