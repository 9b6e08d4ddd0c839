#!/usr/bin/python3
"""Malformed scenarios and census tables: `kurultai run` must refuse every one of them, and say where it is wrong.

Usage: malformed.py [BINARY [PART_OF_A_NAME]]; without arguments the binary is named by KURULTAI_BINARY.

Required of each case: exit code 3 (scenario) or 4 (input data); one message on standard error that names the place
(file and line, or --set ...) and is short enough to read; no crash; nothing left in the output folder. A control,
a valid scenario, must run: else all cases might fail for a reason of their own.

Beside the cases written out here, every parameter of the program's own dictionary is given a value of the wrong
type, nan, and values below and above its range.
"""
import concurrent.futures
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CENSUS = ROOT / "scenarios" / "data" / "kazakhstan"
HERE = "#<"  # marks the line that the message must name
LONGEST_MESSAGE = 1500


class Case:
    """A scenario `text` (bytes or str) and options; `place`: a regular expression that the message must match."""

    def __init__(self, name, text, place=None, sets=(), files=None, code=None):
        self.name, self.sets, self.code = name, list(sets), code
        self.text = text if isinstance(text, bytes) else text.encode()
        self.files = files or {}
        if place is None:
            marked = [n for n, line in enumerate(self.text.split(b"\n"), 1) if HERE.encode() in line]
            place = rf"case\.toml:{marked[0]}\b" if marked else r"case\.toml:\d+"
        self.place = place


def syntax_cases():
    deep = 100_000
    dotted = ".".join("a" * deep)
    yield Case("empty file", "")
    yield Case("only blanks", " \n\t\n\n")
    yield Case("only a comment", "# nothing here\n")
    yield Case("only a byte order mark", b"\xef\xbb\xbf")
    yield Case("binary", bytes(range(256)) * 64, r"case\.toml")
    yield Case("NUL in text", b"title = \"a\0b\"\n", r"case\.toml")
    yield Case("an HDF5 file", b"\x89HDF\r\n\x1a\n" + bytes(2000), r"case\.toml")
    yield Case("huge", b"# filler\n" * 2_000_000, r"case\.toml")
    yield Case("huge key", "a" * 3_000_000 + " = 1\n")
    yield Case("huge value", "[run]\nweeks = \"" + "a" * 3_000_000 + "\"\n", r"case\.toml:2")
    yield Case("huge number", "[run]\nweeks = " + "1" * 1_000_000 + "\n", r"case\.toml:2")
    yield Case("many unknown keys", "".join(f"k{n} = 1\n" for n in range(100_000)), r"case\.toml:1\b")
    yield Case("deep dotted key", dotted + " = 1\n")
    yield Case("deep dotted key, quoted", ".".join(['"a"'] * deep) + " = 1\n")
    yield Case("deep dotted key, spaced", " . ".join("a" * deep) + " = 1\n")
    yield Case("deep table", "title = 'x'\n[" + dotted + "]\n", r"case\.toml:2")
    yield Case("deep table of tables", "[[" + dotted + "]]\n")
    yield Case("deep key in a section", "[run]\n" + dotted + " = 1\n", r"case\.toml:2")
    yield Case("deep key in an inline table", "run = {" + dotted + " = 1}\n")
    yield Case("deep brackets", "a = " + "[" * deep)
    yield Case("deep brackets, closed", "a = " + "[" * deep + "]" * deep + "\n")
    yield Case("deep brackets on lines", "a = " + "[\n" * deep)
    yield Case("deep braces", "a = " + "{a=" * deep)
    yield Case("deep brackets after a long string", "a = '''\n'''\nb = " + "[" * deep, r"case\.toml:3")
    yield Case("deep brackets after a quote in a comment", "# don't\nb = " + "[" * deep, r"case\.toml:2")
    yield Case("deep brackets after an escaped quote", 'a = "\\""\nb = ' + "[" * deep, r"case\.toml:2")
    yield Case("unterminated text", "title = \"abc\n")
    yield Case("unterminated literal", "title = 'abc\n")
    yield Case("unterminated long text", "title = \"\"\"abc\n\n\n")
    yield Case("unterminated list", "[run]\nweeks = [1, 2\n", r"case\.toml:[23]")
    yield Case("unterminated inline table", "run = {weeks = 1\n")
    yield Case("unterminated header", "[run\nweeks = 1\n")
    yield Case("empty header", "[]\n")
    yield Case("header with text behind", "[run] weeks = 1\n")
    yield Case("no value", "title = \n")
    yield Case("no key", "= 3\n")
    yield Case("no sign", "title \"x\"\n")
    yield Case("two values on a line", "title = \"x\" description = \"y\"\n")
    yield Case("bare word", "title = x\n")
    yield Case("comma for a point", "[run]\nscale = 0,1 #<\n")
    yield Case("bad escape", "title = \"\\q\"\n")
    yield Case("bad unicode escape", "title = \"\\uD800\"\n")
    yield Case("control character", b"title = \"a\x01b\"\n")
    yield Case("bad UTF-8 in a text", b"title = \"\xff\"\n")
    yield Case("bad UTF-8 in a key", b"ti\xc3(tle = \"x\"\n")
    yield Case("overlong UTF-8", b"title = \"\xc0\xaf\"\n")
    yield Case("UTF-16", "title = 'x'\n".encode("utf-16"), r"case\.toml")
    yield Case("UTF-16 without zeros", b"\xff\xfe\x41\x42\x43\x44\n")
    yield Case("Latin 1", "title = 'é'\n".encode("latin-1"))
    yield Case("JSON", "{\"run\": {\"weeks\": 1}}\n")
    yield Case("YAML", "run:\n  weeks: 1\n")
    yield Case("XML", "<run weeks='1'/>\n")
    yield Case("duplicate key", "[run]\nweeks = 1\nweeks = 2 #<\n")
    yield Case("duplicate section", "[run]\nweeks = 1\n[run] #<\nseed = 1\n")
    yield Case("duplicate title", "title = 'a'\ntitle = 'b' #<\n")
    yield Case("key and section", "run.weeks = 1\n[run] #<\nseed = 2\n")
    yield Case("leading zero", "[run]\nweeks = 010 #<\n")
    yield Case("number beyond a double", "[run]\nscale = 1e400 #<\n")
    yield Case("number beyond 64 bits", "[run]\nseed = 9223372036854775808 #<\n")
    yield Case("just beyond hexadecimal", "[run]\nseed = 0x10000000000000000 #<\n")


