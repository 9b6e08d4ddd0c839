"""A result file as xarray Datasets."""
from __future__ import annotations

import dataclasses
import difflib
import pathlib
from typing import Any, Mapping

import xarray

from . import drawing, numbers
from .file import READ_FIRST, ResultError, parsed, read_group, read_head


@dataclasses.dataclass(frozen=True, repr=False)
class Run:
    """One run: its series by level, its surveys, its policies and where it came from.

    ``run.nation``, ``run.region``, ``run.community_type``, ``run.stratum`` and, if the run wrote them,
    ``run.district`` and ``run.community`` are Datasets. Their variables are over ``(week)`` for the nation and
    ``(week, LEVEL)`` below it, those by form of participation over ``(week, form)`` or ``(week, LEVEL, form)``.
    Every variable has the attributes ``units`` ("1" for shares and means on a scale from 0 to 1, "tenge" ...),
    ``long_name`` and ``source`` (what it stands for in the model). ``week`` counts weeks from the end of the
    warm-up. Values that do not exist (nobody was eligible) are NaN.
    """

    #: The file it was read from.
    path: pathlib.Path
    #: Root attributes: title, seed, replicate, scale, digest, kurultai_version, git_commit, scenario (TOML) ...
    attributes: Mapping[str, Any]
    #: Who made it, when and how fast; no part of the digest.
    provenance: Mapping[str, Any]
    #: Level ("nation", "region" ...) to Dataset.
    series: Mapping[str, xarray.Dataset]
    #: Name of a survey to Dataset.
    surveys: Mapping[str, xarray.Dataset]
    #: Name of a policy to Dataset: who is treated, who is control.
    treatment: Mapping[str, xarray.Dataset]
    #: The sample of residents, or None.
    panel: xarray.Dataset | None

    def level(self, name: str) -> xarray.Dataset:
        """The series of a level. Raises ResultError naming the levels there are."""
        if name not in self.series:
            there = ", ".join(self.series) or "none"
            raise ResultError(
                f"{self.path}: no series by {name} (the file has: {there}); "
                f"add '{name}' to levels in [output] of the scenario and run it again"
            )
        return self.series[name]

    @property
    def nation(self) -> xarray.Dataset:
        """Series of the nation, over (week) and (week, form)."""
        return self.level("nation")

    @property
    def region(self) -> xarray.Dataset:
        """Series by region, over (week, region) and (week, region, form)."""
        return self.level("region")

    @property
    def community_type(self) -> xarray.Dataset:
        """Series by type of community, over (week, community_type) and (week, community_type, form)."""
        return self.level("community_type")

    @property
    def stratum(self) -> xarray.Dataset:
        """Series by stratum, over (week, stratum); ``dimension`` over (stratum) says what it is a part of."""
        return self.level("stratum")

    @property
    def district(self) -> xarray.Dataset:
        """Series by district, over (week, district); only if the scenario asks for them."""
        return self.level("district")

    @property
    def community(self) -> xarray.Dataset:
        """Series by community, over (week, community); only if the scenario asks for them."""
        return self.level("community")

    @property
    def title(self) -> str:
        """The scenario's title, or the file's name."""
        return str(self.attributes.get("title") or self.path.stem)

    @property
    def scenario(self) -> dict[str, Any]:
        """The scenario with every value that the run used, as nested dictionaries."""
        return parsed(self.path, "scenario", str(self.attributes.get("scenario", "")))

    @property
    def policies(self) -> dict[str, dict[str, Any]]:
        """Policies by name: lever, when, where, dose, as the scenario gives them; empty if there are none."""
        return dict(self.scenario.get("policy", {}))

    def variable(self, name: str, level: str = "nation") -> xarray.DataArray:
        """A series by name. Raises ResultError naming the nearest one there is."""
        dataset = self.level(level)
        if name not in dataset.data_vars:
            near = difflib.get_close_matches(name, [str(v) for v in dataset.data_vars], 1)
            hint = f"did you mean '{near[0]}'?" if near else "it has: " + ", ".join(map(str, dataset.data_vars))
            raise ResultError(f"{self.path}: no series '{name}' by {level}; {hint}")
        return dataset[name]

    @property
    def facts(self) -> str:
        """What names the run beside its title: seed, replicate, scale, version, digest."""
        parts = [f"{key} {self.attributes[key]:g}" for key in ("seed", "replicate", "scale") if key in self.attributes]
        if "kurultai_version" in self.attributes:
            parts.append(f"Kurultai {self.attributes['kurultai_version']}")
        if "digest" in self.attributes:
            parts.append(f"digest {str(self.attributes['digest'])[:8]}")
        return ", ".join(parts)

    @property
    def source_line(self) -> str:
        """Where a figure's numbers are from, in a line."""
        return f"Simulated: {self.title}; {self.facts}"

    def __repr__(self) -> str:
        lines = [f"Run '{self.title}' ({self.path.name})", f"  {self.facts}"]
        if "nation" in self.series:
            nation = self.series["nation"]
            weeks = nation.sizes.get("week", 0)
            lines.append(
                f"  {len(nation.data_vars)} series over {weeks} weeks, by {', '.join(self.series)}; no interval:"
                " one run"
            )
            for name in [name for name in READ_FIRST if name in nation and nation[name].dims == ("week",)][:3]:
                first, last = drawing.ends(nation[name].values)
                lines.append(
                    f"  {name}: {numbers.number(first, nation[name])} at first, {numbers.number(last, nation[name])} at"
                    " last"
                )
        else:
            lines.append("  no series of the nation")
        for kind, datasets in (("surveys", self.surveys), ("policies", self.treatment)):
            if datasets:
                lines.append(f"  {kind}: {numbers.some(datasets)}")
        lines.append(
            "  run.nation, run.region ... are Datasets; './kurultai describe outputs' says what each series is"
        )
        return numbers.ten_lines(*lines)


def open_run(file: str | pathlib.Path, unsealed: bool = False) -> Run:
    """Reads a run's result file whole; nothing stays open.

    Raises ResultError with the reason if the file cannot be read, is damaged, is no result of Kurultai, is a sweep's,
    or has a newer format than this package knows. A file that another program has changed lost its seal: it is read
    only if `unsealed`.
    """
    path = pathlib.Path(file)
    head = read_head(path, "run SCENARIO", unsealed)
    if head.kind != "run":
        raise ResultError(
            f"{path}: the result of a {head.kind}, not of one run, which './kurultai run' writes; "
            f"'./kurultai report' shows it; in Python, use open_{head.kind}"
        )
    groups = {group: read_group(head, group) for group in head.groups}

    def below(folder: str) -> dict[str, xarray.Dataset]:
        return {name[len(folder) + 1 :]: data for name, data in groups.items() if name.startswith(folder + "/")}

    return Run(
        path, head.attributes, head.provenance, below("series"), below("surveys"), below("policy"), groups.get("panel")
    )
