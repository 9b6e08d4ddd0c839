#!/usr/bin/python3
"""Writes the SWOT table of a run (sim/MODEL.md, indicators): strengths and weaknesses against a reference, and of a
sweep opportunities and threats.

    /usr/bin/python3 analysis/swot.py RUN REFERENCE [--region NAME] [--sweep FILE] [--measure lsg_index] [--far 0.02]
    [--shock PATH]...
        [--out PAGE.md] [--unsealed]

`./kurultai swot` calls it. RUN and REFERENCE are result files; with --region the region of RUN stands against the
nation of REFERENCE, which may be the same file. The table is Markdown, on the terminal or in the file that --out names.
Exit codes are those of the program: 2 for an option, 5 if a file cannot be read, written or lacks what is needed.
"""
if __name__ == "__main__":
    import verb

    verb.begin("swot")

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))

import verb  # noqa: E402


def main() -> int:
    parser = verb.Parser(
        prog="./kurultai swot",
        description="Strengths and weaknesses of a run against a reference; of a sweep opportunities and threats.",
    )
    parser.add_argument("run", type=pathlib.Path, metavar="RUN", help="result file of a run")
    parser.add_argument(
        "reference", type=pathlib.Path, metavar="REFERENCE", help="result file of the run it is held against"
    )
    parser.add_argument("--region", help="a region of the run, against the nation of the reference")
    parser.add_argument("--sweep", type=pathlib.Path, help="result file of a sweep over levers and shocks")
    parser.add_argument("--measure", default="lsg_index", help="measure of the sweep (default: lsg_index)")
    parser.add_argument(
        "--far",
        type=verb.number(0, 1),
        default=0.02,
        help="least difference of an indicator, from 0 to 1 (default: 0.02)",
    )
    parser.add_argument(
        "--shock", action="append", default=[], metavar="PATH", help="a lever that is a shock, besides those known"
    )
    parser.add_argument(
        "--out", type=pathlib.Path, metavar="PAGE.md", help="Markdown file to write; by default it is printed"
    )
    parser.add_argument("--unsealed", action="store_true", help=verb.UNSEALED)
    given = parser.parse_args()
    if given.out is not None and given.out.suffix.lower() not in (".md", ".markdown", ".txt"):
        parser.error(f"argument --out: {given.out} is no name for a table in Markdown; name it PAGE.md")

    import kurultai

    sweep = kurultai.open_sweep(given.sweep, given.unsealed) if given.sweep else None
    run, reference = (kurultai.open_run(file, given.unsealed) for file in (given.run, given.reference))
    if given.out:
        kurultai.output.hold(
            "swot",
            [given.out],
            [file for file in (given.run, given.reference, given.sweep) if file],
            make_folders=False,
        )
    table = kurultai.swot.analyse(run, reference, given.region, sweep, given.measure, given.far, given.shock).markdown()
    if given.out:
        verb.write_text(given.out, table)
        print(given.out)
    else:
        print(table, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