def key_cases():
    yield Case("unknown key", "[run]\nweaks = 1 #<\n")
    yield Case("unknown key of another section", "[run]\ncensus = 'x' #<\n")
    yield Case("unknown root key", "authors = 'x' #<\n")
    yield Case("a parameter outside its section", "weeks = 1 #<\n")
    yield Case("unknown section", "\n[runs] #<\nweeks = 1\n")
    yield Case("empty unknown section", "title = 'x'\n[nothing] #<\n")
    yield Case("section in capitals", "[RUN] #<\nweeks = 1\n")
    yield Case("key in capitals", "[run]\nWEEKS = 1 #<\n")
    yield Case("empty key", "[run]\n\"\" = 1 #<\n")
    yield Case("unicode key", "[run]\n\"нед\" = 1 #<\n")
    yield Case("key with line break", "[run]\n\"a\\nb\" = 1 #<\n")
    yield Case("section as a list of tables", "[[run]] #<\nweeks = 1\n")
    yield Case("section as a number", "run = 1 #<\n")
    yield Case("section as a text", "run = 'x' #<\n")
    yield Case("section in a section", "[run.weeks] #<\nx = 1\n")
    yield Case("unknown section in a section", "[run.more] #<\nx = 1\n")
    yield Case("title no text", "title = 1 #<\n")
    yield Case("title a section", "[title] #<\nx = 1\n")
    yield Case("description a list", "description = ['a'] #<\n")
    yield Case("collection as a number", "policy = 1 #<\n")
    yield Case("collection without names", "[policy]\ndose = 1 #<\n")
    yield Case("collection as a list of tables", "[[policy]] #<\ndose = 1\n")
    yield Case("entry as a list of tables", "[[policy.x]] #<\ndose = 1\n")
    yield Case("entry with a blank", "[policy.\"open budget\"] #<\n")
    yield Case("entry in capitals", "[policy.Budget] #<\n")
    yield Case("entry with an empty name", "[policy.\"\"] #<\n")
    yield Case("entry with a path", "[policy.\"../x\"] #<\n")
    yield Case("entry with a long name", "[policy." + "x" * 1000 + "] #<\n")
    yield Case("unknown key in a policy", "[policy.x]\nstrat = 1 #<\n")
    yield Case("unknown key in a form", "[form.x]\nno_such_key = 1 #<\n")


