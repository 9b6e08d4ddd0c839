"""Parts of a page of HTML that needs nothing else: figures as SVG inside it, tables, and one style sheet that works
on wide and narrow screens, in light and dark, and on paper."""
from __future__ import annotations

import html
import io
import itertools
import re
from typing import Callable, Iterable, Sequence

import matplotlib
import matplotlib.figure
import matplotlib.pyplot as pyplot

from . import drawing
from .output import GENERATOR

WIDE, NARROW = 12.0, 4.7  # inches; each figure is drawn for both kinds of screen

#: Colours of the figures, as the style sheet calls them: on light pages as drawn, on dark ones lighter.
_COLORS = {
    drawing.BLUE: ("blue", "#5ab4f0"),
    drawing.ORANGE: ("orange", "#f2b530"),
    drawing.GREEN: ("green", "#35c79f"),
    drawing.PURPLE: ("purple", "#dd9fc2"),
    drawing.VERMILION: ("vermilion", "#ff8d52"),
    drawing.SKY: ("sky", "#8fd0f5"),
    "#5e3c99": ("violet", "#b7a1e6"),
    drawing.GREY: ("grey", "#8e949c"),
    drawing.PALE: ("pale", "#3d434b"),
    drawing.INK: ("ink", "#e8e9eb"),
    drawing.SOFT: ("soft", "#b9bdc4"),
    drawing.FAINT: ("faint", "#a2a7af"),
    "#ffffff": ("card", "#1d2126"),
    "#000000": ("ink", "#e8e9eb"),
}

_STYLE = """
:root{color-scheme:light dark;--font:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;
--page:#f6f7f9;--line:#dfe2e6;LIGHT}
@media (prefers-color-scheme:dark){:root{--page:#14171a;--line:#343a41;DARK}}
@media print{:root{--page:#fff;--line:#ccc;LIGHT}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 var(--font);-webkit-text-size-adjust:100%}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
.kicker{margin:0;color:var(--faint);font-size:.85rem;letter-spacing:.04em;text-transform:uppercase}
h1{margin:.2rem 0 .6rem;font-size:clamp(1.6rem,4.5vw,2.4rem);line-height:1.15;text-wrap:balance}
.lead{margin:.4rem 0;font-size:1.15rem;max-width:46rem}
header p{max-width:46rem}
h2{margin:2.6rem 0 .8rem;font-size:1.45rem;line-height:1.25}
h3{margin:0 0 .9rem;font-size:1.15rem;line-height:1.3;text-wrap:balance}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.8rem,1fr));gap:.9rem;margin:1.4rem 0;padding:0}
.tile,figure,details{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.tile{padding:.9rem 1.1rem;display:flex;flex-direction:column-reverse;justify-content:flex-end}
.tile dt{color:var(--soft);font-size:.92rem;line-height:1.4}
.tile dd{margin:0 0 .2rem;overflow-wrap:anywhere;font-size:1.6rem;font-weight:700;line-height:1.2;letter-spacing:-.01em}
.tile dd small{font-size:1rem;font-weight:400;letter-spacing:0;color:var(--soft)}
section>p{max-width:50rem}
section>h3{margin:1.8rem 0 .5rem}
figure{margin:0 0 1.2rem;padding:1.2rem 1.3rem}
figure svg{display:block;width:100%;height:auto}
figure svg *{stroke-linejoin:round;stroke-linecap:butt}
figcaption{margin-top:.8rem;color:var(--soft);font-size:.94rem;max-width:52rem}
figcaption small{display:block;margin-top:.35rem;color:var(--faint);font-size:.8rem}
.narrow{display:none!important}
details{margin:0 0 .7rem;padding:0 1.1rem}
summary{padding:.7rem 0;cursor:pointer;font-weight:600}
details[open]{padding-bottom:1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.9rem;width:100%}
caption{text-align:left;color:var(--soft);padding-bottom:.5rem}
th,td{padding:.32rem .8rem .32rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{font-weight:600;white-space:nowrap}
td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th.n{text-align:right}
pre{overflow-x:auto;font-size:.8rem;line-height:1.4;margin:0}
code{font-size:.92em;overflow-wrap:anywhere}
.note{border-left:4px solid var(--orange);padding:.1rem 0 .1rem 1rem;max-width:50rem}
footer{padding-bottom:3rem;color:var(--faint);font-size:.85rem;overflow-wrap:anywhere}
@media (max-width:640px){.wide{display:none!important}.narrow{display:block!important}
main,header,footer{padding-left:.8rem;padding-right:.8rem}figure{padding:1rem .7rem}.tile dd{font-size:1.35rem}
.tiles{grid-template-columns:1fr 1fr}.tile{padding:.8rem}caption{max-width:calc(100vw - 4.5rem)}}
@media (max-width:380px){.tiles{grid-template-columns:1fr}}
@media print{body{font-size:10pt}.wide{display:block!important}.narrow{display:none!important}
figure,.tile{break-inside:avoid;border-color:#bbb}h2,h3{break-after:avoid}details:not([open]){display:none}
header{padding-top:0}}
"""


