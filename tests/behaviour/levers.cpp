// Each lever moves what it names, through a policy; with the mechanisms that read it off it changes no bit.
#include "engine/lever_readers.h"
#include "taxes.h"

using namespace kurultai;
using namespace kurultai::test;

namespace {

using Measure = std::function<double(Experiment&)>;

double sum_over(const Column<double>& column) {
  return std::accumulate(column.values().begin(), column.values().end(), 0.0);
}

Measure series(const char* name) {
  return [name](Experiment& e) { return last_mean(national(*e.simulation, name), 26); };
}
const Measure answering = [](Experiment& e) { return sum_over(e.world().akimats.answering); };
const Measure loss = [](Experiment& e) { return sum_over(e.world().akimats.loss); };
const Measure stock = [](Experiment& e) { return sum_over(e.world().akimats.stock); };
const Measure match = [](Experiment& e) { return sum_over(e.world().akimats.match); };
/// How far spending is from what voters asked for.
const Measure from_vote = [](Experiment& e) {
  const Akimats& a = e.world().akimats;
  double distance = 0;
  for (std::size_t k = 0; k < a.mix.values().size(); ++k)
    if (a.voted.values()[k] > 0) distance += std::abs(a.mix.values()[k] - a.voted.values()[k]);
  return distance;
};

const Measure appointed = [](Experiment& e) { return sum_over(e.world().akimats.appointed); };
/// How far powers were moved by revisions.
const Measure revised = [](Experiment& e) {
  double sum = 0;
  for (const double own : e.world().akimats.own_autonomy.values()) sum += std::abs(own);
  return sum;
};

struct Effect {
  std::string lever;
  double dose;  ///< set to this
  Measure measure;
  int sign;
  std::vector<std::string> readers;                       ///< the mechanisms that read the lever
  std::vector<std::pair<std::string, Value>> where = {};  ///< what else is set: where its effect is large
};

/// Most become platform users, and friends online are the only ones who tell.
std::vector<std::pair<std::string, Value>> among_users() {
  return {{"adoption.promotion", 1000.0}, {"information.reach", 0.1}, {"information.push", 0.1},
      {"information.q_aware", std::vector<double>{0, 0, 0, 0, 0.2}},
      {"information.q_acted", std::vector<double>{0, 0, 0, 0, 0.5}}};
}

const std::vector<Effect>& effects() {
  static const std::vector<Effect> all = {
      {"information.reach", 0.8, series("awareness"), 1, {"information"}},
      {"information.push", 1.0, series("awareness"), 1, {"information"}},
      {"information.outreach", 5.0, series("awareness"), 1, {"information"}},
      {"information.media", 1.0, series("awareness"), 1, {"information"}},
      {"information.broadcast", 1.0, series("awareness"), 1, {"information"}},
      {"information.site", 1.0, series("awareness"), 1, {"information"}},
      {"participation.reward", 50000.0, series("participation"), 1, {"participation"}},
      {"participation.relief", 1.0, series("participation"), 1, {"participation"}},
      {"participation.fine", 50000.0, series("participation"), 1, {"participation"}},
      {"participation.remote", 1.0, series("participation_offline"), 1, {"participation"}},
      {"participation.mail", 1.0, series("participation"), 1, {"participation"}},
      {"participation.canvass", 1.0, series("participation"), 1, {"participation"}},
      {"participation.induce", 0.5, series("participation"), 1, {"participation"}},
      {"akimat.openness", 1.0, loss, -1,
          {"spending", "trust", "information", "institutions", "enterprise", "exchange", "indicators"}},
      {"akimat.openness", 1.0, series("trust"), 1,
          {"spending", "trust", "information", "institutions", "enterprise", "exchange", "indicators"}},
      {"akimat.responsiveness", 1.0, answering, 1, {"response", "exchange"}},
      {"akimat.responsiveness", 1.0, series("efficacy"), 1, {"response", "exchange"}},
      {"akimat.capacity", 2.0, answering, -1, {"response"}},
      {"akimat.state_weight", 1.0, match, -1, {"spending"}},
      {"akimat.autonomy", 1.0, answering, 1, {"response", "spending", "staff"}},
      {"akimat.competence", 1.0, answering, 1, {"response", "enterprise", "exchange", "conduct"},
          {{"akimat.capacity", 2.0}}},
      {"akimat.elected", 0.0, appointed, 1, {"office", "agenda", "response"}},
      {"akimat.capital", 1.0, from_vote, -1, {"spending", "exchange"}, {{"akimat.participatory_share", 0.8}}},
      {"conduct.training", 5000.0, series("own_competence"), 1, {"conduct"}},
      {"exchange.meetings", 12.0, series("lessons"), 1, {"exchange"}},
      {"exchange.network", 12.0, series("lessons"), 1, {"exchange"}},
      {"exchange.experiments", 13.0, series("mistakes"), 1, {"exchange"}, {{"exchange.trial", 4}}},
      {"exchange.pool", 1.0, series("pooled"), 1, {"exchange"}},
      {"staff.pay", 1.6, series("job_satisfaction"), 1, {"staff"}},
      {"staff.training", 1.0, series("job_satisfaction"), 1, {"staff"}},
      {"maslikhat.power", 1.0, series("budget_amended"), 1, {"maslikhat"}, {{"maslikhat.tolerance", 0.0}}},
      {"revision.demand", 0.0, revised, -1, {"revision"}, {{"revision.every", 1}}},
      {"trust.scandal", 0.1, series("trust"), -1, {"trust"}},
      {"akimat.audit", 1.0, loss, -1, {"spending", "indicators"}},
      {"akimat.oversight", 1.0, loss, -1, {"spending", "indicators"}},
      {"akimat.participatory_share", 0.8, from_vote, -1, {"spending"}},
      {"akimat.matching", 20.0, stock, 1, {"response"}},
      {"akimat.resources", 3.0, stock, 1, {"transfers"}},
      {"akimat.resources", 3.0, answering, 1, {"transfers"}},
      {"tax.wages.community", 0.5, series("effort"), 1, {"revenue"}},
      {"tax.wages.district", 0.0, series("own_revenue_district"), -1, {"revenue"}},
      {"tax.wages.region", 0.0, series("own_revenue_region"), -1, {"revenue"}},
      {"revenue.incentive", 1.0, series("effort"), 1, {"revenue"}},
      {"transfers.equalisation", 0.2, series("means"), -1, {"transfers"}},
      {"transfers.withdrawal", 0.2, series("means"), 1, {"transfers"}, {{"economy.usual", 40000.0}}},
      {"transfers.standard", 1.0, series("effort"), 1, {"transfers"}},
      {"transfers.clawback", 0.4, series("effort"), -1, {"transfers"}},
      {"transfers.base_equalisation", 1.0, series("tax_rate"), 1, {"transfers"}},
      {"transfers.grants", 30.0, series("means"), 1, {"transfers"}},
      {"transfers.cut", 0.5, series("means"), -1, {"transfers"}},
      {"economy.shock", 0.6, series("output"), -1, {"economy"}},
      {"enterprise.credit", 1.0, series("enterprises"), 1, {"enterprise"}},
      {"enterprise.incentive", 3000.0, series("enterprises"), 1, {"enterprise"}},
      {"enterprise.shock", 1.0, series("enterprises"), -1, {"enterprise"}},
      {"commons.governance", 1.0, series("compliance"), 1, {"commons"}},
      {"commons.harvest_shock", 0.8, series("harvest"), -1, {"commons"}},
      {"institutions.recruiting", 8.0, series("members"), 1, {"institutions"}},
      {"institutions.closed", 1.0, series("institution_activity"), -1, {"institutions"}},
      {"institutions.found_resident_body", 5.0, series("members"), 1, {"institutions"}},
      {"institutions.support_assembly", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"institutions.support_council", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"institutions.support_resident_body", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"institutions.support_oversight", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"institutions.support_ngo", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"institutions.support_cooperative", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"institutions.support_media", 300.0, series("institution_activity"), 1, {"institutions"}},
      {"experience.support", 20.0, series("cohesion"), 1, {"experience"}},
      {"coverage.investment", 20.0, series("access"), 1, {"coverage"}},
      {"platform.outage", 1.0, series("users"), -1, {"adoption", "information", "participation", "skill", "feedback"}},
      {"platform.open", 0.0, series("participation_online"), -1, {"participation"}},
      {"platform.message", 1.0, series("participation_online"), 1, {"participation", "publication"}},
      {"publication.display", 0.0, series("awareness"), -1, {"publication"}, among_users()},
      {"adoption.promotion", 10.0, series("users"), 1, {"adoption"}},
      {"platform.quality", 1.0, series("users"), 1, {"adoption", "information", "participation", "feedback"}},
      {"skill.training", 50.0, series("digital_skill"), 1, {"skill"}},
      {"training.visits", 400.0, series("digital_competence"), 1, {"training"}},
  };
  return all;
}

/// Two years of testland under a policy that sets the lever to its dose, or leaves it where it is.
struct Ruled : Experiment {
  Ruled(const Effect& effect, bool moves, bool readers_on) {
    add_usual_forms(*this);
    add_usual_taxes(*this);
    add_form("gift", {{"period", 26}, {"week", 1}, {"decides", "funds"}, {"money", 50000.0}, {"intercept", 2.0}});
    add_form("programme", {{"scope", "national"}, {"period", 26}, {"week", 9}, {"open", 4}, {"intercept", -2.0}});
    if (effect.lever == "akimat.elected") add_form("election", {{"period", 52}, {"decides", "office"}});
    set({{"run.warmup", 12}, {"run.scale", 0.5},
        {"participation.b_mail", 1.0},  // strengths of the test's own: what is calibrated may change
        {"participation.b_canvass", 1.0}, {"participation.b_message", 1.0}, {"participation.b_money", 0.8},
        {"participation.b_cost", 0.5}, {"spending.a_res", 0.3},
        {"society.resident_bodies", 0.5},  // all kinds of institution
        {"society.ngos", 15.0}, {"output.levels", std::vector<std::string>{"nation"}}});
    set(effect.where);
    const auto* lever = dynamic_cast<const Lever*>(model.registry.find(effect.lever));
    REQUIRE(lever != nullptr);
    add_policy("move", {{"lever", effect.lever}, {"mode", "set"}, {"dose", moves ? effect.dose : lever->scenario()}});
    if (!readers_on)
      for (const std::string& name : effect.readers) set(name + ".enabled", false);
    move_into_testland(*this);
    weeks(12 + 104);
  }
};

}  // namespace

