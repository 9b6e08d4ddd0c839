"""Runs cases and compares what they give with what is kept in tests/regression/kept, one file a case:

    # the calls
    digest      the program's digest of the whole result
    series/x    digest of one series at all levels it stands at: values, units, labels of dimensions; then five values
    in its course
                (the nation's, where the level is there)

One line for each series, so that a new one adds a line and leaves the others as they are. Other variables of a result
have a line each. With KURULTAI_UPDATE=1 what is found is kept; a changed line is a change of results, which
CHANGELOG.md has to tell.
"""
import concurrent.futures
import hashlib
import os
import pathlib
import subprocess

import h5py
import numpy

from _cases import PROGRAM, ROOT

KEPT = ROOT / "tests" / "regression" / "kept"
UPDATE = bool(os.environ.get("KURULTAI_UPDATE"))


def make(case, folder, threads):
    """Runs a case's calls with so many threads; its result file."""
    out = pathlib.Path(folder) / f"{case.name.replace('/', '_')}-{threads}.h5"
    for words in case.calls:
        call = [PROGRAM, *(str(word) for word in words), "--out", out, "--progress", "none", "--threads", str(threads)]
        done = subprocess.run(call, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"{' '.join(str(word) for word in call)}\n{done.stderr}")
    return out


def digest_of(file):
    return subprocess.run([PROGRAM, "digest", file], capture_output=True, text=True, check=True).stdout.split()[0]


def bytes_of(values):
    """The same bytes on every machine: little-endian, one kind of NaN, text in UTF-8."""
    if values.dtype.kind in "OS":
        return b"\0".join(item if isinstance(item, bytes) else str(item).encode() for item in values.ravel())
    values = values.astype(values.dtype.newbyteorder("<"))
    if values.dtype.kind == "f":
        values = numpy.where(numpy.isnan(values), numpy.array(numpy.nan, values.dtype), values)
    return str(values.shape).encode() + values.dtype.str.encode() + values.tobytes()


def text_of(value):
    if isinstance(value, bytes):
        return '"' + value.decode().replace("\n", " ")[:24] + '"'
    return f"{value:.6g}" if isinstance(value, (float, numpy.floating)) else str(value)


def course(values):
    """Five values, evenly over the first dimension (the weeks of a series)."""
    values = values.reshape(values.shape[0], -1)[:, 0] if values.ndim else values.reshape(1)
    if not len(values):
        return ""
    at = sorted({round(k * (len(values) - 1) / 4) for k in range(5)})
    return " ".join(text_of(values[k]) for k in at)


def lines_of(file):
    """The lines of a result: name -> digest and values."""
    datasets = {}
    with h5py.File(file) as result:

        def visit(path, item):
            if isinstance(item, h5py.Dataset) and not path.startswith("provenance"):
                datasets[path] = (
                    item[()],
                    item.attrs.get("units", ""),
                    [result[scale.name].name for scale in scales_of(item)],
                )

        result.visititems(visit)
    lines, found = {"digest": digest_of(file)}, {}
    for path, (values, units, dimensions) in sorted(datasets.items()):
        parts = path.split("/")
        name = f"series/{parts[-1]}" if parts[0] == "series" and len(parts) == 3 else path
        found.setdefault(name, []).append((path, numpy.asarray(values), units, dimensions))
    for name, levels in found.items():
        told = hashlib.blake2b(digest_size=8)
        for path, values, units, dimensions in levels:
            told.update(f"{path} {units} {dimensions} ".encode() + bytes_of(values))
        nation = next((values for path, values, *_ in levels if path.startswith("series/nation/")), levels[0][1])
        lines[name] = f"{told.hexdigest()}  {course(nation)}".rstrip()
    return lines


def scales_of(item):
    """The scales of a dataset's dimensions, first of each."""
    return [dimension[0] for dimension in item.dims if len(dimension)]


def kept_file(case):
    return KEPT / f"{case.name.replace('/', '_').replace(' ', '_').replace(',', '')}.txt"


def head(case):
    return "".join(f"# ./kurultai {' '.join(str(word) for word in words)}\n" for words in case.calls)


def keep(case, lines):
    KEPT.mkdir(exist_ok=True)
    width = max(len(name) for name in lines)
    kept_file(case).write_text(head(case) + "".join(f"{name:{width}}  {told}\n" for name, told in lines.items()))


def kept(case):
    """What is kept of a case: name -> digest and values; None: nothing."""
    if not kept_file(case).is_file():
        return None
    rows = [line.split("  ", 1) for line in kept_file(case).read_text().splitlines() if not line.startswith("#")]
    return {name: told.strip() for name, told in rows}


def kept_values(case):
    """As kept(), without the digest of the whole, in which the scenario's text counts."""
    return {name: told for name, told in (kept(case) or {}).items() if name != "digest"}


def differences(case, lines):
    """What differs from what is kept, the first difference first; none: []."""
    expected = kept(case)
    if expected is None:
        return [f"{case.name}: nothing is kept (a new case: run with KURULTAI_UPDATE=1)"]
    told = []
    for name in [*expected, *(name for name in lines if name not in expected)]:
        if name == "digest" or expected.get(name) == lines.get(name):
            continue
        told.append(
            f"{case.name}: {name}\n  kept   {expected.get(name, 'nothing (a new series)')}\n  found "
            f" {lines.get(name, 'nothing')}"
        )
    if not told and expected["digest"] != lines["digest"]:
        told.append(
            f"{case.name}: all values are as kept, the digest is not\n  kept   {expected['digest']}\n  found "
            f" {lines['digest']}"
        )
    return told


def check(case, folder, threads):
    """Runs a case with each number of threads; what differs."""
    told = []
    for count in threads:
        file = make(case, folder, count)
        lines = lines_of(file)
        file.unlink()
        if UPDATE and count == threads[0]:
            keep(case, lines)
        told += [f"{line} ({count} threads)" for line in differences(case, lines)]
    return told


def check_all(cases, folder, threads, report):
    """Runs cases on all cores; hands what differs of each to `report`(case, lines)."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = {case.name: pool.submit(check, case, folder, threads) for case in cases}
        for case in cases:
            report(case, jobs[case.name].result())
