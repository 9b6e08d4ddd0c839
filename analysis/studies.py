#!/usr/bin/python3
"""Runs the sweeps behind the study notebooks and executes the notebooks on them:

    /usr/bin/python3 analysis/studies.py --program PATH [NAME...] [--set sweep.replicates=2]... [--out results]
        [--threads N] [--runs FOLDER]

`./kurultai studies` calls it. NAME is what_moves, digital_reach, incentives or surveys; all without one. Of each it
makes RUNS/NAME.h5 (a sweep, resumed where it was interrupted; RUNS is OUT if not given), OUT/figures/NAME_*.png, and
OUT/NAME.md: what the notebook's last cell found. Exits with 1 if a sweep or a notebook fails, with 5 if a file may not
be written.
"""
if __name__ == "__main__":
    import verb

    verb.begin("studies")

import argparse
import pathlib
import sys
import tempfile

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
STUDIES = ("what_moves", "digital_reach", "incentives", "surveys")
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402


def sweep_of(name: str) -> pathlib.Path:
    return ROOT / "scenarios" / "sweeps" / f"{name}.toml"


def recipe(name: str, sets: list[str] | tuple[str, ...] = ()) -> str:
    """The digest of how a study's findings are made."""
    return kept.recipe([sweep_of(name), ROOT / "analysis" / f"{name}.ipynb"], *sets)


def findings(executed: pathlib.Path) -> str:
    """The Markdown that the last code cell of an executed notebook displays."""
    import nbformat

    cells = [cell for cell in nbformat.read(executed, as_version=4).cells if cell.cell_type == "code"]
    for output in cells[-1].outputs:
        if "text/markdown" in output.get("data", {}):
            return output["data"]["text/markdown"]
    raise RuntimeError(f"{executed.stem}: its last cell says nothing")


def title(notebook: pathlib.Path) -> str:
    """The first line of the notebook's first cell."""
    import nbformat

    return nbformat.read(notebook, as_version=4).cells[0].source.splitlines()[0]


def study(
    program: pathlib.Path, name: str, out: pathlib.Path, runs: pathlib.Path, sets: list[str], threads: int | None
) -> None:
    """One study from its sweep to its figures; raises RuntimeError."""
    import kurultai
    from execute_notebook import execute
    from kurultai import output

    result = runs / f"{name}.h5"
    command = [str(program), "sweep", str(sweep_of(name)), "--out", str(result), "--resume"]
    if threads is not None:
        command += ["--threads", str(threads)]
    for text in sets:
        command += ["--set", text]
    if verb.run(command).returncode != 0:
        raise RuntimeError(f"{name}: the sweep failed")
    stamp = kept.stamp([kept.Made.of(kurultai.open_result(result).attributes)], recipe(name, sets))
    notebook = ROOT / "analysis" / f"{name}.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        executed = pathlib.Path(folder) / f"{name}.ipynb"
        figures = pathlib.Path(folder) / "figures"
        execute(notebook, result, executed, figures)
        pictures = {out / "figures" / f"{name}_{picture.name}": picture for picture in sorted(figures.glob("*.png"))}
        output.hold("studies", pictures)
        for target, picture in pictures.items():
            kept.replace(target, kept.stamped_png(picture.read_bytes(), stamp))
            print(target)
        text = (
            f"{title(notebook)}\n\nWritten by `./kurultai studies {name}`: what the last cell of"
            f" `analysis/{name}.ipynb` found.\n\n{findings(executed)}\n"
        )
        kept.write_markdown(out / f"{name}.md", text, stamp)
        print(out / f"{name}.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kurultai studies", description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(STUDIES))
    parser.add_argument(
        "--set", action="append", default=[], metavar="path=value", help="of the sweeps, such as sweep.replicates=2"
    )
    parser.add_argument("--threads", type=verb.number(1, 4096, whole=True), help="of the sweeps; all if not given")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    parser.add_argument("--runs", type=pathlib.Path, help="folder of the sweeps; that of --out if not given")
    options = parser.parse_args()
    for name in options.names:
        if name not in STUDIES:
            parser.error(f"there is no study '{name}' (there are {', '.join(STUDIES)})")
    from kurultai import output

    output.hold("studies", [options.out / f"{name}.md" for name in options.names or STUDIES])
    try:
        for name in options.names or STUDIES:
            study(options.program, name, options.out, options.runs or options.out, options.set, options.threads)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
