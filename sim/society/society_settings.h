// What a scenario says about the society: the table [society].
#pragma once

#include "scenario/field.h"
#include "society/residents.h"

namespace kurultai {

/// Settings of synthesis and of network input. Shares and degrees are intensive: the same at every scale.
struct SocietySettings : Section {
  SocietySettings() : Section("society", "who lives where, and who knows whom") {}
  [[nodiscard]] std::string inconsistency() const override;

  // Where it comes from.
  Choice source{*this,
      {.name = "source",
          .meaning =
              "built from census tables, read from a network of named residents, or communities all alike (plain)",
          .source = "design"},
      "census", {"census", "network", "plain"}};
  Text census{*this, {.name = "census", .meaning = "folder of the census tables (source = census)", .source = "design"},
      "data/kazakhstan"};
  Texts regions{*this,
      {.name = "regions",
          .meaning = "codes or names of the regions that the society has, each as in the whole country (source = "
                     "census); none: all",
          .source = "design"},
      {}};
  Text nodes{
      *this, {.name = "nodes", .meaning = "CSV of residents, one a line (source = network)", .source = "design"}, ""};
  Text edges{*this, {.name = "edges", .meaning = "CSV of ties, one a line (source = network)", .source = "design"}, ""};

  Whole communities{*this,
      {.name = "communities", .meaning = "how many communities there are (source = plain)", .source = "design"}, 20,
      {1, 100000}};
  Real people{*this,
      {.name = "people",
          .unit = "people",
          .meaning = "inhabitants of each community (source = plain)",
          .source = "design"},
      1000, {2, 1e7}};
  Choice type{*this, {.name = "type", .meaning = "type of the communities (source = plain)", .source = "design"},
      "rural okrug", {"rural okrug", "town", "city", "city district"}};
  Whole youngest{*this,
      {.name = "youngest",
          .unit = "year",
          .meaning = "only residents of at least this age (18: voters alone); not for a given network",
          .source = "design"},
      0, {0, 90}};

  // Communities.
  Real place_effect_sd{*this,
      {.name = "place_effect_sd",
          .unit = "log-odds",
          .meaning = "SD of the lasting difference between small communities in taking part",
          .source = "assumption (take-up clusters by village: Banerjee et al. 2013, re-estimated)"},
      0.3, {0, 2}};
  Real place_people{*this,
      {.name = "place_people",
          .unit = "people",
          .meaning = "a community of n people has the place effect of 1 + n / place_people independent neighbourhoods",
          .source = "assumption"},
      10000, {1, 1e9}};
  Real wish_place_sd{*this,
      {.name = "wish_place_sd",
          .unit = "log",
          .meaning = "SD of a community's own tilt toward each public good",
          .source = "assumption"},
      0.3, {0, 2}};

  // Money, for communities of a given network.
  Real resources{*this,
      {.name = "resources",
          .unit = "thousand tenge a resident and year",
          .meaning = "budget for local goods where the input does not say",
          .source = "about the mean okrug: 190 m tenge (presidential speech 2025) over 3,200 people"},
      59, {0, 1e6}};
  Real participatory_budget{*this,
      {.name = "participatory_budget",
          .unit = "tenge a resident and year",
          .meaning = "money put to residents' vote where the input does not say",
          .source = "assumption"},
      300, {0, 1e9}};

  // Households.
  Real household_urban{*this,
      {.name = "household_urban",
          .unit = "residents",
          .meaning = "mean size of urban households",
          .source = "Bureau of National Statistics 2021, computed"},
      3, {1, 8}};
  Real household_rural{*this,
      {.name = "household_rural",
          .unit = "residents",
          .meaning = "mean size of rural households",
          .source = "Bureau of National Statistics 2021, computed"},
      4, {1, 8}};
  Numbers household_sizes{*this,
      {.name = "household_sizes",
          .unit = "share of residents",
          .meaning = "residents who live in households of 1, 2, 3, 4 and 5; all 0: sizes follow from the mean",
          .source = "design"},
      {0, 0, 0, 0, 0}, {0, 1}};
  Real couples{*this,
      {.name = "couples",
          .unit = "share",
          .meaning = "adults aged 25 and over who live as couples",
          .source = "assumption"},
      0.7, {0, 1}};

