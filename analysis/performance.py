#!/usr/bin/python3
"""Writes what the country takes, and what larger ones would take, as a page:

    /usr/bin/python3 analysis/performance.py --program PATH [--scale 1] [--warmup 156] [--threads N] [--out results]
        [--runs FOLDER]
    /usr/bin/python3 analysis/performance.py --table FILE [--scale 1] [--warmup 156] [--out results]

`./kurultai results --only performance` calls it. It runs the benchmark bench/country.cpp, which stands beside the
program in the folder of the build, and writes its table with machine, date and commit to OUT/performance.csv, and the
page to OUT/performance.md. With --table nothing is run: FILE is what the benchmark printed on this machine with this
--scale and --warmup (the date is the file's), or a performance.csv of before, which says these things itself. What the
benchmark prints is kept as RUNS/country.table (RUNS is OUT/made if not given). A table that cannot be used ends it with
4 before anything is written; a benchmark that fails or is not there ends it with 1.
"""
if __name__ == "__main__":
    import verb

    verb.begin("results: performance")

import argparse
import csv
import dataclasses
import datetime
import math
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "analysis"))
import kept  # noqa: E402
import measured  # noqa: E402
import verb  # noqa: E402

FILES = ("performance.csv", "performance.md")
HEADER = ["name", "value", "unit", "meaning"]
SCENARIOS = [ROOT / "scenarios" / "kazakhstan.toml", ROOT / "scenarios" / "forms.toml"]
SCALE, WARMUP = 1, 156
CANNOT_BE_USED = 4  # exit code
#: Rows that are words, of those that this script adds to the benchmark's.
WORDS = ("machine", "date", "version", "commit", "digest")
ADDED = (*WORDS, "machine_cores", "machine_memory", "run_scale", "run_warmup")
#: Rows of the benchmark that the page cannot do without; all are above 0, but for SHARES, which may be 0.
NEEDED = (
    *("residents", "communities", "regions", "threads", "built", "built_busy", "ties", "bytes_society", "bytes_run"),
    *("peak_building", "peak", "bytes_peak", "week_wall", "week_busy", "week_longest", "page_rank", "page_rank_busy"),
    *("page_rank_in_place", "ratio", "ratio_busy", "ratio_in_place", "read", "scaling_residents", "community"),
)
SHARES = (
    *("ties_outside", "ties_across", "border", "copies", "heard", "acted", "events_crossing", "told_across"),
    "messages",
)

# What the last section assumes.
INHABITANTS = 20e6  # of the country, roughly: tells a table of another scale
POPULATIONS = (20.5e6, 100e6, 300e6)
CORES = (2, 16, 64)
WEEKS = 156 + 520  # ten years and their warm-up
WORKSTATION = 256e9  # bytes
LEFT_FREE = 0.1  # of these, for the system
NAMES = 2**29  # residents, akimats and institutions that a tie can name (society/ties.h)
ALONE = 0.05  # of a week that one thread does alone, where it was not measured (as `check` assumes)
UNLIKELY = 0.25  # such a share is a sign of other work on the machine
MESSAGE = 8  # bytes: whom it is for, and what happened
COPY = 4  # bytes of a resident that neighbours elsewhere ask for: what is known, what was done
NETWORK = 1.25e9  # bytes a second: 10 Gbit/s


# --- The table ------------------------------------------------------------------------------------------------


