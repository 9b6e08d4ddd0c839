#include "command/slurm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

#include "base/console.h"
#include "base/error.h"
#include "command/plan.h"
#include "engine/destination.h"
#include "engine/durable_file.h"
#include "engine/memory.h"
#include "engine/output.h"
#include "engine/progress.h"
#include "sweep/execution.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bundles = 1000;  // Slurm's MaxArraySize is 1001 unless a cluster raises it
constexpr double more_memory = 1.25;        // asked for, over what runs may take together
constexpr double base_megabytes = 500;      // the program, and results being written
constexpr double more_time = 1.5;           // asked for, over what is predicted on a machine that is not the cluster's
constexpr double base_minutes = 10;
constexpr int merge_minutes = 120;
constexpr int merge_megabytes = 4000;

Error usage(std::string place, std::string problem, std::string why, std::string suggestion) {
  return {ExitCode::usage, {std::move(place), std::move(problem), std::move(why), std::move(suggestion)}};
}

bool has_control_character(const std::string& text) {
  return std::any_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// A name that Slurm shows in its lists.
std::string job_name(const fs::path& out) {
  std::string name = out.stem().string();
  for (char& c : name)
    if (!is_letter_or_digit(c) && c != '.' && c != '-') c = '_';
  return "kurultai-" + name;
}

/// How a script of ours begins: what it is for, so that it is not overwritten by another sweep's.
std::string heading(const SlurmPlan& plan) {
  return fmt::format("#!/bin/bash\n# Written by 'kurultai slurm' for {} into {}\n", shell_word(plan.file.string()),
      shell_word(plan.out.string()));
}

std::string where_to(const SlurmPlan& plan) {
  std::string lines;
  if (!plan.partition.empty()) lines += fmt::format("#SBATCH --partition={}\n", plan.partition);
  if (!plan.account.empty()) lines += fmt::format("#SBATCH --account={}\n", plan.account);
  return lines;
}

/// "KURULTAI sweep FILE --set ... --out OUT", called where `slurm` was called.
std::string command(const SlurmPlan& plan) {
  std::string words = fmt::format("cd {} || exit 1\n", shell_word(plan.here.string()));
  words += fmt::format("{} sweep {}", shell_word(plan.program.string()), shell_word(plan.file.string()));
  for (const std::string& set : plan.sets) words += " --set " + shell_word(set);
  return words + " --out " + shell_word(plan.out.string()) + (plan.force ? " --force" : "");
}

/// Ends a script if there is nothing left to do: runs are kept until the result holds all of them.
std::string end_if_complete(const SlurmPlan& plan) {
  return fmt::format(
      "out={}\nruns={}\n"
      "if [ -e \"$out\" ] && [ ! -e \"$runs\" ]; then\n"
      "  echo \"$out is complete; to do the sweep anew, move it away\"\n"
      "  exit 0\n"
      "fi\n",
      shell_word(plan.out.string()), shell_word(runs_folder(plan.out).string()));
}

/// A time limit as Slurm reads it.
std::string time_limit(int minutes) {
  return fmt::format("{}-{:02}:{:02}:00", minutes / 1440, minutes / 60 % 24, minutes % 60);
}

std::string bundles_script(const SlurmPlan& plan) {
  std::string text = heading(plan);
  text += fmt::format(
      "# A bundle of the sweep's runs: task i of {0} does shard i/{0}. There are {1} runs; a bundle was predicted to "
      "take {2}.\n"
      "#SBATCH --job-name={3}\n"
      "#SBATCH --array=1-{0}\n"
      "#SBATCH --nodes=1\n"
      "#SBATCH --ntasks=1\n"
      "#SBATCH --cpus-per-task={4}\n"
      "#SBATCH --mem={5}M\n"
      "#SBATCH --time={6}\n"
      "#SBATCH --signal=B:USR1@{7}\n"
      "#SBATCH --requeue\n"
      "#SBATCH --open-mode=append\n"
      "#SBATCH --output=bundle-%a.log\n",
      plan.bundles, plan.runs, duration_text(plan.seconds), job_name(plan.out), plan.cpus, plan.megabytes,
      time_limit(plan.minutes), plan.warning);
  text += where_to(plan);
  text += R"script(
# The nodes must see the folders named here, and have the libraries that the program was linked with (on Debian the
# packages that './kurultai' installs). If that takes a module or a container, load it here.

# Slurm tells this shell alone (B:) that the time is nearly up. The program is then told to stop, which leaves
# checkpoints of the runs at work, and the bundle goes back into the queue. scancel and preemption stop it too.
program=
warned=
signalled=
stop() {
  signalled=yes
  if [ -n "$program" ]; then kill -TERM "$program" 2>/dev/null; fi
}
trap 'warned=yes; stop' USR1
trap stop TERM INT

)script";
  text += command(plan) + fmt::format(
                              " \\\n"
                              "  --shard \"$SLURM_ARRAY_TASK_ID/{}\" --resume --threads "
                              "\"${{SLURM_CPUS_PER_TASK:-{}}}\" --memory {:.3f} --progress line &\n",
                              plan.bundles, plan.cpus, std::ceil(plan.bytes / 1e6) / 1e3);
  text += R"script(program=$!
if [ -n "$signalled" ]; then stop; fi # it came before there was a program
while true; do
  signalled=
  wait "$program"
  status=$?
  if [ -z "$signalled" ]; then break; fi # else the signal ended the wait, not the program
done

# 143: stopped before its end. After a hundred times something is wrong, and a person should look.
if [ -n "$warned" ] && [ "$status" -eq 143 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then
  echo "bundle $SLURM_ARRAY_TASK_ID: the time is nearly up; back into the queue"
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$status"
)script";
  return text;
}