def value_cases():
    yield Case("weeks none", "[run]\nweeks = 0 #<\n")
    yield Case("weeks negative", "[run]\nweeks = -1 #<\n")
    yield Case("weeks half", "[run]\nweeks = 1.5 #<\n")
    yield Case("weeks a text", "[run]\nweeks = \"52\" #<\n")
    yield Case("weeks a date", "[run]\nweeks = 2024-01-01 #<\n")
    yield Case("weeks a time", "[run]\nweeks = 12:00:00 #<\n")
    yield Case("weeks a flag", "[run]\nweeks = true #<\n")
    yield Case("weeks a list", "[run]\nweeks = [1] #<\n")
    yield Case("weeks a table", "[run]\nweeks = {a = 1} #<\n")
    yield Case("weeks infinite", "[run]\nweeks = inf #<\n")
    yield Case("scale nothing", "[run]\nscale = 0 #<\n")
    yield Case("scale above 1", "[run]\nscale = 1.0000001 #<\n")
    yield Case("scale nan", "[run]\nscale = nan #<\n")
    yield Case("scale minus nan", "[run]\nscale = -nan #<\n")
    yield Case("scale minus infinite", "[run]\nscale = -inf #<\n")
    yield Case("seed negative", "[run]\nseed = -1 #<\n")
    yield Case("seed the largest", "[run]\nseed = 9223372036854775807 #<\n")
    yield Case("text with NUL", "[society]\ncensus = \"a\\u0000b\" #<\n")
    yield Case("first of two mistakes", "[society]\ncensus = 1 #<\n[run]\nweeks = 0\n")
    yield Case("mixed list", "[policy.x]\nregions = [\"KZ10\", 1] #<\n")
    yield Case("nested list", "[policy.x]\nregions = [[\"KZ10\"]] #<\n")


def extends_cases():
    yield Case("extends nothing", "title='x'\nextends = 'none.toml' #<\n")
    yield Case("extends an empty name", "extends = '' #<\n")
    yield Case("extends a number", "extends = 1 #<\n")
    yield Case("extends a list", "extends = ['a.toml'] #<\n")
    yield Case("extends a folder", "extends = '.' #<\n")
    yield Case("extends itself", "extends = 'case.toml' #<\n")
    yield Case("extends itself by a way round", "extends = '../in/case.toml' #<\n", r"case\.toml:1\b")
    yield Case(
        "extends in a circle", "extends = 'b.toml'\n", r"b\.toml:1\b", files={"b.toml": "extends = 'case.toml'\n"}
    )
    yield Case(
        "extends too long a chain",
        "extends = 'c0.toml'\n",
        r"c\d+\.toml:1\b",
        files={f"c{n}.toml": f"extends = 'c{n + 1}.toml'\n" for n in range(200)},
    )
    yield Case(
        "extends a bad value",
        "extends = 'b.toml'\n[run]\nweeks = 2\n",
        r"b\.toml:2\b",
        files={"b.toml": "[run]\nweeks = 0\n"},
    )
    yield Case("extends bad TOML", "extends = 'b.toml'\n", r"b\.toml:2\b", files={"b.toml": "[run]\nweeks = \n"})
    yield Case("extends an empty file", "extends = 'b.toml'\n", r"b\.toml", files={"b.toml": ""})
    yield Case("extends a binary file", "extends = 'b.toml'\n", r"b\.toml", files={"b.toml": b"a\0b"})
    yield Case("extends a name with NUL", "extends = \"a\\u0000.toml\" #<\n")
    yield Case("extends too long a name", "extends = '" + "a" * 5000 + "' #<\n")


