#!/usr/bin/python3
"""Writes the SWOT table of a run (sim/MODEL.md, indicators): strengths and weaknesses against a reference, and of a sweep
opportunities and threats.

    /usr/bin/python3 analysis/swot.py RUN REFERENCE [--region NAME] [--sweep FILE] [--measure lsg_index] [--far 0.02] [--shock PATH]... [--out PAGE]

`./kurultai swot` calls it. RUN and REFERENCE are result files; with --region the region of RUN stands against the nation of
REFERENCE, which may be the same file. The table is Markdown, on the terminal or in the file that --out names. Exits with 2 for
wrong usage and 5 if a file cannot be read or lacks what is needed.
"""
if __name__ == "__main__":
    import verb
    verb.begin("swot")

import argparse
import pathlib
import sys

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="kurultai swot", description="SWOT table of a run against a reference")
    parser.add_argument("run", help="result file of a run")
    parser.add_argument("reference", help="result file of the run it is held against")
    parser.add_argument("--region", help="a region of the run, against the nation of the reference")
    parser.add_argument("--sweep", help="result file of a sweep over levers and shocks")
    parser.add_argument("--measure", default="lsg_index", help="measure of the sweep (default: lsg_index)")
    parser.add_argument("--far", type=verb.number(0, 1e12), default=0.02, help="least difference of an indicator (default: 0.02)")
    parser.add_argument("--shock", action="append", default=[], metavar="PATH", help="a lever that is a shock, besides those known")
    parser.add_argument("--out", help="Markdown file to write")
    given = parser.parse_args(arguments)

    import kurultai
    try:
        sweep = kurultai.open_sweep(given.sweep) if given.sweep else None
        table = kurultai.swot.analyse(kurultai.open_run(given.run), kurultai.open_run(given.reference), given.region, sweep, given.measure,
                                      given.far, given.shock).markdown()
        if given.out:
            verb.write_text(given.out, table)
        else:
            print(table, end="")
    except (kurultai.ResultError, OSError) as error:
        print(f"kurultai swot: {error}", file=sys.stderr)
        return 5
    return 0


if __name__ == "__main__":
    sys.exit(main())
