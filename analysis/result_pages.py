"""Pages about results, a kind each: of a run, a sweep, a comparison, a calibration. `report.py` writes them."""
from __future__ import annotations

import itertools
import json
import math
import os
import pathlib
import subprocess
from typing import Any, Callable

import verb

import matplotlib

matplotlib.use("Agg")

import numpy  # noqa: E402
import xarray  # noqa: E402

import kurultai  # noqa: E402
from kurultai import (  # noqa: E402
    calibration,
    comparison,
    drawing,
    numbers,
    page,
    plots,
    statistics,
    surveys,
    sweep_plots,
    trials,
)
from kurultai.file import READ_FIRST  # noqa: E402

UNCALIBRATED = (
    "The figures come from a model whose behaviour is mostly uncalibrated: signs and some sizes are from the "
    "literature, levels are not measured. Read them as \u201cif people behave like this, then\u201d, not as "
    "forecasts; sim/MODEL.md says what each number rests on."
)
MOST_ROWS, MOST_NAMES = 400, 8
NEARLY = 0.9  # share of those it may ask from which a survey asks nearly everyone
ADULT, OLDEST, UNBOUNDED = 18, 120, 1e12  # defaults of a policy's conditions
SHARE = xarray.DataArray(0.0, attrs={"units": "1", "long_name": "share of people"})  # for numbers that are one


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
        return page.details(
            "Parameters that differ from the defaults",
            "<p>This cannot be told here, since the program is not built; all values stand in the scenario below.</p>",
        )
    try:
        done = verb.run(
            [str(program), "describe", "parameters", "--json"], capture_output=True, text=True, timeout=60, check=True
        )
        defaults = {entry["path"]: entry for entry in json.loads(done.stdout)}
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return page.details(
            "Parameters that differ from the defaults", f"<p>This cannot be told: {page.text(error)}</p>"
        )
    rows = []
    for path, value in flat(scenario).items():
        entry = defaults.get(path)
        if entry is not None and entry["default"] != value:
            rows.append((path, said(value), said(entry["default"]), entry["meaning"]))
    if not rows:
        return page.details("Parameters that differ from the defaults", "<p>None does.</p>")
    return page.details(
        f"Parameters that differ from the defaults ({len(rows)})",
        page.table(("parameter", "here", "default", "meaning"), rows),
    )


def target(policy: dict[str, Any]) -> str:
    """Whom a policy is for, by the conditions that it sets; empty: everyone."""
    parts = [
        said(policy[key])
        for key in ("regions", "districts", "types", "communities", "education", "occupations")
        if policy.get(key)
    ]
    for key, words in (("income", "income {} the national mean"), ("population", "{} inhabitants")):
        low, high = policy.get(f"{key}_above", 0.0), policy.get(f"{key}_below", UNBOUNDED)
        if low > 0 or high < UNBOUNDED:
            ends = ([f"at least {said(low)}"] if low > 0 else []) + (
                [f"less than {said(high)}"] if high < UNBOUNDED else []
            )
            parts.append(words.format(" and ".join(ends) + (" of" if key == "income" else "")))
    parts += [
        f"the {word} {100 * policy[f'{word}_share']:g}%"
        for word in ("poorest", "richest")
        if policy.get(f"{word}_share", 1.0) < 1
    ]
    first, last = policy.get("age_from", ADULT), policy.get("age_to", OLDEST)
    if (first, last) != (ADULT, OLDEST):
        parts.append(f"aged {first} and over" if last == OLDEST else f"aged {first} to {last}")
    parts += [f"{key} {policy[key]}" for key in ("sex", "users") if policy.get(key, "any") != "any"]
    parts += [f"households of {policy['household_size']}"] if policy.get("household_size") else []
    parts += (
        [f"in {100 * policy['community_share']:g}% of the communities"]
        if policy.get("community_share", 1.0) < 1
        else []
    )
    return "; ".join(parts)


def in_force(policy: dict[str, Any]) -> str:
    """When a policy acts: 'from 26, ramp of 13', '78 to 110'."""
    start, end, ramp = policy.get("start", 0), policy.get("end", -1), policy.get("ramp", 0)
    return (f"{start} to {end}" if end >= 0 else f"from {start}") + (f", ramp of {ramp}" if ramp > 1 else "")


def treated(policy: dict[str, Any]) -> str:
    """Which of its target a policy reaches: '50% of households, lot mail'; empty: all."""
    unit, share = policy.get("unit", "community"), policy.get("share", 1.0)
    units = {"community": "communities", "household": "households", "resident": "residents"}.get(unit, unit)
    return ", ".join(
        [
            *([f"{100 * share:g}% of {units}"] if share < 1 else [f"all {units}"] if unit != "community" else []),
            *(["one member of each"] if policy.get("one") else []),
            *([f"lot {policy['lot']}"] if policy.get("lot") else []),
        ]
    )


def policies(scenario: dict[str, Any]) -> str:
    """The policies as a table, with a column for whatever any of them sets."""
    given = {name: policy for name, policy in scenario.get("policy", {}).items() if isinstance(policy, dict)}
    if not given:
        return ""
    columns: dict[str, Callable[[dict[str, Any]], str]] = {
        "meaning": lambda p: p.get("meaning", ""),
        "lever": lambda p: p.get("lever", ""),
        "dose": lambda p: f"{p.get('mode', 'add')} {said(p['dose'])}" if "dose" in p else "",
        "weeks": in_force,
        "target": target,
        "treated": treated,
        "trial": lambda p: (f"outcome: {p['outcome']}" if p.get("outcome") else "yes") if p.get("trial") else "",
        "source": lambda p: p.get("source", ""),
    }
    texts = {head: [words(policy) for policy in given.values()] for head, words in columns.items()}
    texts = {head: cells for head, cells in texts.items() if any(cells)}
    return page.details(
        f"Policies ({len(given)})",
        page.table(("name", *texts), list(zip(given, *texts.values())), "Without a target: everywhere."),
    )