def set_cases():
    def one(name, text, scenario="title = 'x'\n"):
        return Case("set: " + name, scenario, r"--set ", sets=[text])

    yield one("empty", "")
    yield one("no sign", "run.weeks")
    yield one("no path", "=1")
    yield one("no value", "run.weeks=")
    yield one("unknown section", "rum.weeks=1")
    yield one("unknown key", "run.weaks=1")
    yield one("section only", "run=1")
    yield one("key only", "weeks=1")
    yield one("too many parts", "run.weeks.x=1")
    yield one("dots", "...=1")
    yield one("out of range", "run.scale=2")
    yield one("nan", "run.scale=nan")
    yield one("infinite", "run.scale=inf")
    yield one("beyond a double", "run.scale=1e400")
    yield one("a word for a number", "run.weeks=many")
    yield one("a list for a number", "run.weeks=[1]")
    yield one("unterminated text", "society.census=\"x")
    yield one("unterminated list", "policy.x.regions=[\"a\"", "[policy.x]\n")
    yield one("a word for a list", "policy.x.regions=KZ10", "[policy.x]\n")
    yield one("deep brackets", "run.weeks=" + "[" * 50_000)
    yield one("deep key", "a." * 50_000 + "a=1")
    yield one("an entry that is not there", "policy.none.dose=1")
    yield one("a wrong choice", "policy.x.mode=ad", "[policy.x]\n")
    yield one("line break", "run.weeks=1\nrun.scale=2")
    yield one("bad UTF-8", b"society.census=\xff\xfe")
    yield one("extends", "extends=a.toml")


def policy_cases(lever, plain, census):
    """`lever`: the path of a lever; `plain`: of a number that is none."""
    head = f"[society]\ncensus = '{census}'\n[policy.x]\n"
    good = head + f"lever = '{lever}'\n"
    yield Case("policy without a lever", head + "dose = 1\n")
    yield Case("policy on a parameter that is no lever", head + f"lever = '{plain}' #<\n")
    yield Case("policy on nothing", head + "lever = 'no.such' #<\n")
    yield Case("policy on a section", head + "lever = 'run' #<\n")
    yield Case("policy on a policy", head + "lever = 'policy.x.dose' #<\n")
    yield Case("policy on a number", head + "lever = 3 #<\n")
    yield Case("policy that ends before it starts", good + "start = 10\nend = 9\n")
    yield Case("policy that starts before the record", good + "start = -1 #<\n")
    yield Case("policy with a wrong mode", good + "mode = 'plus' #<\n")
    yield Case("policy sets beyond the lever's range", good + "mode = 'set'\ndose = 1e30 #<\n")
    yield Case("policy multiplies by a negative number", good + "mode = 'multiply'\ndose = -1\n")
    yield Case("policy with an infinite dose", good + "dose = inf #<\n")
    yield Case("policy with a share above 1", good + "share = 1.5 #<\n")
    yield Case("trial without control", good + "trial = true\n")
    yield Case("policy for no income", good + "income_above = 2\nincome_below = 1\n")
    yield Case("policy for no population", good + "population_above = 2\npopulation_below = 1\n")
    yield Case("policy for nobody", good + "poorest_share = 0.2\nrichest_share = 0.2\n")
    yield Case("unknown region", good + "regions = ['KZ10', 'Atlantis'] #<\n")
    yield Case("unknown district", good + "districts = ['Atlantis'] #<\n")
    yield Case("unknown type of community", good + "types = ['metropolis'] #<\n")
    yield Case("unknown community", good + "communities = ['Atlantis'] #<\n")
    yield Case("contradiction made by --set", good + "start = 10\nend = 20\n", r"--set ", sets=["policy.x.end=3"])