  // Education and occupation.
  Real higher_urban{*this,
      {.name = "higher_urban",
          .unit = "share",
          .meaning = "urban residents aged 22 and over with higher education (nation: 22-25% of adults)",
          .source = "Bureau of National Statistics, split assumed"},
      0.29, {0, 1}};
  Real higher_rural{*this,
      {.name = "higher_rural",
          .unit = "share",
          .meaning = "rural residents aged 22 and over with higher education",
          .source = "Bureau of National Statistics, split assumed"},
      0.19, {0, 1}};
  Real basic_share{*this,
      {.name = "basic_share", .unit = "share", .meaning = "adults with basic education only", .source = "assumption"},
      0.06, {0, 1}};
  Real student_share{*this,
      {.name = "student_share",
          .unit = "share",
          .meaning = "residents aged 18 to 22 who study",
          .source = "assumption"},
      0.5, {0, 1}};
  Real employment{*this,
      {.name = "employment",
          .unit = "share",
          .meaning = "adults below pension age, not studying, who work",
          .source = "assumption"},
      0.75, {0, 1}};
  Numbers work_urban{*this,
      {.name = "work_urban",
          .unit = "share",
          .meaning = "urban workers: farmers, entrepreneurs, employees, public servants",
          .source = "assumption"},
      {0.02, 0.14, 0.74, 0.10}, {0, 1}};
  Numbers work_rural{*this,
      {.name = "work_rural",
          .unit = "share",
          .meaning = "rural workers: farmers, entrepreneurs, employees, public servants",
          .source = "assumption"},
      {0.40, 0.10, 0.38, 0.12}, {0, 1}};
  Whole pension_men{*this,
      {.name = "pension_men", .unit = "year", .meaning = "age at which men retire", .source = "recalled"}, 63,
      {40, 100}};
  Whole pension_women{*this,
      {.name = "pension_women", .unit = "year", .meaning = "age at which women retire", .source = "recalled"}, 61,
      {40, 100}};

  // Income.
  Real income_spread{*this,
      {.name = "income_spread",
          .unit = "log",
          .meaning = "SD of log income between people alike",
          .source = "assumption"},
      0.5, {0, 2}};
  Numbers income_education{*this,
      {.name = "income_education", .meaning = "income by education: basic, secondary, higher", .source = "assumption"},
      {0.75, 0.9, 1.4}, {0, 10}};
  Numbers income_occupation{*this,
      {.name = "income_occupation",
          .meaning = "income by occupation: farmer, entrepreneur, employee, public "
                     "servant, student, pensioner, not working",
          .source = "assumption"},
      {0.7, 1.3, 1, 0.9, 0.1, 0.35, 0.1}, {0, 10}};

  // Dispositions.
  Real duty_own_sd{*this,
      {.name = "duty_own_sd", .meaning = "SD of a resident's own part of civic duty", .source = "MODEL 1"}, 1, {0, 2}};
  Real duty_household_sd{*this,
      {.name = "duty_household_sd",
          .meaning = "SD of the part of civic duty that a household shares",
          .source = "MODEL 1: at most 1"},
      0.7, {0, 1}};
  Real duty_age{*this,
      {.name = "duty_age",
          .unit = "SD per decade",
          .meaning = "how civic duty changes with age between 18 and 70 (0 at 40)",
          .source = "assumption; sign: older people vote more"},
      0.1, {-2, 2}};
  Real duty_education{*this,
      {.name = "duty_education",
          .unit = "SD per level",
          .meaning = "how civic duty changes with education (0 at secondary)",
          .source = "assumption; sign: Spada et al. 2015"},
      0.2, {-2, 2}};
  Real exposure_age{*this,
      {.name = "exposure_age",
          .unit = "log-odds per decade",
          .meaning = "how exposure to announcements changes with age (0 at 40)",
          .source = "assumption"},
      0.1, {-2, 2}};
  Numbers exposure_occupation{*this,
      {.name = "exposure_occupation",
          .unit = "log-odds",
          .meaning = "exposure to announcements: farmer, entrepreneur, employee, public servant, student, pensioner, "
                     "not working",
          .source = "assumption"},
      {0, 0, 0, 0.6, -0.3, 0.1, -0.1}, {-5, 5}};
  Real exposure{*this,
      {.name = "exposure",
          .symbol = "m_i",
          .unit = "share",
          .meaning = "median exposure to announcements",
          .source = "assumption"},
      0.6, {0.01, 0.99}};
  Real exposure_spread{*this,
      {.name = "exposure_spread",
          .unit = "log-odds",
          .meaning = "SD of exposure between residents",
          .source = "assumption"},
      0.8, {0, 3}};

