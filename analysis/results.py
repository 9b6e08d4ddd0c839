#!/usr/bin/python3
"""Makes everything in results/ that git keeps anew:

    /usr/bin/python3 analysis/results.py --program PATH [--list] [--dry-run] [--only NAME]... [--force] [--threads 2]
    [--out results]

`./kurultai results` calls it. It goes through the steps that --list shows. A step whose files are of this model, of
these scenarios and tables already, as their stamps say (analysis/kept.py), is left out; --force makes it all the same.
Each step goes on where it was stopped, so after a kill call it again: what runs are done stands in OUT/made, as long as
the program is the same. Before the first step the program is held to the digests in tests/regression, by which stamps
name the model. At the end the figures in the documents are brought up to date (analysis/documents.py). Exits with 1 if
a step failed (the others are made), with 128 and the signal's number if it was stopped.
"""
if __name__ == "__main__":
    import verb

    verb.begin("results")

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))
import baseline  # noqa: E402
import expectations  # noqa: E402
import experiments  # noqa: E402
import figures  # noqa: E402
import kept  # noqa: E402
import measured  # noqa: E402
import performance  # noqa: E402
import studies  # noqa: E402
import verb  # noqa: E402

TIMES = "times.csv"


@dataclasses.dataclass(frozen=True)
class Step:
    """One part of results/: its files, how it is made, and how that is told apart."""

    name: str
    what: str
    minutes: float  # on two idle cores, until it was measured
    files: tuple[str, ...]  # in the folder of results; names or patterns
    #: From program, folder of results and number of threads to the commands. Results of the program go to the folder's
    #: subfolder `made`.
    commands: Callable[[pathlib.Path, pathlib.Path, int], list[list[str]]]
    #: From the program to the recipe that its files' stamps have if they are up to date.
    recipe: Callable[[pathlib.Path], str]


MADE = "made"


def script(
    name: str, *options: str, runs: bool = False, threads: str = "--threads"
) -> Callable[[pathlib.Path, pathlib.Path, int], list[list[str]]]:
    """The call of a script of analysis/."""
    return lambda program, out, n: [
        [
            sys.executable,
            str(ROOT / "analysis" / f"{name}.py"),
            "--program",
            str(program),
            "--out",
            str(out),
            threads,
            str(n),
            *options,
            *(["--runs", str(out / MADE)] if runs else []),
        ]
    ]


def drawn(name: str) -> Callable[[pathlib.Path, pathlib.Path, int], list[list[str]]]:
    """A run or a sweep, and its figures."""

    def commands(program: pathlib.Path, out: pathlib.Path, threads: int) -> list[list[str]]:
        source, result = figures.source_of(name), out / MADE / f"{name}.h5"
        how = "sweep" if source.parent.name == "sweeps" else "run"
        return [
            [str(program), how, str(source), "--out", str(result), "--threads", str(threads), "--resume"],
            [sys.executable, str(ROOT / "analysis" / "figures.py"), str(result), "--out", str(out / "figures")],
        ]

    return commands


STEPS = [
    Step(
        "kazakhstan",
        "the default scenario's figure",
        4,
        ("figures/kazakhstan.png",),
        drawn("kazakhstan"),
        lambda _: figures.recipe("kazakhstan"),
    ),
    Step(
        "measured",
        "figures that documents quote, and what the default scenario takes",
        5,
        measured.FILES,
        script("measured", "--resume", runs=True),
        lambda _: measured.recipe(),
    ),
    Step(
        "experiments",
        "field experiments, published and simulated",
        6,
        experiments.FILES,
        script("experiments", "--resume"),
        lambda _: experiments.recipe(),
    ),
    Step(
        "baseline",
        "the start year beside official figures",
        7,
        baseline.FILES,
        script("baseline", "--resume"),
        lambda _: baseline.recipe(),
    ),
    Step(
        "information",
        "figures of the sweep of information levers",
        17,
        ("figures/information_*.png",),
        drawn("information"),
        lambda _: figures.recipe("information"),
    ),
    *(
        Step(
            name,
            f"the study {name}",
            6,
            (f"{name}.md", f"figures/{name}_*.png"),
            script("studies", name, runs=True),
            lambda _, name=name: studies.recipe(name),
        )
        for name in studies.STUDIES
    ),
    Step(
        "expectations",
        "what is expected of each tag of the source",
        40,
        expectations.FILES,
        script("expectations", "--resume", threads="--jobs"),
        lambda program: expectations.recipe(expectations.rows(program)),
    ),
    Step(
        "performance",
        "what the whole country takes (4 GB), and what larger ones would",
        15,
        performance.FILES,
        script("performance", runs=True),
        lambda _: performance.recipe(),
    ),
]


def of_this_program(folder: pathlib.Path, program: pathlib.Path) -> None:
    """Empties the folder of runs if another program filled it, since no run of one goes on in another."""
    mark, now = folder / "program", hashlib.sha256(program.read_bytes()).hexdigest()
    if folder.exists() and not (mark.exists() and mark.read_text() == now):
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text(now)


def files_of(step: Step, out: pathlib.Path) -> list[pathlib.Path]:
    """The files of a step that are there."""
    return [file for pattern in step.files for file in sorted(out.glob(pattern))]


