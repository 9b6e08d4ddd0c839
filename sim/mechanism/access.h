// What a mechanism may touch is what it declares: members that register themselves, as parameters do.
//
//   Read<Share> trust_{*this, &Residents::trust};          a column, by table and member; Write and Add likewise
//   ReadLever openness_{*this, &Practice::openness};       a lever of another section
//   Uses<DecisionWeights> weights_{*this};                 parameters that another mechanism offers, by type
//   Switch money_{*this, MechanismName::budget};           whether another mechanism runs
//   Luck hears_{*this, "who hears", Luck::residents, Luck::weekly, slot_count};     draws, numbered as they are
//   declared
//
// The engine binds them before a run begins. Plan, checks of who writes what, the order in which mechanisms are
// prepared and the table of sim/MODEL.md follow from them; what is not declared cannot be named.
#pragma once

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <typeindex>
#include <utility>
#include <vector>

#include "mechanism/list.h"
#include "mechanism/week.h"
#include "scenario/field.h"

namespace kurultai {

class Mechanism;

/// Whether `prepare` touches a column.
enum class Start : std::uint8_t {
  no,     ///< it does not
  made,   ///< yes; a reader comes after those who make it then
  given,  ///< it reads what the society gives, before any mechanism makes it
};
inline constexpr Start at_start = Start::made;
inline constexpr Start as_given = Start::given;

/// One declared access to a column (or to something else that has a name of its own).
class Access {
 public:
  enum class How : std::uint8_t { reads, writes, adds };
  struct What {
    std::string table;
    std::string column;
  };
  Access(Mechanism& mechanism, How how, What what, Start start);
  virtual ~Access() = default;
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;

  [[nodiscard]] How how() const { return how_; }
  [[nodiscard]] const What& what() const { return what_; }
  [[nodiscard]] Start start() const { return start_; }
  /// For the engine: from now on it leads to `world`, or nowhere.
  virtual void bind(World& /*world*/) {}
  virtual void release() {}

 protected:
  /// Throws std::logic_error: it is used in `prepare`, and its declaration does not say so.
  [[noreturn]] void fail_unbound() const;

