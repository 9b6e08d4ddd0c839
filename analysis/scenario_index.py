#!/usr/bin/python3
"""Writes the generated part of scenarios/README.md out of the scenarios' own titles and descriptions:

    /usr/bin/python3 analysis/scenario_index.py [--check]

What stands between `<!-- begin library -->` and `<!-- end library -->` is replaced, all else is left alone. A scenario
of the library says in its description, in a line each, what it tests and what to expect ("Tests: ...", "Expect: ...").
With --check nothing is written; the exit code is 1 if the page is out of date or a scenario does not say so.
"""
if __name__ == "__main__":
    import verb

    verb.begin("scenario_index")

import argparse
import pathlib
import re
import sys

import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "scenarios"
PAGE = SCENARIOS / "README.md"
FOLDERS = {
    "proposals": "Proposals of the source, R1-R8 and P1-P10",
    "governance": "Models of self-government (T1, T3, T5)",
    "shocks": "Shocks",
}
SINGLE = ("kazakhstan.toml", "history.toml")


def library():
    """All scenarios of the library, in the order in which they are listed: paths relative to scenarios/."""

    def order(path):
        return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.stem)]

    found = [pathlib.Path(name) for name in SINGLE]
    for folder in FOLDERS:
        found += [path.relative_to(SCENARIOS) for path in sorted((SCENARIOS / folder).glob("*.toml"), key=order)]
    return found


def told(path):
    """Title, what is tested and what is expected; raises ValueError naming what is missing."""
    data = tomllib.loads((SCENARIOS / path).read_text(encoding="utf-8"))
    lines = data.get("description", "").strip().splitlines()
    parts = {line.split(":", 1)[0]: line.split(":", 1)[1].strip() for line in lines if ":" in line}
    if "title" not in data or "Tests" not in parts or "Expect" not in parts or len(lines) != 2:
        raise ValueError(
            f"scenarios/{path}: needs a title and a description of two lines, 'Tests: ...' and 'Expect: ...'"
        )
    return data["title"], parts["Tests"], parts["Expect"]


def page():
    """The generated part."""
    lines = []
    for folder, heading in (("", "The country as it is, and how it came about"), *FOLDERS.items()):
        lines += [f"### {heading}", "", "| scenario | what it tests | what to expect |", "| --- | --- | --- |"]
        for path in library():
            if path.parent.name == folder:
                title, tests, expect = told(path)
                lines.append(f"| [`{path}`]({path})<br>{title} | {tests} | {expect} |")
        lines.append("")
    return "\n".join(lines).strip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, tell whether the page is up to date")
    options = parser.parse_args()
    try:
        text = PAGE.read_text(encoding="utf-8")
        begin, end = "<!-- begin library -->\n", "<!-- end library -->"
        start, stop = text.index(begin) + len(begin), text.index(end)
        fresh = text[:start] + "\n" + page() + "\n\n" + text[stop:]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    if options.check:
        if fresh != text:
            print("scenarios/README.md is out of date: run analysis/scenario_index.py", file=sys.stderr)
        return int(fresh != text)
    PAGE.write_text(fresh, encoding="utf-8")
    print(PAGE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
