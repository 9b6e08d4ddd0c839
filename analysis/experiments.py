#!/usr/bin/python3
"""Runs the field experiments and writes the table of published and simulated effects (sim/MODEL.md, section 8):

    /usr/bin/python3 analysis/experiments.py --program PATH [--replicates 8] [--threads N] [--out results] [--set path=value]...

`./kurultai experiments` calls it. Every scenario of scenarios/experiments/ is run `replicates` times, each time with
its own society and luck (seeds 1, 2, ...). A simulated effect is the mean over replicates, its standard error their SD over
the root of their number. Writes OUT/experiments.md, and OUT/experiments.csv with the value of every replicate. Exits with 1
if a run fails.
"""
import argparse
import csv
import dataclasses
import math
import pathlib
import subprocess
import sys
import tempfile
from typing import Callable

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "scenarios" / "experiments"
sys.path.insert(0, str(ROOT / "analysis"))

# Gerber, Green, Larimer 2008: effect of `neighbours` in points, by past votes 0 to 5 (recomputed from their data).
BY_PAST_VOTES = (2.4, 5.9, 7.2, 9.5, 9.9, 4.4)


@dataclasses.dataclass(frozen=True)
class Row:
    """One published effect and how it is measured in the simulation."""

    name: str
    study: str
    kind: str  # fitted, predicted
    published: str
    low: float  # the tolerance
    high: float
    unit: str
    #: From the runs of one replicate, by scenario's name, to the effect.
    measure: Callable[[dict], float]
    note: str = ""
    #: Of an effect that is a ratio of means over replicates: what the mean of `measure` is divided by.
    over: Callable[[dict], float] | None = None


def correlation(run) -> float:
    """Correlation of the two voters of households that got no mail."""
    from kurultai.trials import read_trial
    return read_trial(run, "neighbours").household_correlation(0).value


def beside(run) -> float:
    """Effect on the other member of a household over the effect on who opened the door."""
    from kurultai.trials import read_trial
    return read_trial(run, "canvass").beside_ratio(0).value


def first_round(run, policy: str) -> float:
    """Treated less control in the first round, in points."""
    from kurultai.trials import read_trial
    return 100 * read_trial(run, policy).effect(0, "community").value


def induced(run) -> float:
    """Effect of one act that would not have been on the next round, in points: the difference between arms in the next
    round over the difference in the round of the treatment."""
    from kurultai.trials import read_trial
    trial = read_trial(run, "induced")
    return 100 * trial.effect(1, "resident").value / trial.effect(0, "resident").value


def past_votes(run) -> float:
    """Root mean square distance, in points, from the published effects by votes in the last five elections; NaN where no voter has one
    of the six histories."""
    from kurultai.trials import read_trial
    effects = read_trial(run, "neighbours").effect_by_history(0, 5)
    if any(k not in effects for k in range(6)):
        return math.nan
    return math.sqrt(sum((100 * effects[k].value - BY_PAST_VOTES[k]) ** 2 for k in range(6)) / 6)


def message(run, without) -> tuple[float, float]:
    """Direct and indirect effect of the online message, in points, against the same voters with the same luck and no
    message. Indirect: on those who got none, had all their online friends got one."""
    from kurultai.trials import CONTROL, TREATED, read_trial
    trial, twin = read_trial(run, "social"), read_trial(without, "social")
    assert numpy.array_equal(trial.resident, twin.resident)
    change = 100 * (trial.acted(0) - twin.acted(0))
    treated = trial.status == TREATED
    untouched = trial.status == CONTROL
    indirect = change[untouched].mean()
    direct = change[treated].mean() - indirect
    return direct, indirect / treated.mean()


def ballot(run) -> float:
    """Turnout with an internet ballot over turnout without, less 1, in percent."""
    from kurultai.trials import CONTROL, TREATED, read_trial
    trial = read_trial(run, "ballot")
    inside = trial.community_status[trial.community]
    acted = trial.acted(0)
    return 100 * (acted[inside == TREATED].mean() / acted[inside == CONTROL].mean() - 1)


def take_up(run) -> float:
    """Share of those who were not told that took it up, in percent."""
    from kurultai.trials import CONTROL, read_trial
    trial = read_trial(run, "leaders")
    return 100 * trial.acted(0)[trial.status == CONTROL].mean()


