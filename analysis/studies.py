#!/usr/bin/python3
"""Runs the sweeps behind the study notebooks and executes the notebooks on them:

    /usr/bin/python3 analysis/studies.py --program PATH [NAME...] [--set sweep.replicates=2]... [--out results]

`./kurultai studies` calls it. NAME is what_moves, digital_reach, incentives or surveys; all without one. Of each it makes OUT/NAME.h5 (a
sweep, resumed where it was interrupted), OUT/figures/NAME_*.png, and OUT/NAME.md: what the notebook's last cell found. Exits with 1 if
a sweep or a notebook fails.
"""
import argparse
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
STUDIES = ("what_moves", "digital_reach", "incentives", "surveys")


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


def study(program: pathlib.Path, name: str, out: pathlib.Path, sets: list[str]) -> None:
    """One study from its sweep to its figures; raises RuntimeError."""
    from execute_notebook import execute
    result = out / f"{name}.h5"
    command = [str(program), "sweep", str(ROOT / "scenarios" / "sweeps" / f"{name}.toml"), "--out", str(result), "--resume"]
    for text in sets:
        command += ["--set", text]
    if subprocess.run(command).returncode != 0:
        raise RuntimeError(f"{name}: the sweep failed")
    notebook = ROOT / "analysis" / f"{name}.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        executed = pathlib.Path(folder) / f"{name}.ipynb"
        figures = pathlib.Path(folder) / "figures"
        execute(notebook, result, executed, figures)
        (out / "figures").mkdir(parents=True, exist_ok=True)
        for picture in sorted(figures.glob("*.png")):
            (out / "figures" / f"{name}_{picture.name}").write_bytes(picture.read_bytes())
            print(out / "figures" / f"{name}_{picture.name}")
        text = f"{title(notebook)}\n\nWritten by `./kurultai studies {name}`: what the last cell of `analysis/{name}.ipynb` found.\n\n{findings(executed)}\n"
        (out / f"{name}.md").write_text(text, encoding="utf-8")
        print(out / f"{name}.md")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, required=True)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(STUDIES))
    parser.add_argument("--set", action="append", default=[], metavar="path=value", help="of the sweeps, such as sweep.replicates=2")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    options = parser.parse_args()
    for name in options.names:
        if name not in STUDIES:
            parser.error(f"there is no study '{name}' (there are {', '.join(STUDIES)})")
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        for name in options.names or STUDIES:
            study(options.program, name, options.out, options.set)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "analysis"))
    sys.exit(main())
