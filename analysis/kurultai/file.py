"""What all result files have in common: a head that says what they are, and groups that xarray opens."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any, Mapping

import h5py
import numpy
import xarray

from .bytes import Bytes, ResultError, opened

#: The newest format of result files that this package knows; formats only grow.
FORMAT_VERSION = 1
#: The series that a reader asks for first, in this order.
READ_FIRST = ("participation", "awareness", "trust", "satisfaction", "efficacy", "propensity")


@dataclasses.dataclass(frozen=True)
class Head:
    """A result file without its arrays."""

    #: "run", "sweep" ...
    kind: str
    #: Root attributes.
    attributes: Mapping[str, Any]
    #: Who made it, when and how fast; no part of the digest.
    provenance: Mapping[str, Any]
    #: Paths of the groups that hold arrays.
    groups: tuple[str, ...]
    #: The open file.
    bytes: Bytes


def _plain(value: Any) -> Any:
    """An HDF5 attribute as a value of Python."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, h5py.Empty):
        return ""
    return value.item() if isinstance(value, numpy.generic) else value


def _dataset_groups(file: h5py.File) -> tuple[str, ...]:
    paths: list[str] = []

    def visit(path: str, item: Any) -> None:
        if isinstance(item, h5py.Group) and any(isinstance(child, h5py.Dataset) for child in item.values()):
            paths.append(path)

    file.visititems(visit)
    return tuple(paths)


def read_head(path: pathlib.Path, maker: str = "run SCENARIO", unsealed: bool = False) -> Head:
    """The head of the file at `path`, which `./kurultai MAKER` would write. Raises ResultError if the file cannot be
    read, is no HDF5, is no result of Kurultai, has a newer format than this package knows, or is not as it was written:
    its seal is broken, or missing and not `unsealed`."""
    found = opened(path, maker, unsealed)
    try:
        with h5py.File(found.view(), "r") as handle:
            attributes = {key: _plain(value) for key, value in handle.attrs.items()}
            groups = _dataset_groups(handle)
            provenance = {}
            if "provenance" in handle:
                provenance = {key: _plain(value) for key, value in handle["provenance"].attrs.items()}
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{path}: the file is damaged: HDF5 cannot read it ({error}); run it again") from error
    version = attributes.get("format_version")
    if not isinstance(version, int):
        raise ResultError(f"{path}: not a result of Kurultai (no format_version)")
    if version > FORMAT_VERSION:
        raise ResultError(
            f"{path}: format {version} is newer than {FORMAT_VERSION}, the newest this package knows; "
            "use the package that came with the program that wrote it"
        )
    return Head(str(attributes.get("kind", "run")), attributes, provenance, groups, found)


def open_group(head: Head, group: str) -> xarray.Dataset:
    """A group as a Dataset that reads its arrays when they are asked for; close it. Raises ResultError."""
    try:
        data = xarray.open_dataset(head.bytes.view(), group=group, engine="h5netcdf", decode_times=False)
        for name, variable in data.variables.items():
            if "week" in variable.dims and variable.dtype.kind not in "fiu":
                raise ResultError(
                    f"{head.bytes.path}: '{group}/{name}' is over weeks but holds no numbers; is it a result of"
                    " Kurultai?"
                )
        return data
    except ImportError as error:
        raise ResultError(f"{error}; on Debian: apt install python3-h5netcdf") from error
    except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise ResultError(f"{head.bytes.path}: cannot read the group '{group}' ({error}); run it again") from error


def read_group(head: Head, group: str) -> xarray.Dataset:
    """A group as a Dataset in memory. Raises ResultError."""
    with open_group(head, group) as data:
        try:
            return data.load()
        except (OSError, RuntimeError, ValueError, KeyError, TypeError) as error:
            raise ResultError(f"{head.bytes.path}: cannot read the group '{group}' ({error}); run it again") from error


def parsed(path: pathlib.Path, what: str, text: str) -> dict[str, Any]:
    """TOML kept in the file at `path` as nested dictionaries. Raises ResultError naming `what` it is."""
    try:
        import tomllib
    except ImportError as error:  # before Python 3.11
        raise ResultError(
            f"reading the {what} needs Python 3.11 or later; its text is in attributes['{what}']"
        ) from error
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ResultError(f"{path}: the {what} inside is not valid TOML ({error})") from error


def decoded(variable: xarray.DataArray) -> xarray.DataArray:
    """`variable` as texts: flags (bytes with ``flag_meanings``) by their meanings, of the same shape; any other
    variable as it is."""
    meanings = variable.attrs.get("flag_meanings")
    if not meanings:
        return variable
    words = [word.replace("_", " ") for word in str(meanings).split()]
    values = numpy.atleast_1d(numpy.asarray(variable.attrs.get("flag_values", range(len(words)))))
    table = {int(value): word for value, word in zip(values, words)}
    texts = numpy.array([table.get(int(x), "?") for x in variable.values.ravel()], dtype=object)
    return variable.copy(data=texts.reshape(variable.shape))


def chosen(path: pathlib.Path, variable: xarray.DataArray, dimension: str, name: str) -> xarray.DataArray:
    """`variable` at what `name` means along `dimension`: a key or code (the coordinate ``form_key``, ``region_code``
    ...), else a label, else a title that one label begins with. Raises ResultError naming what there is, or all that
    have the title.
    """
    if dimension not in variable.dims:
        raise ResultError(f"{path}: no {dimension} '{name}' in {variable.name}; there are: no such dimension")
    labels = [str(label) for label in decoded(variable[dimension]).values]
    for ending in ("_key", "_code"):
        if dimension + ending in variable.coords and name in (
            keys := [str(key) for key in variable[dimension + ending].values]
        ):
            return variable.isel({dimension: keys.index(name)})
    if name in labels:
        return variable.isel({dimension: labels.index(name)})
    several = [label for label in labels if label.startswith((f"{name}, ", f"{name} ("))]
    if len(several) > 1:
        raise ResultError(f"{path}: '{name}' names no single {dimension}; choose one: {'; '.join(several)}")
    raise ResultError(f"{path}: no {dimension} '{name}' in {variable.name}; there are: {', '.join(labels)}")
