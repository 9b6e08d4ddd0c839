#!/usr/bin/python3
"""Runs the field experiments and writes the table of published and simulated effects (sim/MODEL.md, section 8):

    /usr/bin/python3 analysis/experiments.py --program PATH [--replicates 8] [--threads N] [--out results] [--set
    path=value]...
        [--resume]

`./kurultai experiments` calls it. Every scenario of scenarios/experiments/ is run `replicates` times, each time with
its own society and luck (seeds 1, 2, ...). A simulated effect is the mean over replicates, its standard error their SD
over the root of their number; a verdict goes by the 95% interval. Writes OUT/experiments.csv with the value of every
replicate, and OUT/experiments.md from that table. With --resume replicates that are done already, of the same program,
stay. Exits with 1 if a run fails, with 5 if a file may not be written.
"""
if __name__ == "__main__":
    import verb

    verb.begin("experiments")

import argparse
import dataclasses
import math
import pathlib
import sys
import tempfile
from typing import Callable

import numpy

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "scenarios" / "experiments"
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402

# Gerber, Green, Larimer 2008: effect of `neighbours` in points, by past votes 0 to 5 (recomputed from their data).
BY_PAST_VOTES = (2.4, 5.9, 7.2, 9.5, 9.9, 4.4)


@dataclasses.dataclass(frozen=True)
class Row:
    """One published effect and how it is measured in the simulation."""

    name: str
    study: str
    kind: str  # fitted: known when a number was chosen for it; predicted
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
    """Root mean square distance, in points, from the published effects by votes in the last five elections; NaN where
    no voter has one of the six histories."""
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
    Row(
        "mail: neighbours",
        "Gerber, Green, Larimer 2008",
        "fitted",
        "+8.1",
        7.4,
        8.8,
        "points",
        lambda r: first_round(r["mail"], "neighbours"),
    ),
    Row(
        "canvass: who opened",
        "Nickerson 2008",
        "fitted",
        "+9.6 (3.8 to 15.9)",
        3.8,
        15.9,
        "points",
        lambda r: first_round(r["canvass"], "canvass"),
    ),
    Row(
        "one induced act, on the next round",
        "Coppock, Green 2016",
        "fitted",
        "+10",
        5.0,
        20.0,
        "points an act",
        lambda r: induced(r["induced_act"]),
    ),
    Row(
        "first remote channel",
        "Luechinger, Rosinger, Stutzer 2007",
        "fitted",
        "+4.1",
        2.6,
        5.6,
        "points",
        lambda r: first_round(r["remote_channel"], "by_post"),
    ),
    Row(
        "fine cut by a half",
        "Leon 2017",
        "fitted",
        "-2.6",
        -4.1,
        -1.1,
        "points",
        lambda r: first_round(r["fine"], "half"),
    ),
    Row(
        "online message: social",
        "Bond et al. 2012",
        "fitted",
        "+0.39",
        0.05,
        0.73,
        "points",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[0],
        "against the same voters with the same luck and no message",
    ),
    Row(
        "household correlation",
        "Gerber, Green, Larimer 2008",
        "fitted",
        "0.60",
        0.55,
        0.65,
        "correlation",
        lambda r: correlation(r["mail"]),
        "two voters of a household that got no mail; known when `b_now` of the household layer was chosen",
    ),
    Row(
        "other member over who opened",
        "Nickerson 2008",
        "fitted",
        "0.62",
        0.3,
        1.0,
        "ratio",
        lambda r: beside(r["canvass"]),
        "known when `b_now` of the household layer was chosen",
    ),
    Row(
        "neighbours mail, by past votes",
        "Gerber, Green, Larimer 2008",
        "predicted",
        ", ".join(f"{x:+.1f}" for x in BY_PAST_VOTES),
        0.0,
        1.5,
        "points, root mean square distance",
        lambda r: past_votes(r["mail"]),
        "tolerance: about two standard errors of the published six; a judgement",
    ),
    Row(
        "online message: indirect over direct",
        "Bond et al. 2012",
        "predicted",
        "about 4.7",
        3.0,
        6.0,
        "ratio",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[1],
        "ratio of the means over replicates",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[0],
    ),
    Row(
        "internet ballot",
        "Spada et al. 2015",
        "predicted",
        "+8.2",
        5.0,
        11.0,
        "percent of turnout",
        lambda r: ballot(r["internet_ballot"]),
    ),
    Row(
        "fine cut by three quarters",
        "Leon 2017",
        "predicted",
        "-5.3",
        -6.8,
        -3.8,
        "points",
        lambda r: first_round(r["fine"], "quarter"),
    ),
    Row(
        "villages: take-up of who was not told",
        "Banerjee et al. 2013",
        "predicted",
        "14.9",
        12.3,
        17.5,
        "percent",
        lambda r: take_up(r["villages"]),
    ),
]