class Table:
    """The rows of a table, its numbers and its words by name."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.rows = rows
        self.word = {row[0]: row[1] for row in rows if row[0] in WORDS}
        self.value = {row[0]: float(row[1]) for row in rows if row[0] not in WORDS}

    def __getitem__(self, name: str) -> float:
        return self.value[name]

    def of(self, kind: str) -> dict[str, float]:
        """The rows `kind:NAME` by NAME, the largest first."""
        found = {name.split(":", 1)[1]: x for name, x in self.value.items() if name.startswith(kind + ":")}
        return dict(sorted(found.items(), key=lambda one: -one[1]))

    def counts(self) -> list[int]:
        """The numbers of threads that a week was measured on."""
        return sorted(int(name) for name in self.of("wall"))


def refuse(place: str, problem: str) -> verb.Refusal:
    """What is said of a table that cannot be used."""
    return verb.Refusal(
        CANNOT_BE_USED, f"{place}: {problem} measure again: ./kurultai bench country >FILE, then --table FILE"
    )


def parse(text: str, place: str) -> tuple[list[list[str]], tuple[str, str, str] | None]:
    """Rows of a table, and version, commit and digest if its last line names them. Raises verb.Refusal."""
    rows: list[list[str]] = []
    made = None
    for number, line in enumerate(text.splitlines(), 1):
        if made:
            raise refuse(f"{place}:{number}", "there is more after the line '# made' (two tables in one file?)")
        if line.startswith("#"):
            found = re.fullmatch(r"# made (\S+) (\S+) (\S+)", line)
            made = found.groups() if found else None
            continue
        try:
            row = next(csv.reader([line], strict=True), [])
        except csv.Error as error:
            raise refuse(f"{place}:{number}", f"this is no row of a table ({error})") from None
        if row == HEADER:
            continue
        if len(row) != len(HEADER):
            raise refuse(f"{place}:{number}", f"{len(row)} fields (a row has {len(HEADER)}: {', '.join(HEADER)})")
        if row[0] in (one[0] for one in rows):
            raise refuse(f"{place}:{number}", f"{row[0]} is there twice (two tables in one file?)")
        try:
            usable = row[0] in WORDS or math.isfinite(float(row[1]))
        except ValueError:
            usable = False
        if not usable:
            raise refuse(f"{place}:{number}", f"{row[0]} is {row[1]!r} (a number is expected)")
        rows.append(row)
    return rows, made


def checked(rows: list[list[str]], place: str) -> Table:
    """The table of these rows, if the page can be made of it. Raises verb.Refusal."""
    names = {row[0] for row in rows}
    for name in (*ADDED, *NEEDED, *SHARES, "wall:1", "busy:1"):
        if name not in names:
            raise refuse(place, f"there is no row '{name}' (the benchmark was stopped, or is of another version)")
    table = Table(rows)
    threads = table["threads"]
    timed = [kind + name for name in table.of("wall") for kind in ("wall:", "busy:")]
    for name in (*NEEDED, *timed, f"wall:{threads:g}"):
        if not table.value.get(name, 0) > 0:
            raise refuse(place, f"{name} is {table.value.get(name, 'not there')} (it must be above 0)")
    for name in SHARES:
        if table[name] < 0:
            raise refuse(place, f"{name} is {table[name]:g} (it cannot be below 0)")
    whole = table["run_scale"] * INHABITANTS
    if not 0.8 * whole < table["residents"] < 1.25 * whole:
        raise verb.Refusal(
            CANNOT_BE_USED,
            (
                f"{place}: {table['residents']:.0f} residents are not the country at scale {table['run_scale']:g} (it"
                " was measured at another) say at which with --scale"
            ),
        )
    return table


def memory_here() -> float:
    """Gigabytes of memory of this machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def added(made: tuple[str, str, str], date: str, scale: float, warmup: int) -> list[list[str]]:
    """The rows that say what was measured, where and when."""
    version, commit, digest = made
    return [
        ["machine", measured.processor(), "", "processor of the machine that all of this was measured on"],
        ["machine_cores", str(os.cpu_count() or 1), "", "its cores"],
        ["machine_memory", f"{memory_here():.3g}", "GB", "its memory"],
        ["date", date, "", "day of the measurement"],
        ["version", version, "", "version of the program"],
        ["commit", commit, "", "its commit"],
        ["digest", digest, "", "digest of the run that was measured"],
        ["run_scale", f"{scale:g}", "", "share of the country that was simulated"],
        ["run_warmup", str(warmup), "weeks", "warm-up of the run"],
    ]


def recipe(scale: float = SCALE, warmup: int = WARMUP) -> str:
    """The digest of what is measured."""
    return kept.recipe(SCENARIOS, f"scale {scale:g}", f"warmup {warmup}")