def provenance(result: Any, file: pathlib.Path) -> str:
    names = {
        "digest": "digest of the results",
        "kurultai_version": "Kurultai",
        "git_commit": "commit",
        "seed": "seed",
        "replicate": "replicate",
        "replicates": "replicates",
        "scale": "scale",
        "design": "design",
        "residents": "residents simulated",
        "format_version": "format of the file",
    }
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


def notes(result: Any) -> list[str]:
    """What the program that wrote the result says must be known before it is read: its attributes `notes` (a line each)
    and `caveat`."""
    found = [str(result.attributes.get(name, "")) for name in ("notes", "caveat")]
    return [line.strip() for text in found for line in text.splitlines() if line.strip()]


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
    words = (
        f"One run of this scenario: {people}{f' ({scale})' if scale else ''} are followed week by week for "
        f"{weeks_said(settings.get('weeks'))}, after {weeks_said(settings.get('warmup'))} of warm-up. "
        f"Seed {run.attributes.get('seed', 'unknown')}, replicate {run.attributes.get('replicate', 0)}. "
    )
    words += (
        "No policy acts."
        if not planned
        else (
            f"Policies: {', '.join(planned)}."
            if len(planned) <= MOST_NAMES
            else f"{len(planned)} policies, listed under Tables."
        )
    )
    late = [name for name in planned if run.policies[name].get("start", 0) >= settings.get("weeks", math.inf)]
    words += f" Of them {len(late)} would begin only after the run's end." if late else ""
    description = scenario.get("description", "")
    head = (
        f'<p class="kicker">Kurultai \u00b7 report of a run</p>\n<h1>{page.text(run.title)}</h1>\n'
        + (f'<p class="lead">{page.text(description)}</p>\n' if description else "")
        + f"<p>{page.text(words)}</p>"
    )

    tiles = []
    several_regions = (
        "region" in run.series and run.region.sizes.get("region", 0) > 1
    )  # else they say what the nation says
    for name in names[:4]:
        variable = run.nation[name]
        first, last = drawing.ends(variable.values)
        if math.isfinite(last):
            tiles.append(
                (
                    *numbers.amount(last, variable),
                    (
                        f"{variable.attrs.get('long_name', name)}, in the last week;"
                        f" {drawing.number(first, variable)} in the first"
                    ),
                )
            )
    if main and main in over_weeks(run, "region"):
        variable = run.region[main]
        last_by = numpy.array([drawing.ends(column)[1] for column in variable.values.T])
        if numpy.isfinite(last_by).sum() > 1:
            low, high = int(numpy.nanargmin(last_by)), int(numpy.nanargmax(last_by))
            labels = [str(label) for label in variable["region"].values]
            tiles.append(
                (
                    f"{drawing.number(last_by[low], variable)} \u2013 {drawing.number(last_by[high], variable)}",
                    "",
                    (
                        f"{drawing.name(variable).lower()} from the lowest region, {labels[low]}, to the highest,"
                        f" {labels[high]}"
                    ),
                )
            )

    by_form = (
        [str(name) for name, variable in run.nation.data_vars.items() if variable.dims == ("week", "form")]
        if names
        else []
    )
    form_series = "turnout" if "turnout" in by_form else by_form[0] if by_form else ""
    regional = over_weeks(run, "region")[:3] if several_regions else []
    sections = [
        page.section("In a few numbers", page.tiles(tiles) if tiles else ""),
        page.section("Over time", attempt(lambda w: plots.time_path(run, names[:3], width=w)) if names else ""),
        page.section(
            "Forms of participation", attempt(lambda w: plots.by_form(run, form_series, width=w)) if form_series else ""
        ),
        page.section(
            "Regions",
            *(attempt(lambda w, n=name: plots.ranking(run, n, width=w)) for name in regional),
            attempt(lambda w: plots.small_multiples(run, regional[0], width=w)) if regional else "",
        ),
        page.section("Who takes part", attempt(lambda w: plots.who(run, main, width=w)) if main else ""),
        trials_section(run),
        surveys_section(run),
        page.section(
            "Tables",
            series_table(run, names),
            region_table(run, regional),
            policies(scenario),
            changed_parameters(scenario, program),
            source_text("The whole scenario, every value", run.attributes.get("scenario")),
        ),
        caveats(
            [
                *notes(run),
                UNCALIBRATED,
                (
                    "This is one run under one seed. How much of what is seen is chance shows only in replicates: "
                    "./kurultai sweep."
                ),
            ]
        ),
        page.section("Provenance", provenance(run, file)),
    ]
    return page.page(f"{run.title} \u2013 report of a run", head, sections, f"<p>{page.text(run.source_line)}</p>")


def paragraph(words: str) -> str:
    return f"<p>{page.text(words)}</p>"


def percent(share: float) -> str:
    return drawing.number(share, SHARE)


# Trials