def _style() -> str:
    names = {name: (light, dark) for light, (name, dark) in reversed(_COLORS.items())}
    light = ";".join(f"--{name}:{colors[0]}" for name, colors in names.items())
    dark = ";".join(f"--{name}:{colors[1]}" for name, colors in names.items())
    return _STYLE.replace("LIGHT", light).replace("DARK", dark).strip()


def text(words: object) -> str:
    """Words as HTML shows them."""
    return html.escape(str(words), quote=True)


_numbers = itertools.count(1)


def _svg(figure: matplotlib.figure.Figure, label: str, kind: str) -> str:
    """A figure as an SVG element that follows the page's colours and font."""
    drawing.without_words(figure)
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "kurultai", "savefig.transparent": True}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    pyplot.close(figure)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    view = re.search(r'viewBox="([^"]*)"', svg)
    assert view is not None
    svg = re.sub(
        r"<svg.*?>",
        (
            f'<svg class="{kind}" xmlns="http://www.w3.org/2000/svg" '
            f'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view[1]}" role="img" aria-label="{text(label)}">'
        ),
        svg,
        count=1,
        flags=re.DOTALL,
    )
    number = next(_numbers)
    used = set(re.findall(r'(?:url\(#|href="#)([^)"]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="f{number}{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(url\(#|href="#)', rf"\g<1>f{number}", svg)
    svg = re.sub(r"font:\s*([^;\"]*?px)[^;\"]*", r"font: \1 var(--font)", svg)
    svg = re.sub(
        r'( d| x| y| transform)="([^"]*)"',
        lambda m: f'{m[1]}="' + re.sub(r"-?\d+\.\d{3,}", lambda n: f"{float(n[0]):.2f}", m[2]) + '"',
        svg,
    )
    for color, (name, _) in _COLORS.items():
        svg = svg.replace(color.lower(), f"var(--{name})")
    return re.sub(r"\s*\n\s*", "\n", svg).strip()


def figure(draw: Callable[[float], matplotlib.figure.Figure]) -> str:
    """A figure with its title above and what it means below, for wide and for narrow screens. `draw` makes it for a
    width in inches. Raises what `draw` raises."""
    drawn = draw(WIDE)
    words = drawing.words_of(drawn)
    label = f"{words.title}. {words.subtitle}"
    parts = [_svg(drawn, label, "wide"), _svg(draw(NARROW), label, "narrow")]
    return (
        f"<figure>\n<h3>{text(words.title)}</h3>\n"
        + "\n".join(parts)
        + f"\n<figcaption>{text(words.subtitle)}<small>{text(words.source)}</small></figcaption>\n</figure>"
    )


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "", numbers: Sequence[int] = ()
) -> str:
    """A table; the columns `numbers` are set right."""

    def row(cells: Sequence[object], tag: str) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        return (
            "<tr>"
            + "".join(
                f'<{tag}{scope}{" class=n" if k in numbers else ""}>{text(cell)}</{tag}>'
                for k, cell in enumerate(cells)
            )
            + "</tr>"
        )

    said = f"<caption>{text(caption)}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table>{said}<thead>{row(heads, "th")}</thead><tbody>'
        + "\n".join(row(cells, "td") for cells in rows)
        + "</tbody></table></div>"
    )


def details(summary: str, inside: str, is_open: bool = False) -> str:
    """What only some readers want, folded."""
    return f'<details{" open" if is_open else ""}><summary>{text(summary)}</summary>\n{inside}\n</details>'


def tiles(figures: Iterable[tuple[str, str, str]]) -> str:
    """Key figures: (number, what stands small beside it, meaning)."""
    return (
        '<dl class="tiles">'
        + "\n".join(
            f'<div class="tile"><dt>{text(meaning)}</dt>'
            f'<dd>{text(number)}{f" <small>{text(beside)}</small>" if beside else ""}</dd></div>'
            for number, beside, meaning in figures
        )
        + "</dl>"
    )


def section(title: str, *parts: str) -> str:
    """A section; empty if it has no parts."""
    there = [part for part in parts if part]
    return f"<section>\n<h2>{text(title)}</h2>\n" + "\n".join(there) + "\n</section>" if there else ""


def page(title: str, head: str, sections: Iterable[str], foot: str) -> str:
    """The whole page."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,'
        f' initial-scale=1">\n{GENERATOR}\n<title>{text(title)}</title>\n'
        f'<style>{_style()}</style>\n</head>\n<body>\n<header>\n{head}\n</header>\n<main>\n'
        + "\n".join(part for part in sections if part)
        + f"\n</main>\n<footer>\n{foot}\n</footer>\n</body>\n</html>\n"
    )
