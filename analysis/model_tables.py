#!/usr/bin/python3
"""Writes the generated parts of sim/MODEL.md out of the program's own dictionary:

    /usr/bin/python3 analysis/model_tables.py [--program build/release/sim/kurultai] [--check]

A part stands between the lines `<!-- begin NAME -->` and `<!-- end NAME -->`; NAME is plan, series, scale,
calibrated, forms or parameters. What stands between them is replaced, all else is left alone. With --check nothing is
written; the exit code is 1 if a part is out of date. Run it after a parameter, a series, a form or a mechanism has
changed.
"""
if __name__ == "__main__":
    import verb

    verb.begin("model_tables")

import argparse
import json
import pathlib
import re
import sys

import verb

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "sim" / "MODEL.md"
FORMS = "scenarios/forms.toml"


def said(value):
    """A value as a table shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(said(item) for item in value) or "none"
    if isinstance(value, float):
        return "1e12" if value == 1e12 else f"{value:g}"
    return str(value) if value != "" else "none"


def table(heads, rows):
    """Rows of cells as a table of Markdown."""
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    for row in rows:
        lines.append("| " + " | ".join(str(cell).replace("|", "\\|") or " " for cell in row) + " |")
    return "\n".join(lines)


def parameter_tables(parameters):
    """A table a section, in the order of the dictionary. `enabled`, which every mechanism has, is left out."""
    sections = {}
    for entry in parameters:
        sections.setdefault(entry["section"], []).append(entry)
    parts = []
    for section, entries in sections.items():
        rows = []
        for entry in entries:
            name = entry["path"][len(section) + 1 :]
            if name == "enabled":
                continue
            unit = "" if entry["unit"] == "1" else entry["unit"]
            kind = ", ".join(
                filter(
                    None,
                    [
                        unit,
                        ("personal lever" if entry["personal"] else "lever") if entry["lever"] else "",
                        "extensive" if entry["extensive"] else "",
                    ],
                )
            )
            meaning = (f"{entry['symbol']}: " if entry["symbol"] else "") + entry["meaning"]
            rows.append([f"`{name}`", said(entry["default"]), kind, meaning, entry["source"]])
        if rows:
            parts.append(f"**`[{section}]`**\n\n" + table(["parameter", "default", "unit", "meaning", "source"], rows))
    return "\n\n".join(parts)


def calibrated_table(parameters, forms):
    """Parameters and intercepts that were set to meet published figures."""
    rows = [
        [f"`{entry['path']}`", said(entry["default"]), entry["meaning"]]
        for entry in parameters
        if "calibrated, sim/MODEL.md" in entry["source"] and not entry["section"].startswith("form.")
    ]
    rows += [
        [f"`form.{form['name']}.intercept`", form["intercept"], "attraction of the form by itself"]
        for form in forms
        if form["decides"] == "budget" or form["standing"] == "true"
    ]
    return table(["parameter", "value", "meaning"], rows)


def forms_table(forms, parameters):
    """A row a form: what of it is not the default."""

    def as_form(value):
        return (
            ("true" if value else "false")
            if isinstance(value, bool)
            else "" if value in ("", []) else f"{value:g}" if isinstance(value, (int, float)) else value
        )

    defaults = [
        (entry["path"].split(".")[-1], as_form(entry["default"]))
        for entry in parameters
        if entry["section"] == "form.NAME"
    ]
    rows = []
    for form in forms:
        differs = [
            f"{key} {form[key]}" for key, default in defaults if key in form and key != "title" and form[key] != default
        ]
        rows.append([f"`{form['name']}`", form["title"], "; ".join(differs)])
    return table(["form", "title", "what is not the default"], rows)


def series_table(series):
    rows = [
        [
            f"`{one['name']}`" + (" (by form)" if one["by_form"] else ""),
            "" if one["unit"] == "1" else one["unit"],
            one["meaning"],
            "yes" if one["by_stratum"] else "no",
            f"`{one['mechanism']}`",
        ]
        for one in series
    ]
    return table(["series", "unit", "meaning", "by stratum", "mechanism"], rows)


def scale_table(series):
    """Series that depend on run.scale, with the smallest at which they may be read; those that need the largest
    first."""
    scales = {}
    for one in series:
        if one["least_scale"] > 0:
            scales.setdefault(one["least_scale"], []).append(f"`{one['name']}`")
    return table(
        ["run.scale, at least", "series"],
        [[f"{scale:g}", ", ".join(scales[scale])] for scale in sorted(scales, reverse=True)],
    )


def parts_of(program):
    """The generated parts by name, as `program` describes itself."""

    def describe(*words):
        return verb.run([str(program), "describe", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    parameters = json.loads(describe("parameters", "--json"))
    forms = json.loads(describe("forms", FORMS, "--json"))
    outputs = json.loads(describe("outputs", "--json"))
    return {
        "plan": "```text\n" + describe("plan").strip() + "\n```",
        "series": series_table(outputs),
        "scale": scale_table(outputs),
        "calibrated": calibrated_table(parameters, forms),
        "forms": forms_table(forms, parameters),
        "parameters": parameter_tables(parameters),
    }


def rewritten(document, parts):
    """`document` with every part replaced. Raises ValueError if its markers do not stand there exactly once."""
    for name, text in parts.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        if len(pattern.findall(document)) != 1 or document.count(begin) != 1 or document.count(end) != 1:
            raise ValueError(f"the markers of '{name}' must stand in {DOCUMENT.name} exactly once")
        document = pattern.sub(lambda _: f"{begin}\n\n{text}\n\n{end}", document)
    return document


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "sim" / "kurultai")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.program.is_file():
        print(
            f"{options.program}: no such program; './kurultai --version' builds it, or name another with --program",
            file=sys.stderr,
        )
        return 1
    before = DOCUMENT.read_text(encoding="utf-8")
    after = rewritten(before, parts_of(options.program.resolve()))
    if before == after:
        print("sim/MODEL.md is up to date")
        return 0
    if options.check:
        print("sim/MODEL.md is out of date: run analysis/model_tables.py", file=sys.stderr)
        return 1
    DOCUMENT.write_text(after, encoding="utf-8")
    print("sim/MODEL.md rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