def units_said(run: kurultai.Run, name: str) -> str:
    """'120 communities treated, 130 control'."""
    data, unit = run.treatment[name], run.policies[name].get("unit", "community")
    of_people = unit != "community" and "resident_status" in data
    status = data["resident_status" if of_people else "status"].values
    noun = "residents" if of_people else "communities"
    return (
        f"{int((status == trials.TREATED).sum()):,} {noun} treated, {int((status == trials.CONTROL).sum()):,} control"
    )


def effect_rows(run: kurultai.Run, name: str) -> list[tuple[str, ...]]:
    """Rows of the table of effects: a round each of a trial with an outcome, then what it does beside the treated."""
    trial, unit = trials.read_trial(run, name), run.policies[name].get("unit", "community")
    rows = []
    for number in range(trial.rounds):
        acted, effect = trial.acted(number), trial.effect(number, unit)
        means = [
            acted[(trial.status == part) & ~trial.elsewhere & numpy.isfinite(acted)]
            for part in (trials.TREATED, trials.CONTROL)
        ]
        if not math.isfinite(effect.value):
            continue
        rows.append(
            (
                name,
                str(number + 1),
                *(percent(float(mean.mean())) for mean in means),
                *drawing.with_interval(effect.value, *effect.interval, SHARE, difference=True),
                f"{effect.observations:,}",
            )
        )
    beside = trial.beside_effect() if trial.rounds else None
    if beside is not None and math.isfinite(beside.value):
        rows.append(
            (
                f"{name}: others in their households",
                "1",
                "",
                "",
                *drawing.with_interval(beside.value, *beside.interval, SHARE, difference=True),
                f"{beside.observations:,}",
            )
        )
    return rows


def arm_row(run: kurultai.Run, name: str) -> tuple[str, ...] | None:
    """Participation of the treated less that of the control before and after, or None where the file cannot tell.
    After: in the last week in force, at the earliest a year after the start, since participation looks back on a
    year."""
    if "arm" not in run.series or "participation" not in run.level("arm"):
        return None
    variable, policy = run.variable("participation", "arm"), run.policies[name]
    labels, weeks = [str(label) for label in variable["arm"].values], variable["week"].values
    parts = [f"{name}: {part}" for part in ("treated", "control")]
    if any(part not in labels for part in parts):
        return None
    start, end = int(policy.get("start", 0)), int(policy.get("end", -1))
    last = int(weeks[-1]) if end < 0 else max(end, start + drawing.WEEKS_A_YEAR)
    treated, control = (variable.values[:, labels.index(part)] for part in parts)
    before, after = numpy.flatnonzero(weeks < start)[-1:], numpy.flatnonzero(weeks <= last)[-1:]
    if not after.size or not math.isfinite(float(treated[after[0]] - control[after[0]])):
        return None
    k = int(after[0])
    was = float(treated[before[0]] - control[before[0]]) if before.size else math.nan
    now = float(treated[k] - control[k])
    return (
        name,
        units_said(run, name),
        *(drawing.change(x, SHARE) if math.isfinite(x) else "not recorded" for x in (was, now, now - was)),
        percent(float(treated[k])),
        percent(float(control[k])),
        f"{int(weeks[k])}",
    )


def trials_section(run: kurultai.Run) -> str:
    """The randomised policies: what they did to those whom they reached."""
    names = [
        name
        for name, policy in run.policies.items()
        if isinstance(policy, dict) and policy.get("trial") and name in run.treatment
    ]
    observed = [name for name in names if "acted" in run.treatment[name]]
    parts, forms = [], run.scenario.get("form", {})
    rows = [row for name in observed for row in effect_rows(run, name)]
    if rows:
        outcomes = [run.policies[name].get("outcome", "") for name in observed]
        titles = [forms.get(form, {}).get("title") or form for form in outcomes]
        said_by = (
            titles[0]
            if len(set(titles)) == 1
            else "; ".join(f"{name}: {title}" for name, title in zip(observed, titles))
        )
        parts.append(
            paragraph(
                "Who is treated was drawn by lot, so that those treated and the control differ by the policy alone."
                f" Shares are of people who took part ({said_by}). Round 1 is the first to close in or after the"
                " policy's first week. Intervals know the luck of the lots and of the people in this run, not that of"
                " another run."
            )
        )
        parts.append(
            page.details(
                "Effects on the treated",
                page.table(
                    ("trial", "round", "treated", "control", "effect", "95% interval", "people"),
                    rows,
                    "Effect: treated less control of the same communities, in percentage points.",
                    numbers=range(1, 7),
                ),
                is_open=True,
            )
        )
    for name in observed:
        if not any(row[0] == name for row in rows):
            parts.append(
                paragraph(
                    f"{name}: {units_said(run, name)}. There is no effect to tell: no matter of its outcome has closed"
                    " since it began, or nobody is control; a longer run (run.weeks) or a share below 1 would tell."
                )
            )
    blind = [name for name in names if name not in observed]
    arms = {name: arm_row(run, name) for name in blind}
    if any(arms.values()):
        parts.append(
            page.details(
                "Participation by arm",
                page.table(
                    ("trial", "units", "before", "after", "change", "treated", "control", "week"),
                    [row for row in arms.values() if row],
                    (
                        "Participation: share of adults who took part in anything in the last 52 weeks. Before and"
                        " after: treated less control, in percentage points, in the last week before the start and in"
                        " the week at the right."
                    ),
                    numbers=(2, 3, 4, 5, 6, 7),
                ),
                is_open=True,
            )
        )
    for name in blind:
        if arms[name] is None:
            parts.append(
                paragraph(
                    f"{name}: {units_said(run, name)}. What came of it the file does not tell: it has no participation"
                    " of both arms; add \u201carm\u201d to levels in [output], keep the series participation, and run"
                    " it again."
                )
            )
    if blind:
        parts.append(
            paragraph(
                "Trials without an outcome have no intervals: a difference may be luck. For an effect with its"
                f" interval set outcome to a form, in {', '.join(f'[policy.{name}]' for name in blind)}, and run it"
                " again."
            )
        )
    return page.section("Trials", *parts)