ROWS = [
    Row("mail: neighbours", "Gerber, Green, Larimer 2008", "fitted", "+8.1", 7.4, 8.8, "points",
        lambda r: first_round(r["mail"], "neighbours")),
    Row("canvass: who opened", "Nickerson 2008", "fitted", "+9.6 (3.8 to 15.9)", 3.8, 15.9, "points",
        lambda r: first_round(r["canvass"], "canvass")),
    Row("one induced act, on the next round", "Coppock, Green 2016", "fitted", "+10", 5.0, 20.0, "points an act",
        lambda r: induced(r["induced_act"])),
    Row("first remote channel", "Luechinger, Rosinger, Stutzer 2007", "fitted", "+4.1", 2.6, 5.6, "points",
        lambda r: first_round(r["remote_channel"], "by_post")),
    Row("fine cut by a half", "Leon 2017", "fitted", "-2.6", -4.1, -1.1, "points",
        lambda r: first_round(r["fine"], "half")),
    Row("online message: social", "Bond et al. 2012", "fitted", "+0.39", 0.05, 0.73, "points",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[0],
        "against the same voters with the same luck and no message"),
    Row("household correlation", "Gerber, Green, Larimer 2008", "predicted", "0.60", 0.55, 0.65, "correlation",
        lambda r: correlation(r["mail"]),
        "two voters of a household that got no mail"),
    Row("other member over who opened", "Nickerson 2008", "predicted", "0.62", 0.3, 1.0, "ratio",
        lambda r: beside(r["canvass"])),
    Row("neighbours mail, by past votes", "Gerber, Green, Larimer 2008", "predicted",
        ", ".join(f"{x:+.1f}" for x in BY_PAST_VOTES), 0.0, 1.5, "points, root mean square distance",
        lambda r: past_votes(r["mail"]), "tolerance: about two standard errors of the published six; a judgement"),
    Row("online message: indirect over direct", "Bond et al. 2012", "predicted", "about 4.7", 3.0, 6.0, "ratio",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[1], "ratio of the means over replicates",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[0]),
    Row("internet ballot", "Spada et al. 2015", "predicted", "+8.2", 5.0, 11.0, "percent of turnout",
        lambda r: ballot(r["internet_ballot"])),
    Row("fine cut by three quarters", "Leon 2017", "predicted", "-5.3", -6.8, -3.8, "points",
        lambda r: first_round(r["fine"], "quarter")),
    Row("villages: take-up of who was not told", "Banerjee et al. 2013", "predicted", "14.9", 12.3, 17.5, "percent",
        lambda r: take_up(r["villages"])),
]

RUNS = {
    "mail": ("mail.toml", []),
    "canvass": ("canvass.toml", []),
    "induced_act": ("induced_act.toml", []),
    "remote_channel": ("remote_channel.toml", []),
    "fine": ("fine.toml", []),
    "online_message": ("online_message.toml", []),
    "online_message, nothing sent": ("online_message.toml", ["policy.social.dose=0.0"]),
    "internet_ballot": ("internet_ballot.toml", []),
    "villages": ("villages.toml", []),
    "villages, only participants talk": ("villages.toml", ["information.q_aware=[0.0, 0.0, 0.0, 0.0, 0.0]"]),
}

# Printed below the table: what was looked at besides.
ASIDES = [
    ("information alone, online, to voters who know already (published: 0 +- 0.1 points; none by construction: what is left is the luck of the lots)", lambda r: first_round(r["online_message"], "information")),
    ("mail: civic duty (published: +1.79 points)", lambda r: first_round(r["mail"], "civic_duty")),
    ("mail: Hawthorne (published: +2.57 points)", lambda r: first_round(r["mail"], "hawthorne")),
    ("mail: self (published: +4.85 points)", lambda r: first_round(r["mail"], "self")),
    ("online message, indirect, had all friends got one (points)",
     lambda r: message(r["online_message"], r["online_message, nothing sent"])[1]),
    ("villages: share of take-up lost if only participants talk (published: about a third carried by the others)",
     lambda r: 1 - take_up(r["villages, only participants talk"]) / take_up(r["villages"])),
]


def simulate(program: pathlib.Path, folder: pathlib.Path, seed: int, threads: int | None, common: list[str]) -> dict:
    """The runs of one replicate, by name, all with the settings `common` ("path=value")."""
    import kurultai
    runs = {}
    for k, (name, (scenario, sets)) in enumerate(RUNS.items()):
        out = folder / f"{k}.h5"
        command = [str(program), "run", str(SCENARIOS / scenario), "--seed", str(seed), "--out", str(out), "--progress", "none"]
        if threads is not None:
            command += ["--threads", str(threads)]
        for text in [*common, *sets]:
            command += ["--set", text]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stderr.strip() or done.stdout.strip()}")
        runs[name] = kurultai.open_run(out)
    return runs


def mean_and_error(values: list[float]) -> tuple[float, float]:
    """Mean and standard error over replicates; the error is NaN for one."""
    n = len(values)
    return float(numpy.mean(values)), float(numpy.std(values, ddof=1) / math.sqrt(n)) if n > 1 else math.nan


