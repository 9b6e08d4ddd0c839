"""Small result files of the four studies' sweeps for the tests, with effects that are known."""
import itertools

import numpy

import _sealed
from _sweep_sample import Group, put_design, put_runs

PARTICIPATION = "share of adults who took part in anything in the last 52 weeks; mean of the last 52 weeks"


def write(
    path, name, axes, values, measures, levels=None, surveys=None, replicates=8, design="grid", lost=(), society="own"
):
    """Writes a sweep. `axes`: {name: (path, [off, ..., on])}; `values`: {name: values by point}; `measures`: {name:
    (series, (point, replicate), meaning, unit)}; `levels`: {level: (labels or None, weeks, {series: ((point, replicate,
    week[, label]), meaning, unit)}, texts by label)}; `surveys`: {name: (weeks, items, {variable: (point, replicate,
    week[, item])})}; `lost`: (point, replicate) of failed runs.
    """
    points = len(next(iter(values.values())))
    failed = numpy.zeros((points, replicates), dtype=bool)
    for pair in lost:
        failed[pair] = True

    def toml(value):
        return (
            f'"{value}"'
            if isinstance(value, str)
            else str(value).lower() if isinstance(value, bool) else repr(float(value))
        )

    sweep = (
        f'[sweep]\nscenario = "sample.toml"\ndesign = "{design}"\nsociety = "{society}"\nreplicates = {replicates}\n'
    )
    for axis, (lever, listed) in axes.items():
        sweep += f'[axis.{axis}]\npath = "{lever}"\nvalues = [{", ".join(map(toml, listed))}]\n'
    for measure, (series, *_) in measures.items():
        sweep += f'[measure.{measure}]\nseries = "{series}"\nfirst = -52\n'
    described = {
        axis: (lever, f"what {axis} sets", "1", [str(v).lower() if isinstance(v, bool) else v for v in values[axis]])
        for axis, (lever, _) in axes.items()
    }
    with _sealed.File(path, "w", libver=("v110", "v110")) as file:
        for key, value in {
            "kind": "sweep",
            "format_version": 1,
            "kurultai_version": "0.1.0",
            "git_commit": "0" * 40,
            "title": name,
            "description": name,
            "design": design,
            "seed": 7,
            "replicates": replicates,
            "digest": "ab" * 16,
            "sweep": sweep,
            "scenario": 'title = "Sample"\n[run]\nseed = 7\nweeks = 104\nscale = 0.05\n',
        }.items():
            file.attrs[key] = value
        put_design(file, described, points)
        put_runs(file, described, failed)
        over = {"point": list(range(points)), "replicate": list(range(replicates))}
        both = ["point", "replicate"]
        group = Group(file, described, "measures", **over)
        group.put_axes()
        for measure, (_, numbers, meaning, unit) in measures.items():
            group.put(measure, both, numpy.where(failed, numpy.nan, numbers), meaning, unit, coordinates=True)
        for level, (labels, weeks, series, texts) in (levels or {}).items():
            group = Group(
                file,
                described,
                f"series/{level}",
                **over,
                week=list(weeks),
                **({level: list(labels)} if labels else {}),
            )
            group.put_axes()
            for one, (numbers, meaning, unit) in series.items():
                numbers = numbers.copy()
                numbers[failed] = numpy.nan
                group.put(
                    one,
                    [*both, "week", *([level] if labels else [])],
                    numbers.astype("float32"),
                    meaning,
                    unit,
                    coordinates=True,
                )
            for one, words in texts.items():
                group.put(one, [level], numpy.array(words, dtype=object), f"{one} of the {level}")
        for survey, (weeks, items, variables) in (surveys or {}).items():
            group = Group(file, described, f"surveys/{survey}", **over, week=list(weeks), item=list(items))
            group.put_axes()
            group.put(
                "question",
                ["item"],
                numpy.array([f"{item}?" for item in items], dtype=object),
                "the question as it is asked",
            )
            for one, numbers in variables.items():
                numbers = numbers.copy()
                numbers[failed] = 0 if numbers.dtype.kind == "i" else numpy.nan
                group.put(
                    one, [*both, "week", *(["item"] if numbers.ndim == 4 else [])], numbers, one, coordinates=True
                )
    return path


