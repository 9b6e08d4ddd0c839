#!/usr/bin/python3
"""Writes a page about a result, of a run or of a sweep, that any browser shows without anything else:

    ./kurultai report FILE [--out FILE.html]

By default the page stands beside the result. Prints its path. Exits with 5 and a message if the result cannot be read
or the page cannot be written.
"""
from __future__ import annotations

import argparse
import json
import math
import os
import pathlib
import subprocess
import sys
from typing import Any, Callable

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))

import matplotlib  # noqa: E402

matplotlib.use("Agg")

import numpy  # noqa: E402

import kurultai  # noqa: E402
from kurultai import drawing, page, plots, statistics, sweep_plots  # noqa: E402
from kurultai.file import READ_FIRST  # noqa: E402

UNCALIBRATED = ("The figures come from a model whose behaviour is mostly uncalibrated: signs and some sizes are from the "
                "literature, levels are not measured. Read them as \u201cif people behave like this, then\u201d, not as "
                "forecasts; sim/MODEL.md says what each number rests on.")
MOST_ROWS = 400


# --- Words and tables that runs and sweeps share -------------------------------------------------------------

def attempt(draw: Callable[[float], Any]) -> str:
    """The figure, or nothing where the result lacks what it needs."""
    try:
        return page.figure(draw)
    except kurultai.ResultError:
        return ""


def weeks_said(count: Any) -> str:
    """A number of weeks in words."""
    if not isinstance(count, int):
        return "some weeks"
    years = count / drawing.WEEKS_A_YEAR
    return f"{years:g} years" if count and count % drawing.WEEKS_A_YEAR == 0 and years > 1 else f"{count} weeks"


def scale_said(scale: Any) -> str:
    """0.05 as 'one resident in 20'."""
    if not isinstance(scale, (int, float)) or scale <= 0:
        return ""
    if scale == 1:
        return "every resident"
    return f"one resident in {1 / scale:.4g}" if scale < 1 else f"{scale:g} times the residents"


def flat(tree: dict[str, Any], before: str = "") -> dict[str, Any]:
    """Nested dictionaries as path to value."""
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found.update(flat(value, f"{before}{key}.") if isinstance(value, dict) else {before + key: value})
    return found


def said(value: Any) -> str:
    """A parameter's value in a table."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(said(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def changed_parameters(scenario: dict[str, Any], program: pathlib.Path) -> str:
    """The parameters that differ from the defaults of `program`, as a table; or why that cannot be told."""
    if not os.access(program, os.X_OK):
        return page.details("Parameters that differ from the defaults", "<p>This cannot be told here, since the program is not "
                            "built; all values stand in the scenario below.</p>")
    try:
        done = subprocess.run([str(program), "describe", "parameters", "--json"], capture_output=True, text=True, timeout=60,
                              check=True)
        defaults = {entry["path"]: entry for entry in json.loads(done.stdout)}
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return page.details("Parameters that differ from the defaults", f"<p>This cannot be told: {page.text(error)}</p>")
    rows = []
    for path, value in flat(scenario).items():
        entry = defaults.get(path)
        if entry is not None and entry["default"] != value:
            rows.append((path, said(value), said(entry["default"]), entry["meaning"]))
    if not rows:
        return page.details("Parameters that differ from the defaults", "<p>None does.</p>")
    return page.details(f"Parameters that differ from the defaults ({len(rows)})",
                        page.table(("parameter", "here", "default", "meaning"), rows))


def policies(scenario: dict[str, Any]) -> str:
    rows = [(name, policy.get("meaning", ""), policy.get("lever", ""), policy.get("mode", ""), said(policy.get("dose", "")),
             said(policy.get("start", ""))) for name, policy in scenario.get("policy", {}).items() if isinstance(policy, dict)]
    if not rows:
        return ""
    return page.details(f"Policies ({len(rows)})", page.table(("name", "meaning", "lever", "mode", "dose", "first week"), rows))


def provenance(result: Any, file: pathlib.Path) -> str:
    names = {"digest": "digest of the results", "kurultai_version": "Kurultai", "git_commit": "commit", "seed": "seed",
             "replicate": "replicate", "replicates": "replicates", "scale": "scale", "design": "design",
             "residents": "residents simulated", "format_version": "format of the file"}
    there = result.attributes
    rows = [("file", file.name)] + [(label, said(there[key])) for key, label in names.items() if key in there]
    rows += [(key.replace("_", " "), said(value)) for key, value in result.provenance.items()]
    if "created" not in result.provenance:
        rows.append(("date", "not known: the file does not say"))
    return page.details("Where it is from", page.table(("what", "value"), rows), is_open=True)


def source_text(title: str, toml: Any) -> str:
    return page.details(title, f"<pre>{page.text(toml)}</pre>") if toml else ""


def caveats(lines: list[str]) -> str:
    return page.section("Before you quote a number", *(f'<p class="note">{page.text(line)}</p>' for line in lines))


# --- A run ---------------------------------------------------------------------------------------------------

def over_weeks(run: kurultai.Run, level: str = "nation") -> list[str]:
    """The names of a level's series that are not by form, those a reader asks for first in front."""
    if level not in run.series:
        return []
    dims = ("week",) if level == "nation" else ("week", level)
    names = [str(name) for name, variable in run.series[level].data_vars.items() if variable.dims == dims]
    return [name for name in READ_FIRST if name in names] + [name for name in names if name not in READ_FIRST]


