// What a scenario says about the society: the table [society].
#pragma once

#include "scenario/field.h"
#include "society/places.h"
#include "society/residents.h"

namespace kurultai {

/// Where a society comes from.
enum class Source : std::uint8_t { census, network, plain };
template <> inline constexpr auto words<Source> = std::array{"census", "network", "plain"};

/// Settings of synthesis and of network input. Shares and degrees are intensive: the same at every scale.
struct SocietySettings : Section {
  SocietySettings() : Section("society", "who lives where, and who knows whom") {}
  [[nodiscard]] std::string inconsistency() const override;

  // Where it comes from.
  Choice<Source> source{*this, "source", Source::census,
      "built from census tables, read from a network of named residents, or communities all alike (plain)", "design"};
  Text census{*this, "census", "data/kazakhstan", "folder of the census tables (source = census)", "design"};
  Texts regions{*this, "regions", {},
      "codes or names of the regions that the society has, each as in the whole country (source = census); none: all",
      "design"};
  Text nodes{*this, "nodes", "", "CSV of residents, one a line (source = network)", "design"};
  Text edges{*this, "edges", "", "CSV of ties, one a line (source = network)", "design"};

  Whole communities{*this, "communities", 20, {1, 100000}, "how many communities there are (source = plain)", "design"};
  Real people{
      *this, "people", 1000, {2, 1e7}, "inhabitants of each community (source = plain)", "design", {.unit = "people"}};
  Choice<PlaceType> type{*this, "type", PlaceType::okrug, "type of the communities (source = plain)", "design"};
  Whole youngest{*this, "youngest", 0, {0, 90},
      "only residents of at least this age (18: voters alone); not for a given network", "design", {.unit = "year"}};

  // Communities.
  Real place_effect_sd{*this, "place_effect_sd", 0.3, {0, 2},
      "SD of the lasting difference between small communities in taking part",
      "assumption (take-up clusters by village: Banerjee et al. 2013, re-estimated)", {.unit = "log-odds"}};
  Real place_people{*this, "place_people", 10000, {1, 1e9},
      "a community of n people has the place effect of 1 + n / place_people independent neighbourhoods", "assumption",
      {.unit = "people"}};
  Real wish_place_sd{*this, "wish_place_sd", 0.3, {0, 2}, "SD of a community's own tilt toward each public good",
      "assumption", {.unit = "log"}};

  // Money, for communities of a given network.
  Real resources{*this, "resources", 59, {0, 1e6}, "budget for local goods where the input does not say",
      "about the mean okrug: 190 m tenge (presidential speech 2025) over 3,200 people",
      {.unit = "thousand tenge a resident and year"}};
  Real participatory_budget{*this, "participatory_budget", 300, {0, 1e9},
      "money put to residents' vote where the input does not say", "assumption", {.unit = "tenge a resident and year"}};

  // Households.
  Real household_urban{*this, "household_urban", 3, {1, 8}, "mean size of urban households",
      "Bureau of National Statistics 2021, computed", {.unit = "residents"}};
  Real household_rural{*this, "household_rural", 4, {1, 8}, "mean size of rural households",
      "Bureau of National Statistics 2021, computed", {.unit = "residents"}};
  Numbers household_sizes{*this, "household_sizes", {0, 0, 0, 0, 0}, {0, 1},
      "residents who live in households of 1, 2, 3, 4 and 5; all 0: sizes follow from the mean", "design",
      {.unit = "share of residents"}};
  Real couples{
      *this, "couples", 0.7, {0, 1}, "adults aged 25 and over who live as couples", "assumption", {.unit = "share"}};

