#!/usr/bin/python3
"""Draws the figures that the documents show from a result file, each by one command:

    ./kurultai run scenarios/kazakhstan.toml
    /usr/bin/python3 analysis/figures.py results/kazakhstan.h5 [--out results/figures]

    ./kurultai sweep scenarios/sweeps/information.toml
    /usr/bin/python3 analysis/figures.py results/information.h5

NAME being the result's, it writes of a run OUT/NAME.png: regions ranked by participation in the last week; of a sweep
OUT/NAME_levers.png, NAME_effect.png, NAME_surface.png, NAME_time.png, NAME_regions.png and NAME_who.png: what the
levers do to the first measure, as far as the sweep can tell; of a comparison or a calibration what their pages show.
Prints the paths. Exits with 5 and a message if the result cannot be read or nothing can be drawn.
"""
if __name__ == "__main__":
    import verb

    verb.begin("figures")

import io
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402
import verb  # noqa: E402

DOTS_PER_INCH = 80  # 840 pixels wide: legible on a page, about 100 KB


def source_of(name: str) -> pathlib.Path | None:
    """The shipped sweep or scenario of that name."""
    return next(
        (
            file
            for file in (ROOT / "scenarios" / "sweeps" / f"{name}.toml", ROOT / "scenarios" / f"{name}.toml")
            if file.is_file()
        ),
        None,
    )


def recipe(name: str) -> str:
    """The digest of how the figures of a result of that name are made."""
    source = source_of(name)
    return kept.recipe([source] if source else [], name)


def drawings(result):
    """What is drawn of a result: suffix of the file's name and what makes the figure."""
    import kurultai
    from kurultai import plots, sweep_plots

    if isinstance(result, kurultai.Run):
        return [("", lambda: plots.ranking(result, "participation"))]
    if isinstance(result, kurultai.Comparison):
        return [("", lambda: kurultai.comparison.figure(result))]
    if isinstance(result, kurultai.Calibration):
        return [
            ("_learned", lambda: kurultai.calibration.learned(result)),
            ("_met", lambda: kurultai.calibration.met(result)),
        ]
    if not result.measure_names:
        raise kurultai.ResultError(f"{result.path}: a sweep without measures, so there is nothing to draw")
    measure = result.measure_names[0]
    order = [row[0] for row in sweep_plots.ranked(result, measure)[0]]
    lever = order[0]
    found = [("_effect", lambda: sweep_plots.effect(result, lever, measure))]
    if len(order) > 1:
        found += [
            ("_levers", lambda: sweep_plots.levers(result, measure)),
            ("_surface", lambda: sweep_plots.surface(result, lever, order[1], measure)),
        ]
    for suffix, level, draw in (
        ("_time", "nation", sweep_plots.time_path),
        ("_regions", "region", sweep_plots.region_multiples),
        ("_who", "stratum", sweep_plots.who),
    ):
        if result.followed(level):
            series = result.followed(level)[0]
            found.append((suffix, lambda draw=draw, series=series: draw(result, series, lever)))
    return found


def main() -> int:
    parser = verb.Parser(prog="figures.py", description="Draws the figures that the documents show from a result file.")
    parser.add_argument("result", type=pathlib.Path, metavar="FILE", help="result of a run or a sweep (.h5)")
    parser.add_argument(
        "--out",
        type=pathlib.Path,
        default=ROOT / "results" / "figures",
        metavar="FOLDER",
        help="default: results/figures",
    )
    parser.add_argument("--unsealed", action="store_true", help=verb.UNSEALED)
    options = parser.parse_args()

    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as pyplot
    import kurultai
    from kurultai import output

    drawn = 0
    reason = "its kind has none"
    result = kurultai.open_result(options.result, options.unsealed)
    stamp = kept.stamp([kept.Made.of(result.attributes)], recipe(options.result.stem))
    wanted = drawings(result)
    output.hold(
        "figures", [options.out / f"{options.result.stem}{suffix}.png" for suffix, _ in wanted], [options.result]
    )
    for suffix, draw in wanted:
        try:
            figure = draw()
        except kurultai.ResultError as error:  # of a sweep: what its design cannot tell
            reason = str(error)
            verb.say(reason)
            continue
        target = options.out / f"{options.result.stem}{suffix}.png"
        picture = io.BytesIO()
        figure.savefig(picture, dpi=DOTS_PER_INCH, format="png")
        pyplot.close(figure)
        kept.replace(target, kept.stamped_png(picture.getvalue(), stamp))
        print(target)
        drawn += 1
    if not drawn:
        raise verb.Refusal(verb.STORAGE, f"{options.result}: no figure can be drawn ({reason})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