def ratio_of_means(above: list[float], below: list[float]) -> tuple[float, float]:
    """Ratio of two means over replicates, with its error by the delta method."""
    a, b = numpy.asarray(above), numpy.asarray(below)
    ratio = a.mean() / b.mean()
    rest = (a - ratio * b) / b.mean()
    return float(ratio), float(numpy.std(rest, ddof=1) / math.sqrt(len(a))) if len(a) > 1 else math.nan


def verdict(row: Row, value: float) -> str:
    """Inside the tolerance, or by how much outside."""
    if math.isnan(value):
        return "not measured"
    if row.low <= value <= row.high:
        return "inside"
    return f"outside by {value - row.high:+.2f}" if value > row.high else f"outside by {value - row.low:+.2f}"


def page(found: dict[str, tuple[float, float]], asides: dict[str, tuple[float, float]], replicates: int) -> str:
    """The table as Markdown."""
    lines = ["# Field experiments: published and simulated effects", "",
             "Written by `./kurultai experiments` from the scenarios of `scenarios/experiments/`; read with section 8 of "
             "[sim/MODEL.md](../sim/MODEL.md).", "",
             f"Simulated: mean over {replicates} replicates, each with its own society and luck, with the standard error of "
             "that mean.", "",
             "| effect | study | | published | tolerance | simulated | standard error | unit | verdict |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in ROWS:
        value, error = found[row.name]
        lines.append(f"| {row.name} | {row.study} | {row.kind} | {row.published} | {row.low:g} to {row.high:g} | {value:.2f} | "
                     f"{error:.2f} | {row.unit} | {verdict(row, value)} |")
    inside = {kind: [verdict(row, found[row.name][0]) == "inside" for row in ROWS if row.kind == kind] for kind in ("fitted", "predicted")}
    fitted, predicted = inside["fitted"], inside["predicted"]
    lines += ["", f"Inside their tolerance: {sum(fitted)} of {len(fitted)} fitted rows, {sum(predicted)} of {len(predicted)} predicted rows.", "",
              "Degrees of freedom. Fitted rows: 6 effects, 6 parameters (`participation.b_mail`, `b_canvass`, `b_message`, `b_cost`, "
              "`b_money`, `trace.gain`), so 0. Predicted rows: 7 effects, no parameter was moved for them, so 7. Beside these each scenario "
              "with an election has one more number, the intercept of its form, which the warm-up sets to meet the published turnout of "
              "the control group; that of the villages was set by hand to the take-up of the leaders.", "", "Also looked at:", ""]
    lines += [f"- {name}: {value:.2f} (standard error {error:.2f})" for name, (value, error) in asides.items()]
    notes = [row for row in ROWS if row.note]
    lines += ["", "Notes:", ""] + [f"- {row.name}: {row.note}." for row in notes]
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--replicates", type=int, default=8)
    parser.add_argument("--threads", type=int, help="of each run; all if not given")
    parser.add_argument("--set", action="append", default=[], metavar="path=value", help="in all runs, to try another vector")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    options = parser.parse_args()
    if options.replicates < 1:
        parser.error("at least one replicate")
    values: dict[str, list[float]] = {row.name: [] for row in ROWS}
    below: dict[str, list[float]] = {row.name: [] for row in ROWS if row.over}
    asides: dict[str, list[float]] = {name: [] for name, _ in ASIDES}
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.replicates + 1):
            try:
                runs = simulate(options.program, pathlib.Path(folder), seed, options.threads, options.set)
            except RuntimeError as error:
                print(error, file=sys.stderr)
                return 1
            for row in ROWS:
                values[row.name].append(row.measure(runs))
                if row.over:
                    below[row.name].append(row.over(runs))
            for name, measure in ASIDES:
                asides[name].append(measure(runs))
            print(f"replicate {seed} of {options.replicates}", flush=True)
    found = {name: ratio_of_means(list_, below[name]) if name in below else mean_and_error(list_) for name, list_ in values.items()}
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "experiments.md").write_text(page(found, {name: mean_and_error(list_) for name, list_ in asides.items()}, options.replicates), encoding="utf-8")
    with open(options.out / "experiments.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["effect", "kind", "replicate", "value"])
        for row in ROWS:
            parts = zip(values[row.name], below[row.name]) if row.over else ((value, 1) for value in values[row.name])
            writer.writerows([row.name, row.kind, k + 1, f"{a / b if b else math.nan:.6g}"] for k, (a, b) in enumerate(parts))
        for name, list_ in asides.items():
            writer.writerows([name, "beside", k + 1, f"{value:.6g}"] for k, value in enumerate(list_))
    print(options.out / "experiments.md")
    print(options.out / "experiments.csv")
    return 0


if __name__ == "__main__":
    sys.exit(main())