  // Education and occupation.
  Real higher_urban{*this, "higher_urban", 0.29, {0, 1},
      "urban residents aged 22 and over with higher education (nation: 22-25% of adults)",
      "Bureau of National Statistics, split assumed", {.unit = "share"}};
  Real higher_rural{*this, "higher_rural", 0.19, {0, 1}, "rural residents aged 22 and over with higher education",
      "Bureau of National Statistics, split assumed", {.unit = "share"}};
  Real basic_share{
      *this, "basic_share", 0.06, {0, 1}, "adults with basic education only", "assumption", {.unit = "share"}};
  Real student_share{
      *this, "student_share", 0.5, {0, 1}, "residents aged 18 to 22 who study", "assumption", {.unit = "share"}};
  Real employment{*this, "employment", 0.75, {0, 1}, "adults below pension age, not studying, who work", "assumption",
      {.unit = "share"}};
  Numbers work_urban{*this, "work_urban", {0.02, 0.14, 0.74, 0.10}, {0, 1},
      "urban workers: farmers, entrepreneurs, employees, public servants", "assumption", {.unit = "share"}};
  Numbers work_rural{*this, "work_rural", {0.40, 0.10, 0.38, 0.12}, {0, 1},
      "rural workers: farmers, entrepreneurs, employees, public servants", "assumption", {.unit = "share"}};
  Whole pension_men{*this, "pension_men", 63, {40, 100}, "age at which men retire", "recalled", {.unit = "year"}};
  Whole pension_women{*this, "pension_women", 61, {40, 100}, "age at which women retire", "recalled", {.unit = "year"}};

  // Income.
  Real income_spread{
      *this, "income_spread", 0.5, {0, 2}, "SD of log income between people alike", "assumption", {.unit = "log"}};
  Numbers income_education{*this, "income_education", {0.75, 0.9, 1.4}, {0, 10},
      "income by education: basic, secondary, higher", "assumption"};
  Numbers income_occupation{*this, "income_occupation", {0.7, 1.3, 1, 0.9, 0.1, 0.35, 0.1}, {0, 10},
      "income by occupation: farmer, entrepreneur, employee, public servant, student, pensioner, not working",
      "assumption"};

  // Dispositions.
  Real duty_own_sd{*this, "duty_own_sd", 1, {0, 2}, "SD of a resident's own part of civic duty", "MODEL 5"};
  Real duty_household_sd{*this, "duty_household_sd", 0.7, {0, 1},
      "SD of the part of civic duty that a household shares", "MODEL 5: at most 1"};
  Real duty_age{*this, "duty_age", 0.1, {-2, 2}, "how civic duty changes with age between 18 and 70 (0 at 40)",
      "assumption; sign: older people vote more", {.unit = "SD per decade"}};
  Real duty_education{*this, "duty_education", 0.2, {-2, 2}, "how civic duty changes with education (0 at secondary)",
      "assumption; sign: Spada et al. 2015", {.unit = "SD per level"}};
  Real exposure_age{*this, "exposure_age", 0.1, {-2, 2}, "how exposure to announcements changes with age (0 at 40)",
      "assumption", {.unit = "log-odds per decade"}};
  Numbers exposure_occupation{*this, "exposure_occupation", {0, 0, 0, 0.6, -0.3, 0.1, -0.1}, {-5, 5},
      "exposure to announcements: farmer, entrepreneur, employee, public servant, student, pensioner, not working",
      "assumption", {.unit = "log-odds"}};
  Real exposure{*this, "exposure", 0.6, {0.01, 0.99}, "median exposure to announcements", "assumption",
      {.symbol = "m_i", .unit = "share"}};
  Real exposure_spread{
      *this, "exposure_spread", 0.8, {0, 3}, "SD of exposure between residents", "assumption", {.unit = "log-odds"}};

  // Digital life.
  Real access{*this, "access", 0.929, {0, 1}, "residents who reach the internet where the input does not say",
      "Bureau of National Statistics 2021: 92.9% of ages 6-74", {.unit = "share"}};
  Real access_age{*this, "access_age", -0.8, {-5, 5}, "how access changes with age beyond 40", "assumption",
      {.unit = "log-odds per decade"}};
  Real platform{*this, "platform", 0.15, {0, 1},
      "adults who use civic platforms at the start where the input does not say", "assumption", {.unit = "share"}};
  Real platform_age{*this, "platform_age", -0.35, {-5, 5}, "how use of civic platforms changes with age",
      "assumption; sign: Spada et al. 2015", {.unit = "log-odds per decade"}};
  Real platform_education{*this, "platform_education", 0.7, {-5, 5},
      "how use of civic platforms changes with education", "assumption; sign: Spada et al. 2015",
      {.unit = "log-odds per level"}};
  Real skill{*this, "skill", 0.45, {0.01, 0.99}, "median digital skill of those with secondary education at 40",
      "assumption", {.unit = "share"}};
  Real skill_age{*this, "skill_age", -0.35, {-5, 5}, "how digital skill changes with age", "assumption",
      {.unit = "log-odds per decade"}};
  Real skill_education{*this, "skill_education", 0.6, {-5, 5}, "how digital skill changes with education", "assumption",
      {.unit = "log-odds per level"}};
  Real skill_spread{*this, "skill_spread", 0.8, {0, 3}, "SD of digital skill between people alike", "assumption",
      {.unit = "log-odds"}};