 private:
  const Mechanism& mechanism_;
  How how_;
  What what_;
  Start start_;
};

/// The table of type T in a world; where levels have one each, that of `level`.
template <class T> T& table_in(World& world, Level level) {
  if constexpr (std::is_base_of_v<T, Residents>) return world.own_residents;
  if constexpr (std::is_same_v<T, Akimats>) return world.akimats;
  if constexpr (std::is_same_v<T, Institutions>) return world.institutions;
  if constexpr (std::is_same_v<T, Staff>) return world.staff;
  if constexpr (std::is_same_v<T, Authorities>) return level == Level::district ? world.districts : world.regions;
  if constexpr (std::is_same_v<T, Budgets>) return world.ledger.of(level);
}

/// An empty table, to ask for names.
template <class T> T& specimen() {
  if constexpr (std::is_default_constructible_v<T>) {
    static T table;
    return table;
  } else {
    static T table(std::is_same_v<T, Authorities> ? "districts and regions" : "budgets");
    return table;
  }
}

/// A column of values of type T.
template <class T, Access::How H> class ColumnAccess : public Access {
 public:
  using Value = std::conditional_t<H == Access::How::reads, const T, T>;

  template <class Of>
  ColumnAccess(Mechanism& mechanism, Column<T> Of::* column, Start start = Start::no)
      : ColumnAccess(mechanism, column, start, Level::community) {}
  template <class Of>
  ColumnAccess(Mechanism& mechanism, Column<T> Of::* column, Start start, Level level)
      : Access(mechanism, H, {specimen<Of>().name(), (specimen<Of>().*column).name()}, start),
        find_([column, level](World& world) { return &(table_in<Of>(world, level).*column); }) {}

  /// Single values, unchecked: where `prepare` uses them without having said so, the program ends.
  Value& operator[](std::size_t i) const { return values_[i]; }
  Value& operator()(std::size_t i, std::size_t f) const { return values_[i * width_ + f]; }
  [[nodiscard]] Value* data() const { return values().data(); }
  [[nodiscard]] std::span<Value> values() const {
    if (!bound_) fail_unbound();
    return {values_, size_};
  }
  /// Agents.
  [[nodiscard]] std::size_t size() const { return values().size() / width_; }
  void fill(const T& value) const
    requires(H != How::reads)
  {
    std::ranges::fill(values(), value);
  }

  void bind(World& world) override {
    Column<T>& column = *find_(world);
    values_ = column.data();
    width_ = column.width();
    size_ = column.values().size();
    bound_ = true;
  }
  void release() override {
    values_ = nullptr;
    size_ = 0;
    bound_ = false;
  }

 private:
  std::function<Column<T>*(World&)> find_;
  Value* values_ = nullptr;
  std::size_t width_ = 1;
  std::size_t size_ = 0;
  bool bound_ = false;
};

template <class T> using Read = ColumnAccess<T, Access::How::reads>;
/// The only writer of its phase.
template <class T> using Write = ColumnAccess<T, Access::How::writes>;
/// Contributes to what others add to as well.
template <class T> using Add = ColumnAccess<T, Access::How::adds>;

/// The same column of several levels of government: `heard[Level::district](d, good)`.
template <class T, Access::How H, Level... levels> class LevelsAccess {
 public:
  template <class Of> LevelsAccess(Mechanism& mechanism, Column<T> Of::* column, Start start = Start::no) {
    ((at_[static_cast<std::size_t>(levels)] = std::make_unique<ColumnAccess<T, H>>(mechanism, column, start, levels)),
        ...);
  }
  const ColumnAccess<T, H>& operator[](Level level) const { return *at_[static_cast<std::size_t>(level)]; }

 private:
  std::array<std::unique_ptr<ColumnAccess<T, H>>, level_count> at_;
};
template <class T> using ReadAreas = LevelsAccess<T, Access::How::reads, Level::district, Level::region>;
template <class T> using WriteAreas = LevelsAccess<T, Access::How::writes, Level::district, Level::region>;

/// Something of the world that is no column, such as its dockets.
template <class T, Access::How H> class PartAccess : public Access {
 public:
  using Value = std::conditional_t<H == Access::How::reads, const T, T>;
  PartAccess(Mechanism& mechanism, What what, std::function<T*(World&)> find, Start start = Start::no)
      : Access(mechanism, H, std::move(what), start),
        find_(std::move(find)) {}
  Value& operator*() const { return *operator->(); }
  Value* operator->() const {
    if (part_ == nullptr) fail_unbound();
    return part_;
  }
  void bind(World& world) override { part_ = find_(world); }
  void release() override { part_ = nullptr; }

 private:
  std::function<T*(World&)> find_;
  Value* part_ = nullptr;
};

/// The books: one of their columns, by name, and the ledger that it stands in.
template <Access::How H> struct LedgerAccess : PartAccess<Ledger, H> {
  LedgerAccess(Mechanism& mechanism, std::string column, Start start = Start::no)
      : PartAccess<Ledger, H>(
            mechanism, {"budgets", std::move(column)}, [](World& world) { return &world.ledger; }, start) {}
};

/// What is on the agenda of each community.
struct WriteDockets : PartAccess<std::vector<Docket>, Access::How::writes> {
  explicit WriteDockets(Mechanism& mechanism)
      : PartAccess(mechanism, {"dockets", "agenda"}, [](World& world) { return &world.dockets; }) {}
  Docket& operator[](std::size_t community) const { return (**this)[community]; }
};

/// Whom policies treat, and what became of them.
struct WriteTrials : PartAccess<std::vector<Trial>, Access::How::writes> {
  explicit WriteTrials(Mechanism& mechanism, Start start = at_start)
      : PartAccess(mechanism, {"trials", "trials"}, [](World& world) { return &world.trials; }, start) {}
};

/// The rows of the table of posts.
class WritePosts : public Access {
 public:
  explicit WritePosts(Mechanism& mechanism)
      : Access(mechanism, How::writes, {"staff", "posts"}, at_start),
        of_(mechanism) {}
  /// Gives the table so many rows. Only in `prepare`.
  void resize(std::size_t posts) const;
  void bind(World& world) override { world_ = &world; }
  void release() override { world_ = nullptr; }