def census_cases():
    """Census tables with one thing wrong; each case gets its own copy."""

    def spoilt(name, table, change, place=None):
        lines = (CENSUS / table).read_text(encoding="utf-8").split("\n")
        header = next(n for n, line in enumerate(lines) if line and not line.startswith("#"))
        changed = change(lines, header)
        content = changed if isinstance(changed, bytes) else "\n".join(changed).encode()
        return Case(
            "census: " + name,
            "[society]\ncensus = 'census'\n",
            place or rf"{re.escape(table)}(:\d+)?\b",
            files={f"census/{file.name}": file.read_bytes() for file in CENSUS.glob("*.csv")}
            | {f"census/{table}": content},
        )

    def cell(column, value):
        def change(lines, header):
            names = lines[header].split(",")
            row = lines[header + 1].split(",")
            row[names.index(column)] = value
            lines[header + 1] = ",".join(row)
            return lines

        return change

    def row_of(key, value):
        def change(lines, header):
            for n in range(header + 1, len(lines)):
                if lines[n].startswith(key + ","):
                    lines[n] = ",".join([key, value] + lines[n].split(",")[2:])
            return lines

        return change

    def without_column(column):
        def change(lines, header):
            lines[header] = lines[header].replace(column, "renamed")
            return lines

        return change

    def where(table):
        """The line of a table's first row, as the message must name it."""
        lines = (CENSUS / table).read_text(encoding="utf-8").split("\n")
        header = next(n for n, line in enumerate(lines) if line and not line.startswith("#"))
        return rf"{re.escape(table)}:{header + 2}\b"

    regions, towns, pyramid = where("regions.csv"), where("towns.csv"), where("pyramid.csv")
    yield spoilt("negative population", "regions.csv", cell("population", "-610189"), regions)
    yield spoilt("population a word", "regions.csv", cell("population", "many"), regions)
    yield spoilt("population nan", "regions.csv", cell("population", "nan"), regions)
    yield spoilt("population infinite", "regions.csv", cell("population", "1e999"), regions)
    yield spoilt("population missing", "regions.csv", cell("population", ""), regions)
    yield spoilt("population with a tail", "regions.csv", cell("population", "610189x"), regions)
    yield spoilt("urban share above 1", "regions.csv", cell("urban_share", "1.5"), regions)
    yield spoilt("negative wage", "regions.csv", cell("wage", "-1"), regions)
    yield spoilt("region without a code", "regions.csv", cell("code", ""), regions)
    yield spoilt("doubled region", "regions.csv", lambda lines, h: lines[: h + 2] + [lines[h + 1]] + lines[h + 2 :])
    yield spoilt("short row", "regions.csv", lambda lines, h: lines[: h + 1] + ["KZ10,Abai"] + lines[h + 2 :], regions)
    yield spoilt(
        "long row", "regions.csv", lambda lines, h: lines[: h + 1] + [lines[h + 1] + ",1"] + lines[h + 2 :], regions
    )
    yield spoilt("missing column", "regions.csv", without_column("population"))
    yield spoilt(
        "doubled column",
        "regions.csv",
        lambda lines, h: lines[:h] + [lines[h].replace("wage_status", "wage")] + lines[h + 1 :],
    )
    yield spoilt("no rows", "regions.csv", lambda lines, h: lines[: h + 1])
    yield spoilt("empty table", "regions.csv", lambda lines, h: b"")
    yield spoilt("binary table", "regions.csv", lambda lines, h: bytes(range(256)))
    yield spoilt(
        "unterminated quote", "regions.csv", lambda lines, h: lines[: h + 1] + ['"' + lines[h + 1]] + lines[h + 2 :]
    )
    yield spoilt("town in no region", "towns.csv", cell("region", "KZ99"), towns)
    yield spoilt("latitude beyond the pole", "towns.csv", cell("latitude", "91"), towns)
    yield spoilt("longitude no number", "towns.csv", cell("longitude", "east"), towns)
    yield spoilt("negative town", "towns.csv", cell("population", "-5"), towns)
    yield spoilt("negative age group", "pyramid.csv", cell("men", "-1"), pyramid)
    yield spoilt("age group that ends before it begins", "pyramid.csv", cell("last", "-3"), pyramid)
    yield spoilt("no age groups", "pyramid.csv", lambda lines, h: lines[: h + 1])
    yield spoilt("negative nation", "national.csv", row_of("population", "-1"))
    yield spoilt("nation without villages", "national.csv", row_of("villages", "none"))
    for table in ("regions.csv", "towns.csv", "pyramid.csv", "national.csv"):
        case = spoilt(f"no {table}", table, lambda lines, h: lines)
        del case.files[f"census/{table}"]
        yield case
    yield Case("census: no folder", "[society]\ncensus = 'none'\n", r"case\.toml(:\d+)?")
    yield Case("census: a file", "[society]\ncensus = 'case.toml'\n", r"case\.toml")
    yield Case("census: no name", "[society]\ncensus = ''\n", r"case\.toml(:\d+)?")
    yield Case("census: too long a name", "[society]\ncensus = '" + "a" * 5000 + "'\n", r"case\.toml")
    yield Case("network: no name", "[society]\nsource = 'network'\n", r"case\.toml(:\d+)?")
    yield Case("network: no file", "[society]\nsource = 'network'\nnodes = 'a.csv'\nedges = 'b.csv'\n", r"a\.csv")


