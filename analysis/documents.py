#!/usr/bin/python3
"""Brings the figures in documents up to date with results/:

    /usr/bin/python3 analysis/documents.py [--check]

A figure stands between marks, `<!-- kept: NAME -->4 minutes<!-- -->`, and is worked out here from the kept tables.
`./kurultai results` calls this at its end. With --check nothing is written; the exit code is 1 if a figure is out of
date. Figures of a table that is not there stay.
"""
if __name__ == "__main__":
    import verb

    verb.begin("documents")

import argparse
import pathlib
import re
import sys
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))
import experiments  # noqa: E402
import kept  # noqa: E402

DOCUMENTS = (
    "README.md",
    "sim/README.md",
    "sim/MODEL.md",
    "scenarios/README.md",
    "results/README.md",
    "analysis/README.md",
)
MARK = re.compile(r"<!-- kept: (\w+) -->([^\n]*?)<!-- -->")
WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def word(number: int) -> str:
    """A number as prose has it."""
    return WORDS[number] if number < len(WORDS) else str(number)


def minutes(value: float) -> str:
    """A time as prose has it, from minutes."""
    if value < 1:
        return f"{max(1, round(60 * value))} seconds"
    return "1 minute" if round(value) == 1 else f"{value:.0f} minutes" if value < 100 else f"{value / 60:.1f} hours"


def of_measured(table: list[dict[str, str]]) -> dict[str, str]:
    """Figures from measured.csv."""
    value = {row["name"]: float(row["value"]) for row in table}
    meaning = {row["name"]: row["meaning"] for row in table}
    texts = {
        name: f"{value[name]:.1f}%"
        for name in ("vote_almaty", "vote_almaty_first", "vote_almaty_last", "vote_kostanay_city", "vote_nation")
    }
    texts |= {name: f"{value[name]:.3f}" for name in ("appeals_second", "appeals_last")}
    texts |= {name: f"{x:.1f}%" for name, x in value.items() if name.startswith("drift_")}
    texts |= {name: f"{abs(x):.0f}%" for name, x in value.items() if name.startswith("change_")}
    texts |= {
        name + "_signed": f"{x:+.0f}%".replace("-", "−") for name, x in value.items() if name.startswith("change_")
    }
    return texts | {
        "participation": f"{value['participation']:.0f}%",
        "trust": f"{value['trust']:.2f}",
        "run_time": minutes(value["machine_run"]),
        "run_machine": meaning["machine_run"].split(", on ", 1)[1],
        "result_size": f"{value['machine_result']:.0f} MB",
        "checkpoint_size": f"{value['machine_checkpoint']:.0f} MB",
        "country_memory": f"{value['machine_country_memory']:.1f} GB",
        "country_time": minutes(value["machine_country_run"]),
    }


def of_baseline(table: list[dict[str, str]]) -> dict[str, str]:
    """Figures from kazakhstan-baseline.csv: means over seeds."""

    def mean(figure: str) -> float:
        values = [float(row["value"]) for row in table if row["figure"] == figure and not row["region"]]
        return sum(values) / len(values)

    figures = {
        "okrugs_own_revenue": "own revenue in the budgets of rural okrugs",
        "small_okrugs_transfers": "transfers in the budget of the median okrug of at most 2,000 people",
        "regions_dependence": "regions' dependence on the republican budget, mean",
    }
    return {name: f"{100 * mean(figure):.0f}%" for name, figure in figures.items()}