# Surveys


def survey_facts(one: surveys.Survey, settings: dict[str, Any], scale: float) -> list[str]:
    """What to know of a survey before reading it, a sentence or two each."""
    weeks, people, drawn, answered = one.week, int(one.people[-1]), int(one.drawn[-1]), int(one.answered[-1])
    times = (
        f"Held once, in week {weeks[0]}"
        if weeks.size == 1
        else (
            f"Held {weeks.size} times, in weeks {', '.join(map(str, weeks[:-1]))} and {weeks[-1]}"
            if weeks.size <= 4
            else f"Held {weeks.size} times, from week {weeks[0]} to week {weeks[-1]}"
        )
    )
    rate = f" ({percent(answered / drawn)})" if drawn else ""
    facts = [
        f"{times}. {'In the last round ' if weeks.size > 1 else ''}{drawn:,} of {people:,} people were drawn and"
        f" {answered:,} of them answered{rate}."
    ]
    planned, wider = settings.get("size", drawn), one.widening(scale)
    small = (f"at run.scale {scale:g} " if scale < 1 else "") + "the society holds so few of those it asks"
    if drawn >= NEARLY * people:
        why = f": {planned:,} were to be drawn, but {small}" if planned > drawn else ""
        facts.append(f"It drew {'everyone' if drawn == people else 'nearly everyone'} it could{why}.")
        if wider > 1.05:
            factor = f", by a factor of about {wider:.2g}" if math.isfinite(wider) else ""
            facts[-1] += f" Its interval is therefore narrower than that of a real survey with as many answers{factor}."
    elif settings.get("design") != "clustered" and wider >= 1.1:
        facts.append(
            f"It drew {percent(drawn / people)} of those it may ask, since {small}: the interval of a real survey with"
            f" as many answers would be about {wider:.2g} times as wide."
        )
    elif drawn < planned:
        facts.append(f"{planned:,} were to be drawn, but the places drawn hold fewer people, since {small}.")
    if one.answer_dependent:
        strength = f" (selective = {settings['selective']:g})" if settings.get("selective") else ""
        facts.append(
            f"Who stays away depends on the answer{strength}: estimates are biased, and the intervals make no allowance"
            " for it."
        )
    return facts


def survey_table(one: surveys.Survey) -> str:
    """The last round, a question a row."""

    def points(values: Any) -> list[str]:
        return [f"{value:.2f}" if math.isfinite(value) else "none" for value in values]

    last = {field: one.data[field].values[-1] for field in surveys.FIELDS}
    shown = {field: points(last[field]) for field in ("estimate", "low", "high", "census", "latent")}
    rows = [
        (
            question,
            f"{int(last['respondents'][k]):,}",
            shown["estimate"][k],
            f"{shown['low'][k]} to {shown['high'][k]}" if one.has_interval[-1][k] else "none",
            shown["census"][k],
            ("yes" if one.covered[-1][k] else "no") if one.has_interval[-1][k] else "",
            shown["latent"][k],
        )
        for k, question in enumerate(one.questions)
    ]
    return page.details(
        "Its questions, in the last round",
        page.table(
            ("question", "answers", "mean answer", "95% interval", "everyone", "held", "behind"),
            rows,
            (
                "Everyone: the mean answer, had all who may be asked answered the same questions. Held: whether the"
                " interval holds it. Behind: the mean of what the question is about, from 0 to 1."
            ),
            numbers=(1, 2, 3, 4, 5, 6),
        ),
    )


def surveys_section(run: kurultai.Run) -> str:
    """What the surveys found, beside what only a simulation knows: what everyone would have said."""
    held = [one for one in (surveys.read_survey(run, name) for name in run.surveys) if one.week.size]
    if not held:
        return ""
    settings, scale = run.scenario.get("survey", {}), float(run.attributes.get("scale", 1.0))
    hits, number = (
        sum(int(part[-1].sum()) for part in parts)
        for parts in ([one.covered for one in held], [one.has_interval for one in held])
    )
    every = sum(int(one.covered.sum()) for one in held), sum(int(one.has_interval.sum()) for one in held)
    rounds = f", {every[0]} of {every[1]} in all rounds" if every[1] > number else ""
    parts = [
        paragraph(
            "Answers run from 1, the lowest, to 5, the highest; an estimate is their mean. Beside it stands what a"
            f" survey never knows: what everyone would have said, and what lies behind the answers. {hits} of"
            f" {number} intervals of the last rounds hold what everyone would have said{rounds}. Where who stays away"
            " does not depend on the answer, about 95 in 100 should."
        )
    ]
    for one in held:
        parts += [
            f"<h3>{page.text(one.title)}</h3>",
            *map(paragraph, survey_facts(one, settings.get(one.name, {}), scale)),
            attempt(lambda w, n=one.name: plots.survey(run, n, width=w)),
            survey_table(one),
        ]
    return page.section("Surveys", *parts)


# Tables