def run_page(run: kurultai.Run, file: pathlib.Path, program: pathlib.Path) -> str:
    scenario = run.scenario
    settings = scenario.get("run", {})
    names = over_weeks(run)
    main = names[0] if names else ""
    residents = run.attributes.get("residents")
    people = f"{residents:,} residents" if isinstance(residents, int) else "its residents"
    scale = scale_said(run.attributes.get("scale"))
    planned = [name for name in run.policies]
    words = (f"One run of this scenario: {people}{f' ({scale})' if scale else ''} are followed week by week for "
             f"{weeks_said(settings.get('weeks'))}, after {weeks_said(settings.get('warmup'))} of warm-up. "
             f"Seed {run.attributes.get('seed', 'unknown')}, replicate {run.attributes.get('replicate', 0)}. ")
    words += f"Policies: {', '.join(planned)}." if planned else "No policy acts."
    description = scenario.get("description", "")
    head = (f'<p class="kicker">Kurultai \u00b7 report of a run</p>\n<h1>{page.text(run.title)}</h1>\n' +
            (f'<p class="lead">{page.text(description)}</p>\n' if description else "") + f"<p>{page.text(words)}</p>")

    tiles = []
    for name in names[:4]:
        variable = run.nation[name]
        first, last = drawing.ends(variable.values)
        if math.isfinite(last):
            tiles.append((drawing.number(last, variable), drawing.unit(variable),
                          f"{variable.attrs.get('long_name', name)}, in the last week; {drawing.number(first, variable)} in the first"))
    if main and main in over_weeks(run, "region"):
        variable = run.region[main]
        last_by = numpy.array([drawing.ends(column)[1] for column in variable.values.T])
        if numpy.isfinite(last_by).any():
            low, high = int(numpy.nanargmin(last_by)), int(numpy.nanargmax(last_by))
            labels = [str(label) for label in variable["region"].values]
            tiles.append((f"{drawing.number(last_by[low], variable)} \u2013 {drawing.number(last_by[high], variable)}", "",
                          f"{drawing.name(variable).lower()} from the lowest region, {labels[low]}, to the highest, {labels[high]}"))

    by_form = [str(name) for name, variable in run.nation.data_vars.items() if variable.dims == ("week", "form")] if names else []
    form_series = "turnout" if "turnout" in by_form else by_form[0] if by_form else ""
    regional = over_weeks(run, "region")[:3]
    sections = [
        page.section("In a few numbers", page.tiles(tiles) if tiles else ""),
        page.section("Over time", attempt(lambda w: plots.time_path(run, names[:3], width=w)) if names else ""),
        page.section("Forms of participation", attempt(lambda w: plots.by_form(run, form_series, width=w)) if form_series else ""),
        page.section("Regions", *(attempt(lambda w, n=name: plots.ranking(run, n, width=w)) for name in regional),
                     attempt(lambda w: plots.small_multiples(run, regional[0], width=w)) if regional else ""),
        page.section("Who takes part", attempt(lambda w: plots.who(run, main, width=w)) if main else ""),
        page.section("Tables", series_table(run, names), region_table(run, regional), policies(scenario),
                     changed_parameters(scenario, program),
                     source_text("The whole scenario, every value", run.attributes.get("scenario"))),
        caveats([UNCALIBRATED, "This is one run under one seed. How much of what is seen is chance shows only in replicates: "
                               "./kurultai sweep."]),
        page.section("Provenance", provenance(run, file)),
    ]
    return page.page(f"{run.title} \u2013 report of a run", head, sections, f"<p>{page.text(run.source_line)}</p>")


