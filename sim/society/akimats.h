// Akimats of communities as columns: what the local administration holds, knows and delivers (MODEL 2).
#pragma once

#include "base/column.h"
#include "society/residents.h"

namespace kurultai {

struct Akimats : Table {
  Akimats() : Table("akimats") {}
  using Life = AnyColumn::Life;

  Column<double> place_effect{
      *this, "place_effect", "log-odds", "lasting difference of this place in taking part", Life::fixed};
  Column<std::uint32_t> adults{*this, "adults", "residents", "residents aged 18 and over"};
  Column<double> wishes{*this, "wishes", "share", "population's mix of wishes, by good", Life::changing, good_count};
  Column<double> heard{*this, "heard", "share",
      "mix of wishes of those who took part in the last year or are spoken for, by good", Life::changing, good_count};
  Column<double> took_part{
      *this, "took_part", "share", "s: adults who took part in the last year, or for whom a resident body speaks"};
  Column<double> voted{
      *this, "voted", "share", "mix that the last participatory budget asked for, by good", Life::changing, good_count};
  Column<double> mix{*this, "mix", "share", "mix of spending, by good", Life::changing, good_count};
  Column<double> match{*this, "match", "1", "1 - 1/2 sum |mix - wishes|"};
  Column<double> loss{*this, "loss", "share", "share of spending that is lost"};
  Column<double> coverage{*this, "coverage", "share", "residents who can reach the internet"};
  Column<double> digital_competence{*this, "digital_competence", "1", "how well the akim and staff work digitally"};
  Column<double> experience{*this, "experience", "1", "experience of self-organisation (D8)"};
  Column<double> usual_experience{
      *this, "usual_experience", "1", "experience of self-organisation at the end of the warm-up"};
  Column<double> stock{
      *this, "stock", "thousand tenge a head", "G_g: stock of each public good", Life::changing, good_count};
  Column<double> answering{*this, "answering", "1", "chance that a closed matter is answered"};
  Column<double> answered{*this, "answered", "share", "share of recent matters answered"};
  Column<double> appeals{*this, "appeals", "appeals a head and year", "appeals of late, over about half a year"};
  Column<double> cofinanced{*this, "cofinanced", "thousand tenge a head",
      "given for public goods and not yet spent, by good", Life::changing, good_count};
  Column<double> given{
      *this, "given", "thousand tenge a head and year", "what residents gave in money and work, of late"};
  Column<double> watched{
      *this, "watched", "share", "members of oversight bodies who took part in the last review of the budget"};
  Column<double> akim_factor{
      *this, "akim_factor", "factor", "how responsive this akim is, relative to akimat.responsiveness"};
  Column<double> official_turnout{*this, "official_turnout", "share",
      "turnout at the last election of the akim as the administration reports it, mobilised voters too"};
  Column<double> replaced{*this, "replaced", "akims a year", "akims voted out or dismissed, of late"};
  Column<double> habitual_norm{
      *this, "habitual_norm", "1", "xbar: slow mean of the norm memory, by family", Life::changing, family_count};
  Column<double> cohesion{*this, "cohesion", "1", "how much neighbours' acts count here"};

  // How this akimat differs from what its levers say (mechanism/kit/akimat_style.h), by character, learning and
  // revision.
  Column<double> own_openness{*this, "own_openness", "1", "openness, beyond the lever"};
  Column<double> own_responsiveness{*this, "own_responsiveness", "1", "responsiveness, beyond the lever"};
  Column<double> own_competence{*this, "own_competence", "1", "competence, beyond the lever"};
  Column<double> own_effort{
      *this, "own_effort", "1", "revenue effort beyond the best answer to the budget's rules, by what peers do"};
  Column<double> own_autonomy{*this, "own_autonomy", "1", "autonomy, beyond the lever: by revisions (D6)"};
  Column<double> own_share{
      *this, "own_share", "share", "share of shared taxes kept, beyond the lever: by revisions (D6)"};
  Column<double> job_satisfaction{*this, "job_satisfaction", "1", "s: job satisfaction of its staff, mean"};
  Column<double> usual_job_satisfaction{
      *this, "usual_job_satisfaction", "1", "job satisfaction at the end of the warm-up"};
  Column<double> workload{*this, "workload", "1", "work that comes, relative to what the staff can handle"};
  Column<double> trusted{*this, "trusted", "1", "mean trust of adults in the local akim"};
  Column<double> appointed{*this, "appointed", "1", "1: the akim is appointed and answers upward, 0: elected"};
  Column<double> tension{*this, "tension", "1", "unanswered grievances times low trust (D10)"};
  Column<double> lsg_index{*this, "lsg_index", "1", "LSG development index (I1)"};

  // Money (mechanisms revenue, transfers, budget).
  Column<double> means{*this, "means", "thousand tenge a head and year",
      "R: the community's budget for public goods, as planned this year"};
  Column<double> effort{*this, "effort", "1", "e: share of its tax potential that the akimat collects"};
  Column<double> rate{*this, "rate", "factor", "tau: rate of the taxes that it may set, relative to the law's"};
  Column<double> own_revenue{*this, "own_revenue", "thousand tenge a head and year", "taxes that its budget keeps"};
  Column<double> transfers{*this, "transfers", "thousand tenge a head and year",
      "transfers received less withdrawals, as planned this year"};
  Column<double> output{*this, "output", "thousand tenge a head and year", "output of the place"};
  Column<double> enterprises{*this, "enterprises", "per adult", "enterprises run by its residents"};
  Column<double> commons{*this, "commons", "share of capacity", "stock of the common resource"};
  Column<double> compliance{*this, "compliance", "share", "users of the commons who keep to the quota"};
  Column<double> harvest{*this, "harvest", "1", "harvest relative to the largest that lasts"};
  Column<double> usual_harvest{*this, "usual_harvest", "1", "harvest at the end of the warm-up"};
};

}  // namespace kurultai