 private:
  Mechanism& of_;
  World* world_ = nullptr;
};

/// What sections and mechanisms offer to others, by type.
class Offered {
 public:
  template <class T> void add(const T& offer) {
    ensure_single(typeid(T));
    offers_.emplace_back(typeid(T), &offer);
  }
  /// Throws std::logic_error, with the name of who asks, if nobody offers a T.
  template <class T> const T& get(const std::string& who) const { return *static_cast<const T*>(find(typeid(T), who)); }

 private:
  void ensure_single(std::type_index type) const;
  const void* find(std::type_index type, const std::string& who) const;
  std::vector<std::pair<std::type_index, const void*>> offers_;
};

/// What a mechanism asks others for; linked once, when the model is made.
class Link {
 public:
  explicit Link(Mechanism& mechanism);
  virtual ~Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual void link(const Offered& offered, const std::string& who) = 0;
};

/// Parameters (or what else) of type T that another section owns. Not a section with levers: those are read by
/// ReadLever.
template <class T> class Uses : public Link {
  static_assert(!std::is_base_of_v<Section, T> || std::is_same_v<T, SocietySettings>);

 public:
  using Link::Link;
  const T* operator->() const { return it_; }
  const T& operator*() const { return *it_; }
  void link(const Offered& offered, const std::string& who) override { it_ = &offered.get<T>(who); }

 private:
  const T* it_ = nullptr;
};

/// What a mechanism lets others use: a T made of its parameters.
class AnyOffer {
 public:
  explicit AnyOffer(Mechanism& mechanism);
  virtual ~AnyOffer() = default;
  AnyOffer(const AnyOffer&) = delete;
  AnyOffer& operator=(const AnyOffer&) = delete;
  virtual void add_to(Offered& offered) const = 0;
};
template <class T> class Offers : public AnyOffer {
 public:
  Offers(Mechanism& mechanism, T offer) : AnyOffer(mechanism), offer_(std::move(offer)) {}
  void add_to(Offered& offered) const override { offered.add(offer_); }

 private:
  T offer_;
};

/// A lever of another section: this week's values. `when`: the condition under which it is read
/// (engine/lever_readers.h); empty: always.
class ReadLever : public Link {
 public:
  /// Of a section that the model offers.
  template <class S>
  ReadLever(Mechanism& mechanism, Lever S::* lever, std::string when = {})
      : ReadLever(
            mechanism,
            [lever](const Offered& offered, const std::string& who) { return &(offered.get<S>(who).*lever); },
            std::move(when)) {}
  /// Of what a mechanism offers.
  template <class S>
  ReadLever(Mechanism& mechanism, const Lever* S::* lever, std::string when = {})
      : ReadLever(
            mechanism, [lever](const Offered& offered, const std::string& who) { return offered.get<S>(who).*lever; },
            std::move(when)) {}
  double operator[](std::size_t community) const { return (*lever_)[community]; }
  [[nodiscard]] double at(std::size_t community, std::size_t i) const { return lever_->at(community, i); }
  /// Its values in one community.
  [[nodiscard]] Lever::Here here(std::size_t community) const { return lever_->here(community); }
  /// What the scenario says, before any policy.
  [[nodiscard]] double scenario() const { return lever_->scenario(); }
  [[nodiscard]] std::string path() const { return lever_->path(); }
  [[nodiscard]] const std::string& when() const { return when_; }
  void link(const Offered& offered, const std::string& who) override { lever_ = find_(offered, who); }