def series_table(run: kurultai.Run, names: list[str]) -> str:
    rows = []
    for name in names:
        variable = run.nation[name]
        first, last = drawing.ends(variable.values)
        largest = max(abs(first), abs(last))
        (said_first, _), (said_last, unit) = (numbers.amount(x, variable, largest) for x in (first, last))
        rows.append((name, said_first, said_last, unit, variable.attrs.get("long_name", "")))
    if not rows:
        return ""
    return page.details(
        f"The nation's series ({len(rows)})",
        page.table(("series", "first", "last", "unit", "meaning"), rows, numbers=(1, 2)),
    )


def region_table(run: kurultai.Run, names: list[str]) -> str:
    if not names:
        return ""
    labels = [str(label) for label in run.region["region"].values]
    rows = [
        (label, *(drawing.number(drawing.ends(run.region[name].values[:, k])[1], run.region[name]) for name in names))
        for k, label in enumerate(labels)
    ]
    return page.details(
        "Regions in the last week", page.table(("region", *names), rows, numbers=range(1, 1 + len(names)))
    )


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
    tiles = [
        (f"{done:,}", f"of {runs:,}", f"runs finished{'; ' + rest if rest else ''}"),
        (
            f"{sweep.points} \u00d7 {sweep.replicates}",
            "",
            "points (settings of the levers) and replicates (the same settings, other luck)",
        ),
    ]
    if not measure or not done:
        return tiles
    variable = sweep.measure(measure)
    means = statistics.mean_interval(variable.transpose("point", "replicate").values, axis=1)[0]
    if numpy.isfinite(means).any():
        low, high = int(numpy.nanargmin(means)), int(numpy.nanargmax(means))

        def where(point: int) -> str:
            return ", ".join(f"{axis.words} {axis.said(sweep.design[axis.name].values[point])}" for axis in sweep.axes)

        largest = max(abs(means[low]), abs(means[high]))
        (first, _), (last, unit) = (numbers.amount(float(means[point]), variable, largest) for point in (low, high))
        tiles.append(
            (
                f"{first} \u2013 {last}",
                unit,
                (
                    f"{drawing.name(variable).lower()} from the lowest point ({where(low)}) to the highest"
                    f" ({where(high)}): {variable.attrs.get('long_name', '')}"
                ),
            )
        )
    try:
        rows, method, _ = sweep_plots.ranked(sweep, measure)
    except kurultai.ResultError:
        return tiles
    name, mean, low_end, high_end, compared = rows[0]
    lever, what = sweep.axis(name).words, drawing.name(variable).lower()
    largest = f"the largest of {len(rows)} lever{'s' if len(rows) > 1 else ''}"
    if method == "difference":
        number, interval = drawing.with_interval(mean, low_end, high_end, variable, difference=True)
        points = "percentage points" if drawing.is_share(variable) else ""
        tiles.append(
            (
                number.removesuffix(" pp"),
                points,
                f"change of {what} by {lever}, {compared}: {largest}; 95% interval {interval}",
            )
        )
    else:
        tiles.append(
            (
                f"{mean:.2f}".replace("-", "\u2212"),
                "",
                (
                    f"standardised coefficient of {lever} on {what}, {largest}; "
                    f"95% interval {low_end:.2f} to {high_end:.2f}"
                ),
            )
        )
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
            row = [
                axis.name,
                contrast.labels[k],
                *drawing.with_interval(float(mean), float(low), float(high), variable, difference=False),
            ]
            if pairs is None:
                row += ["not paired", ""]
            elif contrast.values[k] == pairs.attrs["base"]:
                row += ["base", ""]
            else:
                mean, low, high = (float(pairs[key].values[k]) for key in ("mean", "low", "high"))
                row += drawing.with_interval(mean, low, high, variable, difference=True)
            rows.append((*row, int(count)))
    return page.details(
        f"{drawing.name(variable)} by lever",
        page.table(
            ("lever", "value", "mean", "95% interval", "difference", "95% interval", "replicates or points"),
            rows,
            f"{drawing.meaning(variable)}. Differences are "
            + (
                "paired, replicate by replicate,"
                if sweep.common
                else "not paired, since replicates share no luck, and taken"
            )
            + " at the same settings of the other levers.",
            numbers=(2, 3, 4, 5, 6),
        ),
    )


def axes_table(sweep: kurultai.Sweep) -> str:
    rows = []
    for axis in sweep.axes:
        values = (
            ", ".join(axis.said(value) for value in axis.values)
            if len(axis.values) <= 12
            else f"{len(axis.values)} values from {axis.said(axis.values[0])} to {axis.said(axis.values[-1])}"
        )
        base = "not among them" if axis.base is None else axis.said(axis.base)
        rows.append((axis.name, axis.path, values, base, axis.unit, axis.meaning))
    return page.details(
        f"Levers ({len(rows)})",
        page.table(("lever", "parameter", "values", "base", "unit", "meaning"), rows),
        is_open=True,
    )


def points_table(sweep: kurultai.Sweep) -> str:
    measures = [sweep.measure(name) for name in sweep.measure_names]
    means = [
        statistics.mean_interval(measure.transpose("point", "replicate").values, axis=1)[0] for measure in measures
    ]
    rows = []
    for point in range(min(sweep.points, MOST_ROWS)):
        axes = [axis.said(sweep.design[axis.name].values[point]) for axis in sweep.axes]
        rows.append(
            (
                point,
                *axes,
                int(sweep.finished[point].sum()),
                *(drawing.number(float(mean[point]), measure) for mean, measure in zip(means, measures)),
            )
        )
    heads = ("point", *(axis.name for axis in sweep.axes), "runs", *sweep.measure_names)
    some = f" (the first {MOST_ROWS} of {sweep.points})" if sweep.points > MOST_ROWS else f" ({sweep.points})"
    return page.details(
        "All points" + some, page.table(heads, rows, "Means over the runs that finished.", numbers=range(len(heads)))
    )


