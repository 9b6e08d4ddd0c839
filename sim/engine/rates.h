// What a resident, a tie and a community take on a machine, in processor time and in memory: as measured on one machine
// and built in, or as measured on this one and kept in the user's cache.
#pragma once

#include <array>
#include <filesystem>
#include <string>

namespace kurultai {

/// A tie's two words, one in each row.
inline constexpr double bytes_a_tie = 8;

/// In a larger society neighbours lie further apart in memory: a resident's week takes longer.
inline constexpr double near_residents = 3e5;
/// By how much, at so many residents.
double farther(double residents);

/// The default scenario's, with its forms: others take less or more as their forms do. Built in is, rounded, what
/// bench/country measured on two cores of an AMD EPYC (results/performance.md).
struct Rates {
  // Seconds of processor time.
  double resident_week = 1.58e-7;  ///< in a society of at most `near_residents`
  double community_week = 5e-6;
  double value_week = 2e-8;  ///< a number that the recorder keeps
  double resident_built = 1.2e-6;
  // Bytes.
  double program = 3e7;          ///< it, its libraries, tables of names
  double resident_society = 34;  ///< without ties
  double resident_run = 84;      ///< without what is recorded
  double community = 1e4;        ///< of akimats, dockets, institutions, and what mechanisms keep of them
  double tie_building = 5;       ///< while the society is built, beside what stays
  friend bool operator==(const Rates&, const Rates&) = default;
};

/// A rate by its name, for files and tables.
struct NamedRate {
  const char* name;
  double Rates::* value;
};
inline constexpr std::array named_rates = {
    NamedRate{"seconds_a_resident_and_week", &Rates::resident_week},
    NamedRate{"seconds_a_community_and_week", &Rates::community_week},
    NamedRate{"seconds_a_recorded_value", &Rates::value_week},
    NamedRate{"seconds_a_resident_built", &Rates::resident_built},
    NamedRate{"bytes_of_the_program", &Rates::program},
    NamedRate{"bytes_a_resident_of_the_society", &Rates::resident_society},
    NamedRate{"bytes_a_resident_of_a_run", &Rates::resident_run},
    NamedRate{"bytes_a_community", &Rates::community},
    NamedRate{"bytes_a_tie_while_building", &Rates::tie_building},
};

/// What a run took, and how big it was.
struct Taken {
  double residents = 0;
  double ties = 0;
  double communities = 0;
  double weeks = 0;
  double values_a_week = 0;   ///< that were recorded
  double record_bytes = 0;    ///< of those
  double building = 0;        ///< seconds of processor time
  double running = 0;         ///< the same
  double society_bytes = 0;   ///< in use when the society is there, beyond those before it
  double run_bytes = 0;       ///< the same of the run, at its end
  double building_bytes = 0;  ///< at the peak of building, beyond those before it
};

/// The rates by which two runs of one scenario, the second of more residents, took what they did. What cannot be told
/// from them is as in `known`.
Rates fitted(const Taken& small, const Taken& large, const Rates& known);

/// The rates `known`, all times and all bytes by one factor each, such that they foretell what one long run took:
/// `building` and `running` seconds of processor time against those foretold, `bytes` at its peak likewise.
struct Foretold {
  double building = 0;
  double running = 0;
  double bytes = 0;
};
Rates adjusted(const Rates& known, const Foretold& foretold, const Foretold& taken);

/// Rates that are kept for later.
struct KeptRates {
  Rates rates = {};
  std::string when = {};  ///< a day
  std::string by = {};    ///< what was run
};

/// The rates to plan with, and whence they are.
struct KnownRates {
  Rates rates = {};
  bool measured = false;
  std::string origin = {};   ///< "a measurement of this machine, 2026-11-30 by ..."
  std::string warning = {};  ///< why a file in the cache was passed over; mostly empty
};

/// The processor and its number of threads, by which measurements are kept.
std::string this_machine();

/// The file in the user's cache (XDG_CACHE_HOME, or .cache in HOME) for this machine and commit; empty if there is no
/// such folder.
std::filesystem::path rates_file();

/// What `file` says, if it is whole, plausible and of this machine and commit; else what is built in. Never throws.
KnownRates known_rates(const std::filesystem::path& file = rates_file());

/// Writes `file` as a whole. Throws storage_error if that fails.
void keep_rates(const KeptRates& kept, const std::filesystem::path& file = rates_file());

}  // namespace kurultai