# What one contact passes on in a round by default, in place of the study's recalled rates (a test compares them with
# the program's defaults).
DEFAULT_PASSING_ON = [
    "information.q_acted=[0.5, 0.14, 0.07, 0.07, 0.07]",
    "information.q_aware=[0.08, 0.02, 0.01, 0.01, 0.01]",
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
    "villages, default passing on": ("villages.toml", DEFAULT_PASSING_ON),
}

# Printed below the table: what was looked at besides.
ASIDES = [
    (
        (
            "information alone, online, to voters who know already (published: 0 +- 0.1 points; none by construction:"
            " what is left is the luck of the lots)"
        ),
        lambda r: first_round(r["online_message"], "information"),
    ),
    (
        "mail: civic duty (published: +1.79 points; an identity, see below)",
        lambda r: first_round(r["mail"], "civic_duty"),
    ),
    ("mail: Hawthorne (published: +2.57 points; an identity)", lambda r: first_round(r["mail"], "hawthorne")),
    ("mail: self (published: +4.85 points; an identity)", lambda r: first_round(r["mail"], "self")),
    (
        "online message, indirect, had all friends got one (points)",
        lambda r: message(r["online_message"], r["online_message, nothing sent"])[1],
    ),
    (
        "villages: share of take-up lost if only participants talk (published: about a third carried by the others)",
        lambda r: 1 - take_up(r["villages, only participants talk"]) / take_up(r["villages"]),
    ),
    (
        (
            "villages: take-up of who was not told, with the default rates of passing on in place of the study's"
            " (percent; published: 14.9)"
        ),
        lambda r: take_up(r["villages, default passing on"]),
    ),
]


def simulate(program: pathlib.Path, folder: pathlib.Path, seed: int, threads: int | None, common: list[str]) -> dict:
    """The runs of one replicate, by name, all with the settings `common` ("path=value")."""
    import kurultai

    names = {f"run{k}": name for k, name in enumerate(RUNS)}
    listed = {key: (SCENARIOS / RUNS[name][0], [*common, *RUNS[name][1]]) for key, name in names.items()}
    files = kept.simulate_all(program, folder, listed, seed, threads)
    return {names[key]: kurultai.open_run(file) for key, file in files.items()}


def values_of(runs: dict) -> list[list]:
    """What one replicate says of each row and of what is looked at besides: effect, kind, value, and of a ratio its two
    parts."""
    found = []
    for row in ROWS:
        above, below = row.measure(runs), row.over(runs) if row.over else None
        value = above if below is None else above / below if below else math.nan
        found.append(
            [
                row.name,
                row.kind,
                *("" if x is None else f"{x:.6g}" for x in (value, above if row.over else None, below)),
            ]
        )
    return found + [[name, "beside", f"{measure(runs):.6g}", "", ""] for name, measure in ASIDES]


@dataclasses.dataclass(frozen=True)
class Found:
    """What came of one effect over replicates."""

    value: float
    error: float  # NaN for one replicate
    replicates: int

    @property
    def half(self) -> float:
        """Of the 95% interval (Student's t); NaN for one replicate."""
        from kurultai.statistics import student

        return student(self.replicates - 1) * self.error