TEST_CASE("levers: each moves what it names") {
  // Common random numbers: runs differ by the policy alone, so the sign of a mean over 24 communities or
  // 5,000 people is the policy's; the doses are large.
  for (const Effect& effect : effects()) {
    Ruled without(effect, false, true);
    Ruled with(effect, true, true);
    CHECK(why_unread(with.model, effect.lever).empty());
    const double a = effect.measure(without);
    const double b = effect.measure(with);
    INFO(effect.lever << ": " << a << " without, " << b << " with");
    CHECK(effect.sign * (b - a) > 0.01 * std::abs(a));
  }
}

TEST_CASE("levers: with the mechanisms off that read it, a lever changes no bit") {
  for (const Effect& effect : effects()) {
    Ruled without(effect, false, false);
    Ruled with(effect, true, false);
    INFO(effect.lever);
    if (effect.lever != "akimat.capacity")                        // staff reads it as well, beyond what is usual only
      CHECK_FALSE(why_unread(with.model, effect.lever).empty());  // and 'check' says so
    CHECK(differences(columns(without.world()), columns(with.world())).empty());
    CHECK(series_digest(*without.simulation) == series_digest(*with.simulation));
  }
}

TEST_CASE("levers: every lever of the model stands in this test") {
  const Model model;
  for (const Section* section : model.registry.sections())
    for (const Field* field : section->fields()) {
      if (field->kind() != Field::Kind::lever) continue;
      INFO(field->path() << " has no row here");
      CHECK(std::any_of(effects().begin(), effects().end(), [&](const Effect& e) { return e.lever == field->path(); }));
    }
}

