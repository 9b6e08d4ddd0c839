"""What surroundings.py and signals_full.py share: the verbs, as the program and its launcher list them, and a good call
of each.

A verb that is new is tried without a change here, unless it takes a kind of file that no other takes.
"""
import dataclasses
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = pathlib.Path(os.environ["KURULTAI_BINARY"])
LAUNCHER = ROOT / "kurultai"
PYTHON = "/usr/bin/python3"
NOBODY = 65534
SHORT = {"run.warmup": 4, "run.weeks": 60}
FEW = (  # scripts read a result for as long as it has series
    '[output]\nlevels = ["nation"]\nseries = ["participation", "awareness", "trust", "satisfaction", "indicator_trust",'
    ' "lsg_index"]\n'
)


# A program that a sanitizer watches is several times slower, and reserves more memory than a limit may leave it.
SANITIZED = bool(os.environ.get("KURULTAI_SANITIZED"))
SLOWER = 8 if SANITIZED else 1  # a guess: a run was 7 to 11 times slower


def busy() -> float:
    """How much slower than idle this machine is now, and this program than one without a sanitizer: limits of time are
    multiples of it."""
    begun = time.perf_counter()
    sum(k * k for k in range(300_000))
    return max(1.0, (time.perf_counter() - begun) / 0.03) * SLOWER


@dataclasses.dataclass
class Verb:
    name: str
    command: list[str]
    takes: list[str]  # kinds of what it reads, in order
    options: dict[str, str]  # name to kind
    long: bool = False  # runs the program for minutes
    required: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def script(self) -> bool:
        return self.command[0] == PYTHON

    def output(self) -> "tuple[str, str]":
        """The option that names a file which is written, and the file's ending; empty: none."""
        for option, kind in self.options.items():
            if kind.startswith("OUTPUT"):
                return option, kind.removeprefix("OUTPUT") or ".h5"
        return "", ""


def verbs_of_program() -> list[Verb]:
    said = subprocess.run([PROGRAM, "--verbs"], capture_output=True, text=True, check=True).stdout
    found = []
    for line in said.splitlines():
        entry = json.loads(line)
        found.append(
            Verb(
                entry["verb"],
                [str(PROGRAM), entry["verb"]],
                [given["kind"] for given in entry["arguments"]],
                {option["name"]: option["kind"] for option in entry["options"]},
                required={option["name"]: option["kind"] for option in entry["options"] if option["required"]},
            )
        )
    return found


def verbs_of_scripts() -> list[Verb]:
    said = subprocess.run([LAUNCHER, "--verbs"], capture_output=True, text=True, check=True).stdout
    found = []
    for line in said.splitlines():
        entry = json.loads(line)
        if "script" not in entry:
            continue
        options = dict(word.split("=", 1) for word in entry["writes"].split())
        command = [PYTHON, str(ROOT / entry["script"])]
        if entry["lasts"] == "long":
            command += ["--program", str(PROGRAM)]
        found.append(
            Verb(
                entry["verb"],
                command,
                [kind for kind in entry["takes"].split(",") if kind],
                options,
                entry["lasts"] == "long",
            )
        )
    return found