  // Digital life.
  Real access{*this,
      {.name = "access",
          .unit = "share",
          .meaning = "residents who reach the internet where the input does not say",
          .source = "Bureau of National Statistics 2021: 92.9% of ages 6-74"},
      0.929, {0, 1}};
  Real access_age{*this,
      {.name = "access_age",
          .unit = "log-odds per decade",
          .meaning = "how access changes with age beyond 40",
          .source = "assumption"},
      -0.8, {-5, 5}};
  Real platform{*this,
      {.name = "platform",
          .unit = "share",
          .meaning = "adults who use civic platforms at the start where the input does not say",
          .source = "assumption"},
      0.15, {0, 1}};
  Real platform_age{*this,
      {.name = "platform_age",
          .unit = "log-odds per decade",
          .meaning = "how use of civic platforms changes with age",
          .source = "assumption; sign: Spada et al. 2015"},
      -0.35, {-5, 5}};
  Real platform_education{*this,
      {.name = "platform_education",
          .unit = "log-odds per level",
          .meaning = "how use of civic platforms changes with education",
          .source = "assumption; sign: Spada et al. 2015"},
      0.7, {-5, 5}};
  Real skill{*this,
      {.name = "skill",
          .unit = "share",
          .meaning = "median digital skill of those with secondary education at 40",
          .source = "assumption"},
      0.45, {0.01, 0.99}};
  Real skill_age{*this,
      {.name = "skill_age",
          .unit = "log-odds per decade",
          .meaning = "how digital skill changes with age",
          .source = "assumption"},
      -0.35, {-5, 5}};
  Real skill_education{*this,
      {.name = "skill_education",
          .unit = "log-odds per level",
          .meaning = "how digital skill changes with education",
          .source = "assumption"},
      0.6, {-5, 5}};
  Real skill_spread{*this,
      {.name = "skill_spread",
          .unit = "log-odds",
          .meaning = "SD of digital skill between people alike",
          .source = "assumption"},
      0.8, {0, 3}};

  // Wishes: water and utilities, roads, school and culture, health, safety and environment, work.
  Numbers wish_okrug{*this,
      {.name = "wish_okrug",
          .unit = "weight",
          .meaning = "wishes in rural okrugs: water, roads, school, health, safety, work",
          .source = "assumption"},
      {0.26, 0.22, 0.13, 0.15, 0.06, 0.18}, {0, 1}};
  Numbers wish_town{*this,
      {.name = "wish_town", .unit = "weight", .meaning = "wishes in towns", .source = "assumption"},
      {0.20, 0.19, 0.16, 0.17, 0.09, 0.19}, {0, 1}};
  Numbers wish_city{*this,
      {.name = "wish_city", .unit = "weight", .meaning = "wishes in cities and city districts", .source = "assumption"},
      {0.14, 0.18, 0.18, 0.18, 0.17, 0.15}, {0, 1}};
  Numbers wish_parent{*this,
      {.name = "wish_parent",
          .unit = "factor",
          .meaning = "how children in the household change the weights",
          .source = "assumption"},
      {1, 1, 1.8, 1.1, 1.2, 1}, {0, 20}};
  Numbers wish_farmer{*this,
      {.name = "wish_farmer",
          .unit = "factor",
          .meaning = "how being a farmer changes the weights",
          .source = "assumption"},
      {1.4, 1.4, 1, 1, 1, 0.8}, {0, 20}};
  Numbers wish_pensioner{*this,
      {.name = "wish_pensioner",
          .unit = "factor",
          .meaning = "how being a pensioner changes the weights",
          .source = "assumption"},
      {1.1, 1, 0.7, 2, 1.1, 0.3}, {0, 20}};
  Numbers wish_jobless{*this,
      {.name = "wish_jobless",
          .unit = "factor",
          .meaning = "how being an adult without work, or a student, changes the weights",
          .source = "assumption"},
      {1, 1, 1, 0.9, 1, 1.8}, {0, 20}};

