"""The cases of the net: what is run, and how. A case is a name, the calls of the program that make its result, and
whether it belongs to the quick part. Whatever the program writes for one of them stays as it is unless results are
meant to change.
"""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE = pathlib.Path("tests") / "regression"
PROGRAM = os.environ["KURULTAI_BINARY"]
sys.path.insert(0, str(ROOT / "analysis"))
import scenario_index  # noqa: E402

WEEKS = ["--weeks", "110", "--set", "run.warmup=4"]
# A third of the country, with all regions that scenarios name; two residents or more a community.
PART = [
    "--scale",
    "0.002",
    "--set",
    (
        'society.regions=["Atyrau Region", "Mangystau Region", "Jetisu Region", "Ulytau Region", "Turkistan Region",'
        ' "Astana city"]'
    ),
]
PLAIN = ["--set", "society.people=100", "--set", "society.communities=12"]


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    calls: tuple  # each a list of words; the result is its --out
    quick: bool = False


def run(name, *words, quick=False):
    return Case(name, (["run", *words],), quick)


def library_case(path):
    return run(f"library/{path.with_suffix('')}", f"scenarios/{path}", *PART, *WEEKS, quick=True)


def library():
    """Every scenario of scenarios/; each runs as it is."""
    yield from map(library_case, scenario_index.library())
    for name in ("forms", "taxes", "surveys"):
        yield run(f"library/{name}", f"scenarios/{name}.toml", *PART, *WEEKS)
    yield run("library/expectations", "scenarios/expectations.toml", "--scale", "0.002", *WEEKS)
    yield run("library/village", "scenarios/village.toml", *WEEKS, quick=True)
    for path in sorted((ROOT / "scenarios" / "experiments").glob("*.toml")):
        if path.stem != "calibrate":
            yield run(
                f"library/experiments/{path.stem}",
                f"scenarios/experiments/{path.name}",
                *PLAIN,
                *WEEKS,
                quick=path.stem == "mail",
            )


def country():
    """The whole country, small, as reference.py runs it; and all that a run can write."""
    small = ["scenarios/kazakhstan.toml", "--scale", "0.002"]
    yield run("country", *small, "--weeks", "60", "--set", "run.warmup=20")
    yield run("country, another seed", *small, "--weeks", "20", "--seed", "2", "--set", "run.warmup=0")
    yield run("country, second replicate", *small, "--weeks", "20", "--replicate", "2", "--set", "run.warmup=0")
    yield run(
        "country, threshold rule",
        *small,
        "--weeks",
        "60",
        "--set",
        "run.warmup=0",
        "--set",
        "participation.rule=threshold",
    )
    yield run("everything", HERE / "everything.toml", quick=True)


WITHOUT_MAIL = ["--set", "policy.push.lever=information.push"]  # thresholds know no mail
CENSUS = [
    "--set",
    "society.source=census",
    "--set",
    'society.regions=["Ulytau Region", "Mangystau Region"]',
    "--scale",
    "0.01",
]
# What a choice needs to have an effect: settings by path, or by path and word.
NEEDS = {
    "society.source": {"census": CENSUS, "network": ["village"]},
    "participation.rule": {"threshold": WITHOUT_MAIL},
    "participation.threshold_over": ["--set", "participation.rule=threshold", *WITHOUT_MAIL],
    "adoption.mixing": ["--set", "adoption.q=0.5"],
    "form.NAME.eligible": {"members": ["--set", "form.circle.members_of=[\"assembly\"]"]},
    "policy.NAME.sex": ["--set", "policy.push.unit=resident"],
    "policy.NAME.users": ["--set", "policy.push.unit=resident"],
    "survey.NAME.design": CENSUS,
    "survey.NAME.strata": [*CENSUS, "--set", "survey.opinion.design=stratified"],
    "survey.NAME.allocation": [*CENSUS, "--set", "survey.opinion.design=stratified"],
    "item.NAME.variable": {"job_satisfaction": ["--set", "survey.opinion.asks=staff"]},
}
WITHOUT_EFFECT = {"tax.levy.base"}  # words for people
NAMES = {"form": "circle", "tax": "levy", "policy": "push", "survey": "opinion", "item": "question"}


def choices():
    """Every word of every choice, as the program describes them: a new one needs a kept file of its own."""
    said = subprocess.run(
        [PROGRAM, "describe", "parameters", "--json"], capture_output=True, text=True, check=True
    ).stdout
    for parameter in json.loads(said):
        section = parameter["path"].split(".")[0]
        path = parameter["path"].replace("NAME", NAMES.get(section, "NAME"))
        for word in parameter["words"]:
            needs = NEEDS.get(parameter["path"], [])
            if isinstance(needs, dict):
                needs = needs.get(word, [])
            scenario = HERE / "choices.toml"
            if needs == ["village"]:
                scenario, needs = "scenarios/village.toml", []
            yield run(
                f"choice/{path}={word}",
                scenario,
                *needs,
                "--set",
                f"{path}={word}",
                "--weeks",
                "110",
                "--set",
                "run.warmup=4",
            )


def sweep(name, *words, quick=False):
    return Case(name, (["sweep", *words],), quick)


def sweeps():
    ranges, values = HERE / "sweep_of_ranges.toml", HERE / "sweep_of_values.toml"
    for design in ("latin", "sobol", "saltelli", "morris"):
        yield sweep(f"sweep/{design}", ranges, "--set", f"sweep.design={design}", quick=design == "sobol")
    for design in ("grid", "list"):
        yield sweep(f"sweep/{design}", values, "--set", f"sweep.design={design}", quick=design == "grid")
    yield sweep("sweep/csv", HERE / "sweep_of_rows.toml")
    shards = [["sweep", str(values), "--shard", f"{k}/2"] for k in (1, 2)]
    yield Case("sweep/two shards, merged", (*shards, ["sweep", str(values), "--merge"]))
    yield Case(
        "comparison",
        (
            [
                "compare",
                str(HERE / "choices.toml"),
                str(HERE / "everything.toml"),
                "--replicates",
                "3",
                "--set",
                "run.weeks=30",
            ],
        ),
        quick=True,
    )
    yield Case("calibration", (["calibrate", str(HERE / "calibration.toml")],), quick=True)
    yield Case(
        "library/experiments/calibrate",
        (
            [
                "calibrate",
                "scenarios/experiments/calibrate.toml",
                "--set",
                "calibration.particles=60",
                "--set",
                "calibration.generations=2",
                "--set",
                "sweep.set=[\"run.warmup=4\", \"society.people=100\", \"society.communities=12\"]",
            ],
        ),
    )


def all_cases():
    return [*library(), *country(), *choices(), *sweeps()]