def read(file: pathlib.Path, scale: float, warmup: int) -> tuple[Table, kept.Stamp]:
    """A table that the benchmark printed or that this script kept, and the stamp of what is made of it. Raises
    verb.Refusal."""
    try:
        text = file.read_text(encoding="utf-8")
        date = datetime.date.fromtimestamp(file.stat().st_mtime).isoformat()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise refuse(str(file), f"cannot be read ({why})") from None
    rows, made = parse(text, str(file))
    if stamp := kept.read(file):
        return checked(rows, str(file)), stamp
    if made is None:
        raise refuse(str(file), "the last line is not '# made ...' (the benchmark was stopped)")
    table = checked(added(made, date, scale, warmup) + rows, str(file))
    return table, kept.stamp([kept.Made(*made)], recipe(scale, warmup))


def measure(program: pathlib.Path, file: pathlib.Path, options: list[str]) -> None:
    """Runs the benchmark; what it prints goes to `file`. Raises verb.Refusal."""
    bench = program.resolve().parents[1] / "bench" / "kurultai_bench_country"
    if not bench.is_file():
        raise verb.Refusal(
            verb.INTERNAL,
            (
                f"{bench}: there is no such program (the benchmarks are not built: they need Google Benchmark, Debian's"
                " libbenchmark-dev) build it with ./kurultai bench country --scale 0.005 --warmup 0"
            ),
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    done = verb.run([str(bench), *options], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise verb.Refusal(
            verb.INTERNAL,
            (
                f"{bench}: failed with {done.returncode} (its message stands above; the whole country takes some 5 GB)"
                " try --scale 0.05"
            ),
        )
    kept.replace(file, done.stdout.encode())


# --- What follows from it ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Outlook:
    """What larger populations would take, from the figures of a table."""

    table: Table

    @property
    def most_threads(self) -> int:
        return self.table.counts()[-1]

    @property
    def efficiency(self) -> float:
        """Of the largest number of threads: the time on one over the time on all times their number."""
        k = self.most_threads
        return self.table["wall:1"] / (k * self.table[f"wall:{k}"])

    @property
    def alone(self) -> float:
        """The share of a week that one thread does alone, after Amdahl, by the largest number of threads."""
        k = self.most_threads
        return min(max((1 / self.efficiency - 1) / (k - 1), 0.0), 1.0) if k > 1 else ALONE

    @property
    def one_thread(self) -> float:
        """Seconds of a resident and week on one thread."""
        spent = self.table["busy:1"] / self.table[f"busy:{self.table['threads']:.0f}"]
        return 1e-9 * self.table["week_busy"] * spent

    def efficiency_on(self, cores: int, alone: float | None = None) -> float:
        """That of so many cores."""
        return 1 / (1 + (self.alone if alone is None else alone) * (cores - 1))

    def week(self, residents: float, cores: int, alone: float | None = None) -> float:
        """Seconds of a week."""
        return residents * self.one_thread / (cores * self.efficiency_on(cores, alone))

    def memory(self, residents: float) -> float:
        """Bytes at the peak."""
        return residents * self.table["bytes_peak"]

    @property
    def fitting(self) -> float:
        """Residents whose memory a workstation has."""
        return (1 - LEFT_FREE) * WORKSTATION / self.table["bytes_peak"]

    @property
    def passed(self) -> float:
        """Bytes a resident of one pass over society and run."""
        return self.table["bytes_society"] + self.table["bytes_run"]

    def sweep(self, residents: float) -> float:
        """Seconds of such a pass at the bandwidth of the machine."""
        return residents * self.passed / (1e9 * self.table["read"])

    def messages(self, residents: float) -> float:
        """Bytes a week that cross regions if each event is told along each tie."""
        return residents * self.table["messages"] * MESSAGE

    def copies(self, residents: float) -> float:
        """The same if all that neighbours elsewhere ask for is sent every week."""
        return residents * self.table["copies"] / 100 * COPY

    @property
    def within_a_day(self) -> float:
        """Residents whose ten years take a day on the most cores."""
        return 86400 / (WEEKS * self.week(1, CORES[-1]))


# --- The page -------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """A number with three digits, or more where it has more before the point."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """A share, as percents with two digits."""
    value = 100 * share
    if 0 < abs(value) < 0.01:
        return "<0.01%"
    return "0%" if value == 0 else f"{value:.{max(0, 1 - math.floor(math.log10(abs(value))))}f}%"


def seconds(value: float) -> str:
    """A time as prose has it."""
    for limit, unit, words in (
        (1e-3, 1e-6, "µs"),
        (1, 1e-3, "ms"),
        (100, 1, "s"),
        (6000, 60, "min"),
        (172800, 3600, "h"),
    ):
        if value < limit:
            return f"{two(value / unit)} {words}"
    return f"{two(value / 86400)} days"


def two(value: float) -> str:
    """Two digits, or more where it has more before the point."""
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}"


def people(residents: float) -> str:
    """A number of residents as prose has it."""
    if residents >= 1e9:
        return f"{number(residents / 1e9)} billion"
    return f"{number(residents / 1e6)} million" if residents >= 1e6 else f"{number(residents / 1e3)} thousand"


def on_threads(count: int) -> str:
    """So many threads."""
    return "one thread" if count == 1 else f"{count} threads"


def gigabytes(value: float) -> str:
    """A size as prose has it, from bytes."""
    for limit, unit, words in ((1e6, 1e3, "KB"), (1e9, 1e6, "MB")):
        if value < limit:
            return f"{number(value / unit)} {words}"
    return f"{number(value / 1e9)} GB"


def rows_of(header: list[str], rows: list[list[str]]) -> list[str]:
    """A table of Markdown."""
    return [
        "| " + " | ".join(header) + " |",
        "| " + " | ".join(["---"] * len(header)) + " |",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


def head(table: Table) -> list[str]:
    """What was measured."""
    word = table.word
    lines = [
        "# Performance",
        "",
        (
            "Written by `./kurultai results --only performance`. The benchmark `bench/country.cpp` measures the second"
            " recorded year of `scenarios/kazakhstan.toml`, with all its mechanisms, surveys and output; what it"
            " printed is [performance.csv](performance.csv). GB are 10⁹ bytes. Time is by the clock; processor time is"
            " that of all threads together."
        ),
        "",
        *rows_of(
            ["what was measured", ""],
            [
                ["machine", f"{word['machine']}, {table['machine_cores']:.0f} cores"],
                ["memory", f"{number(table['machine_memory'])} GB"],
                ["date", word["date"]],
                ["program", f"Kurultai {word['version']}, commit {word['commit']}"],
                ["threads", f"{table['threads']:.0f}"],
                ["scale", f"{table['run_scale']:g}, after {table['run_warmup']:.0f} weeks of warm-up"],
                ["residents", f"{table['residents']:,.0f}"],
                ["communities", f"{table['communities']:,.0f} in {table['regions']:.0f} regions"],
                ["digest of the run", f"`{word['digest']}`"],
            ],
        ),
    ]
    if table["run_scale"] < 1:
        lines += [
            (
                f"**This is {percent(table['run_scale'])} of the country, not the whole.** There are as many"
                " communities as in the whole country, so what a community costs weighs more on each resident, and"
                " caches hold more of the society. Figures a resident, and all that is worked out from them below, are"
                " a rough guide."
            ),
            "",
        ]
    return lines


def yardsticks(table: Table) -> list[str]:
    """A week beside PageRank and reading."""
    return [
        "## A week beside yardsticks",
        "",
        (
            f"A week takes as long as {number(table['ratio'])} iterations of PageRank on the same ties. Weeks and"
            " yardsticks were measured in turns, so the speed of the machine may drift and the ratio stays. The week is"
            " the mean of the year, since weeks differ; yardsticks are medians."
        ),
        "",
        *rows_of(
            ["what", "time", "processor time a resident", "a week is"],
            [
                ["a week", f"{number(table['week_wall'])} ms", f"{number(table['week_busy'])} ns", ""],
                ["the longest week", f"{number(table['week_longest'])} ms", "", ""],
                [
                    "an iteration of PageRank, 4-byte targets of its own on huge pages",
                    f"{number(table['page_rank'])} ms",
                    f"{number(table['page_rank_busy'])} ns",
                    f"{number(table['ratio'])} of these ({number(table['ratio_busy'])} by processor time)",
                ],
                [
                    "an iteration of PageRank on the society's own rows of ties",
                    f"{number(table['page_rank_in_place'])} ms",
                    "",
                    f"{number(table['ratio_in_place'])} of these",
                ],
            ],
        ),
        f"Reading memory from end to end, on all threads: {number(table['read'])} GB a second.",
        "",
    ]


def mechanisms(table: Table) -> list[str]:
    """The week by mechanism."""
    took, reads = table.of("mechanism"), table.of("reads")
    names = [*took, *sorted(name for name in reads if name not in took)]
    whole = sum(took.values()) or 1.0

    def bytes_of(name: str) -> list[str]:
        return [
            number(table[f"{kind}:{name}"]) if f"{kind}:{name}" in table.value else ""
            for kind in ("reads", "writes", "keeps")
        ]

    rows = [
        [
            f"`{name}`" if name in reads else name,
            number(took[name]) if name in took else "0",
            percent(took.get(name, 0) / whole),
            *bytes_of(name),
        ]
        for name in names
    ]
    rows.append(["together", number(whole), "100%", "", "", f"{number(sum(table.of('keeps').values()))}"])
    return [
        "## The week by mechanism",
        "",
        (
            "Time is processor time, a resident and week. Bytes are those of one resident: of the columns that a"
            " mechanism may read and may write, and what it keeps from week to week beside columns. Most mechanisms"
            " look at few residents in most weeks, so they move fewer bytes than these. Two mechanisms may read one"
            " column."
        ),
        "",
        *rows_of(["mechanism", "ns", "of the week", "bytes read", "bytes written", "bytes kept"], rows),
    ]


def communities(table: Table) -> list[str]:
    """What a community costs."""
    took, whole = table.of("community"), table["community"]
    shown = {name: x for name, x in took.items() if x >= 0.01 * whole}
    rows = [
        [f"`{name}`" if f"reads:{name}" in table.value else name, number(x), percent(x / whole)]
        for name, x in shown.items()
    ]
    rest = whole - sum(shown.values())
    rows.append(["all others", f"{rest:.2g}", percent(rest / whole)])
    share = 1e-6 * whole * table["communities"] / (1e-9 * table["week_busy"] * table["residents"])
    return [
        "## What a community costs",
        "",
        (
            f"A community costs {number(whole)} µs of processor time a week, however few people live there. All"
            f" {table['communities']:,.0f} communities together cost {percent(share)} of the week above. Measured are"
            " two thinned countries with the same communities, of 200,000 and of 800,000 residents, over a year. The"
            " line through their weeks gives what a week without residents would take. Small parts are within the"
            " error of that."
        ),
        "",
        *rows_of(["part", "µs", "of these"], rows),
    ]


def memory(table: Table) -> list[str]:
    """Memory and building."""
    return [
        "## Memory",
        "",
        *rows_of(
            ["what", "bytes a resident", "in all"],
            [
                [
                    "the society: ties, households, places",
                    number(table["bytes_society"]),
                    gigabytes(table["bytes_society"] * table["residents"]),
                ],
                [
                    "the run: columns, what mechanisms keep, the record",
                    number(table["bytes_run"]),
                    gigabytes(table["bytes_run"] * table["residents"]),
                ],
                ["peak while the society is built", "", gigabytes(1e9 * table["peak_building"])],
                [
                    "peak of all, without and with the program itself",
                    number(table["bytes_peak"]),
                    gigabytes(1e9 * table["peak"]),
                ],
            ],
        ),
        "## Building",
        "",
        (
            f"Building the society takes {seconds(table['built'])}, and {number(table['built_busy'])} µs of processor"
            f" time a resident: as much as {number(1e3 * table['built_busy'] / table['week_busy'])} weeks of the run."
        ),
        "",
    ]


def threads(table: Table) -> list[str]:
    """What threads bring."""
    one = table["wall:1"]
    return [
        "## Threads",
        "",
        (
            f"Runs of one society of {people(table['scaling_residents'])} residents, week by week in turns, on so many"
            " threads. Efficiency is the time on one thread over the number of threads times the time on these."
        ),
        "",
        *rows_of(
            ["threads", "a week", "processor time a resident", "faster than one by", "efficiency"],
            [
                [
                    str(k),
                    f"{number(table[f'wall:{k}'])} ms",
                    f"{number(table[f'busy:{k}'])} ns",
                    number(one / table[f"wall:{k}"]),
                    percent(one / (k * table[f"wall:{k}"])),
                ]
                for k in table.counts()
            ],
        ),
    ]


def borders(table: Table) -> list[str]:
    """Ties and events across regions."""
    return [
        "## Across regions",
        "",
        (
            "An event is a resident who hears of a matter, or who takes part. It concerns all who are tied to the"
            " resident; a tie that leads to another region would be a message if each region had a machine of its own."
        ),
        "",
        *rows_of(
            ["what", ""],
            [
                ["ties to other residents, a resident", number(table["ties"])],
                ["of these, to other communities", percent(table["ties_outside"] / 100)],
                ["of these, to other regions", percent(table["ties_across"] / 100)],
                ["residents with a tie to another region", percent(table["border"] / 100)],
                [
                    "residents of other regions that regions would keep copies of, of all",
                    percent(table["copies"] / 100),
                ],
                ["residents who hear of a matter, a resident and week", number(table["heard"])],
                ["residents who take part, a resident and week", number(table["acted"])],
                ["events of residents with a tie to another region", percent(table["events_crossing"] / 100)],
                ["ties of events that lead to another region", percent(table["told_across"] / 100)],
                ["messages across regions, a resident and week", number(table["messages"])],
            ],
        ),
    ]


def sizes(table: Table) -> list[str]:
    """What larger populations would take."""
    outlook = Outlook(table)
    named, last = outlook.fitting > NAMES, CORES[-1]
    return [
        "## Sizes beyond these machines",
        "",
        (
            "Nothing in this section is measured. It is worked out from the figures above for populations like that of"
            " Kazakhstan: as many ties, communities and matters a resident. N is a number of residents."
        ),
        "",
        *(
            [
                (
                    f"**On {on_threads(outlook.most_threads)} a week was only"
                    f" {number(outlook.most_threads * outlook.efficiency)} times as fast as on one: most likely other"
                    " work kept the cores busy. If so the times for many cores are far too long. Measure again on an"
                    " idle machine.**"
                ),
                "",
            ]
            if outlook.alone > UNLIKELY
            else []
        ),
        "In short:",
        "",
        (
            f"- A workstation of {last} cores and {WORKSTATION / 1e9:.0f} GB holds"
            f" {people(min(outlook.fitting, NAMES))} residents."
        ),
        *(
            f"- {people(n)} take {gigabytes(outlook.memory(n))} on it, and {seconds(WEEKS * outlook.week(n, last))} for"
            " ten years with their warm-up"
            + (
                f"; {seconds(WEEKS * outlook.sweep(n))} if its memory is no faster than that of this machine."
                if outlook.sweep(n) > outlook.week(n, last)
                else "."
            )
            for n in POPULATIONS[1:]
        ),
        "",
        "### Memory",
        "",
        (
            f"Memory at the peak is N × {number(table['bytes_peak'])} bytes, as measured. Of a workstation's 256 GB, a"
            f" tenth is left to the system; {(1 - LEFT_FREE) * WORKSTATION / 1e9:.0f} GB hold"
            f" {people(outlook.fitting)} residents. "
            + (
                "The program does not go that far: a tie names its other end by 29 bits, which is enough for"
                f" {people(NAMES)} residents, akimats and institutions, and refuses more. These take"
                f" {gigabytes(outlook.memory(NAMES))}."
                if named
                else (
                    f"The program could name more, {people(NAMES)} residents, akimats and institutions: a tie names its"
                    " other end by 29 bits."
                )
            )
        ),
        "",
        *rows_of(["residents", "memory"], [[people(n), gigabytes(outlook.memory(n))] for n in POPULATIONS]),
        *sizes_time(table, outlook),
        *sizes_bandwidth(table, outlook),
        *sizes_machines(table, outlook),
    ]


def sizes_time(table: Table, outlook: Outlook) -> list[str]:
    """How long weeks would take, by cores."""
    k, here = outlook.most_threads, int(table["threads"])
    told = outlook.week(table["residents"], here)
    last = CORES[-1]
    unmeasured = " and ".join(str(cores) for cores in CORES if cores > k)
    if k > 1:
        source = (
            f"s is the share of a week that one thread does alone: {percent(outlook.alone)}, from the efficiency of {k}"
            f" threads, e({k}) = {percent(outlook.efficiency)}, as s = (1/e({k}) − 1) / ({k} − 1) and not below 0"
        )
    else:
        source = (
            f"s is the share of a week that one thread does alone: {percent(ALONE)}, an assumption, since one thread"
            " alone was measured"
        )
    return [
        "### Time",
        "",
        "A week of N residents on c cores takes N × t / (c × e(c)), with e(c) = 1 / (1 + s × (c − 1)).",
        "",
        (
            f"- t is the processor time of a resident and week on one thread, {number(1e9 * outlook.one_thread)} ns:"
            f" the {number(table['week_busy'])} ns of the week above (on {on_threads(here)}) ×"
            f" {number(table['busy:1'])} / {number(table[f'busy:{here}'])}, the processor time"
            f" on one thread over that on {here} (section Threads)."
        ),
        f"- {source}.",
        (
            f"- For what was measured, {people(table['residents'])} residents on {on_threads(here)}, this gives"
            f" {seconds(told)} a week; measured were {seconds(1e-3 * table['week_wall'])}."
        ),
        "",
        (
            f"In the table: a week; then ten years with their warm-up, {WEEKS} weeks. Building the society is not in"
            f" it: on {on_threads(here)}, as measured, it would take"
            f" {seconds(POPULATIONS[-1] * table['built'] / table['residents'])} for {people(POPULATIONS[-1])}."
        ),
        "",
        *rows_of(
            ["residents", *(f"{cores} cores" for cores in CORES), f"{last} cores, if s were 0"],
            [
                [
                    people(n),
                    *(
                        f"{seconds(outlook.week(n, cores))}; {seconds(WEEKS * outlook.week(n, cores))}"
                        for cores in CORES
                    ),
                    f"{seconds(outlook.week(n, last, 0))}; {seconds(WEEKS * outlook.week(n, last, 0))}",
                ]
                for n in POPULATIONS
            ],
        ),
        *(
            [
                (
                    f"Machines of {unmeasured} cores were not measured: these columns are an extrapolation from"
                    f" {on_threads(k)}. The share s decides them; by it {last} cores are"
                    f" {number(last * outlook.efficiency_on(last))} times as fast as one. It was measured on"
                    f" {people(table['scaling_residents'])} residents, and larger societies may do with less. Cores of"
                    " another make are faster or slower than these."
                ),
                "",
            ]
            if unmeasured
            else []
        ),
    ]


def sizes_bandwidth(table: Table, outlook: Outlook) -> list[str]:
    """The bound that memory sets."""
    last, first = CORES[-1], POPULATIONS[0]
    wanted = outlook.passed / outlook.week(1, last) / 1e9
    enough = wanted <= table["read"]
    return [
        "### Memory bandwidth",
        "",
        (
            "With many cores a week may wait for memory. How many bytes it moves was not measured. Suppose that it"
            f" passes once over all that society and run hold, {number(outlook.passed)} bytes a resident. Reading from"
            f" end to end, on {on_threads(int(table['threads']))}, gave {number(table['read'])} GB a second here, so"
            f" the pass takes N × {number(outlook.passed)} bytes / {number(table['read'])} GB/s. At this bandwidth more"
            " cores do not make the week shorter than that."
        ),
        "",
        *rows_of(
            ["residents", "a pass", "read in", f"{WEEKS} weeks"],
            [
                [
                    people(n),
                    gigabytes(n * outlook.passed),
                    seconds(outlook.sweep(n)),
                    seconds(WEEKS * outlook.sweep(n)),
                ]
                for n in POPULATIONS
            ],
        ),
        (
            f"For the times in the table above, {last} cores need {number(wanted)} GB a second. "
            + (
                "This machine gives that already, so bandwidth does not bound them."
                if enough
                else (
                    f"A machine of {last} cores that gives no more than this one would be bound by memory:"
                    f" {seconds(outlook.sweep(first))} a week for {people(first)}, where the formula says"
                    f" {seconds(outlook.week(first, last))}. Workstations of that size have more memory channels;"
                    " measure theirs with `./kurultai bench country`."
                )
            )
        ),
        "",
    ]


def sizes_machines(table: Table, outlook: Outlook) -> list[str]:
    """From where on several machines would pay."""
    last = CORES[-1]
    most = min(outlook.fitting, NAMES)
    told = outlook.messages(1) / NETWORK / outlook.week(1, last)
    copied = outlook.copies(1) / NETWORK / outlook.week(1, last)
    worst = max(told, copied)
    eight = 1 / (1 / 8 + worst)
    return [
        "### Several machines",
        "",
        (
            "The program runs on one machine. Replicates and points of a sweep need no messages; `./kurultai slurm`"
            " spreads them over many. One run on several machines, each with regions of its own, would pay:"
        ),
        "",
        (
            f"- for memory, above {people(outlook.fitting)} residents, which 256 GB hold"
            + ("; ties would first need longer names;" if outlook.fitting > NAMES else ";")
        ),
        (
            f"- for time, where one machine takes too long: ten years take more than a day on {last} cores above"
            f" {people(outlook.within_a_day)} residents."
            if outlook.within_a_day < most
            else (
                f"- hardly for time: the {people(most)} residents that one machine holds take"
                f" {seconds(WEEKS * max(outlook.week(most, last), outlook.sweep(most)))} for ten years on {last} cores"
                " with memory no faster than here."
            )
        ),
        "",
        (
            "Messages would have to take little time beside a week. There are two ways to send them. Events: each"
            f" event is told along each tie that leads to another region, N × {number(table['messages'])} messages a"
            f" week of {MESSAGE} bytes. Copies: every region gets the state of the residents that it keeps copies of, N"
            f" × {percent(table['copies'] / 100)} × {COPY} bytes a week. The {MESSAGE} and {COPY} bytes are"
            " assumptions. The network is taken to carry 10 Gbit a second, over one link for all machines together."
            " Latency is not counted."
        ),
        "",
        *rows_of(
            ["residents", "events, a week", "sent in", "copies, a week", "sent in", f"a week on {last} cores"],
            [
                [
                    people(n),
                    gigabytes(outlook.messages(n)),
                    seconds(outlook.messages(n) / NETWORK),
                    gigabytes(outlook.copies(n)),
                    seconds(outlook.copies(n) / NETWORK),
                    seconds(outlook.week(n, last)),
                ]
                for n in POPULATIONS
            ],
        ),
        (
            f"Events take {percent(told)} of a week on {last} cores, copies {percent(copied)}, for any N. With the"
            f" larger of the two, eight such machines would be {number(eight)} times as fast as one."
        ),
    ]


def page(rows: list[dict[str, str]]) -> str:
    """The page as Markdown, from the rows of performance.csv."""
    table = Table([[row[name] for name in HEADER] for row in rows])
    parts = (head, yardsticks, mechanisms, communities, memory, threads, borders, sizes)
    return "\n".join(line for part in parts for line in part(table)) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=pathlib.Path, help="the program beside which the benchmark was built")
    parser.add_argument(
        "--table",
        type=pathlib.Path,
        metavar="FILE",
        help="what the benchmark printed, or a performance.csv; nothing is run",
    )
    parser.add_argument("--scale", type=verb.number(0.0005, 1), default=SCALE)
    parser.add_argument("--warmup", type=verb.number(0, 10000, whole=True), default=WARMUP)
    parser.add_argument("--threads", type=verb.number(1, 4096, whole=True), help="all if not given")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "results")
    parser.add_argument("--runs", type=pathlib.Path, help="folder of the benchmark's own table")
    options = parser.parse_args()
    if (options.program is None) == (options.table is None):
        parser.error("either --program or --table")
    from kurultai import output

    table_file, page_file = (options.out / name for name in FILES)
    again = options.table is not None and table_file.exists() and options.table.resolve() == table_file.resolve()
    output.hold("results: performance", [page_file] if again else [page_file, table_file])
    file = options.table
    if file is None:
        file = (options.runs or options.out / "made") / "country.table"
        more = ["--threads", str(options.threads)] if options.threads is not None else []
        measure(options.program, file, ["--scale", f"{options.scale:g}", "--warmup", str(options.warmup), *more])
    table, stamp = read(file, options.scale, options.warmup)
    text = page([dict(zip(HEADER, row)) for row in table.rows])
    if not again:
        kept.write_csv(table_file, HEADER, table.rows, stamp)
        print(table_file)
    kept.write_markdown(page_file, text, stamp)
    print(page_file)
    return 0


if __name__ == "__main__":
    sys.exit(main())
