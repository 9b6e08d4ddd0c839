"""How numbers are said, in figures, pages, tables and at the prompt: with the digits that their error bears, and units
with the right prefix.

The error decides: of a number with an interval those digits are said that the first two of the interval's half width
stand for, and at most four that count, since no model bears more; but both ends never look alike. A number without an
interval has two or three digits that count.
"""
from __future__ import annotations

import math

import xarray

PREFIXES = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
MOST_DIGITS = 4
MINUS = "\u2212"


def is_share(variable: xarray.DataArray) -> bool:
    """Shares of people are said in percent; means of a scale from 0 to 1 are not."""
    text = str(variable.attrs.get("long_name", "")).lower()
    return variable.attrs.get("units") == "1" and "share" in text


def unit(variable: xarray.DataArray) -> str:
    """The unit of the values as they stand in the file, empty if there is none."""
    text = str(variable.attrs.get("units", "1"))
    return "" if text == "1" else text


def scaled(size: float, unit: str) -> tuple[float, str]:
    """By what values of about `size` are multiplied, and their unit then: 6,100 "thousand tenge" by 0.001, "million
    tenge"."""
    first, _, rest = unit.partition(" ")
    own, base = (first, rest) if first in PREFIXES else ("", unit)
    total = abs(size) * PREFIXES[own]
    if not math.isfinite(total) or total == 0:
        return 1.0, unit
    least = 1e3 if own or base.startswith("tenge") else 1e4
    best = [name for name, worth in PREFIXES.items() if not name or total >= max(worth, least) * (1 - 1e-9)][-1]
    return PREFIXES[own] / PREFIXES[best], " ".join(part for part in (best, base) if part)


def said_number(x: float) -> str:
    """A number as it stands: three digits that count, two below 0.1, but no more than two after the point from 0.1
    on."""
    if not math.isfinite(x):
        return "none"
    size = abs(x)
    if size == 0:
        return "0"
    if size >= 999.5:
        return f"{x:,.0f}".replace("-", MINUS)
    text = f"{x:.3g}" if size >= 9.995 else f"{x:.2f}" if size >= 0.0995 else _two_digits(x)
    return text.replace("-", MINUS)


def _two_digits(x: float) -> str:
    """Two digits that count."""
    if x == 0:
        return "0"
    places = max(0, 1 - math.floor(math.log10(abs(x))))
    if places <= 6:
        return f"{x:.{places}f}"
    mantissa, _, power = f"{x:.1e}".partition("e")
    return f"{mantissa} \u00d7 10" + str(int(power)).translate(
        str.maketrans("-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")
    )


def amount(x: float, variable: xarray.DataArray, like: float | None = None) -> tuple[str, str]:
    """A value and what stands beside it: ("6.10", "million tenge a head and year"); a share as ("21%", ""). The prefix
    is that of a value of the size `like`, where several are to have one."""
    if not math.isfinite(x):
        return "none", ""
    if is_share(variable):
        digits = 0 if abs(x) >= 0.0995 or x == 0 else 1 if abs(x) >= 0.00995 else 2
        text = f"{100 * x:.{digits}f}%" if abs(x) >= 5e-5 or x == 0 else f"{_two_digits(100 * x)}%"
        return text.replace("-", MINUS), ""
    factor, beside = scaled(x if like is None else like, unit(variable))
    return said_number(x * factor), beside


def number(x: float, variable: xarray.DataArray) -> str:
    """A value with as many digits as a reader takes in; of money with its unit, but without "a head and year"."""
    text, beside = amount(x, variable)
    return f"{text} {short}" if (short := _short(beside)) else text


def _short(beside: str) -> str:
    """What of a unit stands with a number in a sentence: prefix and tenge, where there are any."""
    words = beside.split(" ")
    kept = words[:1] if words[0] in PREFIXES else []
    return " ".join(kept + (["tenge"] if "tenge" in words[:2] else [])).strip()


def change(x: float, variable: xarray.DataArray, sign: bool = True) -> str:
    """A difference: of shares in percentage points."""
    if not math.isfinite(x):
        return "unknown"
    mark = ("+" if x > 0 else MINUS if x < 0 else "") if sign else ""
    size = abs(x) if sign else x
    if is_share(variable):
        return f"{mark}{_two_digits(100 * size)} pp"
    factor, beside = scaled(x, unit(variable))
    short = _short(beside)
    return f"{mark}{_two_digits(size * factor)}" + (f" {short}" if short else "")


def places_of(mean: float, low: float, high: float) -> int:
    """How many digits after the point the interval of a mean bears."""
    half = (high - low) / 2
    largest = max(abs(mean), abs(low), abs(high))
    places = 1 - math.floor(math.log10(half))
    places = min(places, MOST_DIGITS - 1 - math.floor(math.log10(largest)))
    while round(low, places) == round(high, places):
        places += 1
    return min(12, max(0, places))


def has_width(mean: float, low: float, high: float) -> bool:
    """Whether the ends are an interval that digits can be told from."""
    return all(math.isfinite(x) for x in (mean, low, high)) and high > low


def interval(mean: float, low: float, high: float, signed: bool = False) -> tuple[str, str]:
    """A mean and its interval, numbers alone: ("0.067", "0.031 to 0.102")."""
    if not has_width(mean, low, high):
        return said_number(mean), "no interval"
    places = places_of(mean, low, high)

    def said(x: float) -> str:
        rounded = round(x, places)
        mark = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        return f"{mark}{abs(rounded):,.{places}f}"

    return said(mean), f"{said(low)} to {said(high)}"


def with_interval(
    mean: float, low: float, high: float, variable: xarray.DataArray, difference: bool
) -> tuple[str, str]:
    """A mean (or, of `difference`, a change) and its interval as texts, with as many digits as the interval bears."""
    if not has_width(mean, low, high):
        return (change if difference else number)(mean, variable), "no interval"
    if is_share(variable):
        factor, beside = 100.0, " pp" if difference else "%"
    else:
        factor, prefixed = scaled(max(abs(mean), abs(low), abs(high)), unit(variable))
        beside = f" {short}" if (short := _short(prefixed)) else ""
    said, ends = interval(factor * mean, factor * low, factor * high, difference)
    return said + beside, ends + beside


def ten_lines(*lines: str) -> str:
    """What an object says of itself at the prompt: at most ten lines of at most 110 letters."""
    kept = list(lines if len(lines) <= 10 else [*lines[:9], f"... and {len(lines) - 9} more lines"])
    return "\n".join(line if len(line) <= 110 else line[:109] + "\u2026" for line in kept)


def some(names: object, most: int = 6) -> str:
    """'trust, effort, awareness and 40 more'."""
    words = [str(name) for name in names]  # type: ignore[attr-defined]
    return (
        ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "") if words else "none"
    )


def estimate(value: float, low: float, high: float) -> str:
    """'0.067, 95% interval 0.031 to 0.102'."""
    if not math.isfinite(value):
        return "no estimate"
    if not has_width(value, low, high):
        return f"{said_number(value)}, no interval"
    said, ends = interval(value, low, high)
    return f"{said}, 95% interval {ends}"
