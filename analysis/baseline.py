#!/usr/bin/python3
"""Puts the start year of the default scenario beside official figures:

    /usr/bin/python3 analysis/baseline.py --program PATH [--seeds 4] [--scale 0.05] [--threads N] [--out results]
        [--resume]

`./kurultai baseline` calls it. It runs scenarios/kazakhstan.toml for a year after its warm-up with seeds 1, 2, ...,
each with its own society, and writes OUT/kazakhstan-baseline.csv, the values of every seed, and from it
OUT/kazakhstan-baseline.md: simulated means (and their range over seeds) and official values side by side, with what
each figure was used for. With --resume seeds that are done already, of the same program, stay. Exits with 1 if a run
fails.
"""
if __name__ == "__main__":
    import verb

    verb.begin("baseline")

import argparse
import csv
import dataclasses
import pathlib
import sys
import tempfile

import numpy

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "kazakhstan.toml"
REGIONS = ROOT / "scenarios" / "data" / "kazakhstan" / "regions.csv"
FILES = ("kazakhstan-baseline.csv", "kazakhstan-baseline.md")
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402


def last(variable, **at) -> float:
    """The last value of a series of the nation or of one place."""
    return float(variable.sel(**at).values[-1])


def of_okrugs(name):
    return lambda run: last(run.community_type[name], community_type="rural okrug")


def of_nation(name):
    return lambda run: last(run.nation[name])


def yearly(name):
    return lambda run: float(run.nation[name].values[-52:].mean())


def okrugs(run) -> numpy.ndarray:
    """Populations of the rural okrugs."""
    return run.community["population"].values[run.community["type"].values == 0]


def okrug_people(run) -> float:
    """People of a mean okrug."""
    return float(okrugs(run).mean())


def voters(region):
    """Share of a region's residents in the last participatory budget vote."""
    return lambda run: 100 * last(
        run.region["turnout_among_residents"], region=region, form="participatory budget: vote"
    )


#: What is compared: name, unit, how it is measured, official value, its source, and what it is to the model.
ROWS = [
    (
        "own revenue in the budgets of rural okrugs",
        "share",
        of_okrugs("fiscal_autonomy"),
        "about 0.33",
        "presidential speech 2025/26",
        "met by the shares and bases of taxes",
    ),
    (
        "transfers in the budget of the median okrug of at most 2,000 people",
        "share",
        of_okrugs("small_okrugs_transfers"),
        "0.91 (0.61 to 0.95)",
        "7 budgets, legal database; not a random sample",
        "met by the spread of tax bases",
    ),
    (
        "mean budget of an okrug",
        "m tenge a year",
        lambda run: of_okrugs("means")(run) * okrug_people(run) / 1000,
        "190",
        "presidential speech 2025/26",
        "input",
    ),
    (
        "budgets of all okrugs",
        "bn tenge a year",
        lambda run: of_okrugs("means")(run) * okrug_people(run) * len(okrugs(run)) / 1e6,
        "442",
        "presidential speech 2025/26",
        "follows from the input",
    ),
    (
        "regions' dependence on the republican budget, mean",
        "share",
        of_nation("dependence"),
        "0.507",
        "Sep 2025",
        "met by the need of regions",
    ),
    (
        "richest to poorest region, output a head",
        "ratio",
        of_nation("rich_poor_ratio"),
        "10.97",
        "Bureau of National Statistics 2023, computed",
        "input; 1 of D5's alarm",
    ),
    (
        "appeals a head",
        "a year",
        lambda run: yearly("appeals")(run),
        "0.22",
        "eOtinish 2024: 4.4 m",
        "met by one intercept",
    ),
    (
        "trust in the local akim",
        "0 to 1",
        yearly("trust"),
        "0.31, 0.59, 0.84",
        "Qalam 2022, KISI 2022, 2025 (rural)",
        "input: a scenario axis",
    ),
    (
        "voters on the participatory budget, Almaty",
        "% of residents",
        voters("Almaty city"),
        "7.2",
        "verified",
        "met, with the next, by three numbers",
    ),
    (
        "voters on the participatory budget, Kostanay Region",
        "% of residents",
        voters("Kostanay Region"),
        "1.0 of Kostanay city",
        "verified",
        "met for the city",
    ),
    (
        "turnout of akim elections as reported",
        "share",
        of_nation("official_turnout"),
        "0.791 (0.665 to 0.909 by oblast)",
        "2021",
        "mobilisation is a parameter; voluntary turnout is not calibrated on it",
    ),
    (
        "enterprises run by adults",
        "per adult",
        yearly("enterprises"),
        "",
        "not compared: farms and enterprises of the census are assumptions",
        "input",
    ),
    (
        "adults who take part in a year",
        "share",
        yearly("participation"),
        "",
        "no official figure was found",
        "no target",
    ),
    ("losses of spending", "share", yearly("loss"), "", "no official figure; Olken 2007: 0.28 at 4% audits", "input"),
]


#: What is shown of each region beside its population: name and series.
BY_REGION = ("output", "fiscal_autonomy", "dependence", "participation")


def values_of(run) -> list[list[str]]:
    """What the run of one seed says: figure or series, region ("" of the whole country), value."""
    found = [[name, "", measure(run)] for name, _, measure, *_ in ROWS]
    for row in regions():
        at = {"region": row["name"]}
        found.append(["population", row["name"], float(run.region["population"].sel(**at))])
        found += [[name, row["name"], last(run.region[name], **at)] for name in BY_REGION]
    return [[name, region, f"{value:.6g}"] for name, region, value in found]