class Bench:
    """A folder with a good file of every kind, and calls in it."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="kurultai-surroundings-"))
        self.folder.chmod(0o777)
        village = ROOT / "scenarios" / "village.toml"
        settings = ", ".join(f'"{path}={value}"' for path, value in SHORT.items())
        (self.folder / "data").symlink_to(ROOT / "scenarios" / "data")  # for `rerun`
        self.good = {
            "SCENARIO": self.write("short.toml", f'extends = "{village}"\n[run]\nwarmup = 4\nweeks = 60\n{FEW}')
        }
        self.good["LIST"] = self.write(
            "list.toml",
            "".join(
                f'[run.{name}]\nscenario = "short.toml"\nset = ["run.weeks={weeks}"]\n'
                for name, weeks in (("a", 60), ("b", 56))
            ),
        )
        axes = (
            '[axis.announcement]\npath = "information.reach"\nlow = 0.2\nhigh = 0.8\nvalues = [0.2,'
            ' 0.8]\n[measure.participation]\n[measure.awareness]\n'
        )
        self.good["SWEEP"] = self.write(
            "sweep.toml",
            f'[sweep]\nscenario = "{village}"\nset = [{settings}]\ndesign = "grid"\nreplicates = 3\n'
            + axes.replace("low = 0.2\nhigh = 0.8\n", ""),
        )
        self.good["CALIBRATION"] = self.write(
            "calibration.toml",
            f'[sweep]\nscenario = "{village}"\nset = [{settings}]\nkeep_every = 1\n'
            + axes.replace("values = [0.2, 0.8]\n", "")
            + "[target.awareness]\nvalue = 0.41\nsd = 0.2\n[calibration]\nparticles = 20\ngenerations = 2\n",
        )
        self.good["RUN"] = self.folder / "run.h5"
        self.good["RESULT"] = self.good["SCENARIO|RESULT"] = self.good["SWEEP_RESULT"] = self.folder / "swept.h5"
        self.good["INPUT"] = ROOT / "scenarios"
        self.good["NOTEBOOK"] = ROOT / "analysis" / "sweep.ipynb"
        self.make("run", self.good["SCENARIO"], self.good["RUN"])
        self.make("sweep", self.good["SWEEP"], self.good["RESULT"])

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name: str, text: str) -> pathlib.Path:
        (self.folder / name).write_text(text, encoding="utf-8")
        return self.folder / name

    def make(self, name: str, file: pathlib.Path, out: pathlib.Path) -> None:
        subprocess.run([PROGRAM, name, file, "--out", out, "--progress", "none"], check=True, capture_output=True)

    def arguments(self, verb: Verb, replaced: "dict[int, object] | None" = None) -> list[str]:
        """What a good call of the verb takes, but for what is `replaced`, by place."""
        words = []
        for place, kind in enumerate(verb.takes):
            if kind.startswith("TEXT:{"):
                words.append(kind.removeprefix("TEXT:{").rstrip("}").split(",")[-1])
            elif replaced and place in replaced:
                words.append(str(replaced[place]))
            else:
                assert (
                    kind in self.good
                ), f"{verb.name} takes a {kind}, of which tests/interface/_surroundings.py has no good one"
                words.append(str(self.good[kind]))
        for option, kind in verb.required.items():
            assert kind.startswith("NUMBER from "), f"{verb.name} asks for {option} of kind {kind}"
            words += [option, kind.split()[2]]
        return words

    def call(
        self, verb: Verb, out: "pathlib.Path | None" = None, replaced: "dict[int, object] | None" = None, *more: str
    ) -> list[str]:
        option, _ = verb.output()
        written = [option, str(out)] if option and out is not None else []
        if not option and "--out" in verb.options and out is not None:  # it names a file that another verb writes
            written = ["--out", str(out)]
        for folder in (name for name, kind in verb.options.items() if kind == "FOLDER" and out is not None):
            written += [folder, str(out.with_suffix(".folder"))]
        return [*verb.command, *self.arguments(verb, replaced), *written, *more]


def limited(kind: int, value: int, user: bool = False):
    """A preexec_fn that sets a limit, as a user that is not root if asked to."""

    def set_limit() -> None:
        resource.setrlimit(kind, (value, value))
        if user:
            become_nobody()

    return set_limit


def become_nobody() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def marked(token: str) -> list[int]:
    """The processes alive that have `token` in their environment: those that a command began, in whatever session."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                state = pathlib.Path(f"/proc/{entry}/stat").read_text().rsplit(")", 1)[1].split()[0]
                if state != "Z" and token.encode() in pathlib.Path(f"/proc/{entry}/environ").read_bytes():
                    found.append(int(entry))
            except OSError:
                continue
    return found


@dataclasses.dataclass
class Ended:
    code: int  # as a shell tells it
    seconds: float  # from the signal to the end
    said: str  # standard error
    left: list[int]  # processes that are still there


def stop(command: list[str], number: int, after: float, folder: pathlib.Path, patience: float = 60) -> Ended:
    """Sends a signal to a command `after` seconds."""
    token = f"KURULTAI_TEST={uuid.uuid4()}"
    with open(folder / "said", "w+b") as said, open(folder / "printed", "wb") as printed:
        process = subprocess.Popen(
            command,
            stdout=printed,
            stderr=said,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            start_new_session=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **dict([token.split("=")])},
        )
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            pass
        process.send_signal(number)
        begun = time.monotonic()
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        seconds = time.monotonic() - begun
        left = marked(token)
        for other in left:
            os.kill(other, signal.SIGKILL)
        process.wait()
        said.seek(0)
        return Ended(128 - code if code < 0 else code, seconds, said.read().decode("utf-8", "replace"), left)


if __name__ == "__main__":
    sys.exit("a helper of other tests")