def of_experiments(table: list[dict[str, str]]) -> dict[str, str]:
    """Figures from experiments.csv."""
    found = experiments.found_in(table)
    texts = {}
    for kind in ("fitted", "predicted"):
        inside, rows = experiments.inside(kind, found)
        by_mean, _ = experiments.inside(kind, found, ("inside", "undecided, the mean is inside"))
        texts |= {f"{kind}_rows": word(rows), f"{kind}_inside": word(inside), f"{kind}_by_mean": word(by_mean)}
    short = {
        "household": "household correlation",
        "other_member": "other member over who opened",
        "past_votes": "neighbours mail, by past votes",
        "villages": "villages: take-up of who was not told",
        "ballot": "internet ballot",
        "fine_quarter": "fine cut by three quarters",
        "fine_half": "fine cut by a half",
        "indirect": "online message: indirect over direct",
        "induced": "one induced act, on the next round",
        "neighbours": "mail: neighbours",
    }
    short |= {
        "letter_" + key: name
        for key, start in (("duty", "mail: civic duty"), ("hawthorne", "mail: Hawthorne"), ("self", "mail: self"))
        for name, _ in experiments.ASIDES
        if name.startswith(start)
    }
    short |= {"villages_default": next(name for name, _ in experiments.ASIDES if "default rates" in name)}
    for key, name in short.items():
        f = found[name]
        texts |= {f"x_{key}": f"{f.value:.2f}", f"x_{key}_1": f"{f.value:.1f}", f"x_{key}_error": f"{f.error:.2f}"}
    lost = found[next(name for name, _ in experiments.ASIDES if name.startswith("villages: share of take-up lost"))]
    return texts | {"x_villages_lost": f"{100 * lost.value:.0f}%"}


def of_expectations(page: str) -> dict[str, str]:
    """Figures from expectations.md, whose counts follow from its table."""
    met, rows, nulls_met, nulls = re.search(
        r"^(\d+) of (\d+) came out as expected, among them (\d+) of (\d+) nulls", page, re.MULTILINE
    ).groups()
    closed, held = re.search(
        r"nulls\. (\d+) of the nulls are true by construction .*? that could fail (\d+) held", page
    ).groups()
    return {
        "expected_rows": rows,
        "expected_met": met,
        "expected_others": word(int(rows) - int(met)),
        "nulls": word(int(nulls)),
        "nulls_met": word(int(nulls_met)),
        "nulls_closed": word(int(closed)),
        "nulls_open": word(int(nulls) - int(closed)),
        "nulls_held": word(int(held)),
    }


def of_times(table: list[dict[str, str]]) -> dict[str, str]:
    """Figures from times.csv."""
    took = {row["step"]: float(row["minutes"]) for row in table}
    return {f"time_{name}": minutes(value) for name, value in took.items()} | {
        "time_results": minutes(sum(took.values()))
    }


SOURCES: list[tuple[str, Callable]] = [
    ("measured.csv", of_measured),
    ("kazakhstan-baseline.csv", of_baseline),
    ("experiments.csv", of_experiments),
    ("expectations.md", of_expectations),
    ("times.csv", of_times),
]


def texts_from(folder: pathlib.Path) -> dict[str, str]:
    """All figures by name, as documents show them, of the tables that are there and say what they were made from."""
    texts: dict[str, str] = {}
    for name, read in SOURCES:
        file = folder / name
        if kept.read(file) is not None:
            texts |= read(kept.read_csv(file) if file.suffix == ".csv" else file.read_text(encoding="utf-8"))
    return texts


def filled(document: str, texts: dict[str, str], complete: bool = False) -> str:
    """The document with every figure as it is now. With `complete` ValueError for a name that is not known, else such a
    figure stays."""

    def one(found: re.Match) -> str:
        name = found[1]
        if name not in texts:
            if complete:
                raise ValueError(f"there is no figure '{name}'")
            return found[0]
        return f"<!-- kept: {name} -->{texts[name]}<!-- -->"

    result = MARK.sub(one, document)
    if len(MARK.findall(document)) != document.count("<!-- kept:"):
        raise ValueError("a mark of a figure is not closed on its line")
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    texts, stale = texts_from(ROOT / "results"), 0
    for name in DOCUMENTS:
        file = ROOT / name
        before = file.read_text(encoding="utf-8")
        after = filled(before, texts)
        if after == before:
            continue
        stale += 1
        print(
            f"{name}: {'out of date: run analysis/documents.py' if options.check else 'figures brought up to date'}",
            file=sys.stderr,
        )
        if not options.check:
            kept.replace(file, after.encode())
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