  // Ties between residents. Housemates are all tied to each other.
  Real kin_degree{*this,
      {.name = "kin_degree",
          .unit = "ties a resident",
          .meaning = "mean ties to kin of other households",
          .source = "assumption"},
      2, {0, 20}};
  Whole kin_households{*this,
      {.name = "kin_households",
          .unit = "households",
          .meaning = "households of one extended family in a community",
          .source = "assumption"},
      4, {2, 50}};
  Whole neighbour_sides{*this,
      {.name = "neighbour_sides",
          .unit = "ties a resident",
          .meaning = "neighbours to either side along the street: the degree is twice this",
          .source = "assumption"},
      2, {0, 20}};
  Whole street{*this,
      {.name = "street",
          .unit = "households",
          .meaning = "households of one street, whose like members are neighbours",
          .source = "assumption"},
      8, {2, 1000}};
  Real rewiring{*this,
      {.name = "rewiring",
          .unit = "share",
          .meaning = "neighbour ties that lead anywhere in the community instead",
          .source = "Watts and Strogatz 1998"},
      0.1, {0, 1}};
  Real work_degree{*this,
      {.name = "work_degree",
          .unit = "ties a member",
          .meaning = "mean ties at work or school of those who work or study",
          .source = "assumption"},
      3.5, {0, 50}};
  Real online_degree{*this,
      {.name = "online_degree",
          .unit = "ties a member",
          .meaning = "mean online ties of residents aged 14 and over with access",
          .source = "assumption"},
      2.2, {0, 50}};
  Real power_exponent{*this,
      {.name = "power_exponent",
          .symbol = "gamma",
          .meaning = "exponent of the power law of online degrees",
          .source = "Barabasi and Albert 1999"},
      3, {2.2, 6}};
  Numbers outside{*this,
      {.name = "outside",
          .unit = "share",
          .meaning = "ties drawn from beyond the community: kin, neighbour, work or school, online "
                     "(some of these draws fall into the own community, the more the larger it is)",
          .source = "assumption"},
      {0.55, 0, 0.4, 0.65}, {0, 1}};
  Numbers reach_kin{*this,
      {.name = "reach_kin",
          .unit = "weight",
          .meaning = "where kin beyond the community live: district, region, nation",
          .source = "assumption"},
      {0.5, 0.3, 0.2}, {0, 1}};
  Numbers reach_neighbour{*this,
      {.name = "reach_neighbour",
          .unit = "weight",
          .meaning = "where neighbours beyond the community live: district, region, nation",
          .source = "assumption"},
      {1, 0, 0}, {0, 1}};
  Numbers reach_work{*this,
      {.name = "reach_work",
          .unit = "weight",
          .meaning = "where colleagues beyond the community live: district, region, nation",
          .source = "assumption"},
      {0.65, 0.3, 0.05}, {0, 1}};
  Numbers reach_online{*this,
      {.name = "reach_online",
          .unit = "weight",
          .meaning = "where online friends beyond the community live: district, region, nation",
          .source = "assumption"},
      {0.3, 0.35, 0.35}, {0, 1}};
  Real distance{*this,
      {.name = "distance",
          .unit = "km",
          .meaning = "distance between regions at which ties across the nation begin to thin out",
          .source = "assumption"},
      200, {1, 10000}};
  Real distance_power{*this,
      {.name = "distance_power",
          .meaning = "ties across the nation fall as (1 + km / distance) to minus this",
          .source = "assumption (gravity model)"},
      1.5, {0, 6}};