def mean_of(values: list[float]) -> Found:
    """Mean over replicates."""
    n = len(values)
    return Found(float(numpy.mean(values)), float(numpy.std(values, ddof=1) / math.sqrt(n)) if n > 1 else math.nan, n)


def ratio_of_means(above: list[float], below: list[float]) -> Found:
    """Ratio of two means over replicates, with its error by the delta method."""
    a, b = numpy.asarray(above), numpy.asarray(below)
    ratio = a.mean() / b.mean()
    rest = (a - ratio * b) / b.mean()
    return Found(float(ratio), float(numpy.std(rest, ddof=1) / math.sqrt(len(a))) if len(a) > 1 else math.nan, len(a))


def found_in(table: list[dict[str, str]]) -> dict[str, Found]:
    """What came of each effect, from the rows of experiments.csv."""
    by_effect: dict[str, list[dict[str, str]]] = {}
    for line in table:
        by_effect.setdefault(line["effect"], []).append(line)
    return {
        name: (
            ratio_of_means([float(line["above"]) for line in lines], [float(line["below"]) for line in lines])
            if lines[0]["above"]
            else mean_of([float(line["value"]) for line in lines])
        )
        for name, lines in by_effect.items()
    }


def verdict(row: Row, found: Found) -> str:
    """Where the 95% interval lies: inside the tolerance, outside, or across one of its ends. Without an interval the
    value decides."""
    if math.isnan(found.value):
        return "not measured"
    half = 0.0 if math.isnan(found.half) else found.half
    if row.low <= found.value - half and found.value + half <= row.high:
        return "inside"
    if found.value + half < row.low or found.value - half > row.high:
        return f"outside by {found.value - (row.high if found.value > row.high else row.low):+.2f}"
    return "undecided, the mean is inside" if row.low <= found.value <= row.high else "undecided, the mean is outside"


def inside(kind: str, found: dict[str, Found], words: tuple[str, ...] = ("inside",)) -> tuple[int, int]:
    """How many rows of a kind have one of these verdicts, and how many there are."""
    rows = [row for row in ROWS if row.kind == kind]
    return sum(verdict(row, found[row.name]) in words for row in rows), len(rows)


