"""Result files of sweeps for the tests, written by h5py in the layout of sim/FORMAT.md: a model whose answer
is known, so that figures and tables can be held against it.

    participation = 0.05 + 0.10 reach + 0.05 push + 0.04 reach push + luck of the replicate + noise of the run

The luck is shared by all points of a replicate; it cancels in paired differences."""
import itertools

import h5py
import numpy

import _sample  # noqa: F401  puts analysis/ on the path
import _sealed

REPLICATES = 8
REACH, PUSH, OUTREACH = (0.1, 0.25, 0.5), (0.2, 0.6, 0.9), (0.0, 1.0, 3.0)
REGIONS = ["Abai Region", "Ақмола", "Almaty city", "Astana city"]
FORMS = ["gathering of residents", "participatory budget: vote"]
STRATA = {
    "age under 18": "age",
    "age 18-29": "age",
    "age 30 and over": "age",
    "women": "sex",
    "men": "sex",
    "platform users": "platform",
    "not on a platform": "platform",
}
LEVERS = {
    "reach": (
        "information.reach",
        "chance that the offline announcement reaches a fully exposed resident",
        "per round",
    ),
    "push": ("information.push", "chance that a platform's notice reaches a user", "per round"),
    "outreach": ("information.outreach", "how actively institutions tell their members", "factor"),
    "rule": ("participation.rule", "how residents decide", "1"),
}
SCENARIO = (
    'title = "Sample country"\ndescription = "A country made up for tests."\n[run]\nweeks = 104\nwarmup = 52\n'
    'seed = 7\nscale = 0.05\n[information]\nreach = 0.25\npush = 0.6\noutreach = 1.0\n'
    '[participation]\nrule = "logistic"\n'
)


def truth(reach, push):
    """Participation without luck and noise."""
    return 0.05 + 0.10 * reach + 0.05 * push + 0.04 * reach * push