def series_table(run: kurultai.Run, names: list[str]) -> str:
    rows = []
    for name in names:
        variable = run.nation[name]
        first, last = drawing.ends(variable.values)
        rows.append((name, drawing.number(first, variable), drawing.number(last, variable), drawing.unit(variable),
                     variable.attrs.get("long_name", "")))
    if not rows:
        return ""
    return page.details(f"The nation's series ({len(rows)})",
                        page.table(("series", "first", "last", "unit", "meaning"), rows, numbers=(1, 2)))


def region_table(run: kurultai.Run, names: list[str]) -> str:
    if not names:
        return ""
    labels = [str(label) for label in run.region["region"].values]
    rows = [(label, *(drawing.number(drawing.ends(run.region[name].values[:, k])[1], run.region[name]) for name in names))
            for k, label in enumerate(labels)]
    return page.details("Regions in the last week", page.table(("region", *names), rows, numbers=range(1, 1 + len(names))))


# --- A sweep -------------------------------------------------------------------------------------------------

def top_lever(sweep: kurultai.Sweep, measure: str) -> str:
    """The axis that moves a measure most."""
    try:
        return sweep_plots.ranked(sweep, measure)[0][0][0]
    except kurultai.ResultError:
        return sweep.axes[0].name if sweep.axes else ""


def sweep_tiles(sweep: kurultai.Sweep, measure: str) -> list[tuple[str, str, str]]:
    runs = sum(sweep.counts.values())
    done = sweep.counts.get("finished", 0)
    rest = ", ".join(f"{number} {word}" for word, number in sweep.counts.items() if word != "finished")
    tiles = [(f"{done:,}", f"of {runs:,}", f"runs finished{'; ' + rest if rest else ''}"),
             (f"{sweep.points} \u00d7 {sweep.replicates}", "",
              "points (settings of the levers) and replicates (the same settings, other luck)")]
    if not measure or not done:
        return tiles
    variable = sweep.measure(measure)
    means = statistics.mean_interval(variable.transpose("point", "replicate").values, axis=1)[0]
    if numpy.isfinite(means).any():
        low, high = int(numpy.nanargmin(means)), int(numpy.nanargmax(means))

        def where(point: int) -> str:
            return ", ".join(f"{axis.words} {axis.said(sweep.design[axis.name].values[point])}" for axis in sweep.axes)

        ends = drawing.number(means[low], variable), drawing.number(means[high], variable)
        tiles.append((" \u2013 ".join(ends), drawing.unit(variable),
                      f"{drawing.name(variable).lower()} from the lowest point ({where(low)}) to the highest ({where(high)}): "
                      f"{variable.attrs.get('long_name', '')}"))
    try:
        rows, method, _ = sweep_plots.ranked(sweep, measure)
    except kurultai.ResultError:
        return tiles
    name, mean, low_end, high_end, compared = rows[0]
    lever, what = sweep.axis(name).words, drawing.name(variable).lower()
    largest = f"the largest of {len(rows)} lever{'s' if len(rows) > 1 else ''}"
    if method == "difference":
        number, interval = drawing.with_interval(mean, low_end, high_end, variable, difference=True)
        points = "percentage points" if drawing.is_share(variable) else drawing.unit(variable)
        tiles.append((number.removesuffix(" pp"), points,
                      f"change of {what} by {lever}, {compared}: {largest}; 95% interval {interval}"))
    else:
        tiles.append((f"{mean:.2f}".replace("-", "\u2212"), "", f"standardised coefficient of {lever} on {what}, {largest}; "
                      f"95% interval {low_end:.2f} to {high_end:.2f}"))
    return tiles


def effect_table(sweep: kurultai.Sweep, measure: str) -> str:
    """A measure at each value of each lever, with intervals and paired differences."""
    variable = sweep.measure(measure)
    rows = []
    for axis in sweep.axes:
        contrast = sweep.contrast(axis.name, groups=5)
        groups = sweep.by_value(variable, contrast)
        pairs = sweep.paired(measure, axis.name) if contrast.fair else None
        for k, group in enumerate(groups):
            mean, low, high, count = statistics.mean_interval(group)
            row = [axis.name, contrast.labels[k],
                   *drawing.with_interval(float(mean), float(low), float(high), variable, difference=False)]
            if pairs is None:
                row += ["not paired", ""]
            elif contrast.values[k] == pairs.attrs["base"]:
                row += ["base", ""]
            else:
                mean, low, high = (float(pairs[key].values[k]) for key in ("mean", "low", "high"))
                row += drawing.with_interval(mean, low, high, variable, difference=True)
            rows.append((*row, int(count)))
    return page.details(f"{drawing.name(variable)} by lever", page.table(
        ("lever", "value", "mean", "95% interval", "difference", "95% interval", "replicates or points"), rows,
        f"{drawing.meaning(variable)}. Differences are paired, replicate by replicate, at the same settings of the other levers.",
        numbers=(2, 3, 4, 5, 6)))