  // Wishes: water and utilities, roads, school and culture, health, safety and environment, work.
  Numbers wish_okrug{*this, "wish_okrug", {0.26, 0.22, 0.13, 0.15, 0.06, 0.18}, {0, 1},
      "wishes in rural okrugs: water, roads, school, health, safety, work", "assumption", {.unit = "weight"}};
  Numbers wish_town{*this, "wish_town", {0.20, 0.19, 0.16, 0.17, 0.09, 0.19}, {0, 1}, "wishes in towns", "assumption",
      {.unit = "weight"}};
  Numbers wish_city{*this, "wish_city", {0.14, 0.18, 0.18, 0.18, 0.17, 0.15}, {0, 1},
      "wishes in cities and city districts", "assumption", {.unit = "weight"}};
  Numbers wish_parent{*this, "wish_parent", {1, 1, 1.8, 1.1, 1.2, 1}, {0, 20},
      "how children in the household change the weights", "assumption", {.unit = "factor"}};
  Numbers wish_farmer{*this, "wish_farmer", {1.4, 1.4, 1, 1, 1, 0.8}, {0, 20}, "how being a farmer changes the weights",
      "assumption", {.unit = "factor"}};
  Numbers wish_pensioner{*this, "wish_pensioner", {1.1, 1, 0.7, 2, 1.1, 0.3}, {0, 20},
      "how being a pensioner changes the weights", "assumption", {.unit = "factor"}};
  Numbers wish_jobless{*this, "wish_jobless", {1, 1, 1, 0.9, 1, 1.8}, {0, 20},
      "how being an adult without work, or a student, changes the weights", "assumption", {.unit = "factor"}};

  // Ties between residents. Housemates are all tied to each other.
  Real kin_degree{*this, "kin_degree", 2, {0, 20}, "mean ties to kin of other households", "assumption",
      {.unit = "ties a resident"}};
  Whole kin_households{*this, "kin_households", 4, {2, 50}, "households of one extended family in a community",
      "assumption", {.unit = "households"}};
  Whole neighbour_sides{*this, "neighbour_sides", 2, {0, 20},
      "neighbours to either side along the street: the degree is twice this", "assumption",
      {.unit = "ties a resident"}};
  Whole street{*this, "street", 8, {2, 1000}, "households of one street, whose like members are neighbours",
      "assumption", {.unit = "households"}};
  Real rewiring{*this, "rewiring", 0.1, {0, 1}, "neighbour ties that lead anywhere in the community instead",
      "Watts and Strogatz 1998", {.unit = "share"}};
  Real work_degree{*this, "work_degree", 3.5, {0, 50}, "mean ties at work or school of those who work or study",
      "assumption", {.unit = "ties a member"}};
  Real online_degree{*this, "online_degree", 2.2, {0, 50}, "mean online ties of residents aged 14 and over with access",
      "assumption", {.unit = "ties a member"}};
  Real power_exponent{*this, "power_exponent", 3, {2.2, 6}, "exponent of the power law of online degrees",
      "Barabasi and Albert 1999", {.symbol = "gamma"}};
  Numbers outside{*this, "outside", {0.55, 0, 0.4, 0.65}, {0, 1},
      "ties drawn from beyond the community: kin, neighbour, work or school, online (some of these draws fall into the "
      "own community, the more the larger it is)",
      "assumption", {.unit = "share"}};
  Numbers reach_kin{*this, "reach_kin", {0.5, 0.3, 0.2}, {0, 1},
      "where kin beyond the community live: district, region, nation", "assumption", {.unit = "weight"}};
  Numbers reach_neighbour{*this, "reach_neighbour", {1, 0, 0}, {0, 1},
      "where neighbours beyond the community live: district, region, nation", "assumption", {.unit = "weight"}};
  Numbers reach_work{*this, "reach_work", {0.65, 0.3, 0.05}, {0, 1},
      "where colleagues beyond the community live: district, region, nation", "assumption", {.unit = "weight"}};
  Numbers reach_online{*this, "reach_online", {0.3, 0.35, 0.35}, {0, 1},
      "where online friends beyond the community live: district, region, nation", "assumption", {.unit = "weight"}};
  Real distance{*this, "distance", 200, {1, 10000},
      "distance between regions at which ties across the nation begin to thin out", "assumption", {.unit = "km"}};
  Real distance_power{*this, "distance_power", 1.5, {0, 6},
      "ties across the nation fall as (1 + km / distance) to minus this", "assumption (gravity model)"};