TEST_CASE("levers: half of this literature is null results") {
  // Residents' oversight does nothing by default (a_res = 0; Olken 2007); a tiny reward next to nothing
  // (Panagopoulos 2013); capacity beyond the matters at hand nothing but for staff that has less to do.
  for (const auto& [lever, dose] : {std::pair{"akimat.oversight", 1.0}, std::pair{"akimat.capacity", 1000.0}}) {
    std::vector<std::string> digests;
    for (const bool moves : {false, true}) {
      Experiment e;
      add_usual_forms(e);
      e.set({{"run.scale", 0.3}, {"staff.enabled", false},
          {"indicators.enabled", false}});  // what is on paper counts there
      const double value = moves ? dose : std::get<double>(e.model.registry.find(lever)->get());
      e.add_policy("move", {{"lever", lever}, {"mode", "set"}, {"dose", value}});
      move_into_testland(e);
      e.weeks(80);
      digests.push_back(series_digest(*e.simulation));
    }
    INFO(lever);
    CHECK(digests[0] == digests[1]);
  }
  std::vector<double> shares;
  for (const double tenge : {0.0, 200.0}) {
    const Effect tiny = {"participation.reward", tenge, series("participation"), 1, {}};
    Ruled run(tiny, true, true);
    shares.push_back(tiny.measure(run));
  }
  CHECK(std::abs(shares[1] - shares[0]) < 0.002);
}
