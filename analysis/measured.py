#!/usr/bin/python3
"""Measures the figures that documents quote of the default scenario, and what it takes to run it:

    /usr/bin/python3 analysis/measured.py --program PATH [--threads N] [--out results] [--set path=value]... [--resume]
        [--runs FOLDER]

`./kurultai results` calls it. It runs scenarios/kazakhstan.toml twice, as it is (RUNS/kazakhstan.h5; RUNS is OUT if not
given) and with turnouts by community (RUNS/communities.h5), and writes OUT/measured.csv: name, value, unit, meaning.
Rows whose names begin with "machine" are of the computer that it ran on. analysis/documents.py brings the figures into
the documents. Exits with 1 if a run fails.
"""
import argparse
import pathlib
import platform
import re
import subprocess
import sys
import tempfile
import time

if __name__ == "__main__":
    import verb

    verb.begin("results: measured")

import h5py
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "scenarios" / "kazakhstan.toml"
FILES = ("measured.csv",)
HEADER = ["name", "value", "unit", "meaning"]
COMMUNITIES = ('output.levels=["community"]', 'output.series=["turnout_among_residents"]')
KOSTANAY = "KZ39.01.001"
YEAR = 52
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402
import verb  # noqa: E402


def years(values: numpy.ndarray) -> numpy.ndarray:
    """Means over the whole years of a series."""
    whole = len(values) // YEAR
    return numpy.asarray(values[: whole * YEAR], dtype=float).reshape(whole, YEAR).mean(axis=1)


def largest_drift(values: numpy.ndarray) -> float:
    """How far, in percent, any year from the second on is off the second."""
    by_year = years(values)[1:]
    return float(100 * numpy.abs(by_year / by_year[0] - 1).max())


def last_drift(values: numpy.ndarray) -> float:
    """How far, in percent, the last year is off the second, with its sign."""
    by_year = years(values)
    return float(100 * (by_year[-1] / by_year[1] - 1))


def said_of_the_society(run, communities) -> list[tuple[str, float, str, str]]:
    """The figures of a run of the default scenario."""
    vote = {"form": "participatory budget: vote"}
    almaty = 100 * years(run.region["turnout_among_residents"].sel(region="Almaty city", **vote).values)
    nation = 100 * years(run.nation["turnout_among_residents"].sel(**vote).values)
    table = communities.community["turnout_among_residents"].sel(**vote)
    kostanay = 100 * years(table.sel(community=KOSTANAY).values)
    series = {
        name: run.nation[name].values
        for name in ("participation", "awareness", "satisfaction", "trust", "appeals", "efficacy", "members")
    }
    found = [
        (
            "residents",
            float(run.region["population"].sum()) * float(run.attributes["scale"]) / 1000,
            "thousand",
            "residents simulated",
        ),
        (
            "vote_almaty",
            almaty.mean(),
            "%",
            "voters on the participatory budget in Almaty, mean over the years, of residents",
        ),
        ("vote_almaty_first", almaty[0], "%", "the same, first year"),
        ("vote_almaty_last", almaty[-1], "%", "the same, last year"),
        ("vote_kostanay_city", kostanay.mean(), "%", "the same in Kostanay city, mean over the years"),
        ("vote_nation", nation.mean(), "%", "the same in the nation, mean over the years"),
        ("appeals_second", years(series["appeals"])[1], "a head and year", "electronic appeals, second year"),
        ("appeals_last", years(series["appeals"])[-1], "a head and year", "electronic appeals, last year"),
        (
            "participation",
            100 * float(series["participation"][-1]),
            "%",
            "adults who took part in anything within a year, last week",
        ),
        ("trust", years(series["trust"]).mean(), "0 to 1", "trust in the akim, mean over the years"),
    ]
    found += [
        (f"drift_{name}", largest_drift(series[name]), "%", f"{name}: how far any year is off the second, at most")
        for name in ("participation", "awareness", "satisfaction", "trust")
    ]
    found += [
        (f"change_{name}", last_drift(series[name]), "%", f"{name}: last year beside the second")
        for name in ("members", "efficacy", "appeals")
    ]
    return found


