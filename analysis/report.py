#!/usr/bin/python3
"""Writes a page about a result, of a run, a sweep, a comparison or a calibration, that any browser shows without
anything else:

    ./kurultai report FILE [--out FILE.html] [--unsealed]

By default the page stands beside the result. Prints its path. Exit codes are those of the program: 2 for an option, 5
if the result cannot be read or the page cannot be written.
"""
from __future__ import annotations

if __name__ == "__main__":
    import verb

    verb.begin("report")

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))

import verb  # noqa: E402


def main() -> int:
    parser = verb.Parser(prog="./kurultai report", description=__doc__.splitlines()[0].rstrip(":"))
    parser.add_argument(
        "result",
        type=pathlib.Path,
        metavar="FILE",
        help="result of a run, a sweep, a comparison or a calibration (.h5)",
    )
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE.html", help="the page; by default beside the result")
    parser.add_argument("--unsealed", action="store_true", help=verb.UNSEALED)
    parser.add_argument(
        "--program",
        type=pathlib.Path,
        default=ROOT / "build" / "release" / "sim" / "kurultai",
        help="the program that knows the parameters' defaults",
    )
    options = parser.parse_args()
    out = options.out
    if out is None:
        if not options.result.name:
            raise verb.Refusal(verb.STORAGE, f"{options.result}: cannot read (Is a directory); name a file in it")
        out = options.result.with_suffix(".html")
    if out.suffix.lower() not in (".html", ".htm"):
        suggestion = f"name it {out.with_suffix('.html')}" if out.name else "add a name"
        raise verb.Refusal(verb.USAGE, f"{out}: no name for a report (it is written as HTML) {suggestion}")
    import kurultai
    import result_pages

    result = kurultai.open_result(options.result, options.unsealed)
    kurultai.output.hold("report", [out], [options.result], make_folders=False)
    verb.write_text(out, result_pages.page_of(result, options.result, options.program))
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