def regions() -> list[dict[str, str]]:
    """The official figures of the regions."""
    with open(REGIONS, encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def simulate(program: pathlib.Path, folder: pathlib.Path, seed: int, scale: float, threads: int | None):
    """The run of one seed; raises RuntimeError with the program's message."""
    import kurultai

    out = folder / f"{seed}.h5"
    kept.simulate(
        [
            str(program),
            "run",
            str(SCENARIO),
            "--seed",
            str(seed),
            "--weeks",
            "52",
            "--scale",
            str(scale),
            "--out",
            str(out),
            "--progress",
            "none",
            "--set",
            'output.levels=["nation", "region", "community_type", "community"]',
            *(["--threads", str(threads)] if threads is not None else []),
        ]
    )
    return kurultai.open_run(out)


def number(value: float) -> str:
    """A value with three digits, or more where it has more before the point."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def span(values: list[float]) -> str:
    """Mean and range over seeds."""
    mean, low, high = (number(value) for value in (numpy.mean(values), min(values), max(values)))
    return mean if low == high else f"{mean} ({low} to {high})"


def page(table: list[dict[str, str]], scale: float) -> str:
    """The page as Markdown, from the rows of kazakhstan-baseline.csv."""
    values: dict[tuple[str, str], list[float]] = {}
    for line in table:
        values.setdefault((line["figure"], line["region"]), []).append(float(line["value"]))
    seeds = max(int(line["seed"]) for line in table)
    lines = [
        "# Kazakhstan's start year: simulated beside official figures",
        "",
        (
            "Written by `./kurultai baseline`: the first year of `scenarios/kazakhstan.toml` after its warm-up, at"
            f" scale {scale:g}, means over {seeds} seeds (1 to {seeds}, each with a society of its own) with their"
            " range in brackets where it shows. The last column says what a figure is to the model: an input, a target"
            " that parameters were set to meet (so no test), or neither. Sources are named in the README and in"
            " scenarios/data/README.md."
        ),
        "",
        "| figure | unit | simulated | official | source | what it is to the model |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, unit, _, official, source, role in ROWS:
        lines.append(f"| {name} | {unit} | {span(values[name, ''])} | {official or 'none'} | {source} | {role} |")
    lines += [
        "",
        "## Regions",
        "",
        (
            "Output a head in thousand tenge a year (official: gross regional product 2023); population in thousands"
            " (official: 2023; the simulated one is the country's total of December 2025, divided as then); the rest is"
            " simulated."
        ),
        "",
        (
            "| region | people | official | output a head | official | own share of local budgets | dependence on the"
            " republic | taking part in a year |"
        ),
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in regions():
        people = numpy.mean(values["population", row["name"]]) / 1000
        cells = [span(values[name, row["name"]]) for name in BY_REGION]
        lines.append(
            f"| {row['name']} | {people:.0f} | {float(row['population']) / 1000:.0f} | {cells[0]} |"
            f" {float(row['grp_per_head']):.0f} | "
            + " | ".join(cells[1:])
            + " |"
        )
    return "\n".join(lines) + "\n"


SEEDS, SCALE = 4, 0.05
HEADER = ["figure", "region", "seed", "value"]


def recipe(seeds: int = SEEDS, scale: float = SCALE) -> str:
    """The digest of how the table is made."""
    return kept.recipe([SCENARIO, REGIONS], f"seeds {seeds}", f"scale {scale:g}", *(row[0] for row in ROWS), *BY_REGION)


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kurultai baseline", description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--seeds", type=verb.number(1, 10000, whole=True), default=SEEDS)
    parser.add_argument("--scale", type=verb.number(1e-5, 1), default=SCALE)
    parser.add_argument("--threads", type=verb.number(1, 4096, whole=True), help="of each run; all if not given")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    parser.add_argument("--resume", action="store_true", help="keep the seeds that are done, of the same program")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("at least one seed")
    from kurultai import output

    output.hold("baseline", [options.out / file for file in (*FILES, "kazakhstan-baseline.parts")])
    parts = kept.Parts(
        options.out / "kazakhstan-baseline.parts", options.program, recipe(0, options.scale), options.resume
    )
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, options.seeds + 1):
            if str(seed) not in parts.found:
                try:
                    run = simulate(options.program, pathlib.Path(folder), seed, options.scale, options.threads)
                except RuntimeError as error:
                    print(f"baseline: {error}", file=sys.stderr)
                    return 1
                parts.add(
                    str(seed), {"made": dataclasses.astuple(kept.Made.of(run.attributes)), "values": values_of(run)}
                )
            print(f"seed {seed} of {options.seeds}", file=sys.stderr, flush=True)
    seeds = [parts.found[str(seed)] for seed in range(1, options.seeds + 1)]
    stamp = kept.stamp((kept.Made(*one["made"]) for one in seeds), recipe(options.seeds, options.scale))
    table, written = options.out / "kazakhstan-baseline.csv", options.out / "kazakhstan-baseline.md"
    kept.write_csv(
        table,
        HEADER,
        (
            [name, region, k + 1, value]
            for entry in zip(*(one["values"] for one in seeds))
            for k, (name, region, value) in enumerate(entry)
        ),
        stamp,
    )
    kept.write_markdown(written, page(kept.read_csv(table), options.scale), stamp)
    print(written)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