def failed_table(sweep: kurultai.Sweep) -> str:
    failed = sweep.failed
    if failed.empty:
        return ""
    rows = [
        [f"{cell:.4g}" if isinstance(cell, float) else cell for cell in row]
        for row in failed.head(MOST_ROWS).itertuples(index=False)
    ]
    note = "Their values are left out of all figures. './kurultai rerun FILE --run N' runs one again."
    return page.details(
        f"Runs that failed ({len(failed)})", page.table(list(failed.columns), rows, note), is_open=len(rows) <= 10
    )


def pairs_of_levers(sweep: kurultai.Sweep, measure: str, most: int = 3) -> list[tuple[str, str]]:
    """Pairs of levers that a surface can show, those that move the measure most first."""
    try:
        order = [row[0] for row in sweep_plots.ranked(sweep, measure)[0]]
    except kurultai.ResultError:
        order = []
    order += [axis.name for axis in sweep.axes if axis.name not in order]
    found = []
    for k, x in enumerate(order):
        for y in order[k + 1 :]:
            try:
                sweep.cells(measure, x, y)
            except kurultai.ResultError:
                continue
            found.append((x, y))
    return found[:most]


def worth_showing(sweep: kurultai.Sweep, level: str, most: int = 2) -> list[str]:
    """At most so many of a level's series that differ between points: those that measures look at, then those that a
    reader asks for first, then the others."""
    there = sweep.followed(level)
    measured = [
        name for name in dict.fromkeys(sweep.looked_at(measure)[0] for measure in sweep.measure_names) if name in there
    ]
    names = dict.fromkeys([*measured, *(name for name in READ_FIRST[:4] if name in there), *there])
    return list(itertools.islice((name for name in names if sweep.differs(name, level)), most))


def sweep_page(sweep: kurultai.Sweep, file: pathlib.Path, program: pathlib.Path) -> str:
    scenario, settings = sweep.scenario, sweep.settings.get("sweep", {})
    run = scenario.get("run", {})
    measures = list(sweep.measure_names)
    main = measures[0] if measures else ""
    lever = top_lever(sweep, main) if main else (sweep.axes[0].name if sweep.axes else "")
    kinds = {
        "grid": "all combinations of their values",
        "list": "a list of settings",
        "csv": "a table of settings",
        "latin": "a Latin hypercube",
        "sobol": "a Sobol\u2019 sequence",
        "saltelli": "Saltelli\u2019s design",
        "morris": "Morris\u2019 design",
    }
    design = str(sweep.attributes.get("design", ""))
    levers = ", ".join(f"{axis.words} ({axis.path})" for axis in sweep.axes)
    base = scenario.get("title") or "its scenario"
    scale = scale_said(run.get("scale"))
    simulated = settings.get("model", "simulator") == "simulator"
    times = "once" if sweep.replicates == 1 else f"up to {sweep.replicates} times"
    words = (
        f"A sweep of {len(sweep.axes)} lever{'s' if len(sweep.axes) != 1 else ''} \u2013 {levers} \u2013 over "
        f"{kinds.get(design, design)}: {sweep.points} points, each run {times}. "
    )
    if simulated:
        words += (
            f"The base is the scenario \u201c{base}\u201d{f', {scale}' if scale else ''}, recorded for "
            f"{weeks_said(run.get('weeks'))} after {weeks_said(run.get('warmup'))} of warm-up. "
        )
    words += f"Seed {sweep.attributes.get('seed', 'unknown')}. "
    if sweep.replicates > 1:
        words += (
            "Replicates of the same number share their random numbers at all points, so that differences between points"
            " are not luck."
            if sweep.common
            else "Every run has random numbers of its own."
        )
    description = sweep.attributes.get("description", "")
    head = (
        f'<p class="kicker">Kurultai \u00b7 report of a sweep</p>\n<h1>{page.text(sweep.title)}</h1>\n'
        + (f'<p class="lead">{page.text(description)}</p>\n' if description else "")
        + f"<p>{page.text(words)}</p>"
    )

    warnings = [
        UNCALIBRATED if simulated else "This is a test model whose answer is known, not the simulator.",
        "Intervals tell the luck of the simulation alone. They do not tell how wrong the model's parameters may be.",
    ]
    if simulated and settings.get("society") == "shared":
        warnings.append(
            "All replicates live in one society and differ by what happens in it; another draw of the society could "
            "differ more."
        )
    if sweep.counts.get("failed") or sweep.counts.get("missing"):
        warnings.append(f"Not all runs finished ({sweep.status}); what is missing is left out, replicate by replicate.")
    done = bool(sweep.finished.any())
    shown = [axis.name for axis in sweep.axes if len(axis.values) > 1][:4]
    order = [lever] + [name for name in shown if name != lever] if lever in shown else shown
    nation, region, stratum = (worth_showing(sweep, level) for level in ("nation", "region", "stratum"))
    figures: list[str] = []
    if done and main:
        figures += [
            page.section(
                "Which lever matters",
                *(
                    attempt(lambda w, m=m: sweep_plots.levers(sweep, m, width=w))
                    for m in measures[:3]
                    if len(sweep.axes) > 1
                ),
            ),
            page.section(
                "What each lever does",
                *(
                    attempt(lambda w, m=m, a=a: sweep_plots.effect(sweep, a, m, width=w))
                    for m in measures[:1]
                    for a in order
                ),
                *(
                    attempt(lambda w, m=m: sweep_plots.effect(sweep, order[0], m, width=w))
                    for m in measures[1:3]
                    if order
                ),
            ),
            page.section(
                "Two levers together",
                *(
                    attempt(lambda w, x=x, y=y: sweep_plots.surface(sweep, x, y, main, width=w))
                    for x, y in pairs_of_levers(sweep, main)
                ),
            ),
        ]
    if done and lever:
        figures += [
            page.section(
                "Over time",
                *(attempt(lambda w: sweep_plots.time_path(sweep, nation[:2], lever, width=w)) for _ in nation[:1]),
            ),
            page.section(
                "Regions",
                *(
                    attempt(lambda w, n=name: sweep_plots.region_multiples(sweep, n, lever, width=w))
                    for name in region[:1]
                ),
            ),
            page.section(
                "Who takes part",
                *(attempt(lambda w, n=name: sweep_plots.who(sweep, n, lever, width=w)) for name in stratum[:1]),
            ),
        ]
    sections = [
        page.section("In a few numbers", page.tiles(sweep_tiles(sweep, main))),
        *figures,
        page.section(
            "Tables",
            axes_table(sweep),
            *(effect_table(sweep, m) for m in measures if done),
            failed_table(sweep),
            points_table(sweep),
            policies(scenario),
            changed_parameters(scenario, program),
            source_text("The sweep, every value", sweep.attributes.get("sweep")),
            source_text("The base scenario, every value", sweep.attributes.get("scenario")),
        ),
        caveats([*notes(sweep), *warnings]),
        page.section("Provenance", provenance(sweep, file)),
    ]
    return page.page(
        f"{sweep.title} \u2013 report of a sweep", head, sections, f"<p>{page.text(sweep.source_line)}</p>"
    )