 private:
  using Find = std::function<const Lever*(const Offered&, const std::string&)>;
  ReadLever(Mechanism& mechanism, Find find, std::string when);
  Find find_;
  std::string when_;
  const Lever* lever_ = nullptr;
};

/// A parameter of another section that the model offers.
class ReadReal : public Link {
 public:
  template <class S>
  ReadReal(Mechanism& mechanism, Real S::* parameter)
      : Link(mechanism),
        find_(
            [parameter](const Offered& offered, const std::string& who) { return &(offered.get<S>(who).*parameter); }) {
  }
  operator double() const { return *real_; }  // NOLINT: reads like the equation
  void link(const Offered& offered, const std::string& who) override { real_ = find_(offered, who); }

 private:
  std::function<const Real*(const Offered&, const std::string&)> find_;
  const Real* real_ = nullptr;
};

/// What the scenario says of a lever, before any policy: for `prepare`.
class ScenarioValue : public Link {
 public:
  template <class S>
  ScenarioValue(Mechanism& mechanism, Lever S::* lever)
      : Link(mechanism),
        find_([lever](const Offered& offered, const std::string& who) { return &(offered.get<S>(who).*lever); }) {}
  operator double() const { return lever_->scenario(); }  // NOLINT: reads like the equation
  void link(const Offered& offered, const std::string& who) override { lever_ = find_(offered, who); }

 private:
  std::function<const Lever*(const Offered&, const std::string&)> find_;
  const Lever* lever_ = nullptr;
};

/// A lever of each entry of a collection: `kept(tax, community)`.
template <class S> class ReadLevers : public Link {
 public:
  ReadLevers(Mechanism& mechanism, Lever S::* lever) : Link(mechanism), lever_(lever) { declare(mechanism); }
  double operator()(std::size_t entry, std::size_t community) const { return ((*all_)[entry].*lever_)[community]; }
  void link(const Offered& offered, const std::string& who) override { all_ = &offered.get<Collection<S>>(who); }

 private:
  void declare(Mechanism& mechanism);
  Lever S::* lever_;
  const Collection<S>* all_ = nullptr;
};

/// Whether another mechanism runs.
class Switch : public Link {
 public:
  Switch(Mechanism& mechanism, MechanismName of) : Link(mechanism), of_(of) {}
  explicit operator bool() const { return *flag_; }
  void link(const Offered& offered, const std::string& who) override;

 private:
  MechanismName of_;
  const Flag* flag_ = nullptr;
};
/// The switches of all mechanisms, by their names: offered by the model.
struct Switches {
  std::array<const Flag*, mechanism_count> enabled{};
};

/// Draws of one purpose. Their numbers are handed out in the order of declaration, apart for each kind of agent and for
/// those of a week and of a run, so that no two lucks share one. A number is never used for anything else: what is no
/// longer drawn stays declared, as a member whose name begins with `retired`.
class Luck {
 public:
  /// Whose names they stand under.
  enum Of : std::uint8_t { residents, communities, areas, units };
  enum Lasts : std::uint8_t { weekly, lasting };
  static constexpr std::uint32_t block = 4;  ///< words that one call of the generator gives
  /// One number for each form of participation, by its key: a luck of these agents that has all numbers.
  struct ByForm {};
  static constexpr ByForm by_form{};
  /// Numbers after those of another luck, whatever that one's agents.
  struct After {
    const Luck& luck;
  };

  Luck(Mechanism& mechanism, const char* what, Of of, Lasts lasts, std::uint32_t items = block);
  Luck(Mechanism& mechanism, const char* what, Of of, Lasts lasts, std::uint32_t items, After after);
  Luck(Mechanism& mechanism, const char* what, Of of, Lasts lasts, ByForm all);
  Luck(const Luck&) = delete;
  Luck& operator=(const Luck&) = delete;