def dictionary_cases(parameters):
    """For every parameter: a wrong type, nan, below, above."""
    wrong = {"flag": "1", "choice": "true", "text": "5", "texts": "5", "numbers": "\"x\""}
    for parameter in parameters:
        path = parameter["path"].replace(".NAME.", ".probe.")
        section, key = path.rsplit(".", 1)
        kind = parameter["kind"]

        def one(what, value):
            return Case(f"{path} {what}", f"title = 'x'\n[{section}]\n{key} = {value} #<\n", code=3)

        yield one("of a wrong type", wrong.get(kind, "\"x\""))
        yield one("a table", "{a = 1}")
        if kind == "choice":
            yield one("no such word", "\"no_such_word\"")
        if kind not in ("real", "whole", "lever", "numbers"):
            continue
        size = len(parameter["default"]) if kind == "numbers" else 0

        def value(number):
            return f"[{', '.join([number] * size)}]" if size else number

        yield one("nan", value("nan"))
        if parameter["low"] is not None:
            yield one("too low", value(repr(math.floor(parameter["low"]) - 1.0)))
        if parameter["high"] is not None:
            yield one("too high", value(repr(parameter["high"] * 2 + 1.0)))
        if size:
            yield one("too long", f"[{', '.join(['0.5'] * (size + 1))}]")
            yield one("empty", "[]")


def left_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def offence(binary, case):
    """What is wrong with the program's answer to `case`, or None."""
    with tempfile.TemporaryDirectory(prefix="kurultai-") as name:
        work = pathlib.Path(name)
        (work / "out").mkdir()
        (work / "in").mkdir()
        (work / "in" / "case.toml").write_bytes(case.text)
        for file, content in case.files.items():
            path = work / "in" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        command = [
            binary,
            "run",
            str(work / "in" / "case.toml"),
            "--out",
            str(work / "out" / "x.h5"),
            "--weeks",
            "1",
            "--progress",
            "none",
        ]
        if b"'network'" not in case.text:
            command += ["--scale", "0.001"]
        for text in case.sets:
            command += ["--set", text]
        try:
            answer = subprocess.run(command, capture_output=True, timeout=60, cwd=work)
        except subprocess.TimeoutExpired:
            return "takes more than a minute"
        told = answer.stderr.decode("utf-8", "replace").strip()
        shown = told[:300]
        if answer.returncode not in ((case.code,) if case.code else (3, 4)):
            return f"exit code {answer.returncode}, said: {shown}"
        if not re.search(case.place, told):
            return f"names no place like {case.place}: {shown}"
        if re.search(r"terminate called|Sanitizer|Traceback|core dumped", told):
            return f"crashed: {shown}"
        if len(told) > LONGEST_MESSAGE + len(str(work)) * 8:
            return f"says too much, {len(told)} letters: {shown}"
        if len([line for line in told.split("\n") if not line.startswith("kurultai: note: ")]) > 3:
            return f"is no short message: {shown}"
        if left_in(work / "out"):
            return f"left {left_in(work / 'out')}"
    return None


