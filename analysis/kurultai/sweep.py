"""A sweep's result file: many runs of one scenario under different settings, as xarray Datasets."""
from __future__ import annotations

import dataclasses
import difflib
import functools
import pathlib
from typing import Any, Mapping

import numpy
import pandas
import xarray

from . import drawing, numbers, statistics
from .file import READ_FIRST, Head, ResultError, decoded, open_group, parsed, read_group, read_head


@dataclasses.dataclass(frozen=True, repr=False)
class Axis:
    """A parameter that differs between the points of a sweep."""

    #: Its name in the file: a variable over (point).
    name: str
    #: The parameter, as 'describe parameters' lists it.
    path: str
    #: What it is.
    meaning: str
    #: "" if it has none.
    unit: str
    #: The values that occur: numbers ascending, words in the order of the design.
    values: tuple[Any, ...]
    #: The value of the base scenario, or None if that is not among `values`.
    base: Any

    def __repr__(self) -> str:
        return numbers.ten_lines(
            f"Axis '{self.name}' = {self.path}: {numbers.some((self.said(value) for value in self.values))}"
            + (f" ({self.unit})" if self.unit else "")
        )

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers; else they are words."""
        return not isinstance(self.values[0], str)

    def said(self, value: Any) -> str:
        """A value as it is said in a sentence."""
        if not self.is_number:
            return str(value)
        return f"{value:.4g}" if len(self.values) <= 12 else f"{value:.2g}"  # a chosen value, or one of many drawn

    @property
    def words(self) -> str:
        """Its name as it is said in a sentence."""
        return self.name.replace("_", " ")

    @property
    def label(self) -> str:
        """Name and unit, for the axis of a figure."""
        return self.words + (f" ({self.unit})" if self.unit else "")


@dataclasses.dataclass(frozen=True, repr=False)
class Contrast:
    """The points by the value of one axis. In a fair contrast each value meets the same settings of all other axes,
    so that a difference between values is due to the axis alone."""

    axis: Axis
    #: What stands for each group of points: a value of the axis, or a range of them.
    labels: tuple[str, ...]
    #: The group's value; of a range, its mean.
    values: tuple[Any, ...]
    #: Points of each group.
    points: tuple[numpy.ndarray, ...]
    fair: bool

    def __repr__(self) -> str:
        return numbers.ten_lines(
            f"Contrast of '{self.axis.name}', {'fair' if self.fair else 'others differ too'}: "
            + numbers.some(f"{label} ({len(points)} points)" for label, points in zip(self.labels, self.points))
        )


class Sweep:
    """A sweep: its design, what became of its runs, its measures and its series.

    ``sweep.design`` is over (point); ``sweep.runs`` and ``sweep.measures`` are over (point, replicate);
    ``sweep.nation``, ``sweep.region`` ... over (point, replicate, week, LEVEL), those by form over (..., form).
    The axes are coordinates over (point) everywhere. Runs that failed or are missing are NaN. Arrays are read when
    they are asked for; `close`, or a ``with`` block, closes the file.
    """

    def __init__(self, path: pathlib.Path, head: Head):
        self.path = path
        self.attributes: Mapping[str, Any] = head.attributes
        self.provenance: Mapping[str, Any] = head.provenance
        self._head = head
        self._groups = head.groups
        self._open: dict[str, xarray.Dataset] = {}

    # --- Groups ----------------------------------------------------------------------------------------------

    def _group(self, name: str) -> xarray.Dataset:
        if name not in self._open:
            data = open_group(self._head, name)
            there = [axis.name for axis in self.axes if axis.name in data.data_vars]
            data = data.set_coords(there)
            self._open[name] = data.assign_coords(
                {
                    axis.name: self.design[axis.name]
                    for axis in self.axes
                    if "point" in data.dims and axis.name not in data.coords
                }
            )
        return self._open[name]

    @functools.cached_property
    def design(self) -> xarray.Dataset:
        """The axes and what the design's method needs to know, over (point)."""
        return read_group(self._head, "design")

    @functools.cached_property
    def runs(self) -> xarray.Dataset:
        """Number, status, reason, digest, seed and luck of each run, over (point, replicate)."""
        return read_group(self._head, "runs")

    @functools.cached_property
    def measures(self) -> xarray.Dataset:
        """The measures, over (point, replicate), with unit and meaning of the series that they look at."""
        found = self._group("measures").load()
        for name, variable in found.data_vars.items():
            variable.attrs["said"] = self.said(str(name))
        return found

    def looked_at(self, measure: str) -> tuple[str, str]:
        """The series and the level that a measure looks at: its own name and the nation unless the sweep's file
        says."""
        spec = self.settings.get("measure", {}).get(measure, {})
        return str(spec.get("series") or measure), str(spec.get("level", "nation"))

    def said(self, measure: str) -> str:
        """A measure as a title says it: the series that it looks at, where and when, as 'Participation (last year)'."""
        spec = self.settings.get("measure", {}).get(measure, {})
        series, level = self.looked_at(measure)

        def labels(given: Any) -> str:
            return ", ".join(str(label).partition("=")[2] or str(label) for label in given)

        first, last, reduce = spec.get("first", 0), spec.get("last", -1), spec.get("reduce", "mean")
        parts = [labels(spec.get("at", ())) or ("" if level == "nation" else "by " + level.replace("_", " "))]
        parts += [f"less {labels(spec['minus'])}"] if spec.get("minus") else []
        parts += ["less the same without policies"] if spec.get("untreated") else []
        if reduce == "last" and last == -1:
            parts.append("last week")
        elif last != -1 or first > 0:
            parts.append(f"weeks {first} to {last}")
        elif first < 0:
            parts.append("last year" if first == -52 else f"last {-first} weeks")
        parts += [reduce] if reduce in ("sum", "least", "greatest") else []
        rest = ", ".join(part for part in parts if part)
        return drawing.series_name(series) + (f" ({rest})" if rest else "")

    def differs(self, name: str, level: str = "nation") -> bool:
        """Whether a series differs between points in any replicate."""
        values = self.variable(name, level).transpose("point", "replicate", ...).values
        low, high = (numpy.where(numpy.isfinite(values), values, empty) for empty in (numpy.inf, -numpy.inf))
        return bool(numpy.any(high.max(axis=0) > low.min(axis=0)))

    def followed(self, level: str) -> list[str]:
        """The names of a level's series that are not by form, those that measures look at first; empty if the level
        was not kept."""
        if level not in self.levels:
            return []
        plain = {"point", "replicate", "week", level} - {"nation"}
        names = [str(name) for name, variable in self.level(level).data_vars.items() if set(variable.dims) == plain]
        front = [self.looked_at(measure)[0] for measure in self.measure_names]
        return list(dict.fromkeys([*(name for name in front if name in names), *names]))

    def labels(self, name: str, level: str) -> list[str]:
        """What a variable says of each unit of a level, the same in all runs, such as ``dimension`` by stratum."""
        texts = (
            decoded(self.variable(name, level)).transpose(..., level).values.reshape(-1, self.level(level).sizes[level])
        )
        return [next((str(text) for text in column if str(text)), "") for column in texts.T]

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels whose series were kept."""
        return tuple(group[len("series/") :] for group in self._groups if group.startswith("series/"))

    def level(self, name: str) -> xarray.Dataset:
        """The series of a level. Raises ResultError naming the levels there are."""
        if name not in self.levels:
            raise ResultError(
                f"{self.path}: no series by {name} (the file has: {', '.join(self.levels) or 'none'}); "
                f"add '{name}' to keep_levels in [sweep] and run it again"
            )
        return self._group(f"series/{name}")

    @property
    def nation(self) -> xarray.Dataset:
        """Series of the nation, over (point, replicate, week) and (point, replicate, week, form)."""
        return self.level("nation")

    @property
    def region(self) -> xarray.Dataset:
        """Series by region, over (point, replicate, week, region) and (..., form)."""
        return self.level("region")

    @property
    def community_type(self) -> xarray.Dataset:
        """Series by type of community, over (point, replicate, week, community_type) and (..., form)."""
        return self.level("community_type")

    @property
    def stratum(self) -> xarray.Dataset:
        """Series by stratum, over (point, replicate, week, stratum) and (..., form)."""
        return self.level("stratum")

    @property
    def surveys(self) -> tuple[str, ...]:
        """The surveys that were held."""
        return tuple(group[len("surveys/") :] for group in self._groups if group.startswith("surveys/"))

    def survey(self, name: str) -> xarray.Dataset:
        """What a survey found, over (point, replicate, week, item), beside what was true. Raises ResultError naming the
        surveys there are."""
        if name not in self.surveys:
            raise ResultError(f"{self.path}: no survey '{name}' (the file has: {', '.join(self.surveys) or 'none'})")
        return self._group(f"surveys/{name}")

    def last_year(self, name: str, level: str = "nation") -> xarray.DataArray:
        """A series as the mean of its weeks in the last year, over (point, replicate, LEVEL)."""
        variable = self.variable(name, level)
        weeks = variable["week"].values
        kept = variable.isel(week=numpy.flatnonzero(weeks > weeks[-1] - 52))
        found = kept.mean("week", keep_attrs=True)
        found.attrs["long_name"] = f"{variable.attrs.get('long_name', name)}; mean of the last year"
        return found

    def ends(self, axis: str) -> tuple[Any, Any]:
        """The first and the last value of an axis as the sweep's file lists them (off, on); else the lowest and the
        highest."""
        one = self.axis(axis)

        def kept(value: Any) -> Any:
            """A value of the sweep's file as the design keeps it: flags as words."""
            if isinstance(value, (bool, str)):
                return str(value).lower() if isinstance(value, bool) else value
            return float(value)

        listed = [kept(value) for value in self.settings.get("axis", {}).get(one.name, {}).get("values") or ()]
        if len(listed) > 1 and listed[0] in one.values and listed[-1] in one.values:
            return listed[0], listed[-1]
        return one.values[0], one.values[-1]

    def variable(self, name: str, level: str = "nation") -> xarray.DataArray:
        """A series by name. Raises ResultError naming the nearest one there is."""
        return self._named(self.level(level), name, f"series '{name}' by {level}")

    def measure(self, name: str) -> xarray.DataArray:
        """A measure by name, over (point, replicate). Raises ResultError naming the nearest one there is."""
        return self._named(self.measures, name, f"measure '{name}'")

    def _named(self, dataset: xarray.Dataset, name: str, what: str) -> xarray.DataArray:
        names = list(map(str, dataset.data_vars))
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean '{near[0]}'?" if near else "it has: " + (", ".join(names) or "none")
            raise ResultError(f"{self.path}: no {what}; {hint}")
        return dataset[name]

    def close(self) -> None:
        """Closes the file; what was read stays."""
        for data in self._open.values():
            data.close()
        self._open.clear()

    def __enter__(self) -> "Sweep":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    # --- What it is ------------------------------------------------------------------------------------------

    @functools.cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The parameters that differ between points."""
        found = []
        for name, variable in self.design.data_vars.items():
            if str(name).startswith(("unit_", "design_")):
                continue
            values = variable.values
            if values.dtype.kind in "OUS":
                different = tuple(dict.fromkeys(str(value) for value in values))
            else:
                different = tuple(float(value) for value in numpy.unique(values))
            path, _, meaning = str(variable.attrs.get("long_name", name)).partition(": ")
            unit = str(variable.attrs.get("units", "1"))
            found.append(
                Axis(str(name), path, meaning, "" if unit == "1" else unit, different, self._base(path, different))
            )
        order = list(self.settings.get("axis", ()))
        return tuple(sorted(found, key=lambda axis: order.index(axis.name) if axis.name in order else len(order)))

    @property
    def measure_names(self) -> tuple[str, ...]:
        """The measures: those of the series that a reader asks for first, then in the order of the sweep's file."""
        names = [str(name) for name in self._group("measures").data_vars]
        order = list(self.settings.get("measure", ()))

        def place(name: str) -> tuple[int, int]:
            series = self.looked_at(name)[0]
            return (
                READ_FIRST.index(series) if series in READ_FIRST else len(READ_FIRST),
                order.index(name) if name in order else len(order),
            )

        return tuple(sorted(names, key=place))

    def _base(self, path: str, values: tuple[Any, ...]) -> Any:
        """The base scenario's value of a parameter if it is among `values`."""
        value: Any = self.scenario
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return None
        for one in values:
            if one == value or (
                not isinstance(one, str)
                and not isinstance(value, str)
                and abs(one - value) <= 1e-9 * max(1.0, abs(one))
            ):
                return one
        return None

    def axis(self, name: str) -> Axis:
        """An axis by its name or its parameter's path. Raises ResultError naming the axes there are."""
        for axis in self.axes:
            if name in (axis.name, axis.path):
                return axis
        raise ResultError(
            f"{self.path}: no axis '{name}'; the sweep's are: {', '.join(axis.name for axis in self.axes) or 'none'}"
        )

    @property
    def title(self) -> str:
        """The sweep's title, or the file's name."""
        return str(self.attributes.get("title") or self.path.stem)

    @functools.cached_property
    def scenario(self) -> dict[str, Any]:
        """The base scenario with every value, as nested dictionaries."""
        return parsed(self.path, "scenario", str(self.attributes.get("scenario", "")))

    @functools.cached_property
    def settings(self) -> dict[str, Any]:
        """The sweep as its file gives it, with every value, as nested dictionaries."""
        return parsed(self.path, "sweep", str(self.attributes.get("sweep", "")))

    @property
    def points(self) -> int:
        """Number of points."""
        return int(self.runs.sizes["point"])

    @property
    def replicates(self) -> int:
        """Most replicates of a point that were run."""
        needed = decoded(self.runs["status"]).values != "not needed"
        return int(needed.sum(axis=1).max(initial=0))

    @functools.cached_property
    def finished(self) -> numpy.ndarray:
        """Whether each run finished, over (point, replicate)."""
        return decoded(self.runs["status"]).values == "finished"

    @property
    def counts(self) -> dict[str, int]:
        """Number of runs by status, without those that were not needed."""
        words, numbers = numpy.unique(decoded(self.runs["status"]).values.astype(str), return_counts=True)
        found = dict(zip(words.tolist(), numbers.tolist()))
        return {word: int(found[word]) for word in ("finished", "failed", "missing") if found.get(word)}

    @property
    def status(self) -> str:
        """'180 finished, 1 failed'."""
        return ", ".join(f"{number} {word}" for word, number in self.counts.items()) or "no runs"

    @property
    def failed(self) -> pandas.DataFrame:
        """The runs that failed: number, point, replicate, values of the axes, reason."""
        rows = []
        for point, replicate in zip(*numpy.nonzero(decoded(self.runs["status"]).values == "failed")):
            row = {
                "run": int(self.runs["run"].values[point, replicate]),
                "point": int(self.runs["point"].values[point]),
                "replicate": int(self.runs["replicate"].values[replicate]),
            }
            row.update({axis.name: self.design[axis.name].values[point] for axis in self.axes})
            rows.append({**row, "reason": str(self.runs["reason"].values[point, replicate])})
        return pandas.DataFrame(rows, columns=["run", "point", "replicate", *(a.name for a in self.axes), "reason"])

    @property
    def common(self) -> bool:
        """Whether runs of the same replicate share their random numbers, whatever the point."""
        keys = [self.runs[name].values for name in ("seed", "luck") if name in self.runs]
        return bool(keys) and all((key == key[:1]).all() for key in keys)

    @property
    def source_line(self) -> str:
        """Where a figure's numbers are from, in a line."""
        parts = [
            f"{self.points} points x {self.replicates} replicate{'s' if self.replicates != 1 else ''}",
            self.status,
        ]
        if "seed" in self.attributes:
            parts.append(f"seed {self.attributes['seed']}")
        if "kurultai_version" in self.attributes:
            parts.append(f"Kurultai {self.attributes['kurultai_version']}")
        if "digest" in self.attributes:
            parts.append(f"digest {str(self.attributes['digest'])[:8]}")
        return f"Simulated: {self.title}; " + ", ".join(parts)

    def __repr__(self) -> str:
        lines = [
            f"Sweep '{self.title}' ({self.path.name})",
            (
                f"  {self.attributes.get('design', '')} of {self.points} points x "
                f"{self.replicates} replicates, {self.status}"
            ),
        ]
        shown = self.axes if len(self.axes) <= 2 else self.axes[:1]
        lines += [
            f"  axis {axis.name} = {axis.path}: {numbers.some(axis.said(value) for value in axis.values)}"
            for axis in shown
        ]
        if len(self.axes) > len(shown):
            lines.append(
                f"  {len(self.axes) - len(shown)} more axes:"
                f" {numbers.some(axis.name for axis in self.axes[len(shown):])}"
            )
        for name in self.measure_names[:3]:
            means = statistics.mean_interval(self.measure(name).transpose("point", "replicate").values, axis=1)[0]
            if numpy.isfinite(means).any():
                low, high = int(numpy.nanargmin(means)), int(numpy.nanargmax(means))
                said = [self.mean_said(name, point) for point in (low, high)]
                lines.append(f"  {name}: {said[0]} at the lowest point, {said[1]} at the highest")
        if len(self.measure_names) > 3:
            lines.append(f"  {len(self.measure_names) - 3} more measures: {numbers.some(self.measure_names[3:])}")
        lines.append("  series by: " + (", ".join(self.levels) or "none were kept"))
        return numbers.ten_lines(*lines)

    def mean_said(self, measure: str, point: int) -> str:
        """The mean of a measure over the replicates of a point, as '0.31 (95% interval 0.29 to 0.33)'."""
        variable = self.measure(measure)
        mean, low, high, _ = statistics.mean_interval(variable.transpose("point", "replicate").values[point])
        said, interval = numbers.with_interval(float(mean), float(low), float(high), variable, difference=False)
        return f"{said} ({interval if interval == 'no interval' else '95% interval ' + interval})"

    # --- What came out ---------------------------------------------------------------------------------------

    def grid(self, data: xarray.Dataset | xarray.DataArray) -> xarray.Dataset | xarray.DataArray:
        """`data` with the axes as dimensions instead of (point). Raises ResultError unless each combination of the
        axes' values is one point."""
        if self.points != numpy.prod([len(axis.values) for axis in self.axes]):
            raise ResultError(
                f"{self.path}: the points of a {self.attributes.get('design', 'sweep')} design make no grid; "
                "its data stay over (point)"
            )
        names = [axis.name for axis in self.axes]
        data = data.drop_vars("point", errors="ignore")
        if len(names) == 1:
            data = data.swap_dims({"point": names[0]})
        else:
            data = data.set_index(point=names).unstack("point")
        return data.sel({axis.name: list(axis.values) for axis in self.axes})

    def contrast(self, axis: str, groups: int = 3) -> Contrast:
        """The points by the value of `axis`: fair if the design allows it, else by `groups` ranges of about equally
        many points, between which the other axes differ too. Points without any finished run are left out."""
        one = self.axis(axis)
        column = self.design[one.name].values
        others = [self.design[other.name].values for other in self.axes if other is not one]
        cells: dict[tuple[Any, ...], dict[Any, int]] = {}
        for point in numpy.flatnonzero(self.finished.any(axis=1)):
            setting = tuple(other[point] for other in others)
            cells.setdefault(setting, {}).setdefault(column[point], int(point))
        most = max((len(cell) for cell in cells.values()), default=0)
        full = [cell for cell in cells.values() if len(cell) == most]
        values = [value for value in one.values if full and value in full[0]]
        full = [cell for cell in full if all(value in cell for value in values)]
        drawn = self.attributes.get("design") in ("latin", "sobol", "saltelli", "morris")  # equal settings are chance
        if not drawn and (2 * len(values) > len(one.values)) and (most >= 2 or len(one.values) == 1):
            return Contrast(
                one,
                tuple(one.said(value) for value in values),
                tuple(values),
                tuple(numpy.array([cell[value] for cell in full]) for value in values),
                True,
            )
        there = numpy.flatnonzero(self.finished.any(axis=1))
        if not there.size:
            raise ResultError(f"{self.path}: no run finished")
        if not one.is_number:
            parts = [there[column[there] == value] for value in one.values]
            return Contrast(one, one.values, one.values, tuple(parts), False)
        parts = [
            part for part in numpy.array_split(there[numpy.argsort(column[there], kind="stable")], groups) if part.size
        ]
        ends = [(f"{column[part[0]]:.2g}", f"{column[part[-1]]:.2g}") for part in parts]
        labels = tuple(
            low if low == high else f"{low} to {high}" if "-" in low + high else f"{low}\u2013{high}"
            for low, high in ends
        )
        return Contrast(one, labels, tuple(float(column[part].mean()) for part in parts), tuple(parts), False)

    def by_value(self, variable: xarray.DataArray, contrast: Contrast, each_run: bool = False) -> list[numpy.ndarray]:
        """For each group of `contrast` the values of `variable`, first over what an interval of its mean rests on. In a
        fair contrast these are the replicates: each the mean over the settings of the other axes, NaN where one of them
        is missing. Else they are the points, each the mean of its replicates; or, with `each_run`, all runs."""
        found = []
        for points in contrast.points:
            part = variable.isel(point=numpy.sort(points)).transpose("point", "replicate", ...).values.astype(float)
            if contrast.fair:
                found.append(part.mean(axis=0))
            elif each_run:
                found.append(part.reshape((-1,) + part.shape[2:]))
            else:
                found.append(statistics.mean_interval(part, axis=1)[0])
        return found

    def paired(self, measure: str | xarray.DataArray, axis: str, base: Any = None) -> xarray.Dataset:
        """Differences of a measure between the values of `axis` and its value `base` (by default the base scenario's,
        or else the lowest), replicate by replicate, at the same settings of the other axes.

        Variables: ``difference`` over (AXIS, replicate), NaN where a run is missing; ``mean``, ``low`` and ``high``
        (its 95% interval, by statistics.differences: paired where replicates share their luck) and ``replicates`` over
        (AXIS). Raises ResultError if the design has no points that differ by the axis alone."""
        variable = self.measure(measure) if isinstance(measure, str) else measure
        contrast = self.contrast(axis)
        one = contrast.axis
        if not contrast.fair:
            raise ResultError(
                f"{self.path}: no two points differ by '{one.name}' alone, so nothing can be paired; "
                "sweep_plots.levers shows regression coefficients instead"
            )
        if base is None:
            base = one.base if one.base in contrast.values else contrast.values[0]
        if base not in contrast.values:
            raise ResultError(
                f"{self.path}: no points with {one.name} = {base}; there are: {', '.join(contrast.labels)}"
            )
        values = numpy.array(self.by_value(variable, contrast))
        zero = values[contrast.values.index(base)]
        difference = values - zero
        mean, low, high, count = (
            numpy.array(part) for part in zip(*(statistics.differences(value, zero, self.common) for value in values))
        )
        label = xarray.DataArray(list(contrast.values), dims=one.name)
        rest = ("replicate",) + tuple(str(d) for d in variable.dims if d not in ("point", "replicate"))
        coordinates = {one.name: label, **{d: variable[d] for d in rest if d in variable.coords}}
        over = (one.name,) + rest[1:]
        return xarray.Dataset(
            {
                "difference": ((one.name,) + rest, difference, dict(variable.attrs)),
                "mean": (over, mean),
                "low": (over, low),
                "high": (over, high),
                "replicates": (over, count),
            },
            coords=coordinates,
            attrs={"base": base, "measure": str(variable.name)},
        )

    def _combinations(self, x: str, y: str) -> tuple[Axis, Axis, list[dict[tuple[Any, Any], int]]]:
        """Two axes, and for each setting of the others at which all combinations of their values ran, the points."""
        across, up = self.axis(x), self.axis(y)
        if across is up:
            raise ResultError(f"{self.path}: a surface needs two different axes")
        others = [self.design[axis.name].values for axis in self.axes if axis not in (across, up)]
        columns = self.design[across.name].values, self.design[up.name].values
        found: dict[tuple[Any, ...], dict[tuple[Any, Any], int]] = {}
        for point in numpy.flatnonzero(self.finished.any(axis=1)):
            cell = found.setdefault(tuple(other[point] for other in others), {})
            cell.setdefault((columns[0][point], columns[1][point]), int(point))
        whole = [cell for cell in found.values() if len(cell) == len(across.values) * len(up.values)]
        if not whole or min(len(across.values), len(up.values)) < 2:
            raise ResultError(
                f"{self.path}: not all combinations of {across.name} and {up.name} were run, so there is no "
                "surface; a design 'grid' runs them all"
            )
        return across, up, whole

    def cells(self, measure: str, x: str, y: str) -> xarray.Dataset:
        """A measure at each combination of the values of two axes, as ``mean``, ``low`` and ``high`` (95% interval,
        Student's t) and ``replicates`` over (Y, X); each replicate is the mean over the settings of the other axes.
        Raises ResultError unless there are settings at which all combinations ran."""
        across, up, whole = self._combinations(x, y)
        variable = self.measure(measure).transpose("point", "replicate").values
        values = numpy.array(
            [[variable[[cell[a, b] for cell in whole]].mean(axis=0) for a in across.values] for b in up.values]
        )
        mean, low, high, count = statistics.mean_interval(values, axis=2)
        over = (up.name, across.name)
        return xarray.Dataset(
            {"mean": (over, mean), "low": (over, low), "high": (over, high), "replicates": (over, count)},
            coords={up.name: list(up.values), across.name: list(across.values)},
        )

    def interaction(self, measure: str | xarray.DataArray, x: str, y: str) -> xarray.Dataset:
        """Whether two axes add up: by how much the effect of X (highest against lowest value) on a measure is larger
        where Y is highest than where it is lowest, paired replicate by replicate, as ``mean``, ``low`` and ``high``
        (95% interval, Student's t) and ``replicates``, over what the measure is over beside point and replicate.
        Raises ResultError as `cells` does."""
        across, up, whole = self._combinations(x, y)
        measured = self.measure(measure) if isinstance(measure, str) else measure
        variable = measured.transpose("point", "replicate", ...)

        def corner(a: int, b: int) -> numpy.ndarray:
            return variable.values[[cell[across.values[a], up.values[b]] for cell in whole]].mean(axis=0)

        values = statistics.mean_interval((corner(-1, -1) - corner(0, -1)) - (corner(-1, 0) - corner(0, 0)))
        rest = variable.dims[2:]
        return xarray.Dataset(
            {name: (rest, value) for name, value in zip(("mean", "low", "high", "replicates"), values)},
            coords={d: variable[d] for d in rest if d in variable.coords},
        )

    def regression(self, measure: str) -> xarray.Dataset:
        """Standardised regression coefficients of a measure's mean at each point on the axes that are numbers:
        ``coefficient``, ``low`` and ``high`` (95%, bootstrap over the design's groups) over (axis); the attribute
        ``explained`` is the share of the points' variance that the line explains."""
        variable = self.measure(measure)
        mean = statistics.mean_interval(variable.transpose("point", "replicate").values, axis=1)[0]
        there = numpy.isfinite(mean)
        axes = [axis for axis in self.axes if axis.is_number and len(axis.values) > 1]
        if not axes:
            raise ResultError(f"{self.path}: no axis is a number that varies, so there is nothing to regress on")
        x = numpy.column_stack([self.design[axis.name].values[there] for axis in axes]).astype(float)
        groups = (
            self.design["design_group"].values[there] if "design_group" in self.design else numpy.flatnonzero(there)
        )
        best, low, high, explained = statistics.regression(x, mean[there], groups)
        over = ("axis",)
        return xarray.Dataset(
            {"coefficient": (over, best), "low": (over, low), "high": (over, high)},
            coords={"axis": [axis.name for axis in axes]},
            attrs={"explained": explained, "measure": measure},
        )


def open_sweep(file: str | pathlib.Path, unsealed: bool = False) -> Sweep:
    """Opens a sweep's result file; arrays are read when they are asked for.

    Raises ResultError as open_run does, and for the file of a single run.
    """
    path = pathlib.Path(file)
    head = read_head(path, "sweep SWEEP", unsealed)
    if head.kind != "sweep":
        raise ResultError(
            f"{path}: the result of a {head.kind}, not of a sweep, which './kurultai sweep' writes; "
            f"'./kurultai report' shows it; in Python, use open_{head.kind}"
        )
    missing = [group for group in ("design", "runs", "measures") if group not in head.groups]
    if missing:
        raise ResultError(f"{path}: a sweep without the group '{missing[0]}'; is it damaged? merge or run it again")
    return Sweep(path, head)
