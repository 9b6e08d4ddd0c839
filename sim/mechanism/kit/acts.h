// Who may take part, and who has of late.
#pragma once

#include "mechanism/mechanism.h"

namespace kurultai {

/// Whether residents took part within the last 52 weeks.
class TookPart {
 public:
  explicit TookPart(Mechanism& mechanism, Start start = Start::no)
      : last_act_(mechanism, &Residents::last_act, start) {}
  /// Resident i in a form of `family`, within the last `weeks`.
  bool operator()(const Week& week, Vertex i, std::size_t family, std::uint32_t weeks = weeks_a_year) const {
    return acted_within(last_act_.data()[family_count * i + family], week.tick(), weeks);
  }
  /// In a form of any family.
  bool operator()(const Week& week, Vertex i) const {
    const bool offline = (*this)(week, i, 0);
    const bool online = (*this)(week, i, 1);
    return offline || online;
  }
  /// How many, by what a mechanism declares, which outlives the count: in anything, then by family.
  [[nodiscard]] std::shared_ptr<const ResidentCount> count() const {
    ResidentCount count{.when = ResidentCount::When::dated, .lanes = 1 + family_count};
    count.fill = [this](const Week& week, const Block& block, std::size_t, const ResidentCount::Lanes& lanes) {
      for (Vertex i = block.first; i < block.last; ++i) {
        const unsigned offline = (*this)(week, i, 0) ? 1 : 0;
        const unsigned online = (*this)(week, i, 1) ? 1 : 0;
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

 private:
  Read<std::uint8_t> age_;
  Read<std::uint8_t> occupation_;
  Read<std::uint16_t> member_of_;
};

}  // namespace kurultai