def checkpoint_size(program: pathlib.Path, threads: list[str], common: list[str]) -> float:
    """Bytes of a checkpoint of the default scenario; the run is ended once it is written."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "x.h5"
        checkpoint = out.with_name("x.h5.checkpoint")
        run = subprocess.Popen(
            [
                str(program),
                "run",
                str(SCENARIO),
                "--out",
                str(out),
                "--checkpoint",
                "1",
                "--progress",
                "none",
                *threads,
                *common,
            ],
            stderr=subprocess.PIPE,
            text=True,
        )
        size = 0
        try:
            while run.poll() is None and size == 0:
                time.sleep(0.1)
                size = checkpoint.stat().st_size if checkpoint.exists() else 0
        finally:
            run.terminate()
            run.communicate()
        if size == 0:
            raise RuntimeError("no checkpoint was written")
        return size


def estimated(program: pathlib.Path, common: list[str]) -> tuple[float, float]:
    """Gigabytes and seconds of the whole country, as `check` estimates."""
    done = verb.run([str(program), "check", str(SCENARIO), "--scale", "1", *common], capture_output=True, text=True)
    memory, seconds = re.search(r"memory +([0-9.]+) +GB", done.stdout), re.search(r"time +([0-9.]+) +s\b", done.stdout)
    if done.returncode != 0 or not memory or not seconds:
        raise RuntimeError(f"check: {done.stderr.strip() or done.stdout.strip()}")
    return float(memory[1]), float(seconds[1])


def processor() -> str:
    """The machine's processor and its number of cores."""
    try:
        name = re.search(
            r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE
        )
    except OSError:
        name = None
    return name[1].strip() if name else platform.machine()


def recipe(common: list[str] | tuple[str, ...] = ()) -> str:
    """The digest of how the figures are measured."""
    return kept.recipe([SCENARIO], *COMMUNITIES, *common)


def main() -> int:
    import kurultai

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("--threads", type=verb.number(1, 4096, whole=True), default=2)
    parser.add_argument("--set", action="append", default=[], metavar="path=value", help="in all runs, to try")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    parser.add_argument("--runs", type=pathlib.Path, help="folder of the runs; made in that of --out if not given")
    parser.add_argument(
        "--resume", action="store_true", help="go on with runs that were stopped; keep those that are done"
    )
    options = parser.parse_args()
    from kurultai import output

    output.hold("measured", [options.out / file for file in FILES])
    runs_in = options.runs or options.out / "made"
    runs_in.mkdir(parents=True, exist_ok=True)
    threads = ["--threads", str(options.threads)]
    common = [word for text in options.set for word in ("--set", text)]
    country, communities = runs_in / "kazakhstan.h5", runs_in / "communities.h5"
    try:
        for out, more in ((country, []), (communities, [word for text in COMMUNITIES for word in ("--set", text)])):
            if not options.resume:
                out.unlink(missing_ok=True)
            kept.simulate(
                [
                    str(options.program),
                    "run",
                    str(SCENARIO),
                    "--out",
                    str(out),
                    "--progress",
                    "none",
                    "--resume",
                    *threads,
                    *common,
                    *more,
                ]
            )
        memory, seconds = estimated(options.program, common)
        checkpoint = checkpoint_size(options.program, threads, common)
    except RuntimeError as error:
        print(f"measured: {error}", file=sys.stderr)
        return 1
    with h5py.File(country) as data:
        took = {name: float(data["provenance"].attrs[name]) for name in ("seconds_building", "seconds_running")}
        used = int(data["provenance"].attrs["threads"])
    runs = [kurultai.open_run(country), kurultai.open_run(communities)]
    machine = f"{processor()}, {used} threads"
    rows = said_of_the_society(*runs)
    rows += [
        ("machine_run", sum(took.values()) / 60, "min", f"the default scenario, on {machine}"),
        ("machine_result", country.stat().st_size / 1e6, "MB", "its result"),
        ("machine_checkpoint", checkpoint / 1e6, "MB", "its checkpoint"),
        ("machine_country_memory", memory, "GB", "the whole country, as `check` estimates"),
        (
            "machine_country_run",
            seconds / 60,
            "min",
            f"the whole country, as `check` estimates for all cores of {processor()}",
        ),
    ]
    stamp = kept.stamp((kept.Made.of(run.attributes) for run in runs), recipe(options.set))
    kept.write_csv(
        options.out / FILES[0],
        HEADER,
        ([name, f"{value:.6g}", unit, meaning] for name, value, unit, meaning in rows),
        stamp,
    )
    print(options.out / FILES[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