# --- A comparison --------------------------------------------------------------------------------------------


def head_of(kind: str, title: str, description: str, words: str) -> str:
    return (
        f'<p class="kicker">Kurultai \u00b7 report of a {kind}</p>\n<h1>{page.text(title)}</h1>\n'
        + (f'<p class="lead">{page.text(description)}</p>\n' if description else "")
        + f"<p>{page.text(words)}</p>"
    )


def comparison_page(result: kurultai.Comparison, file: pathlib.Path) -> str:
    there, table = result.attributes, result.surest
    confidence = f"{100 * result.confidence:g}%"
    places = [name for name in ("point", "region") if name in table]
    words = (
        f"B is {there.get('b', 'not named')}, A is {there.get('a', 'not named')}; differences are B less A, over"
        f" {result.replicates}{' that share their luck' if result.paired else ''}. "
    )
    tiles, rows = [], []
    for _, row in table.iterrows():
        said, interval = result.said(row)
        if len(tiles) < 4:
            tiles.append(
                (said, "", f"{result.label(row).replace('_', ' ')}, B less A; {confidence} interval {interval}")
            )
        relative = float(row["relative"])
        rows.append(
            (
                *(row[name] for name in (*places, "measure")),
                *(numbers.said_number(float(row[name])) for name in ("mean_a", "mean_b")),
                said,
                interval,
                f"{100 * relative:+.2g}%".replace("-", numbers.MINUS) if math.isfinite(relative) else "",
                numbers.said_number(float(row["standardized"])) if math.isfinite(row["standardized"]) else "",
                int(min(row["replicates_a"], row["replicates_b"])),
                *([row["verdict"]] if "verdict" in row else []),
            )
        )
    heads = (
        *places,
        "measure",
        "A",
        "B",
        "B \u2212 A",
        f"{confidence} interval",
        "relative",
        "in SD",
        "replicates",
        *([f"within {said_margin(there)}"] if "verdict" in table else []),
    )
    lines = [
        UNCALIBRATED,
        "Intervals tell the luck of the simulation alone. They do not tell how wrong the model's parameters may be.",
    ]
    if len(rows) > 1:
        lines.append(
            f"{len(rows)} intervals stand side by side: where nothing differs, about"
            f" {max(1, round((1 - result.confidence) * len(rows)))} of them would leave out zero by luck."
        )
    if there.get("failed_runs"):
        lines.append(f"{there['failed_runs']} runs failed and are left out.")
    sections = [
        page.section("In a few numbers", page.tiles(tiles)),
        page.section("What differs", attempt(lambda w: comparison.figure(result, width=w))),
        page.section(
            "Tables",
            page.details(
                f"All differences ({len(rows)})",
                page.table(
                    heads,
                    rows[:MOST_ROWS],
                    "In SD: in standard deviations of a replicate."
                    + (f" The first {MOST_ROWS} rows." if len(rows) > MOST_ROWS else ""),
                    numbers=range(len(places) + 1, len(heads)),
                ),
                is_open=True,
            ),
        ),
        caveats([*notes(result), *lines]),
        page.section("Provenance", provenance(result, file)),
    ]
    return page.page(
        f"{result.title} \u2013 report of a comparison",
        head_of("comparison", result.title, "", words),
        sections,
        f"<p>{page.text(result.source_line)}</p>",
    )


def said_margin(attributes: Any) -> str:
    margin = attributes.get("margin")
    return numbers.said_number(margin) if isinstance(margin, float) else "the margin"


# --- A calibration -------------------------------------------------------------------------------------------


