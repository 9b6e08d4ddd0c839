// A week takes no memory: what mechanisms need is there when the run begins.
#include <atomic>
#include <cstdlib>
#include <new>

#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

/// Calls of operator new, by who is at work: nobody counts while it is nullptr.
std::atomic<const std::string*> at_work = nullptr;
std::map<std::string, std::size_t>* calls = nullptr;

void count_call() {
  const std::string* const who = at_work.exchange(nullptr);  // what the map itself takes does not count
  if (who == nullptr) return;
  ++(*calls)[*who];
  at_work = who;
}

}  // namespace

  #pragma GCC diagnostic push
  #pragma GCC diagnostic ignored "-Wmismatched-new-delete"  // these are new and delete

void* operator new(std::size_t size) {
  count_call();
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;  // NOLINT: this is operator new
  throw std::bad_alloc();
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  count_call();
  const auto step = static_cast<std::size_t>(alignment);
  if (void* memory = std::aligned_alloc(step, (size + step - 1) / step * step)) return memory;  // NOLINT
  throw std::bad_alloc();
}
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }               // NOLINT
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }  // NOLINT
void operator delete(void* memory) noexcept { std::free(memory); }                                 // NOLINT
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }                    // NOLINT

  #pragma GCC diagnostic pop

namespace {

const std::string engine = "(engine)";

/// Says that a mechanism is at work while it is.
class Counted final : public Mechanism {
 public:
  explicit Counted(std::unique_ptr<Mechanism> inner) : Mechanism(*inner), inner_(std::move(inner)) {}
  void prepare(const Week& week) override { inner_->prepare(week); }
  void begin(const Week& week) override {
    by([&] { inner_->begin(week); });
  }
  [[nodiscard]] bool wanted(const Week& week, std::size_t c) const override { return inner_->wanted(week, c); }
  [[nodiscard]] bool moves(const Week& week, std::size_t c) const override { return inner_->moves(week, c); }
  void residents(const Week& week, const Batch& batch, Exposure& exposure) override {
    by([&] { inner_->residents(week, batch, exposure); });
  }
  void end(const Week& week) override {
    by([&] { inner_->end(week); });
  }

 private:
  template <class Hook> void by(Hook&& hook) {
    const std::string* const before = at_work.exchange(calls != nullptr ? &name() : nullptr);
    hook();
    at_work = before;
  }
  std::unique_ptr<Mechanism> inner_;
};

/// Takes memory in some weeks.
class Taker final : public Mechanism {
 public:
  Taker() : Mechanism({.name = "taker", .meaning = "takes memory", .source = "test", .phase = Phase::publication}) {}
  void begin(const Week& week) override {
    if (week.tick() % 4 == 0) taken_.push_back(std::make_unique<int>(1));
  }

 private:
  std::vector<std::unique_ptr<int>> taken_;
};

/// Calls of operator new from the fifth week on, in a run with everything on.
std::map<std::string, std::size_t> calls_of_two_years(bool takes) {
  Experiment e;
  for (const auto& mechanism : e.model.mechanisms) e.set(mechanism->name() + ".enabled", true);
  add_usual_forms(e);
  add_usual_taxes(e);
  e.add_form("election", {{"period", 30}, {"decides", "office"}});
  e.add_form("gift", {{"period", 6}, {"open", 3}, {"decides", "funds"}, {"money", 5000.0}});
  e.add_form("support", {{"period", 20}, {"decides", "support"}, {"scope", "national"}});
  e.add_form("feedback", {{"standing", true}, {"online", true}, {"needs", "access"}});
  e.add_policy("mail", {{"lever", "participation.mail"}, {"mode", "set"}, {"dose", 1.0}, {"unit", "resident"},
                           {"share", 0.5}, {"start", 2}});
  e.add_policy("bodies", {{"lever", "institutions.found_resident_body"}, {"mode", "set"}, {"dose", 1.0}, {"start", 8}});
  e.set({{"run.scale", 0.2}, {"run.weeks", 110}, {"demography.mortality_men", 0.004}, {"revision.every", 1},
      {"exchange.pool", 0.5}});
  if (takes) e.model.mechanisms.push_back(std::make_unique<Taker>());
  for (auto& mechanism : e.model.mechanisms) mechanism = std::make_unique<Counted>(std::move(mechanism));
  set_threads(1);
  move_into_testland(e);
  e.weeks(4);
  std::map<std::string, std::size_t> found;
  calls = &found;
  for (int week = 4; week < 110; ++week) {
    at_work = &engine;
    e.weeks(1);
    at_work = nullptr;
  }
  calls = nullptr;
  set_threads(0);
  return found;
}

}  // namespace

TEST_CASE("allocations: from the fifth week on no mechanism takes memory, and a week little") {
  for (const auto& [who, count] : calls_of_two_years(false)) {
    INFO(who << " calls operator new " << count << " times in 106 weeks");
    CHECK(count == 0);
  }
}

TEST_CASE("allocations: the test notices a mechanism that takes memory") {
  CHECK(calls_of_two_years(true).at("taker") >= 26);
}

#endif
