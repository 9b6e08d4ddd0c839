"""A result for the tests: of a small run of the program KURULTAI_BINARY where there is one, else written by h5py in
the layout of sim/FORMAT.md."""
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

import _sealed

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "analysis"))

REGIONS = ["Abai Region", "Ақмола", "Astana city"]
FORMS = ["gathering", "e-vote"]
STRATA = ["age under 18", "age 18-29", "age 30 and over", "women", "men", "platform users", "not on a platform"]
DIMENSIONS = ["age", "age", "age", "sex", "sex", "platform", "platform"]
SCENARIO = 'title = "Sample"\n[run]\nseed = 7\n[policy.open_budget]\nlever = "akimat.openness"\nstart = 10\n'


def _texts(group, name, values):
    return group.create_dataset(name, data=numpy.array(values, dtype=object), dtype=h5py.string_dtype("utf-8"))


def _describe(dataset, unit, long_name):
    for key, value in (("units", unit), ("long_name", long_name), ("source", "model")):
        dataset.attrs[key] = value


def write_sample(path, weeks=160, format_version=1):
    """Writes a result with the levels nation, region and stratum to `path`."""
    time = numpy.arange(weeks)
    with _sealed.File(path, "w", libver=("v110", "v110")) as file:
        for key, value in {
            "format_version": format_version,
            "kurultai_version": "0.1.0",
            "git_commit": "none",
            "title": "Sample",
            "scenario": SCENARIO,
            "seed": 7,
            "replicate": 0,
            "scale": 0.05,
            "digest": "0" * 32,
        }.items():
            file.attrs[key] = value
        file.create_group("provenance").attrs["threads"] = 2

        def level(name, labels):
            group = file.create_group(f"series/{name}")
            group.attrs["long_name"] = f"time series by {name}"
            week = group.create_dataset("week", data=time.astype("int32"))
            _describe(week, "1", "weeks since the end of the warm-up")
            scales = {"week": week, "form": _texts(group, "form", FORMS)}
            if labels:
                scales[name] = _texts(group, name, labels)
            for dimension, scale in scales.items():
                scale.make_scale(dimension)
            below = [name] if labels else []

            def put(variable, dimensions, values, long_name):
                data = group.create_dataset(variable, data=values.astype("float32"), compression=4, shuffle=True)
                data.attrs["_FillValue"] = numpy.float32("nan")
                _describe(data, "1", long_name)
                for d, dimension in enumerate(dimensions):
                    data.dims[d].attach_scale(scales[dimension])

            shape = (weeks, len(labels)) if labels else (weeks,)
            trend = (time / weeks).reshape((-1,) + (1,) * len(below))
            offset = 0.05 * numpy.arange(shape[1]) if labels else 0.0
            for k, (variable, meaning) in enumerate(
                (
                    ("participation", "share of adults who took part"),
                    ("awareness", "share of the eligible who knew"),
                    ("trust", "mean trust in the akimat"),
                    ("satisfaction", "mean satisfaction"),
                )
            ):
                values = numpy.broadcast_to(0.2 + 0.1 * k + 0.05 * trend * (-1) ** k + offset, shape).copy()
                if name == "stratum" and variable != "trust":
                    values[:, 0] = numpy.nan  # nobody under 18 is eligible
                put(variable, ["week"] + below, values, meaning)
            turnout = numpy.broadcast_to([0.1, 0.3], shape + (2,)).copy()
            turnout[1::2] = numpy.nan
            put("turnout", ["week"] + below + ["form"], turnout, "share of the eligible who took part")
            return group, scales

        level("nation", [])
        group, scales = level("region", REGIONS)
        kind = group.create_dataset("kind", data=numpy.array([0, 0, 1], dtype="uint8"))
        _describe(kind, "1", "kind of region")
        kind.attrs["flag_values"] = numpy.array([0, 1], dtype="uint8")
        kind.attrs["flag_meanings"] = "oblast city_of_republican_significance"
        kind.dims[0].attach_scale(scales["region"])
        group, scales = level("stratum", STRATA)
        dimension = _texts(group, "dimension", DIMENSIONS)
        _describe(dimension, "1", "what the stratum is a part of")
        dimension.dims[0].attach_scale(scales["stratum"])
    return path


def binary():
    """The program under test, or None."""
    path = os.environ.get("KURULTAI_BINARY")
    return path if path and pathlib.Path(path).is_file() else None


def result(folder):
    """A result file in `folder`: from a run of the program on a shipped scenario, or else a sample."""
    scenarios = sorted((ROOT / "scenarios").glob("*.toml"))
    path = pathlib.Path(folder) / "result.h5"
    if binary() is None or not scenarios:
        return write_sample(path)
    scenario = next((s for s in scenarios if s.stem == "kazakhstan"), scenarios[0])
    command = [
        binary(),
        "run",
        str(scenario),
        "--out",
        str(path),
        "--weeks",
        "60",
        "--scale",
        "0.001",
        "--progress",
        "none",
        "--set",
        "run.warmup=52",
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if run.returncode != 0:
        raise AssertionError(f"{' '.join(command)} exits with {run.returncode}: {run.stderr}")
    return path


class Folder(tempfile.TemporaryDirectory):
    """A folder that a test case removes with itself."""
