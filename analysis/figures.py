#!/usr/bin/python3
"""Draws the figure that the README shows from a result file:

    ./kurultai run scenarios/kazakhstan.toml
    /usr/bin/python3 analysis/figures.py results/kazakhstan.h5 [--out results/figures]

Writes OUT/NAME.png, NAME being the result's, and prints its path: regions ranked by participation in the last week.
Exits with 1 and a message if the result cannot be read.
"""
import argparse
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))
DOTS_PER_INCH = 80  # 840 pixels wide: legible on a page, about 100 KB


def main() -> int:
    import matplotlib
    matplotlib.use("Agg")
    import kurultai

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("result", type=pathlib.Path)
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results" / "figures")
    options = parser.parse_args()
    try:
        figure = kurultai.plots.ranking(kurultai.open_run(options.result), "participation")
    except kurultai.ResultError as error:
        print(error, file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    target = options.out / f"{options.result.stem}.png"
    figure.savefig(target, dpi=DOTS_PER_INCH)
    print(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