  // Institutions. By kind in the order of InstitutionKind: assembly, council, resident body, oversight, NGO,
  // cooperative, media, mobile group, digital platform.
  Real councils{*this,
      {.name = "councils",
          .unit = "share",
          .meaning = "communities with a territorial LSG council",
          .source = "assumption"},
      0.4, {0, 1}};
  Real resident_bodies{*this,
      {.name = "resident_bodies",
          .unit = "share",
          .meaning = "communities with a resident LSG body (R5)",
          .source = "assumption"},
      0.1, {0, 1}};
  Real oversight{*this,
      {.name = "oversight",
          .unit = "share",
          .meaning = "communities with a budget-oversight commission",
          .source = "assumption"},
      0.3, {0, 1}};
  Real ngos{
      *this, {.name = "ngos", .unit = "per 10,000 people", .meaning = "NGOs", .source = "assumption"}, 0.5, {0, 20}};
  Real cooperatives{*this,
      {.name = "cooperatives",
          .unit = "share",
          .meaning = "communities with a farmers' cooperative or business association",
          .source = "assumption"},
      0.4, {0, 1}};
  Real media{*this,
      {.name = "media", .unit = "share", .meaning = "communities with local media", .source = "assumption"}, 0.4,
      {0, 1}};
  Whole mobile_groups{*this,
      {.name = "mobile_groups", .unit = "per region", .meaning = "mobile training groups (R6)", .source = "assumption"},
      1, {0, 100}};
  Real council_members{*this,
      {.name = "council_members",
          .unit = "residents",
          .meaning = "members of a council",
          .source = "assumption",
          .extensive = true},
      9, {0, 1000}};
  Real resident_body_share{*this,
      {.name = "resident_body_share",
          .unit = "share",
          .meaning = "adults of the community in its resident body",
          .source = "assumption"},
      0.01, {0, 1}};
  Real oversight_members{*this,
      {.name = "oversight_members",
          .unit = "residents",
          .meaning = "members of an oversight commission",
          .source = "assumption",
          .extensive = true},
      7, {0, 1000}};
  Real ngo_members{*this,
      {.name = "ngo_members",
          .unit = "residents",
          .meaning = "members of an NGO",
          .source = "assumption",
          .extensive = true},
      50, {0, 100000}};
  Real cooperative_share{*this,
      {.name = "cooperative_share",
          .unit = "share",
          .meaning = "farmers and entrepreneurs of the community in its cooperative",
          .source = "assumption"},
      0.15, {0, 1}};
  Real media_share{*this,
      {.name = "media_share",
          .unit = "share",
          .meaning = "adults of the community who follow its media",
          .source = "assumption"},
      0.1, {0, 1}};
  Real member_duty{*this,
      {.name = "member_duty",
          .unit = "log-odds",
          .meaning = "how civic duty raises the odds of being a member",
          .source = "assumption"},
      0.5, {0, 3}};
  Numbers credibility{*this,
      {.name = "credibility",
          .unit = "share",
          .meaning = "how far members believe an institution, by kind",
          .source = "assumption"},
      {0.6, 0.5, 0.7, 0.5, 0.6, 0.6, 0.5, 0.6, 0.5}, {0, 1}};
  Numbers activity{*this,
      {.name = "activity",
          .unit = "share",
          .meaning = "how active an institution is at the start, by kind",
          .source = "assumption"},
      {0.3, 0.3, 0.5, 0.3, 0.4, 0.4, 0.5, 0.5, 0.5}, {0, 1}};
  Numbers outreach{*this,
      {.name = "outreach",
          .unit = "share a week",
          .meaning = "members an institution can reach in a week, by kind: its capacity",
          .source = "assumption"},
      {0.5, 0.3, 0.5, 0.3, 0.3, 0.2, 0.5, 0, 0}, {0, 1}};
  Real staff{*this,
      {.name = "staff",
          .unit = "per 1,000 people",
          .meaning = "residents who work in the akimat of their community",
          .source = "assumption",
          .extensive = true},
      2.5, {0, 100}};
};

}  // namespace kurultai