def calibration_page(result: kurultai.Calibration, file: pathlib.Path, program: pathlib.Path) -> str:
    there = result.attributes
    confidence = f"{100 * result.confidence:g}%"
    ended = {"acceptance": "because hardly any new particle was nearer"}.get(
        str(there.get("ended_by")), "at the most generations that were asked for"
    )
    words = (
        f"A calibration of {len(result.names)} parameter{'' if len(result.names) == 1 else 's'} on"
        f" {len(result.target_names)} target{'' if len(result.target_names) == 1 else 's'}:"
        f" {there.get('runs', 'an unknown number of')} runs in"
        f" {result.generations.sizes.get('generation', 0)} generations, ended {ended}. Seed"
        f" {there.get('seed', 'unknown')}. "
    )
    tiles, rows, met, lines = [], [], [], []
    for k, name in enumerate(result.names):
        one = result.numbers_of("parameters", k)
        said, interval = spread(one["median"], one["low"], one["high"])
        prior = f"{numbers.said_number(one['prior_low'])} to {numbers.said_number(one['prior_high'])}"
        learned = max(0.0, one["shrinkage"]) if math.isfinite(one["shrinkage"]) else 0.0
        if len(tiles) < 4:
            tiles.append(
                (said, "", f"{name.replace('_', ' ')}, median; {confidence} interval {interval}; prior {prior}")
            )
        rows.append((name, str(result.parameters["path"].values[k]), said, interval, prior, f"{100 * learned:.0f}%"))
        if learned < 0.1:
            lines.append(f"The targets say next to nothing about {name}.")
    for k, name in enumerate(result.target_names):
        one = result.numbers_of("targets", k)
        predicted, interval = spread(one["predicted_median"], one["predicted_low"], one["predicted_high"])
        inside = one["predicted_low"] <= one["value"] <= one["predicted_high"]
        known = math.isfinite(one["predicted_low"])
        met.append(
            (
                name,
                numbers.said_number(one["value"]),
                numbers.said_number(one["sd"]),
                predicted,
                interval,
                ("met" if inside else "missed") if known else "not predicted",
            )
        )
        if one.get("prior_low", -math.inf) > one["value"] or one.get("prior_high", math.inf) < one["value"]:
            lines.append(
                f"{name} was observed where the prior hardly ever leads: the axes are too narrow, or the model cannot"
                " do it."
            )
    sample = float(there.get("effective_sample_size", math.inf))
    if sample < 50:
        lines.append(
            f"The sample is small (it is worth {sample:.0f} independent ones): more particles make the intervals surer."
        )
    if there.get("failed_runs"):
        lines.append(f"{there['failed_runs']} runs failed; what failed counts as infinitely far from the targets.")
    lines.append(
        "A posterior says which values agree with the targets if the model is right. It does not say that the model is"
        " right."
    )
    tolerances = result.generations["tolerance"].values
    history = [
        (
            k,
            *(numbers.said_number(float(result.generations[name].values[k])) for name in ("tolerance",)),
            f"{100 * float(result.generations['acceptance'].values[k]):.0f}%",
        )
        for k in range(min(len(tolerances), MOST_ROWS))
    ]
    sections = [
        page.section("In a few numbers", page.tiles(tiles)),
        page.section(
            "What was learned",
            attempt(lambda w: calibration.learned(result, width=w)),
            attempt(lambda w: calibration.met(result, width=w)),
        ),
        page.section(
            "Tables",
            page.details(
                f"Parameters ({len(rows)})",
                page.table(
                    ("parameter", "path", "median", f"{confidence} interval", "prior", "learned"),
                    rows,
                    "Learned: by how much the standard deviation shrank against the prior.",
                    numbers=(2, 3, 4, 5),
                ),
                is_open=True,
            ),
            page.details(
                f"Targets ({len(met)})",
                page.table(
                    ("target", "observed", "its error", "predicted", f"{confidence} of what is predicted", ""),
                    met,
                    numbers=(1, 2, 3, 4),
                ),
                is_open=True,
            ),
            page.details(
                f"Generations ({len(history)})",
                page.table(
                    ("generation", "distance of the farthest", "new ones that were nearer"), history, numbers=(0, 1, 2)
                ),
            ),
            source_text("The calibration, every value", there.get("calibration")),
            source_text("The base scenario, every value", there.get("scenario")),
        ),
        caveats([*notes(result), *lines]),
        page.section("Provenance", provenance(result, file)),
    ]
    return page.page(
        f"{result.title} \u2013 report of a calibration",
        head_of("calibration", result.title, str(there.get("description", "")), words),
        sections,
        f"<p>{page.text(result.source_line)}</p>",
    )


def spread(middle: float, low: float, high: float) -> tuple[str, str]:
    """A median and its interval, with the digits that the interval bears."""
    if not (math.isfinite(low) and math.isfinite(high) and high > low):
        return numbers.said_number(middle), "no interval"
    return numbers.interval(middle, low, high)


# --- Any -----------------------------------------------------------------------------------------------------


def page_of(result: Any, file: pathlib.Path, program: pathlib.Path) -> str:
    """The page about a result of any kind; raises ResultError where the result lacks what no page can do without."""
    if isinstance(result, kurultai.Run):
        return run_page(result, file, program)
    if isinstance(result, kurultai.Comparison):
        return comparison_page(result, file)
    if isinstance(result, kurultai.Calibration):
        return calibration_page(result, file, program)
    with result:
        return sweep_page(result, file, program)