def page(table: list[dict[str, str]]) -> str:
    """The page as Markdown, from the rows of experiments.csv."""
    found = found_in(table)
    replicates = max(int(line["replicate"]) for line in table)
    lines = [
        "# Field experiments: published and simulated effects",
        "",
        (
            "Written by `./kurultai experiments` from the scenarios of `scenarios/experiments/`; read with section 8 of"
            " [sim/MODEL.md](../sim/MODEL.md)."
        ),
        "",
        (
            f"Simulated: mean over {replicates} replicates, each with its own society and luck, with the standard error"
            f" of that mean and its 95% interval (Student's t, {replicates - 1} degrees of freedom). A verdict goes by"
            " the interval: inside if the whole of it lies within the tolerance, outside if none of it does, else"
            " undecided."
        ),
        "",
        "| effect | study | | published | tolerance | simulated | standard error | 95% interval | unit | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in ROWS:
        f = found[row.name]
        lines.append(
            f"| {row.name} | {row.study} | {row.kind} | {row.published} | {row.low:g} to {row.high:g} | {f.value:.2f} |"
            f" {f.error:.2f} | {f.value - f.half:.2f} to {f.value + f.half:.2f} | {row.unit} | {verdict(row, f)} |"
        )
    by_interval = {kind: inside(kind, found) for kind in ("fitted", "predicted")}
    by_mean = {kind: inside(kind, found, ("inside", "undecided, the mean is inside")) for kind in by_interval}
    fitted, predicted = by_interval["fitted"], by_interval["predicted"]
    lines += [
        "",
        (
            f"Inside their tolerance by the whole interval: {fitted[0]} of {fitted[1]} fitted rows, {predicted[0]} of"
            f" {predicted[1]} predicted rows; by the mean alone: {by_mean['fitted'][0]} and {by_mean['predicted'][0]}."
        ),
        "",
        (
            "Degrees of freedom. A row is fitted if its published value was known when a number was chosen for it."
            f" Fitted rows: {fitted[1]} effects and 7 numbers, six calibrated (`participation.b_mail`, `b_canvass`,"
            " `b_message`, `b_cost`, `b_money`, `trace.gain`) and `b_now` of the household layer, which was set to 3"
            " with the household correlation and the other member's gain in view. One is left over, and is counted as"
            f" no test. Predicted rows: {predicted[1]} effects, no number was moved for them, so {predicted[1]}. Two of"
            " these stem from studies that fitted rows stem from too (mail by past votes, the fine cut by three"
            " quarters). Beside these each scenario with an election has one more number, the intercept of its form,"
            " which the warm-up sets to meet the published turnout of the control group; that of the villages was set"
            " by hand to the take-up of the leaders."
        ),
        "",
        (
            "Identities. The doses of the three weaker letters are the published effects in log-odds over that of the"
            " strongest, so their order and nearly their size follow from the one fitted strength: they are shown and"
            " count as nothing."
        ),
        "",
        "Also looked at:",
        "",
    ]
    lines += [f"- {name}: {found[name].value:.2f} (standard error {found[name].error:.2f})" for name, _ in ASIDES]
    notes = [row for row in ROWS if row.note]
    lines += ["", "Notes:", ""] + [f"- {row.name}: {row.note}." for row in notes]
    return "\n".join(lines) + "\n"


REPLICATES = 8
HEADER = ["effect", "kind", "replicate", "value", "above", "below"]
FILES = ("experiments.csv", "experiments.md")


def recipe(replicates: int = REPLICATES, common: list[str] | tuple[str, ...] = ()) -> str:
    """The digest of how the table is made."""
    runs = [f"{name}: {scenario} {' '.join(sets)}" for name, (scenario, sets) in RUNS.items()]
    rows = [row.name for row in ROWS] + [name for name, _ in ASIDES]
    return kept.recipe(
        (SCENARIOS / scenario for scenario, _ in RUNS.values()), f"replicates {replicates}", *common, *runs, *rows
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kurultai experiments", description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--replicates", type=verb.number(1, 10000, whole=True), default=REPLICATES)
    parser.add_argument("--threads", type=verb.number(1, 4096, whole=True), help="of each run; all if not given")
    parser.add_argument(
        "--set", action="append", default=[], metavar="path=value", help="in all runs, to try another vector"
    )
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    parser.add_argument("--resume", action="store_true", help="keep the replicates that are done, of the same program")
    options = parser.parse_args()
    if options.replicates < 1:
        parser.error("at least one replicate")
    from kurultai import output

    output.hold("experiments", [options.out / file for file in (*FILES, "experiments.parts")])
    recipe_digest = recipe(options.replicates, options.set)
    # A replicate is the same however many there are.
    parts = kept.Parts(options.out / "experiments.parts", options.program, recipe(0, options.set), options.resume)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.replicates + 1):
            if str(seed) not in parts.found:
                try:
                    runs = simulate(options.program, pathlib.Path(folder), seed, options.threads, options.set)
                except RuntimeError as error:
                    print(error, file=sys.stderr)
                    return 1
                parts.add(
                    str(seed),
                    {
                        "made": [dataclasses.astuple(kept.Made.of(run.attributes)) for run in runs.values()],
                        "values": values_of(runs),
                    },
                )
            print(f"replicate {seed} of {options.replicates}", flush=True)
    replicates = [parts.found[str(seed)] for seed in range(1, options.replicates + 1)]
    stamp = kept.stamp((kept.Made(*made) for one in replicates for made in one["made"]), recipe_digest)
    rows = [
        [name, kind, k + 1, *values]
        for effect in range(len(ROWS) + len(ASIDES))
        for k, one in enumerate(replicates)
        for name, kind, *values in [one["values"][effect]]
    ]
    table, written = options.out / "experiments.csv", options.out / "experiments.md"
    kept.write_csv(table, HEADER, rows, stamp)
    kept.write_markdown(written, page(kept.read_csv(table)), stamp)
    print(written)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