  /// The draws of a week (or of the run), by name and by the item among its own.
  class Drawn {
   public:
    Drawn(const Draws& draws, std::uint32_t first) : draws_(draws), first_(first) {}
    [[nodiscard]] Draws::Four words(Name name, std::uint32_t block = 0) const {
      return draws_.words(name, first_ / Luck::block + block);
    }
    [[nodiscard]] std::uint32_t word(Name name, std::uint32_t item = 0) const {
      return draws_.word(name, first_ + item);
    }
    [[nodiscard]] double uniform(Name name, std::uint32_t item = 0) const {
      return draws_.uniform(name, first_ + item);
    }
    [[nodiscard]] bool chance(double p, Name name, std::uint32_t item = 0) const {
      return draws_.chance(p, name, first_ + item);
    }
    [[nodiscard]] std::uint32_t below(std::uint32_t n, Name name, std::uint32_t item = 0) const {
      return draws_.below(n, name, first_ + item);
    }
    [[nodiscard]] double normal(Name name, std::uint32_t item = 0) const { return draws_.normal(name, first_ + item); }
    /// Those of many agents of a community at once, the same: what words() gives each.
    void words(std::uint64_t community, const Draws::Ordinals& ordinals, std::size_t count, std::uint32_t block,
        Draws::Words& to) const {
      draws_.words(community, ordinals, count, first_ / Luck::block + block, to);
    }
    /// Where word(name, item) stands: among which words(name, block), and at which place there.
    [[nodiscard]] std::uint32_t block_of(std::uint32_t item) const {
      return (first_ + item) / Luck::block - first_ / Luck::block;
    }
    [[nodiscard]] std::uint32_t place_of(std::uint32_t item) const { return (first_ + item) % Luck::block; }

   private:
    Draws draws_;
    std::uint32_t first_;
  };
  [[nodiscard]] Drawn operator()(const Week& week) const {
    return drawn(week, lasts_ == lasting ? forever : week.tick());
  }
  /// Those of another week, that of `number`.
  [[nodiscard]] Drawn of_week(const Week& week, std::int32_t number) const { return drawn(week, week.tick_of(number)); }

  [[nodiscard]] const char* what() const { return what_; }
  [[nodiscard]] Of of() const { return of_; }
  [[nodiscard]] Lasts lasts() const { return lasts_; }
  /// Its numbers: [first, last).
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t last() const { return last_; }

 private:
  static constexpr std::uint32_t forever = 0xffff;  // no run has that many weeks
  [[nodiscard]] Drawn drawn(const Week& week, std::uint32_t tick) const;

  const Mechanism& mechanism_;
  const char* what_;
  Of of_;
  Lasts lasts_;
  std::uint64_t first_;
  std::uint64_t last_;
};

/// What a lever costs the republic, thousand tenge a year: its value times the `heads` of a community, which hold the
/// price where the lever is no sum of money. The budget pays it while the mechanism runs that has the lever.
class ProgrammeCost {
 public:
  ProgrammeCost(
      Mechanism& mechanism, const Lever& lever, std::function<double(const Week&, std::size_t community)> heads);
  ProgrammeCost(const ProgrammeCost&) = delete;
  ProgrammeCost& operator=(const ProgrammeCost&) = delete;
  [[nodiscard]] double a_year(const Week& week, std::size_t community) const {
    const double each = lever_[community];
    return each > 0 ? each * heads_(week, community) : 0.0;
  }

 private:
  const Lever& lever_;
  std::function<double(const Week&, std::size_t)> heads_;
};
/// Those of all mechanisms that run, in the order of their names: offered by the model.
struct ProgrammeCosts {
  std::vector<std::pair<const Flag*, const ProgrammeCost*>> all;
};

}  // namespace kurultai