std::string merge_script(const SlurmPlan& plan) {
  std::string text = heading(plan);
  text += fmt::format(
      "# One result file from the runs that are there; exit status 6 if some are missing or failed.\n"
      "#SBATCH --job-name={}-merge\n"
      "#SBATCH --nodes=1\n"
      "#SBATCH --ntasks=1\n"
      "#SBATCH --cpus-per-task=1\n"
      "#SBATCH --mem={}M\n"
      "#SBATCH --time={}\n"
      "#SBATCH --requeue\n"
      "#SBATCH --open-mode=append\n"
      "#SBATCH --output=merge.log\n",
      job_name(plan.out), merge_megabytes, time_limit(merge_minutes));
  text += where_to(plan);
  text += "\n" + end_if_complete(plan) + command(plan) + " --merge --threads 1 --progress none\n";
  return text;
}

std::string submit_script(const SlurmPlan& plan) {
  std::string text = heading(plan);
  text +=
      "# Submits the bundles and their merge. Call it again after a failure: what is done is known from the files of\n"
      "# runs, so only what is missing is run. Options are handed on to sbatch, for the bundles: ./submit.sh "
      "--qos=long\n"
      R"script(set -euo pipefail
)script";
  text += fmt::format("cd {}\n", shell_word(plan.folder.string())) + end_if_complete(plan);
  text += R"script(if [ -f jobs ] && [ -n "$(squeue --noheader --jobs="$(paste -sd , jobs)" 2>/dev/null)" ]; then
  echo "still in the queue: jobs $(paste -sd , jobs); wait for them, or scancel them first" >&2
  exit 1
fi
array=$(sbatch --parsable "$@" bundles.sh)
array=${array%%;*} # a federation adds the cluster's name
echo "$array" >jobs
merge=$(sbatch --parsable --dependency=afterany:"$array" merge.sh)
echo "${merge%%;*}" >>jobs
echo "bundles: job $array"
echo "merge:   job ${merge%%;*}"
)script";
  return text;
}

/// Whether a file is one that the jobs leave, or a killed process of ours.
bool is_left_over(const std::string& name) {
  const std::string ending = name.size() > 4 ? name.substr(name.size() - 4) : "";
  return name == "jobs" || name == "merge.log" || (name.rfind("bundle-", 0) == 0 && ending == ".log") ||
         (name.front() == '.' && ending == ".tmp");
}