def axes_table(sweep: kurultai.Sweep) -> str:
    rows = []
    for axis in sweep.axes:
        values = ", ".join(axis.said(value) for value in axis.values) if len(axis.values) <= 12 else \
            f"{len(axis.values)} values from {axis.said(axis.values[0])} to {axis.said(axis.values[-1])}"
        base = "not among them" if axis.base is None else axis.said(axis.base)
        rows.append((axis.name, axis.path, values, base, axis.unit, axis.meaning))
    return page.details(f"Levers ({len(rows)})",
                        page.table(("lever", "parameter", "values", "base", "unit", "meaning"), rows), is_open=True)


def points_table(sweep: kurultai.Sweep) -> str:
    measures = [sweep.measure(name) for name in sweep.measure_names]
    means = [statistics.mean_interval(measure.transpose("point", "replicate").values, axis=1)[0] for measure in measures]
    rows = []
    for point in range(min(sweep.points, MOST_ROWS)):
        axes = [axis.said(sweep.design[axis.name].values[point]) for axis in sweep.axes]
        rows.append((point, *axes, int(sweep.finished[point].sum()),
                     *(drawing.number(float(mean[point]), measure) for mean, measure in zip(means, measures))))
    heads = ("point", *(axis.name for axis in sweep.axes), "runs", *sweep.measure_names)
    some = f" (the first {MOST_ROWS} of {sweep.points})" if sweep.points > MOST_ROWS else f" ({sweep.points})"
    return page.details("All points" + some, page.table(heads, rows, "Means over the runs that finished.", numbers=range(len(heads))))


def failed_table(sweep: kurultai.Sweep) -> str:
    failed = sweep.failed
    if failed.empty:
        return ""
    rows = [[f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row]
            for row in failed.head(MOST_ROWS).itertuples(index=False)]
    note = "Their values are left out of all figures. './kurultai rerun FILE --run N' runs one again."
    return page.details(f"Runs that failed ({len(failed)})", page.table(list(failed.columns), rows, note), is_open=len(rows) <= 10)


def pairs_of_levers(sweep: kurultai.Sweep, measure: str, most: int = 3) -> list[tuple[str, str]]:
    """Pairs of levers that a surface can show, those that move the measure most first."""
    try:
        order = [row[0] for row in sweep_plots.ranked(sweep, measure)[0]]
    except kurultai.ResultError:
        order = []
    order += [axis.name for axis in sweep.axes if axis.name not in order]
    found = []
    for k, x in enumerate(order):
        for y in order[k + 1:]:
            try:
                sweep.cells(measure, x, y)
            except kurultai.ResultError:
                continue
            found.append((x, y))
    return found[:most]