def control(binary):
    """The same run of a valid scenario must succeed."""
    with tempfile.TemporaryDirectory(prefix="kurultai-") as name:
        work = pathlib.Path(name)
        (work / "case.toml").write_text(f"title = 'control'\n[society]\ncensus = '{CENSUS}'\n[run]\nwarmup = 0\n")
        answer = subprocess.run(
            [
                binary,
                "run",
                str(work / "case.toml"),
                "--out",
                str(work / "x.h5"),
                "--scale",
                "0.001",
                "--weeks",
                "1",
                "--progress",
                "none",
            ],
            capture_output=True,
            timeout=300,
            cwd=work,
        )
        if answer.returncode != 0 or not (work / "x.h5").exists():
            return f"exit code {answer.returncode}: {answer.stderr.decode('utf-8', 'replace')[:500]}"
    return None


def unreadable(binary):
    """Scenario paths at which there is nothing to read; yields offences."""
    with tempfile.TemporaryDirectory(prefix="kurultai-") as name:
        work = pathlib.Path(name)
        (work / "folder").mkdir()
        (work / "loop.toml").symlink_to("loop.toml")
        for path in ("none.toml", "folder", "loop.toml", "none/none.toml", "/dev/null", "x" * 5000):
            answer = subprocess.run(
                [binary, "run", path, "--out", str(work / "x.h5")], capture_output=True, timeout=60, cwd=work
            )
            told = answer.stderr.decode("utf-8", "replace")
            if answer.returncode not in (3, 4) or path[:50] not in told or (work / "x.h5").exists():
                yield f"scenario at {path[:50]}: exit code {answer.returncode}, said: {told[:300]}"


# Where a scenario, a sweep or an option names a file to read: the verb, the text of its file, and the exit code of a
# file that cannot be read.
VILLAGE = ROOT / "scenarios" / "data" / "village"
NAMED = {
    "the scenario itself": ("run", None, 3),
    "the sweep itself": ("sweep", None, 3),
    "the calibration itself": ("calibrate", None, 3),
    "extends": ("check", "title = 'x'\nextends = 'BAD'\n", 3),
    "extends, in a list": ("check", f"title = 'x'\nextends = ['{ROOT}/scenarios/forms.toml', 'BAD']\n", 3),
    "society.nodes": ("check", f"[society]\nsource = 'network'\nnodes = 'BAD'\nedges = '{VILLAGE}/edges.csv'\n", 4),
    "society.edges": ("run", f"[society]\nsource = 'network'\nnodes = '{VILLAGE}/nodes.csv'\nedges = 'BAD'\n", 4),
    "society.census": ("check", "[society]\ncensus = 'BAD'\n", 4),
    "sweep.scenario": ("sweep", "[sweep]\nscenario = 'BAD'\n", 3),
    "sweep.scenarios": ("sweep", f"[sweep]\nscenarios = ['{ROOT}/scenarios/village.toml', 'BAD']\n", 3),
    "sweep.table": ("sweep", "[sweep]\nmodel = 'line'\ndesign = 'csv'\ntable = 'BAD'\n[axis.x]\npath = 'line.x'\n", 4),
}