/// Throws unless all that is in `folder` are scripts of the same sweep and what they leave.
void check_folder(const SlurmPlan& plan, const std::map<std::string, std::string>& scripts) {
  const std::string place = plan.folder.string();
  std::error_code error;
  if (!fs::exists(plan.folder, error) && !error) return;
  fs::directory_iterator it(plan.folder, error);
  for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!fs::is_regular_file(it->symlink_status()))
      throw storage_error(it->path().string(), "this is not a regular file",
          "scripts and what they leave go into a folder of their own", "remove it, or choose another --folder");
    if (is_left_over(name)) continue;
    if (scripts.count(name) == 0)
      throw storage_error(place, fmt::format("the folder holds '{}'", name), "scripts go into a folder of their own",
          "choose another --folder");
    std::ifstream stream(it->path(), std::ios::binary);
    const std::string before(std::istreambuf_iterator<char>(stream), {});
    if (before.rfind(heading(plan), 0) != 0)
      throw storage_error(place, fmt::format("the folder holds '{}' of something else", name),
          "it would be overwritten", "choose another --folder, or delete it");
  }
  if (error) throw storage_error(place, "cannot use the folder", error.message(), "choose another --folder");
}

void write_script(const fs::path& file, const std::string& text) {
  DurableFile aside = DurableFile::beside(file, file.string(), "script");
  aside.write(std::as_bytes(std::span<const char>(text)));
  aside.close();
  std::error_code ignored;  // without it the script is run as: bash submit.sh
  fs::permissions(aside.path(), fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
      fs::perm_options::add, ignored);
  aside.keep(file);
}

fs::path absolute(const std::string& path) { return fs::absolute(path).lexically_normal(); }

void check_name(const std::string& option, const std::string& name) {
  if (!std::all_of(name.begin(), name.end(),
          [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == ',' || c == '+'; }))
    throw usage(fmt::format("{} {}", option, shell_word(name)), "no name that Slurm would take",
        "letters, digits and _-.+ only", "");
}

}  // namespace

std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == '/' || c == ',' || c == '+' || c == ':' ||
           c == '=' || c == '@' || c == '%';
  });
  if (plain) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

SlurmPlan slurm_plan(const Sweep& sweep, const SlurmOptions& options) {
  SlurmPlan plan;
  plan.program = fs::read_symlink("/proc/self/exe");
  plan.file = absolute(options.file);
  plan.out = absolute(options.out.empty() ? "results/" + fs::path(options.file).stem().string() + ".h5" : options.out);
  plan.here = fs::current_path();
  plan.folder = options.folder.empty() ? fs::path(plan.out).replace_extension(".slurm") : absolute(options.folder);
  if (!plan.folder.has_filename()) plan.folder = plan.folder.parent_path();  // "jobs/"
  plan.sets = options.sets;
  plan.force = options.force;
  for (const std::string& text :
      {plan.program.string(), plan.here.string(), plan.file.string(), plan.out.string(), plan.folder.string()})
    if (has_control_character(text))
      throw usage(
          shell_word(text), "a path with a line break or the like", "it could not stand in a script", "choose another");
  check_name("--partition", options.partition);
  check_name("--account", options.account);
  plan.partition = options.partition;
  plan.account = options.account;
  plan.cpus = options.cpus;

  // A node is not this machine: what is free here says nothing.
  RunnerOptions node;
  node.threads = options.cpus;
  const double most = options.memory > 0 ? (options.memory * 1e3 - base_megabytes) / more_memory * 1e6 : 1e18;
  if (most <= 0)
    throw usage(fmt::format("--memory {}", options.memory), "too little",
        fmt::format("the program alone takes {} GB", base_megabytes / 1e3), "raise it");
  node.memory = most;
  const Schedule whole = schedule(sweep, {}, node);
  plan.runs = whole.runs;
  // Where replicates are added, bundles are of points.
  const std::size_t pieces = sweep.adaptive() ? sweep.points() : plan.runs;
  if (options.jobs) {
    plan.bundles = static_cast<std::size_t>(*options.jobs);
    if (*options.jobs < 1 || plan.bundles > pieces)
      throw usage(fmt::format("--jobs {}", *options.jobs), "every bundle needs a part of the sweep",
          fmt::format("there are {} {}", pieces, sweep.adaptive() ? "points" : "runs"),
          fmt::format("take 1 to {}", pieces));
  } else {
    const double wanted = std::ceil(whole.seconds / (options.hours * 3600));
    plan.bundles =
        static_cast<std::size_t>(std::clamp(wanted, 1.0, static_cast<double>(std::min(pieces, most_bundles))));
  }

  // Points differ in cost: what is asked for must do for the longest and the biggest of bundles.
  double bytes = 0;
  for (const Schedule& one : schedules(sweep, static_cast<std::uint32_t>(plan.bundles), node)) {
    plan.seconds = std::max(plan.seconds, one.seconds);
    const auto side_by_side = static_cast<double>(one.side_by_side);
    const double societies = std::min(static_cast<double>(one.societies), side_by_side);
    bytes = std::max({bytes, one.bytes_each * side_by_side + one.shared_bytes * societies, one.peak_bytes});
  }
  plan.peak_bytes = whole.peak_bytes;
  plan.bytes = options.memory > 0 ? most : bytes;
  plan.megabytes = static_cast<int>(std::min(std::ceil(plan.bytes * more_memory / 1e6 + base_megabytes), 2e9));
  plan.minutes = static_cast<int>(std::min(std::ceil(plan.seconds * more_time / 60 + base_minutes), 365.0 * 1440));
  plan.warning = std::min(300, plan.minutes * 60 / 4);
  return plan;
}

