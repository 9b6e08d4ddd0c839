#!/usr/bin/python3
"""Makes the targets of a calibration from the model itself, at a truth that is known, to see whether it is found again:

    /usr/bin/python3 analysis/targets.py --program PATH SWEEP [--truth AXIS=VALUE]... [--runs 200] [--check]

SWEEP is a sweep file with [target.NAME] tables. The model is run --runs times at the truth, each in a society of its
own, and the mean of each measure and the standard deviation of one run become `value` and `sd` of its target, in the
file itself. Without --truth it stands in the file, in a comment `# truth: AXIS=VALUE ...`. With --check nothing is
written; the exit code is 1 if a target is off by more than a quarter of the standard deviation, or that by more than a
third.
"""
if __name__ == "__main__":
    import verb

    verb.begin("targets")

import argparse
import pathlib
import re
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402
import verb  # noqa: E402

SEED = 1000  # no run of a calibration, which counts from its own seed, is one of those that made its targets


def truth_in(text: str) -> dict[str, float]:
    """The truth that stands in a sweep file; ValueError if there is none."""
    found = re.search(r"^# truth: (.+)$", text, re.MULTILINE)
    if not found:
        raise ValueError("it has no comment '# truth: AXIS=VALUE ...' (name the truth with --truth)")
    return {name: float(value) for name, value in (word.split("=") for word in found[1].split())}


def sweep_at(text: str, truth: dict[str, float], runs: int, folder: pathlib.Path) -> str:
    """The sweep of the model at the truth: the same scenario, settings and measures, a point that is run many times."""
    file = tomllib.loads(text)
    unknown = set(truth) ^ set(file.get("axis", {}))
    if unknown:
        raise ValueError(f"truth and axes differ: {', '.join(sorted(unknown))}")
    sweep = file["sweep"]
    lines = [
        "[sweep]",
        f'scenario = "{(folder / sweep["scenario"]).resolve()}"',
        f"set = {sweep.get('set', [])}".replace("'", '"'),
        'design = "grid"',
        f"replicates = {runs}",
        f"seed = {SEED}",
        'society = "own"',
        'keep_levels = ["nation"]',
    ]
    for name, axis in file["axis"].items():
        lines += [f"[axis.{name}]", f'path = "{axis["path"]}"', f"values = [{truth[name]!r}]"]
    for name, measure in file.get("measure", {}).items():
        lines.append(f"[measure.{name}]")
        lines += [f"{key} = {value!r}".replace("'", '"') for key, value in measure.items()]
    return "\n".join(lines) + "\n"


def measured(
    program: pathlib.Path, text: str, truth: dict[str, float], runs: int, folder: pathlib.Path
) -> dict[str, tuple[float, float]]:
    """Mean and standard deviation of each measure at the truth; raises RuntimeError with the program's message."""
    import kurultai

    with tempfile.TemporaryDirectory() as place:
        sweep, out = pathlib.Path(place) / "truth.toml", pathlib.Path(place) / "truth.h5"
        sweep.write_text(sweep_at(text, truth, runs, folder), encoding="utf-8")
        kept.simulate([str(program), "sweep", str(sweep), "--out", str(out), "--progress", "none"])
        measures = kurultai.open_sweep(out).measures
        return {
            str(name): (float(measures[name].mean()), float(measures[name].std(ddof=1))) for name in measures.data_vars
        }


def with_targets(text: str, found: dict[str, tuple[float, float]]) -> str:
    """The sweep file with these values of its targets."""

    def table(section: re.Match) -> str:
        name = section[1]
        value, sd = found[name]
        body = re.sub(r"(?m)^value = [^#\n]*?(?=\s*(#|$))", f"value = {value:.4f}", section[0])
        return re.sub(r"(?m)^sd = [^#\n]*?(?=\s*(#|$))", f"sd = {sd:.4f}", body)

    return re.sub(r"(?ms)^\[target\.(\w+)\].*?(?=^\[|\Z)", table, text)


def near(text: str, found: dict[str, tuple[float, float]]) -> bool:
    """Are the file's targets those that were found, but for what a small change of the model does?"""
    targets = tomllib.loads(text)["target"]
    return all(
        abs(targets[name]["value"] - value) <= sd / 4 and abs(targets[name]["sd"] - sd) <= sd / 3
        for name, (value, sd) in found.items()
        if name in targets
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sweep", type=pathlib.Path)
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "sim" / "kurultai")
    parser.add_argument("--truth", action="append", default=[], metavar="AXIS=VALUE")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    try:
        before = options.sweep.read_text(encoding="utf-8")
        truth = {name: float(value) for name, value in (text.split("=") for text in options.truth)} or truth_in(before)
        found = measured(options.program, before, truth, options.runs, options.sweep.resolve().parent)
        after = with_targets(before, found)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        print(f"{options.sweep}: {error}", file=sys.stderr)
        return 1
    for name, (value, sd) in found.items():
        print(f"{name}: {value:.4f} (standard deviation of one run {sd:.4f})")
    if after == before or (options.check and near(before, found)):
        print(f"{options.sweep} is up to date")
        return 0
    if options.check:
        print(f"{options.sweep} has other targets: run analysis/targets.py on it", file=sys.stderr)
        return 1
    verb.write_text(options.sweep, after)
    print(f"{options.sweep} rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
