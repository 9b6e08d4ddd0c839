#!/usr/bin/python3
"""Runs what is expected of each tag of the source at both ends, and writes what came of it:

    /usr/bin/python3 analysis/expectations.py --program PATH [--seeds 20] [--jobs N] [--only TAG]... [--out results]
    [--resume]

`./kurultai expectations` calls it. The rows come from `describe sources --json`: levers with a low and a high value, a
series, a sign or none, a least effect (of none: a margin of equivalence) and a horizon. Both ends are run from week 0
on in scenarios/expectations.toml with the same seeds 1, 2, ... (society, luck and all), so differences are paired; an
effect is the
difference of the means over the year before the horizon. Verdicts are by the 95% interval of Student's t:

    as expected         the interval lies on the expected side of zero and the effect is at least the least one
    smaller             on the expected side, but the effect is smaller than the least one
    against             the interval lies on the other side of zero
    not told apart      the interval holds zero
    equivalent          none expected: the 90% interval lies within the margin (two one-sided tests at 5%)
    identical           none expected, and every seed gives the same to the bit: the levers' ways are closed by
    construction
    not equivalent      none expected: it does not

Nothing is tuned to a verdict. Runs of a seed go through the weeks in which they read the same together. Writes
OUT/expectations.csv with both ends' values of every seed, and OUT/expectations.md from that table. With --resume the
runs of seeds that are done already, of the same program, stay. Exits with 1 if a run fails.
"""
if __name__ == "__main__":
    import verb

    verb.begin("expectations")

import argparse
import dataclasses
import json
import math
import os
import pathlib
import sys
import tempfile

import h5py
import numpy

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "expectations.toml"
YEAR = 52
FILES = ("expectations.csv", "expectations.md")
SEEDS = 20
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402

MET = ("as expected", "equivalent", "identical")