def sweep_page(sweep: kurultai.Sweep, file: pathlib.Path, program: pathlib.Path) -> str:
    scenario, settings = sweep.scenario, sweep.settings.get("sweep", {})
    run = scenario.get("run", {})
    measures = list(sweep.measure_names)
    main = measures[0] if measures else ""
    lever = top_lever(sweep, main) if main else (sweep.axes[0].name if sweep.axes else "")
    kinds = {"grid": "all combinations of their values", "list": "a list of settings", "csv": "a table of settings",
             "latin": "a Latin hypercube", "sobol": "a Sobol\u2019 sequence", "saltelli": "Saltelli\u2019s design", "morris": "Morris\u2019 design"}
    design = str(sweep.attributes.get("design", ""))
    levers = ", ".join(f"{axis.words} ({axis.path})" for axis in sweep.axes)
    base = scenario.get("title") or "its scenario"
    scale = scale_said(run.get("scale"))
    simulated = settings.get("model", "simulator") == "simulator"
    times = "once" if sweep.replicates == 1 else f"up to {sweep.replicates} times"
    words = (f"A sweep of {len(sweep.axes)} lever{'s' if len(sweep.axes) != 1 else ''} \u2013 {levers} \u2013 over "
             f"{kinds.get(design, design)}: {sweep.points} points, each run {times}. ")
    if simulated:
        words += (f"The base is the scenario \u201c{base}\u201d{f', {scale}' if scale else ''}, recorded for "
                  f"{weeks_said(run.get('weeks'))} after {weeks_said(run.get('warmup'))} of warm-up. ")
    words += f"Seed {sweep.attributes.get('seed', 'unknown')}. "
    if sweep.replicates > 1:
        words += ("Replicates of the same number share their random numbers at all points, so that differences between points "
                  "are not luck." if sweep.common else "Every run has random numbers of its own.")
    description = sweep.attributes.get("description", "")
    head = (f'<p class="kicker">Kurultai \u00b7 report of a sweep</p>\n<h1>{page.text(sweep.title)}</h1>\n' +
            (f'<p class="lead">{page.text(description)}</p>\n' if description else "") + f"<p>{page.text(words)}</p>")

    warnings = [UNCALIBRATED if simulated else "This is a test model whose answer is known, not the simulator.",
                "Intervals tell the luck of the simulation alone. They do not tell how wrong the model's parameters may be."]
    if simulated and settings.get("society") == "shared":
        warnings.append("All replicates live in one society and differ by what happens in it; another draw of the society could "
                        "differ more.")
    if sweep.counts.get("failed") or sweep.counts.get("missing"):
        warnings.append(f"Not all runs finished ({sweep.status}); what is missing is left out, replicate by replicate.")
    done = bool(sweep.finished.any())
    shown = [axis.name for axis in sweep.axes if len(axis.values) > 1][:4]
    order = [lever] + [name for name in shown if name != lever] if lever in shown else shown
    nation, region, stratum = (sweep.followed(level) for level in ("nation", "region", "stratum"))
    figures: list[str] = []
    if done and main:
        figures += [
            page.section("Which lever matters", *(attempt(lambda w, m=m: sweep_plots.levers(sweep, m, width=w))
                                                  for m in measures[:3] if len(sweep.axes) > 1)),
            page.section("What each lever does", *(attempt(lambda w, m=m, a=a: sweep_plots.effect(sweep, a, m, width=w))
                                                   for m in measures[:1] for a in order),
                         *(attempt(lambda w, m=m: sweep_plots.effect(sweep, order[0], m, width=w))
                           for m in measures[1:3] if order)),
            page.section("Two levers together", *(attempt(lambda w, x=x, y=y: sweep_plots.surface(sweep, x, y, main, width=w))
                                                  for x, y in pairs_of_levers(sweep, main))),
        ]
    if done and lever:
        figures += [
            page.section("Over time", *(attempt(lambda w: sweep_plots.time_path(sweep, nation[:2], lever, width=w))
                                        for _ in nation[:1])),
            page.section("Regions", *(attempt(lambda w, n=name: sweep_plots.region_multiples(sweep, n, lever, width=w))
                                      for name in region[:1])),
            page.section("Who takes part", *(attempt(lambda w, n=name: sweep_plots.who(sweep, n, lever, width=w))
                                             for name in stratum[:1])),
        ]
    sections = [
        page.section("In a few numbers", page.tiles(sweep_tiles(sweep, main))), *figures,
        page.section("Tables", axes_table(sweep), *(effect_table(sweep, m) for m in measures if done), failed_table(sweep),
                     points_table(sweep), policies(scenario), changed_parameters(scenario, program),
                     source_text("The sweep, every value", sweep.attributes.get("sweep")),
                     source_text("The base scenario, every value", sweep.attributes.get("scenario"))),
        caveats(warnings),
        page.section("Provenance", provenance(sweep, file)),
    ]
    return page.page(f"{sweep.title} \u2013 report of a sweep", head, sections, f"<p>{page.text(sweep.source_line)}</p>")


def main() -> int:
    parser = argparse.ArgumentParser(prog="./kurultai report", description=__doc__.splitlines()[0].rstrip(":"))
    parser.add_argument("result", type=pathlib.Path, metavar="FILE", help="result of a run or a sweep (.h5)")
    parser.add_argument("--out", type=pathlib.Path, metavar="FILE.html", help="the page; by default beside the result")
    parser.add_argument("--program", type=pathlib.Path, default=ROOT / "build" / "release" / "sim" / "kurultai",
                        help="the program that knows the parameters' defaults")
    options = parser.parse_args()
    out = options.out or options.result.with_suffix(".html")
    try:
        result = kurultai.open_result(options.result)
        if isinstance(result, kurultai.Run):
            text = run_page(result, options.result, options.program)
        else:
            with result:
                text = sweep_page(result, options.result, options.program)
        out.write_text(text, encoding="utf-8")
    except kurultai.ResultError as error:
        print(f"error: {error}", file=sys.stderr)
        return 5
    except OSError as error:
        print(f"error: {out}: cannot be written ({error.strerror}); name another place with --out", file=sys.stderr)
        return 5
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