def lacking(step: Step, out: pathlib.Path, program: pathlib.Path) -> str:
    """Why a step is to be made; empty if its files are up to date."""
    for pattern in step.files:
        if not list(out.glob(pattern)):
            return f"no {pattern}"
    wanted, model = step.recipe(program), kept.model()
    for file in files_of(step, out):
        stamp = kept.read(file)
        if stamp is None:
            return f"{file.name} does not say what it was made from"
        if stamp.recipe != wanted:
            return (
                f"{file.name} is of another model"
                if stamp.model != model
                else f"{file.name} is of other scenarios or settings"
            )
    return ""


def measured_minutes(out: pathlib.Path) -> dict[str, float]:
    """How long steps took when they were made last."""
    try:
        return {row["step"]: float(row["minutes"]) for row in kept.read_csv(out / TIMES)}
    except (OSError, KeyError, ValueError):
        return {}


def keep_time(step: Step, out: pathlib.Path, minutes: float) -> None:
    """Keeps how long a step took, with the steps' own stamps as what the table was made from."""
    took = {**measured_minutes(out), step.name: minutes}
    stamps = [kept.read(file) for one in STEPS for file in files_of(one, out)]
    of = kept.read(files_of(step, out)[0])
    runs = kept.digest(*sorted({stamp.runs for stamp in stamps if stamp}))
    kept.write_csv(
        out / TIMES,
        ["step", "minutes", "machine"],
        ([one.name, f"{took[one.name]:.1f}", f"{measured.processor()}"] for one in STEPS if one.name in took),
        kept.Stamp(of.version, of.commit, of.model, kept.recipe([], "times"), runs),
    )


def said(minutes: float) -> str:
    """A time as people say it."""
    if minutes < 1:
        return f"{max(1, round(60 * minutes))} s"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def differing(program: pathlib.Path) -> list[str]:
    """The small runs whose digests are not those that tests/regression keeps."""
    os.environ["KURULTAI_BINARY"] = str(program)
    sys.path.insert(0, str(ROOT / "tests" / "regression"))
    import reference

    wanted = json.loads(kept.REFERENCE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for k, (name, arguments) in enumerate(reference.CASES.items()):
            (pathlib.Path(folder) / str(k)).mkdir()
            found[name] = reference.digest_of(arguments, pathlib.Path(folder) / str(k), 2)
    return [name for name, digest in found.items() if wanted.get(name) != digest]


def make(step: Step, options: argparse.Namespace) -> bool:
    """Makes one step; false and a message if it failed."""
    start = time.monotonic()
    for command in step.commands(options.program, options.out, options.threads):
        code = verb.run(command).returncode
        if code != 0:
            print(f"results: {step.name} failed (exit code {code}); call again to go on with it", file=sys.stderr)
            return False
    wanted = step.recipe(options.program)
    for file in files_of(step, options.out):
        stamp = kept.read(file)
        if file.suffix == ".png" and (stamp is None or stamp.recipe != wanted):
            file.unlink()  # a figure of before that is drawn no more
            print(f"results: {file} is no longer drawn: removed", file=sys.stderr)
    keep_time(step, options.out, (time.monotonic() - start) / 60)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], prog="./kurultai results")
    parser.add_argument("--program", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--list", action="store_true", help="say what the steps are and whether their files are up to date"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be made and about how long it takes")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="this step alone (may be given again)"
    )
    parser.add_argument("--force", action="store_true", help="make also what is up to date")
    parser.add_argument("--threads", type=verb.number(1, 4096, whole=True), default=min(2, os.cpu_count() or 1))
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    options = parser.parse_args()
    if options.threads < 1:
        parser.error("at least one thread")
    names = [step.name for step in STEPS]
    for name in options.only:
        if name not in names:
            parser.error(f"there is no step '{name}' (there are {', '.join(names)})")
    options.program = options.program.resolve()
    chosen = [step for step in STEPS if not options.only or step.name in options.only]
    why = {step.name: lacking(step, options.out, options.program) for step in chosen}
    took = measured_minutes(options.out)
    minutes = {step.name: took.get(step.name, step.minutes) for step in chosen}
    todo = [step for step in chosen if why[step.name] or options.force]

    out = sys.stdout if options.list or options.dry_run else sys.stderr
    for step in chosen:
        state = why[step.name] or ("up to date, made all the same" if options.force else "up to date")
        print(f"{step.name:<14} {said(minutes[step.name]):>7}  {step.what} ({state})", file=out)
    print(
        (
            "nothing to make"
            if not todo
            else (
                f"{len(todo)} of {len(chosen)} steps to make: about {said(sum(minutes[step.name] for step in todo))} on"
                f" {options.threads} threads, if the machine is idle"
            )
        ),
        file=out,
        flush=True,
    )
    if options.list or options.dry_run:
        return 0

    if todo:
        unlike = differing(options.program)
        if unlike:
            print(
                (
                    "results: the program gives other digests than tests/regression/digests.json keeps"
                    f" ({'; '.join(unlike)}), so stamps would name another model: see tests/regression/reference.py"
                ),
                file=sys.stderr,
            )
            return 1
        of_this_program(options.out / MADE, options.program)
    failed = 0
    for number, step in enumerate(todo, 1):
        print(
            f"results: {number} of {len(todo)}, {step.name}: about {said(minutes[step.name])}",
            file=sys.stderr,
            flush=True,
        )
        failed += not make(step, options)
    if options.out.resolve() == ROOT / "results":
        failed += verb.run([sys.executable, str(ROOT / "analysis" / "documents.py")]).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