  // Institutions. By kind in the order of InstitutionKind: assembly, council, resident body, oversight, NGO,
  // cooperative, media, mobile group, digital platform.
  Real councils{
      *this, "councils", 0.4, {0, 1}, "communities with a territorial LSG council", "assumption", {.unit = "share"}};
  Real resident_bodies{*this, "resident_bodies", 0.1, {0, 1}, "communities with a resident LSG body (R5)", "assumption",
      {.unit = "share"}};
  Real oversight{*this, "oversight", 0.3, {0, 1}, "communities with a budget-oversight commission", "assumption",
      {.unit = "share"}};
  Real ngos{*this, "ngos", 0.5, {0, 20}, "NGOs", "assumption", {.unit = "per 10,000 people"}};
  Real cooperatives{*this, "cooperatives", 0.4, {0, 1},
      "communities with a farmers' cooperative or business association", "assumption", {.unit = "share"}};
  Real media{*this, "media", 0.4, {0, 1}, "communities with local media", "assumption", {.unit = "share"}};
  Whole mobile_groups{
      *this, "mobile_groups", 1, {0, 100}, "mobile training groups (R6)", "assumption", {.unit = "per region"}};
  Real council_members{*this, "council_members", 9, {0, 1000}, "members of a council", "assumption",
      {.unit = "residents", .extensive = true}};
  Real resident_body_share{*this, "resident_body_share", 0.01, {0, 1}, "adults of the community in its resident body",
      "assumption", {.unit = "share"}};
  Real oversight_members{*this, "oversight_members", 7, {0, 1000}, "members of an oversight commission", "assumption",
      {.unit = "residents", .extensive = true}};
  Real ngo_members{*this, "ngo_members", 50, {0, 100000}, "members of an NGO", "assumption",
      {.unit = "residents", .extensive = true}};
  Real cooperative_share{*this, "cooperative_share", 0.15, {0, 1},
      "farmers and entrepreneurs of the community in its cooperative", "assumption", {.unit = "share"}};
  Real media_share{*this, "media_share", 0.1, {0, 1}, "adults of the community who follow its media", "assumption",
      {.unit = "share"}};
  Real member_duty{*this, "member_duty", 0.5, {0, 3}, "how civic duty raises the odds of being a member", "assumption",
      {.unit = "log-odds"}};
  Numbers credibility{*this, "credibility", {0.6, 0.5, 0.7, 0.5, 0.6, 0.6, 0.5, 0.6, 0.5}, {0, 1},
      "how far members believe an institution, by kind", "assumption", {.unit = "share"}};
  Numbers activity{*this, "activity", {0.3, 0.3, 0.5, 0.3, 0.4, 0.4, 0.5, 0.5, 0.5}, {0, 1},
      "how active an institution is at the start, by kind", "assumption", {.unit = "share"}};
  Numbers outreach{*this, "outreach", {0.5, 0.3, 0.5, 0.3, 0.3, 0.2, 0.5, 0, 0}, {0, 1},
      "members an institution can reach in a week, by kind: its capacity", "assumption", {.unit = "share a week"}};
  Real staff{*this, "staff", 2.5, {0, 100}, "residents who work in the akimat of their community", "assumption",
      {.unit = "per 1,000 people", .extensive = true}};
};

}  // namespace kurultai