SlurmScripts slurm_scripts(const SlurmPlan& plan) {
  return {bundles_script(plan), merge_script(plan), submit_script(plan)};
}

int slurm(const SlurmOptions& options) {
  Sweep sweep(options.file, options.sets);
  const SlurmPlan plan = slurm_plan(sweep, options);
  (void)Output({options.out.empty() ? fs::path("results") / plan.out.filename() : plan.out, "sweep", {options.file},
                   sweep.attributes(), options.force},
      Output::Use::look);
  const std::vector<std::string> measured = check_outline(sweep);  // before jobs wait for hours in a queue
  const SlurmScripts texts = slurm_scripts(plan);
  const std::map<std::string, std::string> scripts = {
      {"bundles.sh", texts.bundles}, {"merge.sh", texts.merge}, {"submit.sh", texts.submit}};
  check_folder(plan, scripts);
  make_folder(plan.folder, "scripts");
  for (const auto& [name, text] : scripts) write_script(plan.folder / name, text);

  print("{}\n", (plan.folder / "bundles.sh").string());
  print("  {} bundle{} of some {} runs, {} cores and {} MB each; about {}, {} asked for\n", plan.bundles,
      plan.bundles == 1 ? "" : "s", (plan.runs + plan.bundles - 1) / plan.bundles, plan.cpus, plan.megabytes,
      duration_text(plan.seconds), duration_text(plan.minutes * 60.0));
  if (sweep.adaptive())
    print("  before replicates are added; a bundle that needs longer goes back into the queue and on\n");
  if (options.memory > 0 && plan.peak_bytes > plan.bytes)
    print("  note: a run needs about {}: more than --memory leaves it ({})\n", bytes_text(plan.peak_bytes),
        bytes_text(plan.bytes));
  else if (const std::string caveat = memory_caveat(plan.peak_bytes); !caveat.empty())
    print("  note: a run needs about {}{}\n", bytes_text(plan.peak_bytes), caveat);
  print("{}{}", note_lines(remarks_of(sweep)), note_lines(measured));
  print("{}\n  {}, when all bundles are over\n", (plan.folder / "merge.sh").string(), plan.out.string());
  print("{}\n", (plan.folder / "submit.sh").string());
  print("Submit both, and again after a failure, with: {}\n", shell_word((plan.folder / "submit.sh").string()));
  return static_cast<int>(ExitCode::done);
}

}  // namespace kurultai