def no_inputs(binary):
    """Every way to name a file to read, with each thing that is none; yields offences."""
    with tempfile.TemporaryDirectory(prefix="kurultai-") as name:
        work = pathlib.Path(name)
        os.mkfifo(work / "fifo")
        (work / "link").symlink_to("fifo")
        (work / "folder").mkdir()
        (work / "empty").write_bytes(b"")
        (work / "binary").write_bytes(bytes(range(256)) * 64)
        (work / "cp1251").write_bytes("title = 'Аксу'\n".encode("cp1251"))
        (work / "huge").touch()
        os.truncate(work / "huge", 5 << 30)
        bad = [
            "none",
            "none/none",
            "empty/none",
            "fifo",
            "link",
            "folder",
            "empty",
            "binary",
            "cp1251",
            "huge",
            "/dev/zero",
            "/dev/stdin",
        ]

        def tried(where, thing):
            verb, text, code = NAMED[where]
            path = work / thing
            file = work / f"{abs(hash((where, thing)))}.toml"
            out = file.with_suffix(".h5")  # cases run side by side
            if text is not None:
                file.write_text(text.replace("BAD", str(path)))
            command = [binary, verb, str(path if text is None else file)] + (
                ["--out", str(out)] if verb != "check" else []
            )
            try:
                # Nobody ever writes into this standard input.
                answer = subprocess.run(command, capture_output=True, timeout=60, cwd=work, stdin=reading)
            except subprocess.TimeoutExpired:
                return f"{where} is {thing}: waits"
            told = answer.stderr.decode("utf-8", "replace")
            # Which file is not there is the scenario's mistake or the data's, by who looks for it.
            codes = (3, 4) if thing.startswith("none") or thing == "empty/none" else (code,)
            if answer.returncode not in codes or told.count("\n") != 1 or out.exists():
                return f"{where} is {thing}: exit code {answer.returncode}, said: {told[:300]}"
            return None

        reading, writing = os.pipe()
        with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
            yield from filter(
                None, pool.map(lambda pair: tried(*pair), [(where, thing) for where in NAMED for thing in bad])
            )
        os.close(reading)
        os.close(writing)


def missing_words(binary):
    """What tables leave open is told once, by `check` and by `run`; yields offences."""
    with tempfile.TemporaryDirectory(prefix="kurultai-") as name:
        work = pathlib.Path(name)
        (work / "nodes.csv").write_text(
            "id;community;household;age;latitude;longitude\n"
            + "".join(f"#{k};a;NA;{30 + k};43,2;76,9\n" for k in range(5))
        )
        (work / "edges.csv").write_text("source;target\n#1;#2\n")
        (work / "case.toml").write_text(
            "[society]\nsource = 'network'\nnodes = 'nodes.csv'\nedges = 'edges.csv'\n[run]\nweeks = 1\nwarmup = 0\n"
        )
        for verb, options in {"check": [], "run": ["--out", "x.h5", "--progress", "none"]}.items():
            answer = subprocess.run(
                [binary, verb, "case.toml", *options], capture_output=True, timeout=60, cwd=work, text=True
            )
            told = (answer.stdout + answer.stderr).count("nodes.csv: 'household' is not given in 5 of 5 rows (NA)")
            if answer.returncode != 0 or told != 1:
                yield (
                    f"{verb} tells {told} times what is not given: exit code {answer.returncode}, said:"
                    f" {answer.stdout + answer.stderr}"
                )


def main():
    binary = sys.argv[1] if len(sys.argv) > 1 else os.environ["KURULTAI_BINARY"]
    binary = shutil.which(binary) or sys.exit(f"no program {binary}")
    binary = os.path.abspath(binary)
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    described = subprocess.run(
        [binary, "describe", "parameters", "--json"], capture_output=True, check=True, timeout=60
    )
    parameters = json.loads(described.stdout)
    lever = next(p["path"] for p in parameters if p["lever"] and ".NAME." not in p["path"])

    written = [
        *syntax_cases(),
        *key_cases(),
        *value_cases(),
        *extends_cases(),
        *set_cases(),
        *policy_cases(lever, "run.scale", CENSUS),
        *census_cases(),
    ]
    assert len(written) >= 100, len(written)
    cases = [case for case in [*written, *dictionary_cases(parameters)] if wanted in case.name]
    failures = [f"control: {told}" for told in [control(binary)] if told] + list(unreadable(binary))
    if not wanted:
        failures += [*no_inputs(binary), *missing_words(binary)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for case, told in zip(cases, pool.map(lambda case: offence(binary, case), cases)):
            if told:
                failures.append(f"{case.name}: {told}")
    print(f"{len(written)} cases written out, {len(cases)} run, {len(failures)} failures")
    for failure in failures:
        print("FAILED", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