# --- What moves participation? -------------------------------------------------------------------------------

LEVERS = {
    "r1_powers": ("akimat.powers", [0.0, 1.0]),
    "r3_audit": ("akimat.audit", [0.2, 0.8]),
    "r4_openness": ("akimat.openness", [0.4, 0.9]),
    "r7_share": ("spending.share", [0.5, 0.1]),
    "r7_rule": ("form.rule", ["appointed", "elected"]),
    "p4_quality": ("platform.quality", [0.5, 0.9]),
    "p4_open": ("platform.open", [False, True]),
    "p6_culture": ("school.culture", [0.0, 1.0]),
    "p9_meetings": ("exchange.meetings", [0.0, 12.0]),
}
SAME = {"p8_equalisation": ("transfers.equalisation", [1.0, 1.0])}  # on is what off is
EFFECTS = {"p4_quality": 0.030, "r7_share": -0.015, "r4_openness": 0.010}
JOINT = ("r4_openness", "p4_quality", 0.012)


def write_what_moves(path, points=96, seed=3):
    """Participation = 0.2 + EFFECTS of those that are on + JOINT where both are + luck of the replicate + noise."""
    draws = numpy.random.default_rng(seed)
    coded = {name: numpy.array(draws.permutation([-0.5, 0.5] * (points // 2))) for name in LEVERS}
    values = {name: [LEVERS[name][1][int(code > 0)] for code in codes] for name, codes in coded.items()}
    base = (
        0.2
        + sum(effect * coded[name] for name, effect in EFFECTS.items())
        + JOINT[2] * coded[JOINT[0]] * coded[JOINT[1]]
    )
    measures = {}
    for name, series, meaning in (
        ("participation_last_year", "participation", PARTICIPATION),
        ("participation_online_last_year", "participation_online", PARTICIPATION.replace("in anything", "online")),
        ("trust_last_year", "trust", "mean trust in the akim; mean of the last 52 weeks"),
    ):
        signal = 0.5 * base if "participation" in name else 0.5 + 0.05 * coded["r3_audit"]
        signal = base if name == "participation_last_year" else signal
        measures[name] = (
            series,
            signal[:, None] + draws.normal(0, 0.02, 2) + draws.normal(0, 0.004, (points, 2)),
            meaning,
            "1",
        )
    values.update({name: [listed[0]] * points for name, (_, listed) in SAME.items()})
    return write(
        path,
        "Which proposals move participation?",
        {**LEVERS, **SAME},
        values,
        measures,
        replicates=2,
        design="latin",
        lost=((4, 1),),
    )


# --- Does digitalisation reach everyone? ---------------------------------------------------------------------

DIGITAL = {
    "quality": ("platform.quality", [0.5, 0.9]),
    "coverage": ("coverage.investment", [0.0, 5.0]),
    "training": ("skill.training", [0.0, 10.0]),
}
STRATA = {
    "age under 18": "age",
    "age 18-29": "age",
    "age 60 and over": "age",
    "basic education": "education",
    "higher education": "education",
    "platform users": "platform",
    "not on a platform": "platform",
}
#: What each group's online participation gains from quality; the last adult group of age loses in person as well.
GAIN = {
    "age 18-29": 0.06,
    "age 60 and over": 0.0,
    "basic education": 0.01,
    "higher education": 0.05,
    "platform users": 0.08,
    "not on a platform": 0.0,
    "rural okrug": 0.01,
    "city": 0.05,
}


def write_digital_reach(path, seed=4, replicates=6):
    """Online participation rises by GAIN with quality; that in person by nothing; training and coverage do nothing."""
    draws = numpy.random.default_rng(seed)
    rows = list(itertools.product(*(listed for _, listed in DIGITAL.values())))
    values = {name: [row[k] for row in rows] for k, name in enumerate(DIGITAL)}
    points, weeks = len(rows), list(range(0, 104, 4))
    quality = (numpy.array(values["quality"]) > 0.5).astype(float)

    def series(labels):
        names = labels or [None]
        luck = draws.normal(0, 0.004, (replicates, 1, len(names)))

        def noisy(level, gain):
            signal = numpy.array(level) + quality[:, None, None, None] * numpy.array(gain)
            found = signal + luck + draws.normal(0, 0.001, (points, replicates, len(weeks), len(names)))
            if labels and labels[0] == "age under 18":
                found[..., 0] = numpy.nan
            return found if labels else found[..., 0]

        gain = [GAIN.get(name, 0.03) for name in names]
        old = [0.05 if name in ("age 60 and over", "basic education", "rural okrug") else 0.10 for name in names]
        zero = [0.0] * len(names)
        return {
            "participation": (
                noisy([0.2] * len(names), gain),
                "share of adults who took part in anything in the last 52 weeks",
                "1",
            ),
            "participation_offline": (
                noisy([0.15] * len(names), zero),
                "share of adults who took part in person in the last 52 weeks",
                "1",
            ),
            "participation_online": (
                noisy(old, gain),
                "share of adults who took part online in the last 52 weeks",
                "1",
            ),
            "users": (noisy([0.4] * len(names), gain), "share of adults who use civic platforms", "1"),
            "digital_skill": (noisy([0.5] * len(names), zero), "mean digital skill of adults", "1"),
        }

    types = ["rural okrug", "town", "city", "city district"]
    levels = {
        "nation": (None, weeks, series(None), {}),
        "stratum": (list(STRATA), weeks, series(list(STRATA)), {"dimension": list(STRATA.values())}),
        "community_type": (types, weeks, series(types), {}),
    }
    numbers = levels["nation"][2]["participation"][0].mean(axis=2)
    return write(
        path,
        "Does digitalisation reach everyone?",
        DIGITAL,
        values,
        {"participation_last_year": ("participation", numbers, PARTICIPATION, "1")},
        levels,
        replicates=replicates,
    )


# --- Do incentives for akimats work? -------------------------------------------------------------------------

INCENTIVES = {
    "retention": ("tax.personal_income.community", [0.1, 0.3, 0.6]),
    "standard": ("transfers.standard", [0.0, 1.0]),
    "equalisation": ("transfers.equalisation", [0.5, 1.0]),
    "grants_level": ("transfers.grants", [0.0, 5.0]),
}


def write_incentives(path, seed=5, replicates=5):
    """Effort rises with retention by 0.02, by 0.10 more where standard is 1; own revenue with effort; participation by
    nothing. The second region gains twice as much effort as the first."""
    draws = numpy.random.default_rng(seed)
    rows = list(itertools.product(*(listed for _, listed in INCENTIVES.values())))
    values = {name: [row[k] for row in rows] for k, name in enumerate(INCENTIVES)}
    points, weeks = len(rows), list(range(0, 104, 13))
    retention = (numpy.array(values["retention"]) - 0.1) / 0.5
    effort = 0.02 * retention + 0.10 * retention * numpy.array(values["standard"])
    luck = draws.normal(0, 0.01, replicates)

    def noisy(signal, size=0.002):
        return signal[:, None] + luck + draws.normal(0, size, (points, replicates))

    meanings = {
        "effort": ("share of its tax potential that an akimat collects, mean over inhabitants", "1"),
        "fiscal_autonomy": ("own revenue as a share of communities' budgets", "1"),
        "lsg_index": ("index of development, mean over adults", "1"),
        "enterprises": ("share of adults who run an enterprise", "per adult"),
        "participation": (PARTICIPATION, "1"),
        "own_revenue": ("taxes that communities' budgets keep, in a year", "thousand tenge a head and year"),
    }

    def series(scales):
        found = {}
        for name, (meaning, unit) in meanings.items():
            signal = {
                "effort": 0.6 + effort,
                "fiscal_autonomy": 0.3 + 0.2 * retention,
                "own_revenue": 20 + 30 * retention + 10 * effort,
            }.get(name, numpy.full(points, 0.2))
            part = numpy.stack([noisy(signal[0] + (signal - signal[0]) * scale) for scale in scales], axis=-1)
            both = numpy.repeat(part[:, :, None, :], len(weeks), axis=2)
            found[name] = (both if len(scales) > 1 else both[..., 0], meaning, unit)
        return found

    nation = series([1.0])
    measures = {
        f"{name}_last_year": (name, nation[name][0].mean(axis=2), *meanings[name])
        for name in ("effort", "lsg_index", "fiscal_autonomy", "enterprises", "participation")
    }
    levels = {
        "nation": (None, weeks, nation, {}),
        "region": (["Ulytau Region", "Jetisu Region"], weeks, series([0.5, 1.0]), {}),
    }
    return write(path, "Do incentives for akimats work?", INCENTIVES, values, measures, levels, replicates=replicates)


# --- What would the surveys have said? -----------------------------------------------------------------------

SURVEYS = {"rural_residents": ["work", "trust"], "rural_staff": ["satisfied"]}
BIAS = 0.3
MISSES = 12  # of 48 intervals of an item where everyone answers, exactly


def write_surveys(path, seed=6, replicates=12):
    """Estimates that miss the census by luck of known size; by BIAS more where non-response depends on the answer.
    Where everyone answers, exactly MISSES of the intervals about "work" of rural residents leave the census out."""
    draws = numpy.random.default_rng(seed)
    weeks = [40, 92, 144, 196]
    axes, values = {}, {}
    for survey in SURVEYS:
        axes[f"nonresponse_{survey}"] = (f"survey.{survey}.nonresponse", [0.0, 0.3, 0.3])
        axes[f"selective_{survey}"] = (f"survey.{survey}.selective", [0.0, 0.0, 0.6])
        values[f"nonresponse_{survey}"], values[f"selective_{survey}"] = [0.0, 0.3, 0.3], [0.0, 0.0, 0.6]
    surveys = {}
    for survey, items in SURVEYS.items():
        shape = (3, replicates, len(weeks), len(items))
        census = numpy.broadcast_to(3.0 + draws.normal(0, 0.05, (replicates, 1, 1)), shape).copy()
        error = draws.normal(0, 0.05, shape)
        error[0, :, :, 0] = 0.0
        if survey == "rural_residents":
            flat = numpy.zeros(replicates * len(weeks))
            flat[:MISSES] = numpy.where(numpy.arange(MISSES) % 2, 0.2, -0.2)
            error[0, :, :, 0] = flat.reshape(replicates, len(weeks))
        error[2] += BIAS
        estimate = census + error
        share = 0.3 + (estimate - 3) / 2
        by_week = numpy.full((3, replicates, len(weeks)), 1000, dtype="int64")
        answered = by_week.copy()
        answered[1:] = 700
        surveys[survey] = (
            weeks,
            items,
            {
                "people": 10 * by_week,
                "drawn": by_week,
                "answered": answered,
                "estimate": estimate,
                "standard_error": numpy.full(shape, 0.05),
                "low": estimate - 0.098,
                "high": estimate + 0.098,
                "share": share,
                "share_low": share - 0.03,
                "share_high": share + 0.03,
                "census": census,
                "census_share": 0.3 + (census - 3) / 2,
                "latent": (census - 1) / 4 + 0.05,
            },
        )
    nation = {"trust": (numpy.full((3, replicates, 2), 0.5), "mean trust in the akim", "1")}
    return write(
        path,
        "What would the surveys have said?",
        axes,
        values,
        {"trust_last_year": ("trust", numpy.full((3, replicates), 0.5), "mean trust in the akim", "1")},
        {"nation": (None, [0, 52], nation, {})},
        surveys,
        replicates=replicates,
        design="list",
    )