# Quantiles of Student's t, 97.5% and 95%, by degrees of freedom up to 30 (tables; the normal's beyond).
T975 = (
    12.706,
    4.303,
    3.182,
    2.776,
    2.571,
    2.447,
    2.365,
    2.306,
    2.262,
    2.228,
    2.201,
    2.179,
    2.160,
    2.145,
    2.131,
    2.120,
    2.110,
    2.101,
    2.093,
    2.086,
    2.080,
    2.074,
    2.069,
    2.064,
    2.060,
    2.056,
    2.052,
    2.048,
    2.045,
    2.042,
)
T950 = (
    6.314,
    2.920,
    2.353,
    2.132,
    2.015,
    1.943,
    1.895,
    1.860,
    1.833,
    1.812,
    1.796,
    1.782,
    1.771,
    1.761,
    1.753,
    1.746,
    1.740,
    1.734,
    1.729,
    1.725,
    1.721,
    1.717,
    1.714,
    1.711,
    1.708,
    1.706,
    1.703,
    1.701,
    1.699,
    1.697,
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One expectation, as `describe sources --json` gives it."""

    tag: str
    says: str
    moves: tuple  # of (lever, low, high)
    where: tuple  # settings of both ends
    series: str
    sign: str  # rises, falls, stays
    least: float
    horizon: int
    mended: str = ""
    by_construction: str = ""

    def scenario(self, end: int) -> str:
        """The scenario of one end (0: low, 1: high) as TOML without the file it extends."""
        text = ""
        for k, move in enumerate(self.moves):
            text += f'[policy.move_{k}]\nlever = "{move[0]}"\nmode = "set"\ndose = {float(move[1 + end])}\n'
        return text


@dataclasses.dataclass(frozen=True)
class Finding:
    """What came of a row: effects by seed, their mean and standard error, both ends' means, and a verdict."""

    row: Row
    effects: numpy.ndarray
    low: float
    high: float
    mean: float
    error: float
    half: float  # of the 95% interval
    verdict: str


def rows(program: pathlib.Path) -> list[Row]:
    """All expectations of the program."""
    text = verb.run([str(program), "describe", "sources", "--json"], capture_output=True, text=True, check=True).stdout
    found = []
    for tag in json.loads(text):
        for e in tag["expectations"]:
            moves = tuple((m["lever"], m["low"], m["high"]) for m in e["moves"])
            found.append(
                Row(
                    tag["tag"],
                    e["says"],
                    moves,
                    tuple(e["where"]),
                    e["series"],
                    e["sign"],
                    e["least"],
                    e["horizon"],
                    e["mended"],
                    e["by_construction"],
                )
            )
    return found


def values_of(file: pathlib.Path, series: set[str], horizon: int) -> dict[str, float]:
    """Mean of each series of the nation over the year before `horizon`; of a survey's item ("survey/NAME/ITEM") the
    last estimate before it."""
    values = {}
    with h5py.File(file) as data:
        nation = data["series/nation"]
        week = nation["week"][:]
        last_year = (week >= horizon - YEAR) & (week < horizon)
        for name in series:
            if name.startswith("survey/"):
                _, survey, item = name.split("/")
                group = data[f"surveys/{survey}"]
                items = [text.decode() if isinstance(text, bytes) else text for text in group["item"][:]]
                estimates = group["estimate"][:, items.index(item)]
                values[name] = float(numpy.nanmean(estimates[group["week"][:] >= horizon - YEAR]))
            else:
                values[name] = float(numpy.nanmean(nation[name][:][last_year]))
    return values


def simulate(
    program: pathlib.Path,
    folder: pathlib.Path,
    seed: int,
    runs: dict[str, tuple[tuple, set[str]]],
    common: list[str],
    jobs: int,
) -> dict[str, tuple[dict[str, float], kept.Made]]:
    """The runs of a seed, by name: what each asks for, and which series; of each its values, and what it was. Raises
    RuntimeError with the program's message."""
    listed = {}
    for name, ((text, where, weeks), _) in runs.items():
        scenario = folder / f"{name}.toml"
        scenario.write_text(f'extends = "{SCENARIO}"\n{text}', encoding="utf-8")
        listed[name] = (scenario, [*common, *where, f"run.weeks={weeks}"])
    found = {}
    for name, file in kept.simulate_all(program, folder, listed, seed, jobs).items():
        (_, _, weeks), series = runs[name]
        values = values_of(file, series, weeks)
        with h5py.File(file) as data:
            found[name] = values, kept.Made.of(data.attrs)
        file.unlink()
    return found


def judge(row: Row, low: numpy.ndarray, high: numpy.ndarray) -> Finding:
    """The verdict on paired values of both ends."""
    effects = high - low
    n = len(effects)
    mean = float(effects.mean())
    error = float(effects.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    df = min(n - 1, 30)
    half = T975[df - 1] * error if n > 1 else math.nan
    if math.isnan(half) or math.isnan(mean):
        verdict = "not measured"
    elif row.sign == "stays":
        within = abs(mean) + T950[df - 1] * error < row.least
        verdict = "identical" if not effects.any() else "equivalent" if within else "not equivalent"
    else:
        toward = mean if row.sign == "rises" else -mean
        verdict = (
            "not told apart"
            if abs(mean) <= half
            else "against" if toward < 0 else "as expected" if toward >= row.least else "smaller"
        )
    return Finding(row, effects, float(low.mean()), float(high.mean()), mean, error, half, verdict)


def figure(value: float) -> str:
    return f"{value:.4g}"


def page(findings: list[Finding], seeds: int) -> str:
    """The page as Markdown."""
    met = [f for f in findings if f.verdict in MET]
    nulls = [f for f in findings if f.row.sign == "stays"]
    closed = [f for f in nulls if f.row.by_construction]
    could_fail = [f for f in nulls if not f.row.by_construction]
    lines = [
        "# What is expected of each tag of the source, and what came of it",
        "",
        (
            "Written by `./kurultai expectations`. The rows stand in `sim/command/expectations.cpp` and were written"
            " before they were run, but for those named below; `./kurultai describe sources` prints them. Each was run"
            f" at both ends in `scenarios/expectations.toml` (two regions of the Kazakhstan census) with {seeds} paired"
            f" seeds, 1 to {seeds}: the same society and luck in both ends. An effect is the difference of the means"
            f" over the year before the horizon, with its 95% interval (Student's t, {seeds - 1} degrees of freedom)."
            " Where none is expected, two one-sided tests at 5% ask whether the effect lies within the margin."
        ),
        "",
        (
            f"{len(met)} of {len(findings)} came out as expected, among them {sum(f.verdict in MET for f in nulls)} of"
            f" {len(nulls)} nulls. {len(closed)} of the nulls are true by construction and test the program, not the"
            f" model; of the {len(could_fail)} that could fail {sum(f.verdict in MET for f in could_fail)} held. There"
            " is no correction for the number of rows: one in forty intervals misses on each side by chance alone."
            " What came out otherwise is reported as it is."
        ),
        "",
        "| tag | levers, low to high | series | expected | weeks | low | high | effect | 95% interval | verdict |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for f in findings:
        row = f.row
        moves = ", ".join(f"`{lever}` {figure(a)} to {figure(b)}" for lever, a, b in row.moves)
        expected = (
            f"{row.sign} within {figure(row.least)}"
            if row.sign == "stays"
            else f"{row.sign} by {figure(row.least)} or more"
        )
        says = f"{f.verdict}, by construction" if row.by_construction else f.verdict
        lines.append(
            f"| {row.tag} | {moves} | `{row.series}` | {expected} | {row.horizon} | {figure(f.low)} |"
            f" {figure(f.high)} | {f.mean:+.4g} | {f.mean - f.half:+.4g} to {f.mean + f.half:+.4g} | {says} |"
        )
    lines += ["", "Why each is expected:", ""]
    for f in findings:
        shown = [*f.row.where[:3], *(["the like for all other forms"] if len(f.row.where) > 3 else [])]
        where = f" (with {', '.join('`' + text + '`' if '=' in text else text for text in shown)})" if shown else ""
        lines.append(f"- {f.row.tag}: {f.row.says}{where}.")
    lines += ["", "True by construction:", ""] if closed else []
    lines += [f"- {f.row.tag}, `{f.row.series}` by `{f.row.moves[0][0]}`: {f.row.by_construction}." for f in closed]
    mended = [f for f in findings if f.row.mended]
    lines += (
        ["", "Not as first written (each was changed after a first trial of the table, or may have been):", ""]
        if mended
        else []
    )
    lines += [f"- {f.row.tag}, `{f.row.series}` by `{f.row.moves[0][0]}`: {f.row.mended}." for f in mended]
    others = [f for f in findings if f.verdict not in MET]
    lines += ["", "Otherwise than expected:", ""] if others else []
    for f in others:
        lines.append(
            f"- {f.row.tag}, `{f.row.series}` by `{f.row.moves[0][0]}`: {f.verdict}; {f.mean:+.4g} where"
            f" {f.row.sign} by {figure(f.row.least)} was expected."
        )
    return "\n".join(lines) + "\n"


HEADER = ["tag", "lever", "series", "seed", "low", "high"]


def findings_in(table: list[dict[str, str]], wanted: list[Row]) -> list[Finding]:
    """What came of each row, from the rows of expectations.csv."""
    found = []
    for row in wanted:
        lines = [
            line
            for line in table
            if (line["tag"], line["lever"], line["series"]) == (row.tag, row.moves[0][0], row.series)
        ]
        found.append(judge(row, *(numpy.array([float(line[end]) for line in lines]) for end in ("low", "high"))))
    return found


def recipe(wanted: list[Row], seeds: int = SEEDS, common: list[str] | tuple[str, ...] = ()) -> str:
    """The digest of how the table is made."""
    return kept.recipe(
        [SCENARIO],
        f"seeds {seeds}",
        *common,
        *(f"{row.scenario(end)} {row.where} {row.series} {row.horizon}" for row in wanted for end in (0, 1)),
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kurultai expectations", description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seeds", type=verb.number(1, 10000, whole=True), default=SEEDS)
    parser.add_argument(
        "--jobs", type=verb.number(1, 4096, whole=True), default=os.cpu_count() or 1, help="runs at once"
    )
    parser.add_argument("--only", action="append", default=[], metavar="TAG", help="these tags alone")
    parser.add_argument(
        "--set", action="append", default=[], metavar="path=value", help="in all runs, such as run.scale=0.01"
    )
    parser.add_argument("--horizon", type=verb.number(1, 5200, whole=True), help="weeks, at most, of all rows: to try")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    parser.add_argument("--resume", action="store_true", help="keep the runs that are done, of the same program")
    options = parser.parse_args()
    if options.seeds < 2:
        parser.error("at least two seeds")
    wanted = [row for row in rows(options.program) if not options.only or row.tag in options.only]
    if options.horizon:
        wanted = [dataclasses.replace(row, horizon=min(row.horizon, options.horizon)) for row in wanted]
    if not wanted:
        parser.error("no row has that tag")
    from kurultai import output

    output.hold("expectations", [options.out / file for file in (*FILES, "expectations.parts")])

    # A run serves every row that asks for it, and is the same whatever other rows there are.
    series: dict[tuple, set[str]] = {}
    for row in wanted:
        for end in (0, 1):
            series.setdefault((row.scenario(end), row.where, row.horizon), set()).add(row.series)
    parts = kept.Parts(options.out / "expectations.parts", options.program, recipe([], 0, options.set), options.resume)
    tasks = {
        kept.digest(repr(key), repr(sorted(names)), str(seed)): (key, seed)
        for key, names in series.items()
        for seed in range(1, options.seeds + 1)
    }
    done = sum(name in parts.found for name in tasks)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.seeds + 1):
            missing = {
                name: (key, series[key]) for name, (key, of) in tasks.items() if of == seed and name not in parts.found
            }
            if not missing:
                continue
            try:
                found = simulate(options.program, pathlib.Path(folder), seed, missing, options.set, options.jobs)
            except (RuntimeError, KeyError, ValueError) as error:
                print(f"expectations: {error}", file=sys.stderr)
                return 1
            for name, (values, made) in found.items():
                parts.add(name, [values, dataclasses.astuple(made)])
            done += len(found)
            print(f"run {done} of {len(tasks)}", file=sys.stderr, flush=True)
    values = {tasks[name]: parts.found[name][0] for name in tasks}
    stamp = kept.stamp((kept.Made(*parts.found[name][1]) for name in tasks), recipe(wanted, options.seeds, options.set))

    table, written = options.out / "expectations.csv", options.out / "expectations.md"
    ends = [[((row.scenario(end), row.where, row.horizon), row.series) for end in (0, 1)] for row in wanted]
    kept.write_csv(
        table,
        HEADER,
        (
            [row.tag, row.moves[0][0], row.series, seed, *(f"{values[key, seed][name]:.9g}" for key, name in both)]
            for row, both in zip(wanted, ends)
            for seed in range(1, options.seeds + 1)
        ),
        stamp,
    )
    kept.write_markdown(written, page(findings_in(kept.read_csv(table), wanted), options.seeds), stamp)
    print(written)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
