"""Files that end with a right seal and are hostile all the same: anybody can seal anything. `files(folder)` writes them
and gives their paths by what they are."""
import h5py
import numpy

import _sealed


def _head(file, kind=None):
    file.attrs["format_version"] = 1
    file.attrs["title"] = "Hostile"
    file.attrs["digest"] = "0" * 32
    if kind:
        file.attrs["kind"] = kind


def _nested(file):
    """Groups within each other: 10 hard links on each of 8 levels."""
    group = file.create_group("a")
    for _ in range(8):
        below = group.create_group("0")
        for k in range(1, 10):
            group[str(k)] = below
        group = below


def _circle(file):
    group = file.create_group("a/b")
    group["a"] = file["a"]


def _deep(file):
    file.create_group("/".join("a" * 300))


def _many(file):
    data = file.create_dataset("x", data=numpy.zeros(1000))
    for k in range(30_000):
        file[f"x{k}"] = data


def _huge(file):
    file.create_dataset("series/nation/trust", shape=(1 << 20, 1 << 20), chunks=(1 << 10, 1 << 10), dtype="f8")


def _packed(file):
    """A gigabyte and more of zeros, a megabyte packed."""
    for k in range(3):
        data = file.create_dataset(
            f"series/nation/trust{k}", shape=(1 << 26,), chunks=(1 << 20,), dtype="f8", compression=9
        )
        data[:1] = 1
    file.create_dataset("series/nation/wide", shape=(1 << 33,), chunks=(1 << 25,), dtype="u1", compression=9)


def _attribute(file):
    file.create_dataset("x", data=[1.0]).attrs.create("long_name", numpy.bytes_(b"x" * 40_000))
    file.attrs["units"] = numpy.zeros(4000)


def _shapes(file):
    """A variable over a dimension that is shorter than it is, and one without dimensions that have coordinates."""
    week = file.create_dataset("series/nation/week", data=numpy.arange(3, dtype="i4"))
    week.make_scale("week")
    trust = file.create_dataset("series/nation/trust", data=numpy.zeros(50, dtype="f4"))
    trust.dims[0].attach_scale(week)


def _nowhere(file):
    file.create_dataset("series/nation/trust", data=numpy.zeros(50, dtype="f4"))


def _types(file):
    week = file.create_dataset(
        "series/nation/week", data=numpy.array(["a", "b"], dtype=object), dtype=h5py.string_dtype()
    )
    week.make_scale("week")
    trust = file.create_dataset(
        "series/nation/trust", data=numpy.array(["", "x"], dtype=object), dtype=h5py.string_dtype()
    )
    trust.dims[0].attach_scale(week)


def _sweep(file):
    """A sweep that lacks nearly all of it."""
    file.attrs["kind"] = "sweep"
    point = file.create_dataset("runs/point", data=numpy.zeros(0, dtype="i4"))
    point.make_scale("point")
    file.create_dataset("runs/status", data=numpy.zeros(0, dtype="u1")).dims[0].attach_scale(point)
    file["sweep"] = 1


def _compound(file):
    file.create_dataset("series/nation/x", data=numpy.zeros(3, dtype=[("a", "i4"), ("b", "f8")]))


KINDS = {
    "nested links": _nested,
    "a circle of links": _circle,
    "deep groups": _deep,
    "many links": _many,
    "a huge array": _huge,
    "packed zeros": _packed,
    "large attributes": _attribute,
    "shapes that do not fit": _shapes,
    "no dimensions": _nowhere,
    "texts for numbers": _types,
    "a sweep without parts": _sweep,
    "a compound type": _compound,
}


def files(folder):
    found = {}
    for number, (name, make) in enumerate(KINDS.items()):
        path = folder / f"hostile{number}.h5"
        with _sealed.File(path, "w", libver="latest" if make is _many else None) as file:
            _head(file)
            make(file)
        found[name] = path
    for name, link in (
        ("a soft link", h5py.SoftLink("/series")),
        ("a soft link to itself", h5py.SoftLink("/a")),
        ("a link to another file", h5py.ExternalLink("secret.h5", "/")),
    ):
        path = folder / f"{name.replace(' ', '_')}.h5"
        with _sealed.File(path, "w") as file:
            _head(file)
            file["a"] = link
        found[name] = path
    path = folder / "external.h5"
    (folder / "secret.bin").write_bytes(bytes(range(256)) * 4)
    with _sealed.File(path, "w") as file:
        _head(file)
        file.create_dataset(
            "series/nation/trust", shape=(256,), dtype="f4", external=[(str(folder / "secret.bin"), 0, 1024)]
        )
    found["values in another file"] = path
    path = folder / "virtual.h5"
    with _sealed.File(path, "w", libver="latest") as file:
        _head(file)
        layout = h5py.VirtualLayout(shape=(10,), dtype="f4")
        layout[:] = h5py.VirtualSource(str(folder / "other.h5"), "x", shape=(10,))
        file.create_virtual_dataset("series/nation/trust", layout)
    found["a virtual dataset"] = path
    return found