def points_of(design, count=24):
    """Axes with their values by point, and (design_group, design_moved)."""
    if design == "grid":
        pairs = list(itertools.product(REACH, PUSH))
        return {"reach": [a for a, _ in pairs], "push": [b for _, b in pairs]}, range(len(pairs)), [-1] * len(pairs)
    if design == "list":
        return {"reach": list(REACH)}, range(len(REACH)), [-1] * len(REACH)
    if design == "rules":
        return {"rule": ["logistic", "threshold"]}, range(2), [-1] * 2
    draws = numpy.random.default_rng(1)
    if design == "latin":
        cells = numpy.array([draws.permutation(count) + draws.random(count) for _ in range(3)]) / count
        return (
            {"reach": list(0.1 + 0.4 * cells[0]), "push": list(cells[1]), "outreach": list(3 * cells[2])},
            range(count),
            [-1] * count,
        )
    if design == "saltelli":
        rows, groups, moved = [], [], []
        for j in range(count // 4):
            a, b = draws.random(2), draws.random(2)
            rows += [a, [b[0], a[1]], [a[0], b[1]], b]
            groups += [j] * 4
            moved += [-1, 0, 1, -2]
        return {"reach": [r[0] for r in rows], "push": [r[1] for r in rows]}, groups, moved
    raise ValueError(design)


STRINGS = h5py.string_dtype("utf-8")


class Group:
    """A group of `file` with its dimension scales; `axes` are the sweep's, by name: (path, meaning, unit, values by
    point)."""

    def __init__(self, file, axes, name, **scales):
        self.axes, self.group, self.scales = axes, file.create_group(name), {}
        for dimension, values in scales.items():
            texts = values and isinstance(values[0], str)
            data = numpy.array(values, dtype=object if texts else "int32")
            scale = self.group.create_dataset(dimension, data=data, dtype=STRINGS if texts else None)
            scale.attrs["units"], scale.attrs["long_name"] = "1", f"{dimension} of the sweep"
            scale.make_scale(dimension)
            self.scales[dimension] = scale

    def put(self, name, dimensions, values, long_name, units="1", coordinates=False):
        data = self.group.create_dataset(name, data=values, dtype=STRINGS if values.dtype == object else None)
        data.attrs["units"], data.attrs["long_name"] = units, long_name
        if coordinates:
            data.attrs["coordinates"] = " ".join(self.axes)
        for d, dimension in enumerate(dimensions):
            data.dims[d].attach_scale(self.scales[dimension])
        return data

    def put_axes(self):
        for name, (path, meaning, unit, values) in self.axes.items():
            texts = isinstance(values[0], str)
            self.put(name, ["point"], numpy.array(values, dtype=object if texts else float), f"{path}: {meaning}", unit)


def put_design(file, axes, points, groups=None, moved=None):
    """The group "design" of a sweep."""
    group = Group(file, axes, "design", point=list(range(points)))
    group.put_axes()
    for name in axes:
        group.put(f"unit_{name}", ["point"], numpy.linspace(0, 1, points, endpoint=False), f"{name} in the unit cube")
    group.put(
        "design_group",
        ["point"],
        numpy.array(groups if groups is not None else range(points), dtype="int32"),
        "row of the base sample",
    )
    group.put(
        "design_moved",
        ["point"],
        numpy.array(moved if moved is not None else [-1] * points, dtype="int32"),
        "axis that moved",
    )


def put_runs(file, axes, lost):
    """The group "runs" of a sweep in which the runs `lost` (point, replicate) failed."""
    points, replicates = lost.shape
    group = Group(file, axes, "runs", point=list(range(points)), replicate=list(range(replicates)))
    both = ["point", "replicate"]
    group.put("run", both, numpy.arange(lost.size, dtype="int32").reshape(lost.shape), "number of the run")
    status = group.put("status", both, numpy.where(lost, 2, 1).astype("uint8"), "what became of the run")
    status.attrs["flag_values"] = numpy.arange(4, dtype="uint8")
    status.attrs["flag_meanings"] = "missing finished failed not_needed"
    reasons = numpy.full(lost.shape, "", dtype=object)
    reasons[lost] = "not enough memory: 5 GB asked, 2 GB there"
    group.put("reason", both, reasons, "why the run failed")
    group.put("digest", both, numpy.where(lost, "", "cd" * 16).astype(object), "digest of the result")
    group.put("seed", both, numpy.full(lost.shape, 7, dtype="int64"), "seed")
    group.put(
        "luck", both, numpy.tile(numpy.arange(replicates, dtype="int64"), (points, 1)), "what names the random numbers"
    )


def write_sweep(
    path,
    design="grid",
    weeks=104,
    regions=REGIONS,
    failed=((4, 3),),
    kind="sweep",
    format_version=1,
    count=24,
    bent=False,
):
    """Writes a sweep's result to `path`; `failed` are pairs (point, replicate) of failed runs. With `bent`
    participation depends on reach as a hill whose feet are at the lowest and the highest value."""
    axes, groups, moved = points_of(design, count)
    points = len(next(iter(axes.values())))
    failed = [pair for pair in failed if pair[0] < points]
    draws = numpy.random.default_rng(5)
    luck, noise = draws.normal(0, 0.006, REPLICATES), draws.normal(0, 0.001, (points, REPLICATES))
    reach = numpy.array(axes.get("reach", [0.25] * points), dtype=float)
    push = numpy.array(axes.get("push", [0.6] * points), dtype=float)
    value = truth(reach, push)
    if bent:
        value = 0.1 + (reach - min(REACH)) * (max(REACH) - reach)
    base = value[:, None] + luck + noise
    lost = numpy.zeros((points, REPLICATES), dtype=bool)
    for pair in failed:
        lost[pair] = True
    described = {name: (*LEVERS[name], values) for name, values in axes.items()}
    sweep = f'[sweep]\nscenario = "sample.toml"\ndesign = "{design}"\nsociety = "shared"\n'
    sweep += "".join(f'[axis.{name}]\npath = "{LEVERS[name][0]}"\n' for name in axes)
    sweep += "".join(f"[measure.{name}]\nfirst = -52\n" for name in ("participation", "awareness", "trust"))

    with _sealed.File(path, "w", libver=("v110", "v110")) as file:
        for key, value in {
            "kind": kind,
            "format_version": format_version,
            "kurultai_version": "0.1.0",
            "git_commit": "0" * 40,
            "title": "Two levers of information",
            "description": "How far do announcements and notices carry?",
            "design": "list" if design == "rules" else design,
            "seed": 7,
            "replicates": REPLICATES,
            "digest": "ab" * 16,
            "sweep": sweep,
            "scenario": SCENARIO,
        }.items():
            file.attrs[key] = value

        over = {"point": list(range(points)), "replicate": list(range(REPLICATES))}
        put_design(file, described, points, groups, moved)
        put_runs(file, described, lost)
        both = ["point", "replicate"]
        group = Group(file, described, "measures", **over)
        group.put_axes()
        for name, values, meaning in (
            ("participation", base, "share of adults who took part in the last 52 weeks; mean of the last 52 weeks"),
            ("awareness", 2 * base, "share of the eligible who knew in the last 52 weeks; mean of the last 52 weeks"),
            ("trust", 0.5 + 0.1 * luck + noise, "mean trust in the akim, mean of the last year"),
        ):
            values = numpy.broadcast_to(values, lost.shape)
            group.put(name, both, numpy.where(lost, numpy.nan, values), meaning, coordinates=True)

        def series(level, labels, every=1):
            time = numpy.arange(0, weeks, every)
            scales = {**over, "week": [int(w) for w in time]}
            if labels:
                scales[level] = list(labels)
            group = Group(file, described, f"series/{level}", **scales, form=FORMS)
            group.put_axes()
            below = [level] if labels else []
            n = len(labels) if labels else 1
            rise = 0.7 + 0.3 * (1 - numpy.exp(-time / 26))
            shift = 1 + 0.5 * (numpy.arange(n) / max(n - 1, 1) - 0.5)
            wobble = draws.normal(0, 0.0008, (points, REPLICATES, len(time), n))
            values = base[:, :, None, None] * rise[:, None] * shift + wobble
            values[lost] = numpy.nan
            if level == "stratum":
                values[..., 0] = numpy.nan  # nobody under 18 is eligible
            shape = values.shape if labels else values.shape[:-1]
            dimensions = [*both, "week", *below]
            for name, factor, meaning in (
                ("participation", 1.0, "share of adults who took part in the last 52 weeks"),
                ("awareness", 2.0, "share of the eligible who knew in the last 52 weeks"),
            ):
                group.put(
                    name, dimensions, (factor * values).reshape(shape).astype("float32"), meaning, coordinates=True
                )
            turnout = (values.reshape(shape)[..., None] * [0.6, 0.2]).astype("float32")
            group.put(
                "turnout",
                [*dimensions, "form"],
                turnout,
                "share of the eligible who took part, by form",
                coordinates=True,
            )
            if level == "stratum":
                said = numpy.tile(numpy.array(list(labels.values()), dtype=object), (points, REPLICATES, 1))
                said[lost] = ""
                group.put("dimension", [*both, level], said, "what the stratum is a part of", coordinates=True)

        series("nation", None)
        series("region", regions)
        series("stratum", STRATA, 4)
    return path
