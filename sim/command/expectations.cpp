// The rows of expectations. They were written before they were run; where a trial showed that a row did not set up what it says, `mended`
// tells so. results/expectations.md says what came of them.
#include "command/sources.h"

namespace kurultai {

const std::vector<Expectation>& expectations() {
  constexpr auto rise = Expectation::Sign::rise;
  constexpr auto fall = Expectation::Sign::fall;
  constexpr auto none = Expectation::Sign::none;
  static const std::vector<Expectation> all = {
      {"D1", "staff that is trained, with neither site nor online way through which residents could notice, moves nobody",
       {{"training.visits", 0, 200}}, {"platform.open=0.0", "information.site=0.0"}, "participation", none, 0.002, 156,
       "at first the site was left open, through which a trained office informs"},
      {"D1", "an announcement reaches those who stay away for want of knowing", {{"information.reach", 0.1, 0.6}}, {},
       "participation", rise, 0.02, 104},
      {"D2", "where more take part the akimat knows wishes better, and spends closer to them", {{"participation.reward", 0, 20000}}, {},
       "match", rise, 0.002, 156},
      {"D3", "notices through platforms inform their users", {{"information.push", 0, 0.9}}, {}, "awareness", rise, 0.005, 104},
      {"D3", "an announcement of what all have been told in person tells nobody anything", {{"information.reach", 0.1, 0.6}},
       {"form.asar.invitation=1.0", "form.assembly.invitation=1.0", "form.budget_discussion.invitation=1.0",
        "form.budget_funding.invitation=1.0", "form.budget_oversight.invitation=1.0",
        "form.budget_proposal.invitation=1.0", "form.budget_vote.invitation=1.0", "form.business_site.invitation=1.0",
        "form.cofinancing.invitation=1.0", "form.council_service.invitation=1.0", "form.credit.invitation=1.0",
        "form.election.invitation=1.0", "form.evote.invitation=1.0", "form.farm_subsidies.invitation=1.0",
        "form.gathering.invitation=1.0", "form.hearing.invitation=1.0", "form.initiative_discussion.invitation=1.0",
        "form.initiative_proposal.invitation=1.0", "form.initiative_vote.invitation=1.0"},
       "participation", none, 0.002, 104, "at first word of mouth alone was to tell all, and left some untold"},
      {"D4", "transfers that fill up what a budget did not raise take the motive to raise it", {{"transfers.standard", 1, 0}}, {},
       "effort", fall, 0.02, 156},
      {"D5", "equalisation evens out what budgets have a head", {{"transfers.equalisation", 0, 1}}, {}, "gini_means", fall,
       0.01, 156},
      {"D6", "shares that are revised on demand leave more own revenue where there is little", {{"revision.demand", 0, 1}},
       {"revision.every=2"}, "fiscal_autonomy", rise, 0.005, 260, "at first the series was the revised share itself"},
      {"D7", "able and open administrations draw enterprise", {{"akimat.competence", 0.2, 0.9}, {"akimat.openness", 0.2, 0.9}}, {},
       "enterprises", rise, 0.002, 260},
      {"D8", "who takes part in what is completed gathers experience of self-organisation", {{"participation.reward", 0, 20000}}, {},
       "experience", rise, 0.005, 156},
      {"D9", "without resources less is answered", {{"akimat.resources", 0.25, 1}}, {}, "answered", rise, 0.05, 156},
      {"D10", "answers lower tension", {{"akimat.responsiveness", 0.2, 0.9}}, {}, "tension", fall, 0.005, 156},
      {"Q1", "rural residents notice whether matters are answered", {{"akimat.responsiveness", 0.2, 0.9}}, {},
       "survey/rural_residents/work", rise, 0.05, 156},
      {"Q2", "so do the residents of a region", {{"akimat.responsiveness", 0.2, 0.9}}, {}, "survey/region_residents/work", rise, 0.05, 156},
      {"Q3", "rural staff are content with better pay", {{"staff.pay", 0.6, 1.2}}, {}, "survey/rural_staff/satisfied", rise, 0.05, 156},
      {"Q4", "so are a region's staff", {{"staff.pay", 0.6, 1.2}}, {}, "survey/region_staff/satisfied", rise, 0.05, 156},
      {"I1", "an akimat that answers more is further developed", {{"akimat.responsiveness", 0.2, 0.9}}, {}, "lsg_index", rise, 0.01, 156},
      {"I2", "a cut of transfers is a threat", {{"transfers.cut", 0, 0.5}}, {}, "lsg_index", fall, 0.002, 156},
      {"I3", "online ways bring people to take part online", {{"platform.open", 0, 1}}, {}, "participation_online", rise, 0.005, 104},
      {"I3", "platforms that nobody can reach change nothing", {{"platform.quality", 0.2, 1}}, {"platform.outage=1.0"}, "participation", none,
       0.002, 104},
      {"R1", "matters decided where they arise are answered more often", {{"akimat.autonomy", 0.3, 0.9}}, {}, "answered", rise, 0.03, 156},
      {"R2", "who keeps more of a tax collects it with more effort", {{"tax.personal_income.community", 0.05, 0.5}}, {}, "effort", rise, 0.02,
       156},
      {"R3", "audits lower losses", {{"akimat.audit", 0, 1}}, {}, "loss", fall, 0.03, 104},
      {"R3", "residents invited to watch spending save nothing", {{"akimat.oversight", 0, 1}}, {}, "loss", none, 0.002, 104},
      {"R4", "open decisions and spending are trusted", {{"akimat.openness", 0.1, 0.9}}, {}, "trust", rise, 0.02, 156},
      {"R4", "a site on which nothing is published informs nobody", {{"information.site", 0, 0.5}}, {"akimat.openness=0.0", "conduct.enabled=false", "exchange.enabled=false"},
       "awareness", none, 0.002, 104, "added after a trial of the others"},
      {"R5", "a resident body tells the akimat what people wish", {{"institutions.found_resident_body", 0, 1}}, {}, "match", rise, 0.0005, 156},
      {"R6", "mobile groups make akimats fit for digital work", {{"training.visits", 0, 200}}, {}, "digital_competence", rise, 0.02, 156},
      {"R7", "matched gifts bring more gifts and more goods", {{"akimat.matching", 0, 5}}, {}, "satisfaction", rise, 0.0005, 156},
      {"R8", "a local incentive brings enterprises", {{"enterprise.incentive", 0, 500}}, {}, "enterprises", rise, 0.002, 260},
      {"P1", "wider powers bring spending closer to wishes", {{"akimat.autonomy", 0.3, 0.9}}, {}, "match", rise, 0.001, 156},
      {"P2", "staff enough to handle what comes answer more", {{"akimat.capacity", 10, 50}}, {}, "answered", rise, 0.03, 156},
      {"P3", "taking part that costs less time is done more", {{"participation.relief", 0, 0.5}}, {}, "participation", rise, 0.005, 104},
      {"P3", "a reward of one tenge moves nobody", {{"participation.reward", 0, 1}}, {}, "participation", none, 0.002, 104},
      {"P4", "good platforms win users", {{"platform.quality", 0.2, 1}}, {}, "users", rise, 0.01, 156},
      {"P5", "credit brings enterprises", {{"enterprise.credit", 0, 1}}, {}, "enterprises", rise, 0.002, 260},
      {"P6", "support of culture brings people together", {{"experience.support", 0, 10}}, {}, "cohesion", rise, 0.1, 156},
      {"P7", "commons governed by their users yield more", {{"commons.governance", 0, 1}}, {}, "harvest", rise, 0.01, 520},
      {"P8", "equalisation lifts the budgets of the poor", {{"transfers.equalisation", 0, 1}}, {}, "means", rise, 0.1, 156},
      {"P9", "exchange spreads better practice", {{"exchange.meetings", 0, 12}}, {}, "lsg_index", rise, 0.001, 260},
      {"P10", "pooled money mends what is worst", {{"exchange.pool", 0, 0.5}}, {"exchange.network=6.0"}, "satisfaction", rise, 0.0005, 156},
  };
  return all;
}

}  // namespace kurultai
